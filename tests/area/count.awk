# SPDX-License-Identifier: Apache-2.0
# count.awk - what a mapped module (BLIF with .cname) occupies, and its longest combinational path.
#
# Prints, separated by tabs:
#   LUTs of all kinds, LUTs as RAM, LUTs as shift registers, flip-flops, block RAMs in halves, URAMs, DSPs,
#   LUTs on the longest path, carry cells on it, its length in levels, where it begins and ends
#
# LUTs are counted as they fill a slice:
#   - a LUT-RAM costs the LUTs whose outputs are used, and the one that holds the write address
#   - the S input of a carry bit comes from a LUT: where the netlist has none, one passes through
#   - a LUT that only feeds the DI input of a carry bit shares the LUT of the S input, if both
#     together have at most five inputs (outputs O5 and O6)
#
# Length of a path in levels, a level being a LUT with the net behind it:
#   LUT 1, MUXF7..9 0.3, into a carry chain 1, from carry cell to carry cell 0.1, reading a LUT-RAM 1.5;
#   a block RAM's output begins at 3, that of a DSP at 1.5; into a multiplier without input register 4.

function is_lut(type) { return type ~ /^(LUT[1-6]|INV)$/ }
function is_lut_ram(type) { return type ~ /^RAM(32|64|128|256|512)(X|M)/ }
function is_constant(net) { return net == "" || net ~ /^\$(true|false|undef)$/ }

function pin_net(cell, pin) { return (cell, pin) in net_of ? net_of[cell, pin] : "" }

# A net's name as the Verilog has it; Yosys puts things in front and around.
function plain(net) {
    sub(/^\$[0-9]*\\/, "", net)
    if (net ~ /^\$/) return ""
    sub(/\$rdreg\[[0-9]+\]\$[a-z]/, "", net)
    return net
}

