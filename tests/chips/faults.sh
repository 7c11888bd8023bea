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
for name in resident-memory stream-memory one-port resident-stream stream-stream; do
    for seed in "$@"; do
        must "$name, seed $seed" \
            "$ese" verify "$work/$name" --sim verilator --faults "$count" --seed "$seed"
    done
done
finish
