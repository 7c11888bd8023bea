# SPDX-License-Identifier: Apache-2.0
# vcd.awk - what a waveform of the bench holds, a line each:
#
#   var PATH              a signal's scope
#   first TIME            what the file begins with, and what it ends with
#   last TIME
#   edge TIME             the clock rises
#   columns TIME FRAME NAME   from then on, by the captions; of a phase: PHASE TIME NAME
#   steps TIME FRAME NAME
#   end SIGNAL VALUE      values of the y port at the end
function text(bits,   n, i, code, result) {
    while (length(bits) % 8 != 0) bits = "0" bits
    for (n = 1; n <= length(bits); n += 8) {
        code = 0
        for (i = 0; i < 8; i++) code = 2 * code + substr(bits, n + i, 1)
        if (code > 0) result = result sprintf("%c", code)
    }
    return result
}
function tell(what, line) {
    if (told[what] != line) print what, time, line
    told[what] = line
}
function moment_ends() {
    if (time == "") return
    tell("phase", value["phase"])
    tell("columns", value["product_frame"] " " value["product_name"])
    tell("steps", value["pass_frame"] " " value["pass_name"])
}
$1 == "$scope" { depth++; path[depth] = (depth > 1 ? path[depth - 1] "." : "") $3; next }
$1 == "$upscope" { depth--; next }
$1 == "$var" {
    if (!((path[depth]) in seen)) print "var", path[depth]
    seen[path[depth]] = 1
    if (path[depth] == "ese_bench.u_captions") caption[$4] = $5
    if (path[depth] == "ese_bench") bit[$4] = $5
    next
}
$1 == "$dumpoff" { off = 1 } # what follows is X
off { next }
/^#/ {
    moment_ends()
    time = substr($1, 2)
    if (first == "") print "first", first = time
    next
}
/^b/ && $2 in caption { value[caption[$2]] = text(substr($1, 2)) }
/^[01xz]/ && substr($1, 2) in bit {
    name = bit[substr($1, 2)]
    now = substr($1, 1, 1)
    if (name == "aclk" && now == 1 && value["aclk"] == 0) print "edge", time
    value[name] = now
}
END {
    moment_ends()
    print "last", time
    print "end", value["y_valid"] value["y_ready"] value["y_last"]
}
