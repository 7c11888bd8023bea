# SPDX-License-Identifier: Apache-2.0
# vcd_toggles.awk - counts in a VCD how often bits go from 0 to 1 and back: PATH/NET[BIT] COUNT for each
# bit of the nets below PATH ese_bench/u_chip, or with -v only='REGEX' of those whose name matches.
BEGIN { inside = "^ese_bench/u_chip(/|$)" }
$1 == "$scope" { depth++; path[depth] = (depth > 1 ? path[depth - 1] "/" : "") $3; next }
$1 == "$upscope" { depth--; next }
$1 == "$var" {
    if (($2 == "wire" || $2 == "reg") && path[depth] ~ inside && $5 !~ /\[/ &&
        (only == "" || path[depth] "/" $5 ~ only) && !((path[depth], $5) in seen)) {
        seen[path[depth], $5] = 1
        name[++nets] = path[depth] "/" $5
        code[nets] = $4
        range[nets] = $6 ~ /^\[/ ? $6 : ""
        width[$4] = $3
        value[$4] = ""
    }
    next
}
/^\$dumpoff/ { exit }
/^#/ || /^\$/ || /^[rs]/ { next }
{
    if (/^b/) { bits = substr($1, 2); signal = $2 } else { bits = substr($1, 1, 1); signal = substr($1, 2) }
    if (!(signal in width)) next
    while (length(bits) < width[signal])
        bits = (substr(bits, 1, 1) == "1" ? "0" : substr(bits, 1, 1)) bits
    old = value[signal]
    if (old != "")
        for (n = 1; n <= width[signal]; n++) {
            a = substr(old, n, 1)
            b = substr(bits, n, 1)
            if ((a == "0" && b == "1") || (a == "1" && b == "0")) count[signal, n]++
        }
    value[signal] = bits
}
END {
    for (i = 1; i <= nets; i++) {
        split(substr(range[i], 2), ends, /[]:]/)
        step = ends[1] + 0 >= ends[2] + 0 ? -1 : 1
        for (n = 1; n <= width[code[i]]; n++)
            print name[i] (range[i] == "" ? "" : "[" ends[1] + step * (n - 1) "]"), count[code[i], n] + 0
    }
}
