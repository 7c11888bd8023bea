#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh FAMILY... - netlists before the bench that the Verilog meets, bit for bit and clock for
# clock: `ese verify --netlist` of what Debian's Yosys makes of a chip.
#
#   ice40      the smallest chip on an iCE40
#   both       the same under both simulators, and a netlist with a fault
#   xc7, xcup  Xilinx 7-series and UltraScale+, with our own models of block RAMs and DSP48E2
#   ecp5       Lattice ECP5, with our own models of block RAM and multiplier
#   wrong      what this Yosys gets wrong (gen/implement/bad_yosys.def): the bench must see it,
#              and `ese implement` refuse it
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
unset ESE_PNR_TOOLS # Debian's, without what PyPI has
share=$(dirname "$(dirname "$(command -v yosys)")")/share/yosys

# Synthesis: the netlist is what counts here, not where it is placed.
implement() { # NAME TARGET
    "$ese" implement "$work/$1" --target "$2" --seeds 0
}

verify_netlist() { # NAME NETLIST FAMILY OPTION...
    "$ese" verify "$work/$1" --netlist "$2" --cells fpga/cells --cells "$share/$3/cells_sim.v" \
        --frames 3 --json "$work/$1.json" "${@:4}"
}

exact() { # NAME TARGET FAMILY OPTION...
    must "$1: ese implement --target $2" implement "$1" "$2"
    must "$1: the netlist for $2 before the bench" \
        verify_netlist "$1" "$work/$1/build/$2/netlist.v" "$3" "${@:4}"
    check_results "$1, $2" "$work/$1.json"
    same "$1, $2: it says which netlist it played" \
        "$("$json_get" "$work/$1.json" netlist)" "$work/$1/build/$2/netlist.v"
}

# COMMAND must end with status 1 and say WANTED.
fails() { # NAME WANTED COMMAND...
    local output status=0
    output=$("${@:3}" 2>&1) || status=$?
    if [ "$status" -eq 1 ] && grep -q "$2" <<<"$output"; then good; else
        bad "$1: status $status" "$output"
    fi
}

ice40() {
    gen_kind small pes=1 channels=1 elem_lanes=1 ram_hint=none
    exact small ice40-up5k ice40
    gen_kind hinted pes=1 channels=1 elem_lanes=1
    fails 'a chip with hints' 'ram_hint: none' implement hinted ice40-up5k
}

# Forty LUTs of the netlist with another table: some of them matter.
spoil() { # NETLIST
    awk '/\.LUT_INIT\(/ && ++n >= 700 && n < 740 { sub(/16.h..../, "16'"'"'h6996") } { print }' "$1"
}

both() {
    local netlist=$work/small/build/ice40-up5k/netlist.v
    [ -e "$work/small" ] || ice40
    must 'small: under both simulators' verify_netlist small "$netlist" ice40 --sim both
    check_results 'small, both' "$work/small.json"
    spoil "$netlist" >"$work/spoilt.v"
    fails 'a spoilt netlist' 'verdict: FAIL' verify_netlist small "$work/spoilt.v" ice40
}

# Words of less than 64 bits.
narrow() {
    [ -e "$work/narrow" ] || gen_kind narrow pes=4 channels=1 elem_lanes=1
}

xilinx() { # TARGET
    narrow
    exact narrow "$1" xilinx
}

ecp5() {
    narrow
    exact narrow ecp5-25 ecp5
}

# Two channels with two lanes: words of 64 bits.
wrong() {
    local target
    gen_kind wide pes=4 channels=2 elem_lanes=2
    if [ "$(yosys -V | sed 's/Yosys 0\.\([0-9]*\).*/\1/')" -ge 65 ]; then
        for target in xc7 xcup; do exact wide $target xilinx; done
        return
    fi
    for target in xc7 xcup; do
        must "wide: synthesis, $target" in_folder "$work/wide/mem" yosys -q -p "
            read_verilog ../rtl/*.v
            synth_xilinx -family $target -flatten -noiopad -noclkbuf -top ese_top
            check -assert; write_verilog -noattr $work/wide-$target.v"
        fails "wide: the wrong netlist for $target before the bench" 'verdict: FAIL' \
            verify_netlist wide "$work/wide-$target.v" xilinx
        same "wide: its cycles, $target" "$("$json_get" "$work/wide.json" cycles_per_frame)" \
            "$("$json_get" "$work/wide.json" model_cycles_per_frame)"
        fails "wide: ese implement --target $target" 'writes a wrong netlist of this chip' \
            implement wide $target
        must "wide: no wrong netlist stays, $target" test ! -e "$work/wide/build/$target/netlist.v"
    done
}

[ $# -gt 0 ] || { echo 'usage: run.sh ice40|both|xc7|xcup|ecp5|wrong...' >&2; exit 2; }
for family; do
    case $family in
    ice40 | both | ecp5 | wrong) "$family" ;;
    xc7 | xcup) xilinx "$family" ;;
    *) echo "run.sh: '$family' is not ice40, both, xc7, xcup, ecp5 or wrong" >&2; exit 2 ;;
    esac
done
finish
