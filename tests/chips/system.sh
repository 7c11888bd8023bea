#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# system.sh VOICES MEMORY_MODEL [KEY=VALUE]... - the preset paper as a whole system: the host library
# puts VOICES utterances of different lengths through all 32 channels of the simulated chip, new ones
# entering as others end.  Every y must be right, and the array must stay busy.  The environment variable
# `lengths` gives their shortest and longest number of frames, 15,75 if it is not set.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
voices=${1:?number of utterances} memory=${2:?ideal, ddr3 or hostile}
lengths=${lengths:-15,75}
shift 2
sets=()
for set in "$@"; do
    sets+=(--set "$set")
done
chip=$work/paper
json=$work/run.json

must "gen" "$ese" gen paper -o "$chip" "${sets[@]}"
lint_chip paper "$chip"
# shellcheck disable=SC2086 # two numbers
must "draw voices" build/draw_voices "$work/voices" 153 "$voices" ${lengths/,/ } 1
must "run" "$ese" run "$chip" --input "$work/voices" --output-dir "$work/outputs" \
    --memory "$memory" --json "$json"
if [ -e "$json" ]; then
    same "verdict" "$("$json_get" "$json" verdict)" pass
    same "utterances" "$("$json_get" "$json" utterances)" "$voices"
    same "outputs" "$(find "$work/outputs" -name '*.npy' | wc -l)" "$voices"
    cycles=$("$json_get" "$json" cycles_per_frame)
    model=$("$json_get" "$json" model_cycles_per_frame)
    printf '%s frames in %s channels, %s cycles a frame (model %s), utilization %s\n' \
        "$("$json_get" "$json" frames)" "$("$json_get" "$json" channels)" "$cycles" "$model" \
        "$("$json_get" "$json" utilization)"
    case $memory in
    ideal) holds "cycles within 1 % of steady state" "$cycles" '<=' "$(awk "BEGIN { print $model * 1.01 }")" ;;
    ddr3) holds "cycles within 3 % of the limit" "$cycles" '<=' "$(awk "BEGIN { print $model * 1.03 }")" ;;
    esac
fi
finish
