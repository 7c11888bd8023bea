#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh - ese paper: Table 1 and a sweep, their chosen points again in RTL with one channel each; the processor.
. "$(dirname "$0")/../lib.sh"

# A failure in RTL or a cycle more or less is exit status 1.
for figure in table1 fifo; do
    must "$figure --verify" "$ese" paper "$figure" --verify --set channels=1 -o "$work/once" \
        --json "$work/$figure.json"
    same "$figure: all agree" "$("$json_get" "$work/$figure.json" agree)" true
    same "$figure: points in RTL" \
        "$("$json_get" "$work/$figure.json" "figures.$figure.points_rerun")" 3
done
holds "seconds to step a point" \
    "$("$json_get" "$work/table1.json" figures.table1.slowest_step_seconds)" '<=' 0.05

# Cycles of the total in the table, which come from the model but have been found equal in RTL.
total() { # ENCODING ORDER
    awk -F, -v e="$1" -v o="$2" '$1 == e && $2 == o && $3 == "total" && $19 == "rtl" { print $18 }' \
        "$work/once/table1.csv"
}
holds "cycles, block" "0$(total block greedy)" '>' 10000
holds "cycles, block" "$(total block greedy)" '<=' 10360
holds "cycles, relative" "0$(total relative greedy)" '>' 10000
holds "cycles, relative" "$(total relative greedy)" '<=' 11700

# The same bytes again, however many processes; text with what was run, picture without.
must "table1" "$ese" paper table1 --jobs 1 --set channels=1 -o "$work/one"
must "table1" "$ese" paper table1 --jobs 3 --set channels=1 -o "$work/three"
for file in table1.txt table1.csv table1.svg; do
    must "same bytes: $file" cmp "$work/one/$file" "$work/three/$file"
done
must "same picture" cmp "$work/one/table1.svg" "$work/once/table1.svg"
must "text of an RTL point" grep -q 'model and RTL' "$work/once/table1.txt"
must "standard output" cmp <("$ese" paper table1 --set channels=1) "$work/one/table1.txt"

# The processor: what it takes is its own affair, but the chip beside it is that of the report.
must "cpu" "$ese" paper cpu --set pes=16 --set clock_mhz=150 --json "$work/cpu.json" -o "$work/once"
must "report" "$ese" report paper --set pes=16 --set clock_mhz=150 --json "$work/report.json"
same "cpu: cycles of the chip" "$("$json_get" "$work/cpu.json" figures.cpu.chip.cycles_per_frame)" \
    "$("$json_get" "$work/report.json" cycles_per_frame)"
same "cpu: time of the chip" "$("$json_get" "$work/cpu.json" figures.cpu.chip.us_per_frame)" \
    "$("$json_get" "$work/report.json" us_per_frame)"
must "cpu: ratios" awk -F, 'NR > 1 { d = $16 * $15 / $10 - 1; if ($10 <= 0 || d * d > 1e-6) exit 1 }' \
    "$work/once/cpu.csv"
must "cpu: no picture" test ! -e "$work/once/cpu.svg"

refuse() { # NAME STATUS MESSAGE ARGUMENT...
    refuses "$1" "$2" "$3" "$ese" paper "${@:4}"
}
refuse "unknown figure" 2 "there is no figure 'fig7'" fig7
refuse "no figure" 2 "no FIGURE given"
refuse "nothing to verify" 2 "cpu has no points to run in RTL" cpu --verify
refuse "swept key" 1 "encoding=block" table1 --set encoding=block
refuse "another network" 1 "only the paper's own network" table1 --set model.cell=512
refuse "no such folder" 1 "cannot create the folder" table1 -o "$work/not/there"
finish
