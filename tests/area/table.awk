# SPDX-License-Identifier: Apache-2.0
# table.awk - the tables of run.sh from two lists of counted units: the chip, and one with more channels.
#
# Exit status 1 if something is not as expected, a target is missed, or a path is too long.

function n(value) { # 12345.5 -> 12,345.5
    value = sprintf("%.1f", value)
    sub(/\.0$/, "", value)
    tail = ""
    if (match(value, /\..*/)) {
        tail = substr(value, RSTART)
        value = substr(value, 1, RSTART - 1)
    }
    while (match(value, /[0-9][0-9][0-9][0-9]($|,)/))
        value = substr(value, 1, RSTART) "," substr(value, RSTART + 1)
    return value tail
}

function is_in(word, list) { return index(" " list " ", " " word " ") > 0 }

function wrong(text) { problems[++problem_count] = text }

function rule(width) { while (width-- > 0) printf "-"; print "" }

function row(label, count, l, m, f, b, u, d) {
    printf "%-36s %6s %9s %8s %9s %7s %5s %6s\n", label, count, n(l), n(m), n(f), n(b), n(u), n(d)
}

function row_of(label, group, scale) {
    row(label, "", sum[1, group, LUT] / scale, sum[1, group, RAM] / scale, sum[1, group, FF] / scale,
        sum[1, group, BRAM] / scale, sum[1, group, URAM] / scale, sum[1, group, DSP] / scale)
}

function add(chip, group, i) {
    for (i = LUT; i <= DSP; i++) sum[chip, group, i] += times * value[i]
}

function compare(name, i, paper, capacity, target,    ours, verdict) {
    ours = sum[1, "chip", i] + sum[1, "model", i]
    verdict = ""
    if (target != "") {
        # Without the model, where it lies in the chip: a streaming chip does not hold it.
        verdict = (sum[1, "chip", i] <= target) ? "met" : "MISSED"
        if (verdict == "MISSED") wrong(name ": " n(sum[1, "chip", i]) " is above the target " n(target))
    }
    printf "%-10s %10s %10s %10s %8.2f %11s %7.1f %% %10s %s\n", name, n(sum[1, "chip", i]), n(ours),
           n(paper), sum[1, "chip", i] / paper, n(capacity), 100 * ours / capacity,
           target == "" ? "-" : n(target), verdict
}

function check_unit(name, label,    e, key) {
    key = (name in want_dsp) ? name : "default"
    if (value[DSP] != want_dsp[key]) wrong(label ": " value[DSP] " DSPs, not " want_dsp[key])
    e = want_bram[key]
    if (e == "yes" && value[BRAM] == 0) wrong(label ": a memory is not in block RAM")
    if (e == "no" && value[BRAM] > 0) wrong(label ": a memory is in block RAM")
    e = want_ram[key]
    if (e == "yes" && ram_luts == 0) wrong(label ": a memory is not in LUT-RAM")
    if (e == "no" && ram_luts > 0) wrong(label ": a memory is in LUT-RAM")
    e = want_ff[key]
    if (e != "-" && value[FF] > e) wrong(label ": " value[FF] " flip-flops, not " e)
}

# Channels for which this resource is full.
function fit(i, capacity,    one, base) {
    one = (total(2, i) - total(1, i)) / (many - channels)
    base = total(1, i) - channels * one
    per_channel[i] = one
    shared[i] = base
    return one > 0 ? int((capacity * share / 100 - base) / one) : -1
}

function total(chip, i) { return sum[chip, "chip", i] + sum[chip, "model", i] }

BEGIN {
    LUT = 1; RAM = 2; FF = 3; BRAM = 4; URAM = 5; DSP = 6
    count = split(expected, lines, "\n")
    for (i = 1; i <= count; i++) {
        split(lines[i], word, " ")
        if (word[1] == "") continue
        want_dsp[word[1]] = word[2]
        want_bram[word[1]] = word[3]
        want_ram[word[1]] = word[4]
        want_ff[word[1]] = word[5]
    }
    print "unit,instances,in_channels,lut,lut_ram,ff,bram36,uram,dsp,path_levels,path_luts,path_carries," \
          "path_from,path_to" >csv
}

{
    chip = (FILENAME ~ /many.tsv$/) ? 2 : 1
    id = $1; name = $3; label = $4; times = $5; in_channel = $6
    value[LUT] = $7; ram_luts = $8; value[RAM] = $8 + $9; value[FF] = $10; value[BRAM] = $11 / 2
    value[URAM] = $12; value[DSP] = $13
}

id == "control" || id == "channel" {
    if (chip == 1) {
        paths++
        path_label[paths] = (id == "control") ? "all but the channels, together" : "a channel without its PEs"
        path_text[paths] = sprintf("%6s %5d %6d  %s -> %s", $16, $14, $15, $17, $18)
        path_levels[paths] = $16
    }
    next
}