# Where a path begins or ends: a register by its name, a memory by its own.
function place(cell, net,    name) {
    if (type_of[cell] ~ /^RAM/) {
        name = plain(name_of[cell])
        sub(/(\.[0-9]+)+$/, "", name)
        return "RAM " name
    }
    if (type_of[cell] ~ /^DSP/) {
        if (plain(net) != "") return "DSP " plain(net)
        name = name_of[cell] # ...$mul$../rtl/FILE:LINE$NUMBER
        sub(/.*\//, "", name)
        sub(/:.*/, "", name)
        return "DSP of " name
    }
    return plain(net)
}

# ---- path --------------------------------------------------------------------------------------

# Time at which a net is stable; came[net] is the net before it on the longest way.
function arrival(net,    cell, type, pins, n, i, pin, out, best, t, before, extra) {
    while (net in alias) net = alias[net]
    if (is_constant(net)) return 0
    if (net in stable) return stable[net]
    stable[net] = 0
    if (!(net in driver)) return 0
    cell = driver[net]
    out = driver_pin[net]
    type = type_of[cell]
    best = 0
    before = ""
    if (type ~ /^RAMB/) best = 3
    else if (type ~ /^URAM/) best = 3
    else if (type ~ /^DSP/ && registers[cell, "MREG"] + registers[cell, "PREG"] > 0) best = 1.5
    else if (is_lut(type) || type ~ /^MUXF/ || type == "CARRY4" || type == "CARRY8" ||
             is_lut_ram(type) || type ~ /^(SRL|DSP)/) {
        n = split(inputs[cell], pins, " ")
        for (i = 1; i <= n; i++) {
            pin = pins[i]
            if (is_constant(net_of[cell, pin])) continue
            if (type ~ /^CARRY/) {
                # A bit depends on itself and on those below.
                if (pin !~ /^CI/ && bit_of(pin) > bit_of(out)) continue
                extra = (pin == "CI") ? 0.1 : 1
            }
            else if (type ~ /^MUXF/) extra = 0.3
            else if (is_lut_ram(type)) {
                if (!reads(pin, out)) continue
                extra = 1.5
            }
            else if (type ~ /^SRL/) {
                if (pin !~ /^A/) continue
                extra = 1.5
            }
            else if (type ~ /^DSP/) extra = 5.5
            else extra = 1
            t = arrival(net_of[cell, pin]) + extra
            if (t > best) {
                best = t
                before = net_of[cell, pin]
            }
        }
    }
    stable[net] = best
    came[net] = before
    return best
}

function bit_of(pin) {
    if (!match(pin, /\[[0-9]+\]/)) return 0
    return substr(pin, RSTART + 1, RLENGTH - 2) + 0
}

# Does output pin OUT of a LUT-RAM depend on address pin PIN?
function reads(pin, out) {
    if (pin ~ /^ADDR[A-H]/) return substr(out, 3, 1) == substr(pin, 5, 1)
    if (out ~ /^DPO/) return pin ~ /^DPRA/
    if (out ~ /^SPO/) return pin ~ /^A/
    return pin ~ /^(A|RADDR)/
}

function is_end_pin(cell, pin,    type) { # clocked in
    type = type_of[cell]
    if (pin ~ /^(C|CLK|WCLK|CLKARDCLK|CLKBWRCLK)$/) return 0
    if (type ~ /^FD/ || type ~ /^RAMB/ || type ~ /^URAM/ || type ~ /^DSP/) return 1
    if (type ~ /^SRL/) return pin !~ /^A/
    if (is_lut_ram(type)) return 1
    return is_shell(type)
}

function is_shell(type) { return type ~ /^\$paramod/ || type ~ /^ese_/ }

# ---- reading -----------------------------------------------------------------------------------

$1 == ".model" {
    if (seen_model) exit
    seen_model = 1
    next
}
$1 == ".param" && $2 ~ /^[ABMP]REG$/ { registers[cell, $2] = ($3 ~ /1/); next }
$1 == ".cname" { name_of[cell] = $2; next }
$1 == ".outputs" { for (i = 2; i <= NF; i++) output[++outputs] = $i; next }
$1 == ".names" && NF == 3 { alias[$3] = $2; next }
$1 == ".subckt" || $1 == ".gate" {
    cell = ++cells
    type_of[cell] = type = $2
    for (i = 3; i <= NF; i++) {
        at = index($i, "=")
        pin = substr($i, 1, at - 1)
        net = substr($i, at + 1)
        if (is_output(type, pin)) {
            if (net == "" || net in driver) continue
            driver[net] = cell
            driver_pin[net] = pin
            out_pins[cell] = out_pins[cell] " " pin
        }
        else inputs[cell] = inputs[cell] " " pin
        net_of[cell, pin] = net
    }
    next
}

function is_output(type, pin) {
    if (type ~ /^(LUT|MUXF|INV)/) return pin == "O"
    if (type ~ /^FD/ || type ~ /^SRL/) return pin ~ /^Q/
    if (type ~ /^CARRY/) return pin ~ /^C?O\[/
    if (is_lut_ram(type)) return pin ~ /^(DO|DPO|SPO|O)/
    if (type ~ /^RAMB/) return pin ~ /^(DOUT|CASDOUT|DBITERR|SBITERR|ECCPARITY|RDADDRECC)/
    if (type ~ /^URAM/) return pin ~ /^(DOUT|CAS_OUT|DBITERR|SBITERR|RDACCESS)/
    if (type ~ /^DSP/) return pin ~ /^(P\[|PCOUT|ACOUT|BCOUT|CARRYOUT|CARRYCASCOUT|MULTSIGNOUT|OVERFLOW|UNDERFLOW|PATTERN)/
    if (is_shell(type)) return 0
    return pin ~ /^O/
}

# ---- counting ----------------------------------------------------------------------------------

function resolve(net) {
    while (net in alias) net = alias[net]
    return net
}

function lut_inputs(cell, list,    pins, n, i, net) { # adds the nets to list[], returns how many are new
    added = 0
    n = split(inputs[cell], pins, " ")
    for (i = 1; i <= n; i++) {
        net = resolve(net_of[cell, pins[i]])
        if (is_constant(net) || (net in list)) continue
        list[net] = 1
        added++
    }
    return added
}

END {
    for (cell = 1; cell <= cells; cell++) {
        n = split(inputs[cell], pins, " ")
        for (i = 1; i <= n; i++) used[resolve(net_of[cell, pins[i]])]++
    }
    for (i = 1; i <= outputs; i++) used[resolve(output[i])]++

    for (cell = 1; cell <= cells; cell++) {
        type = type_of[cell]
        if (is_lut(type)) luts++
        else if (type ~ /^FD/) ffs++
        else if (type ~ /^SRL/) srls++
        else if (type ~ /^RAMB36/) halves += 2
        else if (type ~ /^RAMB18/) halves++
        else if (type ~ /^URAM/) urams++
        else if (type ~ /^DSP/) dsps++
        else if (type ~ /^RAM(32|64)M/) {
            split("", sites)
            last = (type ~ /(16|8)$/) ? "H" : "D"
            sites[last] = 1
            n = split(out_pins[cell], pins, " ")
            for (i = 1; i <= n; i++)
                if (used[resolve(net_of[cell, pins[i]])]) sites[substr(pins[i], 3, 1)] = 1
            for (site in sites) lut_rams++
        }
        else if (type ~ /^RAM32X1/ || type ~ /^RAM64X1/) lut_rams += (type ~ /D$/) ? 2 : 1
        else if (type ~ /^RAM128X1/) lut_rams += (type ~ /D$/) ? 4 : 2
        else if (type ~ /^RAM256X1/) lut_rams += (type ~ /D$/) ? 8 : 4
        else if (type ~ /^RAM512X1/) lut_rams += 8
        else if (type ~ /^RAM64X8SW/ || type ~ /^RAM32X16DR8/) lut_rams += 8
        else if (type ~ /^CARRY/) {
            for (i = 0; i < 8; i++) {
                s = resolve(pin_net(cell, "S[" i "]"))
                d = resolve(pin_net(cell, "DI[" i "]"))
                if (is_constant(s)) continue
                s_lut = (s in driver) && is_lut(type_of[driver[s]]) ? driver[s] : 0
                d_lut = (d in driver) && is_lut(type_of[driver[d]]) ? driver[d] : 0
                if (!s_lut) luts++
                if (d_lut && used[d] == 1) {
                    split("", list)
                    count = s_lut ? lut_inputs(s_lut, list) : 1
                    if (!s_lut) list[s] = 1
                    count += lut_inputs(d_lut, list)
                    if (count <= 5 && d_lut != s_lut) luts--
                }
            }
        }
        else if (type !~ /^MUXF/ && !is_shell(type)) unknown = unknown " " type
    }
    if (unknown != "") {
        print "cells of a kind that is not counted:" unknown > "/dev/stderr"
        exit 1
    }

    # The longest path ends at a clocked input or at an output of the module.
    worst = -1
    for (cell = 1; cell <= cells; cell++) {
        n = split(inputs[cell], pins, " ")
        for (i = 1; i <= n; i++)
            if (is_end_pin(cell, pins[i])) {
                t = arrival(net_of[cell, pins[i]])
                if (t > 0 && type_of[cell] ~ /^DSP/ && pins[i] ~ /^[AB]\[/ &&
                    !registers[cell, substr(pins[i], 1, 1) "REG"]) t += 4
                if (t > worst + 0.001) {
                    worst = t
                    end_net = net_of[cell, pins[i]]
                    end_name = is_shell(type_of[cell]) ? pins[i] : place(cell, net_of[cell, "Q"])
                    if (pins[i] == "CE") end_name = end_name " (enable)"
                    if (pins[i] ~ /^[RS]$/) end_name = end_name " (reset)"
                }
            }
    }
    for (i = 1; i <= outputs; i++) {
        t = arrival(output[i])
        if (t > worst + 0.001) {
            worst = t
            end_net = output[i]
            end_name = output[i]
        }
    }
    path_luts = path_carries = 0
    net = resolve(end_net)
    while (net in came) {
        type = (net in driver) ? type_of[driver[net]] : ""
        if (is_lut(type)) path_luts++
        else if (type ~ /^CARRY/) path_carries++
        if (came[net] == "") break
        net = resolve(came[net])
    }
    begin_name = (net in driver) ? place(driver[net], net) : plain(net)
    if (worst <= 0) {
        begin_name = end_name = "-"
        worst = 0
    }
    printf "%d\t%d\t%d\t%d\t%d\t%d\t%d\t", luts + lut_rams + srls, lut_rams, srls, ffs, halves,
           urams, dsps
    printf "%d\t%d\t%.1f\t%s\t%s\n", path_luts, path_carries, worst, begin_name, end_name
}
