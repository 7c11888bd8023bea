#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# faults.sh COUNT SEED... - chips of every kind of memory; on each, for each seed, COUNT runs in which
# something drawn at random goes wrong.  Every fault must be reported rightly and be recovered from.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
count=${1:?faults} && shift

chip() { # NAME [SET]...
    local name=$1 sets=()
    shift
    for set in "$@"; do
        sets+=(--set "$set")
    done
    must "$name: gen" "$ese" gen tiny -o "$work/$name" "${sets[@]}"
}

chip resident-memory memory=resident
chip stream-memory memory=stream axi_data_bits=512
chip one-port memory=stream memory_ports=1 axi_data_bits=128 channels=5 axi_address_bits=32
chip resident-stream memory=resident io=stream memory_ports=1
chip stream-stream memory=stream io=stream axi_data_bits=1024 axi_address_bits=64
# GRUs' states have two places, and a part that goes backward has strides
cat >"$work/gru.yaml" <<'END'
base: tiny
model:
  layers:
    - {kind: gru, input: 5, cell: 9}
    - {kind: gru, cell: 7, reset: before}
    - {kind: lstm, cell: 5, output: 4}
END
sed '/^ /s/cell: 9/&, direction: both/' "$work/gru.yaml" >"$work/both.yaml"
for memory in resident stream; do
    must "gru-$memory: gen" "$ese" gen "$work/gru.yaml" --set memory="$memory" -o "$work/gru-$memory"
done
must "both-stream: gen" "$ese" gen "$work/both.yaml" --set memory=stream -o "$work/both-stream"
for name in resident-memory stream-memory one-port resident-stream stream-stream gru-resident gru-stream \
    both-stream; do
    for seed in "$@"; do
        must "$name, seed $seed" \
            "$ese" verify "$work/$name" --sim verilator --faults "$count" --seed "$seed"
    done
done
finish