{
    group = is_in(name, storage) ? "model" : "chip"
    add(chip, group)
    if (chip == 2) next
    if (group == "chip") add(chip, in_channel ? "channels" : "shared")

    units++
    unit_label[units] = label
    unit_group[units] = (group == "model") ? "model" : in_channel ? "channels" : "shared"
    unit_times[units] = times
    for (i = LUT; i <= DSP; i++) unit_value[units, i] = value[i]
    check_unit(name, label)

    paths++
    path_label[paths] = label
    path_text[paths] = sprintf("%6s %5d %6d  %s -> %s", $16, $14, $15, $17, $18)
    path_levels[paths] = $16

    printf "\"%s\",%d,%d,%d,%d,%d,%.1f,%d,%d,%s,%d,%d,\"%s\",\"%s\"\n", label, times, in_channel, value[LUT],
           value[RAM], value[FF], value[BRAM], value[URAM], value[DSP], $16, $14, $15, $17, $18 >csv
}

function table(title, group, scale,    u) {
    print title
    for (u = 1; u <= units; u++)
        if (unit_group[u] == group)
            row("  " unit_label[u], unit_times[u], unit_times[u] * unit_value[u, LUT],
                unit_times[u] * unit_value[u, RAM], unit_times[u] * unit_value[u, FF],
                unit_times[u] * unit_value[u, BRAM], unit_times[u] * unit_value[u, URAM],
                unit_times[u] * unit_value[u, DSP])
    row_of("  sum", group, 1)
}

END {
    print "Area of the chip " title ", estimated by Yosys for UltraScale"
    print ""
    printf "%-36s %6s %9s %8s %9s %7s %5s %6s\n", "unit, all its instances", "number", "LUT", "LUT-RAM", "FF",
           "BRAM36", "URAM", "DSP"
    rule(93)
    table(channels " channels", "channels")
    row_of("  one channel", "channels", channels)
    table("shared by all channels", "shared")
    rule(93)
    row_of("chip without the model", "chip", 1)
    rule(93)
    if (sum[1, "model", BRAM] > 0) table("the model, in block RAM", "model")
    else print "the model is in DDR"
    print ""
    print "LUT includes LUT-RAM, and LUT-RAM includes shift registers."

    print ""
    printf "%-10s %10s %10s %10s %8s %11s %9s %10s\n", "", "ours", "with model", "the paper", "ratio", "XCKU060",
           "filled", "target"
    rule(94)
    compare("LUT", LUT, 293920, 331680, 146960)
    compare("LUT-RAM", RAM, 69939, 146880, "")
    compare("FF", FF, 453068, 663360, 226534)
    compare("BRAM36", BRAM, 947, 1080, 400)
    compare("DSP", DSP, 1504, 2760, 1200)
    print "ratio and target: without the model, which the paper keeps in DDR; filled: with it."

    print ""
    print "Longest combinational paths"
    printf "%-36s %6s %5s %6s  %s\n", "", "levels", "LUTs", "carry", "from -> to"
    rule(100)
    for (i = 1; i <= paths; i++) {
        printf "%-36s %s%s\n", path_label[i], path_text[i], (path_levels[i] > longest) ? "  TOO LONG" : ""
        if (path_levels[i] > longest)
            wrong(path_label[i] ": a path of " path_levels[i] " levels, more than " longest)
    }
    print "One level is a LUT with the net behind it, about 0.4 ns; count.awk says what else counts."
    printf "%d levels are the limit for 250 MHz.\n", longest

    capacity[LUT] = 331680; capacity[FF] = 663360; capacity[BRAM] = 1080; capacity[DSP] = 2760
    kind[LUT] = "LUT"; kind[FF] = "FF"; kind[BRAM] = "BRAM36"; kind[DSP] = "DSP"
    print ""
    printf "Channels that fit into %d %% of an XCKU060, by this estimate\n", share
    printf "%-10s %12s %12s %14s %10s\n", "", "shared", "a channel", share " % of chip", "channels"
    rule(62)
    best = -1
    for (i = LUT; i <= DSP; i++) {
        if (!(i in capacity)) continue
        fits = fit(i, capacity[i])
        if (fits >= 0 && (best < 0 || fits < best)) {
            best = fits
            limit = kind[i]
        }
        printf "%-10s %12s %12s %14s %10d\n", kind[i], n(shared[i]), n(per_channel[i]),
               n(capacity[i] * share / 100), fits
    }
    printf "What a channel costs: the difference between chips of %d and %d channels.\n", channels, many
    print ""
    printf "Estimate: %d channels (%s is full first) at 200 MHz: %d voices every %.2f us,\n", best, limit, best,
           cycles / 200
    printf "%s frames a second, %.1f GOPS sparse (the paper: 32 voices every 82.7 us, 282.2 GOPS).\n",
           n(int(best * 200e6 / cycles)), best * 2 * nonzeros / cycles * 0.2

    print ""
    if (problem_count == 0) print "All memories and multipliers as intended, all targets met."
    for (i = 1; i <= problem_count; i++) print "WRONG  " problems[i]
    exit problem_count > 0
}
