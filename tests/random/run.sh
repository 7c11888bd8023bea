#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh FROM TO [both|icarus|verilator] [layers|backward] - random configurations, one for each seed: generated,
# linted, read by Yosys, every fourth synthesized, simulated; values and cycles must be equal everywhere, those
# of all vectors.  With `layers` their networks have one to five layers; with `backward` some of these go backward,
# so that there is a program of each part.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
from=${1:?first seed} to=${2:?last seed} simulators=${3:-both} layers=${4:-}

for seed in $(seq "$from" "$to"); do
    chip=$work/$seed
    base=tiny
    [ -z "$layers" ] || base=$work/$seed.yaml
    mapfile -t sets < <(build/draw_config "$seed" ${layers:+"$base"})
    if [ "$layers" = backward ]; then
        directions=(both backward both)
        # the first that has a direction
        layer=$(grep '^ *- {' "$base" | awk '!/kind: linear/ && found == "" { found = NR - 1 } END { print found }')
        [ -n "$layer" ] || continue
        sets+=(--set "memory=$([ $((seed % 2)) -eq 0 ] && echo stream || echo resident)" --set io=memory
               --set "model.layers.$layer.direction=${directions[seed % 3]}")
    fi
    before=$failed
    must "seed $seed: gen" "$ese" gen "$base" -o "$chip" "${sets[@]}"
    [ -d "$chip" ] || continue
    lint_chip "seed $seed" "$chip"
    [ $((seed % 4)) -ne 0 ] || silent "seed $seed: synth" synthesizes "$chip"
    must "seed $seed: verify" \
        "$ese" verify "$chip" --sim "$simulators" --seed "$seed" --frames 8 --taps --json "$chip.json"
    # widths as drawn may be too few for the network; whether that is said is test_accuracy_random's affair
    if [ "$layers" = backward ]; then
        part=0
        while "$json_get" "$chip.json" "parts.$part" >"$work/part.json" 2>/dev/null; do
            check_results "seed $seed, part $part" "$work/part.json" inaccurate
            part=$((part + 1))
        done
        same "seed $seed: parts" "$part" "$(find "$chip/mem" -name model.bin | wc -l)"
        [ "$failed" -eq "$before" ] || printf 'seed %s is: %s %s\n' "$seed" "$(cat "$base")" "${sets[*]}"
        rm -rf "$chip" "$chip.json"
        continue
    fi
    check_results "seed $seed" "$chip.json" inaccurate
    if [ "$simulators" = both ]; then
        same "seed $seed: cycles in both simulators" \
            "$("$json_get" "$chip.json" simulators.icarus.cycles || :)" \
            "$("$json_get" "$chip.json" simulators.verilator.cycles || :)"
    fi
    # another model for a chip that loads its model: it fits, or is refused by name
    if [[ " ${sets[*]} " == *memory=[rs][et]* ]]; then
        other=(--set "model.cell=$((seed % 5 + 1))")
        [ -z "$layers" ] || other=() # the same list, other weights
        for key in "${sets[@]}"; do
            case $key in
            model.seed=* | model.cell=*) ;;
            model.*) other+=(--set "$key") ;;
            esac
        done
        if "$ese" model "$chip" "$chip/config.yaml" -o "$chip.model" "${other[@]}" --set model.seed="$seed" \
            >/dev/null 2>"$chip.refused"; then
            must "seed $seed: verify another model" "$ese" verify "$chip" --model "$chip.model" \
                --sim icarus --seed "$seed" --frames 5
        else
            same "seed $seed: another model is refused by name" \
                "$(grep -c '^ese: model: .* the chip' "$chip.refused")" 1
        fi
        rm -rf "$chip.model" "$chip.refused"
    fi
    [ "$failed" -eq "$before" ] || printf 'seed %s is: ese gen %s %s\n' "$seed" \
        "$([ -z "$layers" ] && echo tiny || cat "$base")" "${sets[*]}"
    rm -rf "$chip" "$chip.json"
done
finish
