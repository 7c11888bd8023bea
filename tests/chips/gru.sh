#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# gru.sh [few] - GRUs and LSTMs with coupled gates on the chip: the fixtures of the frameworks (tests/fixtures), on
# what they were run, with 12 and 16 bits, values and cycles in both simulators, y against theirs; and chips
# that are small, odd, folded or full.  `few` takes four of them.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

verified() { # NAME CHIP [FRAMES]
    must "$1: verify" "$ese" verify "$2" --sim both --frames "${3:-8}" --taps --json "$work/$1.json"
    check_results "$1" "$work/$1.json"
    same "$1: cycles in both simulators" "$("$json_get" "$work/$1.json" simulators.icarus.cycles)" \
        "$("$json_get" "$work/$1.json" simulators.verilator.cycles)"
}

# LAYER is as in a list of layers, without its sizes, which are in the file.
fixture() { # NAME SETTINGS LAYER...
    local name=$1 settings=$2 layer sets=()
    shift 2
    { printf 'base: tiny\nmodel:\n  layers:\n'; printf '    - {%s}\n' "$@"; } >"$work/$name.yaml"
    must "$name: voices" build/fixture_voices "tests/fixtures/$name.safetensors" "$work/$name.voices"
    for layer in $settings; do
        sets+=(--set "$layer")
    done
    must "$name: gen" "$ese" gen "$work/$name.yaml" -o "$work/$name" --set weight_bits=12 \
        --set activation_bits=16 --set model.path="$PWD/tests/fixtures/$name.safetensors" \
        --set memory=stream --set model.pruning=none --set model.utterances="$work/$name.voices" \
        --set model.expected="$work/$name.voices" ${sets[@]+"${sets[@]}"}
    [ -d "$work/$name" ] || return 0
    lint_chip "$name" "$work/$name"
    verified "$name" "$work/$name"
    snr=$("$json_get" "$work/$name.json" accuracy.snr_db)
    printf '%-28s %6.1f dB against the framework\n' "$name" "$snr"
    holds "$name: SNR" "$snr" '>=' 40
}

fixture gru 'memory=rom pes=3 channels=2' 'kind: gru'
if [ "${1:-}" = few ]; then
    fixture gru_stack_linear 'index_bits=2 pes=4 fold=2 elem_lanes=2' 'kind: gru' 'kind: gru' 'kind: linear'
    fixture gru_before '' 'kind: gru, reset: before'
    fixture lstm_coupled_forget '' 'kind: lstm, coupled: forget'
    finish
    exit
fi
fixture gru_state '' 'kind: gru'
fixture gru_no_bias 'pes=1 channels=1' 'kind: gru, bias: false'
fixture gru_square 'memory=resident pes=5 elem_lanes=1' 'kind: gru'
fixture gru_stack_linear 'index_bits=2 pes=4 fold=2 elem_lanes=2' 'kind: gru' 'kind: gru' 'kind: linear'
fixture onnx_gru 'pipeline=2 channels=9' 'kind: gru'
fixture gru_before '' 'kind: gru, reset: before'
fixture gru_before_no_bias 'pes=1 channels=1' 'kind: gru, reset: before, bias: false'
fixture gru_before_square 'memory=resident pipeline=0 index_bits=2' 'kind: gru, reset: before'
fixture lstm_coupled_forget '' 'kind: lstm, coupled: forget'
fixture lstm_coupled_forget_peephole 'pipeline=2' 'kind: lstm, coupled: forget, peephole: true'
fixture lstm_coupled_input 'pes=1 channels=1' 'kind: lstm, coupled: input'
fixture lstm_coupled_input_peephole '' 'kind: lstm, coupled: input, peephole: true'
finish
