#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# trace.sh - waveforms of both simulators: they hold the clocks and the instances that were asked for and no
# others, and their captions name what the schedule says is going on, when it does.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
period=8000 # ps, of 125 MHz

trace() { # FILE OPTION... : of the chip tiny
    must "trace $*" in_folder "$work" "$ese" verify tiny --work build --frames 5 --trace "$@"
}

# The lines that begin with WHAT, without it.
told() { # FILE WHAT
    sed -n "s/^$2 //p" "$work/$1"
}

# "NAME CLOCK": when each product, or each pass, of the frame begins, from the frame's first column.
planned() { # columns|steps
    local names='W.*\\['
    [ "$1" = columns ] || names='[ifgoy]\\['
    "$ese" report "$work/tiny" --chart |
        awk -v names="^$names" '/^  STATE_/ && $2 ~ names && NF > 3 { print $2, $3 }'
}

# The same, as the captions have it.
shown() { # FILE columns|steps FRAME BEGIN
    told "$1" "$2" | awk -v frame="$3" -v begin="$4" -v period="$period" \
        '$2 == frame { print $3, ($1 - begin) / period }'
}

# ---- a chip and its waveforms ----

must 'gen' "$ese" gen tiny --set clock_mhz=125 -o "$work/tiny"
trace w.vcd --sim both --trace-frames 2:3 --trace-scope ese_controller
mv "$work/w.vcd" "$work/verilator.vcd"
mv "$work/w.icarus.vcd" "$work/icarus.vcd"
frame=$("$json_get" "$work/tiny/report.json" cycles_per_frame)

for simulator in verilator icarus; do
    awk -f tests/chips/vcd.awk "$work/$simulator.vcd" >"$work/$simulator"
    begin=$(told "$simulator" first)
    same "$simulator: the clock's period" \
        "$(told "$simulator" edge | awk 'NR > 1 { print $1 - last } { last = $1 }' | sort -u)" "$period"
    same "$simulator: frame 2 is there" "$(shown "$simulator" columns 2 "$begin")" "$(planned columns)"
    same "$simulator: frame 2, steps" "$(shown "$simulator" steps 2 "$begin")" "$(planned steps)"
    same "$simulator: frame 3, steps" \
        "$(shown "$simulator" steps 3 $((begin + frame * period)))" "$(planned steps)"
    same "$simulator: it begins with frame 2" "$(told "$simulator" columns | head -n 1)" \
        "$begin 2 Wix[0]"
    same "$simulator: it ends with the last y of frame 3" "$(told "$simulator" end)" 111
    same "$simulator: phase" "$(told "$simulator" phase)" "$begin steady"
    same "$simulator: nothing but the scope" \
        "$(told "$simulator" var | grep -v '^ese_bench\.u_chip\.u_core\.u_controller\(\.\|$\)' | sort | tr '\n' ' ')" \
        'ese_bench ese_bench.u_captions '
    must "$simulator: the scope" grep -qx 'var ese_bench.u_chip.u_core.u_controller.u_passes' "$work/$simulator"
done
same 'both begin at the same time' "$(told verilator first)" "$(told icarus first)"
same 'both say the same' "$(told verilator columns)" "$(told icarus columns)"

# ---- what GTKWave is told ----

for name in w w.icarus; do
    must "$name.gtkw: the file" grep -qx "\[dumpfile\] \"$(realpath "$work")/$name.vcd\"" "$work/$name.gtkw"
done
# Every signal that it names is in the waveform, with its range.
shows_what_is_there() {
    sed -n 's/^\(+{[a-z_]*} \)\?ese_bench\.\(u_captions\.\)\?\([a-z_]*\(\[[0-9:]*\]\)\?\)$/\3/p' \
        "$work/w.gtkw" | sort -u >"$work/shown"
    awk '$1 == "$var" { print $5 ($6 ~ /^\[/ ? $6 : "") }' "$work/verilator.vcd" | sort -u >"$work/there"
    comm -23 "$work/shown" "$work/there"
}
silent 'every signal of the view is there' shows_what_is_there
same 'as many as it shows' "$(wc -l <"$work/shown")" "$(grep -c 'ese_bench\.[a-z]' "$work/w.gtkw")"

# ---- windows ----

# A waveform of Icarus alone is quickly made.
window() { # OPTION... : "FIRST LAST" in the phase, and which
    trace x.vcd --sim icarus --trace-scope ese_progress "$@"
    awk -f tests/chips/vcd.awk "$work/x.vcd" >"$work/x"
    printf '%s %s\n' "$(told x phase | cut -d ' ' -f 2- | tr '\n' ' ')" \
        "$((($(told x last) - $(told x first)) / period))"
}
window --trace-frames 2:2 >"$work/short"
window --trace-frames 2:4 >"$work/long"
same 'two frames more' "$(awk 'NR == 1 { short = $2 } NR == 2 { print $2 - short }' "$work/short" "$work/long")" \
    "$((2 * frame))"
same 'a whole phase' "$(window --trace-phase held | cut -d ' ' -f 1)" held
same 'everything' "$(window | sed 's/ [0-9]*$//')" 'steady cut rough x ends early x ends late held '
same 'a frame of another phase' "$(window --trace-phase rough --trace-frames 3 | cut -d ' ' -f 1)" rough
must 'which is' grep -q '^columns [0-9]* 3 ' "$work/x"
same 'no frame before it' "$(grep -c '^columns [0-9]* [012] ' "$work/x")" 0

# ---- FST ----

# "TYPES FIRST LAST" of a whole file: its blocks are a type and a length each, the first has the times.
blocks() { # FILE
    od -An -v -tu1 -w1 "$1" | awk '
        { byte[NR - 1] = $1 }
        function number(at,   n, value) {
            for (n = 0; n < 8; n++) value = 256 * value + byte[at + n]
            return value
        }
        END {
            for (at = 0; at < NR; at += 1 + number(at + 1)) types = types byte[at] ","
            print (at == NR ? types : "broken"), number(9), number(17)
        }'
}
trace w.fst --sim both --trace-frames 2:3 --trace-scope ese_controller
for simulator in verilator icarus; do
    file=$work/w.fst
    [ "$simulator" = verilator ] || file=$work/w.icarus.fst
    read -r types first last <<<"$(blocks "$file")"
    must "$simulator: FST, times, changes, hierarchy" grep -qE '^0,([1258],)+3,[2467],' <<<"$types"
    same "$simulator: FST begins" "$first" "$(told "$simulator" first)"
    holds "$simulator: FST ends" "$last" '<=' "$(($(told "$simulator" last) + period))"
done

# ---- which instances there are ----

icarus_instances() { # DIR
    in_folder "$1" iverilog -g2005 -s "$(top_of "$1")" -o "$work/chip.vvp" -c rtl/files.f || return
    sed -nE 's/^(S_\w+) \.scope (\w+), "([^"]*)" "([^"]*)"[^S]*(S_\w+)?;$/\1|\2|\3|\4|\5/p' \
        "$work/chip.vvp" | awk -F'|' '
            { path[$1] = $5 == "" ? "ese_bench.u_chip" : path[$5] "." $3 }
            $2 == "module" { print path[$1], $4 }'
}
while read -r name settings; do
    # shellcheck disable=SC2086 # words
    gen_kind "kind_$name" $settings
    build/instances "$work/kind_$name" | grep -v '^ese_bench ' | sort >"$work/ours"
    icarus_instances "$work/kind_$name" | sort >"$work/theirs"
    silent "$name: instances" diff "$work/ours" "$work/theirs"
    holds "$name: how many" "$(wc -l <"$work/ours")" '>' 50
done < <(chip_kinds)
finish
