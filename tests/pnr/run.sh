#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh - the smallest chip placed and routed on an iCE40 UP5K with what Debian has: it fits, and
# its clock is not below what it was.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
unset ESE_PNR_TOOLS # Debian's, without what PyPI has
floor=35 # MHz; 38 as measured, and seeds differ by 3

gen_kind small pes=1 channels=1 elem_lanes=1 ram_hint=none
must 'ese implement' "$ese" implement "$work/small" --target ice40-up5k --seeds 3 -o "$work/up5k" \
    --json "$work/result.json"
get() { "$json_get" "$work/result.json" "$1"; }
printf '%s of %s LUTs, %s of %s block RAMs, %s of %s multipliers; %.1f MHz, %.1f to %.1f\n' \
    "$(get sites.ICESTORM_LC.used)" "$(get sites.ICESTORM_LC.available)" \
    "$(get sites.ICESTORM_RAM.used)" "$(get sites.ICESTORM_RAM.available)" \
    "$(get sites.ICESTORM_DSP.used)" "$(get sites.ICESTORM_DSP.available)" \
    "$(get clock.median_mhz)" "$(get clock.worst_mhz)" "$(get clock.best_mhz)"
holds 'the clock in MHz' "$(get clock.median_mhz)" '>=' "$floor"
holds 'the slowest placement is no faster' "$(get clock.worst_mhz)" '<=' "$(get clock.median_mhz)"
holds 'the fastest is no slower' "$(get clock.best_mhz)" '>=' "$(get clock.median_mhz)"
# 4 and 2 small ones: all multipliers in hardware.
same 'multipliers' "$(get multipliers)" \
    $(($(get estimate.multipliers) + $(get estimate.small_multipliers)))
for file in synth.ys netlist.v pins.v pins.json yosys.log place-1.log report-3.json \
    mem/weights.mem rtl/ese_top.v; do
    must "it leaves $file" test -s "$work/up5k/$file"
done
# What it leaves can be run again by hand.
cp "$work/up5k/netlist.v" "$work/netlist.v"
must 'the script by hand' in_folder "$work/up5k/mem" yosys -q -s ../synth.ys
must 'gives the same netlist' cmp <(sed 1d "$work/netlist.v") <(sed 1d "$work/up5k/netlist.v")
finish
