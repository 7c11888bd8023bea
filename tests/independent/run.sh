#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh - the check of somebody who trusts nothing of ours: two LSTM and a linear layer, drawn, written
# and computed in Python from the equations; the chip that `ese gen` makes of them, driven through its
# AXI ports by a bench that knows what the chip's README.md and REGISTERS.md say, and nothing else; y of
# every frame and the saved states against floating point, no further off than `ese` says.  No line of
# sim/, models/ or fpga/ is used.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
here=$PWD/tests/independent
seeds=12

if ! command -v python3 >/dev/null; then
    bad 'python3 is not there: apt-get install python3'
    finish
    exit
fi

check() { # draw | plan | compare | mistakes CHIP
    python3 -B "$here/check.py" "$1" "$2" "$work/$2"
}

# The bench must come to its end and complain of nothing.
plays() { # COMMAND...
    local output
    rm -f result.hex
    output=$("$@" 2>&1)
    grep -q '^DONE' <<<"$output" && ! grep -v -e '^DONE' -e ' Verilog \$finish$' <<<"$output" && return
    printf '%s\n' "$output"
    return 1
}

build_icarus() {
    iverilog -g2005 -Wall '-DESE_MEM_DIR="chip/mem/"' -I . -I "$here" -s bench -o bench.vvp \
        "$here"/*.v chip/rtl/*.v
}

build_verilator() {
    verilator --binary -Wno-lint -Wno-style -CFLAGS '-O0 -fcoroutines' --Mdir built --top-module bench \
        '-DESE_MEM_DIR="chip/mem/"' -I. -I"$here" "$here"/*.v -F chip/rtl/relative.f
}

for chip in stream resident; do
    mkdir "$work/$chip"
    cd "$work/$chip"
    must "$chip: draw" check draw "$chip"
    must "$chip: gen" "$ese" gen model.yaml -o chip
    must "$chip: model" "$ese" model chip other.yaml -o other --json other.json
    must "$chip: plan" check plan "$chip"
    silent "$chip: the bench under iverilog -Wall" build_icarus
    must "$chip: icarus" plays vvp -n bench.vvp
    must "$chip: y and states, icarus" check compare "$chip"
    check compare "$chip" || : # for the log
    must "$chip: mistakes are seen" check mistakes "$chip"
    must "$chip: the bench by Verilator" build_verilator
    for ((seed = 1; seed <= seeds; seed++)); do
        must "$chip: verilator, waits $seed" plays built/Vbench "+seed=$((seed * 7919))"
        must "$chip: y and states, waits $seed" check compare "$chip"
    done
done
finish
