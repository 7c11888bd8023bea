#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh - ese verify --coverage on a small chip in ROM and on one with a host: plausible totals, lines
# that are planted and never run, bins that are empty when their stimulus is not played.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

cover() { # CHIP NAME ARGUMENT... : into $work/NAME and $work/NAME.json
    local chip=$1 name=$2
    shift 2
    must "$name: verify" "$ese" verify "$work/$chip" --coverage "$work/$name" \
        --json "$work/$name.json" "$@"
}

said() { # NAME PATTERN : in the summary
    if grep -Eq -e "$2" "$work/$1/summary.txt"; then
        good
    else
        bad "$1: no '$2'" "$(cat "$work/$1/summary.txt")"
    fi
}

# What coverage.def says is impossible did not happen.
no_contradiction() { # NAME
    same "$1: coverage.def" "$(grep -A9 'yet it happened' "$work/$1/summary.txt" || true)" ''
}

value() { # NAME KEY
    "$json_get" "$work/$1.json" "$2" || true
}

# Of 100 lines or bits of the chip so many at the least; those of the modules add up to them.
totals() { # NAME LINES TOGGLES
    local name=$1 kind least covered missed sum
    for kind in lines toggles; do
        least=$2 covered=$(value "$name" "coverage.$kind.covered")
        missed=$(value "$name" "coverage.$kind.missed")
        holds "$name: $kind" "$((100 * covered / (covered + missed)))" '>=' "$least"
        sum=$("$json_get" "$work/$name.json" coverage.modules |
            grep -o "\"$kind\":{\"covered\":[0-9]*" | awk -F: '{ sum += $NF } END { print sum }')
        same "$name: $kind of all modules" "$sum" "$covered"
        shift
    done
}

small='model.input=5 model.cell=12 model.output=6 pes=2 channels=2'

# Lines that are never run, and a register that never changes, beside what the chip does.
# shellcheck disable=SC2086 # words
gen_kind rom $small
sed -i '0,/^endmodule/s//    reg [1:0] planted;\
    always @(posedge clk)\
        if (reset) planted <= 2'\''d0;\
        else if (planted == 2'\''d2)\
            planted <= 2'\''d3; \/\/ never\
endmodule/' "$work/rom/rtl/ese_pass_sequencer.v"
cover rom lines --sim verilator
same 'lines: verdict' "$(value lines verdict)" pass
totals lines 97 85
said lines '^  ese_pass_sequencer\.v:[0-9]*  planted <= 2.d3; // never$'
said lines '^  ese_pass_sequencer\.v:[0-9]*  planted\[1:0\]$'
said lines '^  ese_program_rom\.v:[0-9]*  memory\[0\].*\(a ROM\)$'
must 'annotated: never run' \
    grep -Eq '^%000000.*planted <= 2.d3' "$work/lines/rtl/ese_pass_sequencer.v"
must 'annotated: all files' test -s "$work/lines/rtl/ese_adder_tree.v"
same 'annotated: no more files' "$(find "$work/lines/rtl" -type f | wc -l)" \
    "$(find "$work/rom/rtl" -name '*.v' | wc -l)"
no_contradiction lines

# The bins are those of Icarus, which counts nothing else.
cover rom bins --sim icarus
said bins 'are counted by Verilator only'
must 'bins: no sources' test ! -e "$work/bins/rtl"
same 'bins: the same in both simulators' "$(value bins simulators.icarus.bins)" \
    "$(value lines simulators.verilator.bins)"
said bins '^  x  *no tlast  *[1-9]'
said bins '^  reset  *in mid-flight, while y waits  *1$'
said bins '^  no host interface: [0-9]*, in frame, host, interrupt, memory, error, register$'

# A chip with a host: all is hit; of that what is not played is not hit, and told by name.
# shellcheck disable=SC2086
gen_kind loadable $small memory=resident io=stream
cover loadable host --sim verilator
same 'host: verdict' "$(value host verdict)" pass
totals host 97 60
said host '^What happened, as counted by the harness: [0-9]* bins, 0 not hit$'
said host '^  WATCHDOG( +[1-9][0-9]*){7}$'
no_contradiction host
cover loadable faults --sim icarus --faults 1
said faults '^  x: tlast too early$'
said faults '^  error: MODEL_CHIP$'
said faults '^  host  *starts  *[1-9]'
finish
