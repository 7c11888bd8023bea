#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# paper.sh FRAMES [KEY=VALUE]... - the preset paper in full size under Verilator, or the chip that `of` in
# the environment names.  Without settings its speed must be the one that we promise; with `least` in
# the environment, that share of the multiplier slots must do useful work.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
frames=${1:?number of frames}
shift
sets=()
for set in "$@"; do
    sets+=(--set "$set")
done
chip=$work/paper
json=$work/paper.json

must "gen" "$ese" gen "${of:-paper}" -o "$chip" ${sets[@]+"${sets[@]}"}
lint_chip paper "$chip"
must "verify" "$ese" verify "$chip" --sim verilator --frames "$frames" --json "$json"
check_results paper "$json"
same "frames" "$("$json_get" "$json" frames)" "$frames"
utilization=$("$json_get" "$json" mac_utilization)
build=$("$json_get" "$json" simulators.verilator.build_seconds)
speed=$("$json_get" "$json" simulators.verilator.cycles_per_second)
printf '%s cycles a frame, utilization %s, built in %s s, %s cycles/s\n' \
    "$("$json_get" "$json" cycles_per_frame)" "$utilization" "$build" "$speed"
ddr3=$(awk -F'"' '/"name": "ddr3"/ { found = 1 }
    found && /"cycles_per_frame"/ { gsub(/[^0-9]/, "", $3); print $3; exit }' "$json")
if [ -n "$ddr3" ] && [ -z "${of:-}" ]; then
    printf '%s cycles a frame with a memory like DDR3-1600\n' "$ddr3"
    holds "cycles with DDR3" "$ddr3" '<=' 10454 # 3 % above the limit of 10,150
fi
if [ $# -eq 0 ] || [ -n "${least:-}" ]; then
    holds "utilization" "$utilization" '>=' "${least:-0.98}"
fi
finish
