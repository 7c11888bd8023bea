# SPDX-License-Identifier: Apache-2.0
# fanout.awk - the nets that drive most, over all modules of a mapped chip.
#
#   awk -v most=LIMIT -v lines=N -f fanout.awk UNIT.blif...
#
# Each file is one module as mapped, with shells of those below it.  What a net drives is counted
# through ports, upwards and downwards, as many times as a module is there: pins of cells, but for
# clocks, and for resets apart from others, for these are what a tool makes a tree of by
# itself.  Prints the largest, of a bus the largest bit.  Exit status 1: one is above the limit.

function is_shell(type) { return type ~ /^\$paramod/ || type ~ /^ese_/ }

function is_clock(pin) { return pin ~ /^(C|CLK|WCLK|CLKARDCLK|CLKBWRCLK)$/ }

function is_reset(type, pin) { return (type ~ /^FD/ && pin ~ /^[RS]$/) || pin ~ /^RST/ }

function is_output(type, pin) {
    if (type ~ /^(LUT|MUXF|INV)/) return pin == "O"
    if (type ~ /^(FD|SRL)/) return pin ~ /^Q/
    if (type ~ /^CARRY/) return pin ~ /^C?O\[/
    if (type ~ /^RAM[0-9]/) return pin ~ /^(DO|DPO|SPO|O)/
    if (type ~ /^RAMB/) return pin ~ /^(DOUT|CAS)/
    if (type ~ /^URAM/) return pin ~ /^(DOUT|CAS)/
    if (type ~ /^DSP/)
        return pin ~ /^(P\[|[ABP]COUT|CARRY.*OUT|MULTSIGNOUT|OVERFLOW|UNDERFLOW|PATTERN)/
    return 0
}

function is_constant(net) { return net == "" || net ~ /^\$(true|false|undef)$/ }

function resolve(module, net) {
    while ((module, net) in alias) net = alias[module, net]
    return net
}

# Pins behind a net of a module, and of the modules below it.
function drives(module, net, kind,    key, i, n, list, part) {
    net = resolve(module, net)
    if (is_constant(net)) return 0
    key = module SUBSEP net SUBSEP kind
    if (key in known) return known[key]
    known[key] = pins[module, net, kind]
    n = split(below[module, net], list, "\t")
    for (i = 2; i <= n; i++) {
        split(list[i], part, "\n")
        known[key] += drives(part[1], part[2], kind)
    }
    return known[key]
}

# A net as the Verilog has it.
function plain(net) {
    sub(/^\$[0-9]*\\/, "", net)
    return net
}

function base_of(module) {
    if (module ~ /^\$paramod/) {
        sub(/^\$paramod\$[0-9a-f]+\\/, "", module)
        sub(/^\$paramod\\/, "", module)
        sub(/\\.*/, "", module)
    }
    return module
}

FNR == 1 { module = ""; skip = 0 }
$1 == ".model" {
    if (module != "") skip = 1
    else module = $2
    next
}
skip { next }
$1 == ".inputs" || $1 == ".outputs" { for (i = 2; i <= NF; i++) port[module, $i] = 1; next }
$1 == ".names" && NF == 3 { alias[module, $3] = $2; next }
$1 == ".subckt" || $1 == ".gate" {
    for (i = 3; i <= NF; i++) {
        at = index($i, "=")
        pin = substr($i, 1, at - 1)
        net = substr($i, at + 1)
        if (is_constant(net)) continue
        cells++
        cell_module[cells] = module
        cell_type[cells] = $2
        cell_pin[cells] = pin
        cell_net[cells] = net
    }
}

END {
    for (i = 1; i <= cells; i++) {
        module = cell_module[i]
        net = resolve(module, cell_net[i])
        nets[module, net] = 1
        if (is_shell(cell_type[i]))
            below[module, net] = below[module, net] "\t" cell_type[i] "\n" cell_pin[i]
        else if (!is_clock(cell_pin[i]) && !is_output(cell_type[i], cell_pin[i]))
            pins[module, net, is_reset(cell_type[i], cell_pin[i]) ? "reset" : "data"]++
    }
    for (i in nets) {
        split(i, part, SUBSEP)
        # A port is the net's, in the module above.
        if ((part[1], part[2]) in port && base_of(part[1]) != "ese_top") continue
        bus = base_of(part[1]) "." plain(part[2])
        sub(/\[[0-9]+\]$/, "", bus)
        for (k = 1; k <= 2; k++) {
            kind = (k == 1) ? "data" : "reset"
            count = drives(part[1], part[2], kind)
            if (count > largest[kind, bus]) largest[kind, bus] = count
            if (count > worst[kind]) worst[kind] = count
        }
    }
    print "Largest fan-outs, in pins of cells"
    printf "%8s  %s\n", "pins", "net"
    for (n = 1; n <= lines; n++) {
        best = ""
        for (i in largest) {
            split(i, part, SUBSEP)
            if (part[1] == "data" && !(i in shown) && (best == "" || largest[i] > largest[best] ||
                (largest[i] == largest[best] && i < best)))
                best = i
        }
        if (best == "") break
        shown[best] = 1
        split(best, part, SUBSEP)
        printf "%8d  %s\n", largest[best], part[2]
    }
    printf "%8d  resets, the largest\n", worst["reset"]
    printf "The limit is %d, but for clocks and resets.\n", most
    if (worst["data"] > most) print "WRONG  a net drives " worst["data"] " pins, more than " most
    exit worst["data"] > most
}
