#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh [SECONDS [TARGET...]] - each fuzz target, or those, for so long, 60 if not given, from the files in
# the tree: fixtures, and what fuzzing has found so far (corpus/TARGET.tar.xz, keep.sh).
# An input that breaks one is left in build/fuzz.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-60}
work=$PWD/build/fuzz
passed=0 failed=0
mkdir -p "$work"

mkdir -p "$work/proto"
protoc-c --proto_path=/usr/include/onnx --c_out="$work/proto" onnx.proto

read -r -a libraries < <(sed -n 's/^LIBS *:= //p' Makefile)
objects=()
for source in gen/*.c gen/*/*.c models/*.c models/*/*.c fpga/driver/ese_*.c "$work/proto/onnx.pb-c.c"; do
    [ -f "$source" ] && [ "$source" != gen/main.c ] || continue
    object=$work/$(tr / _ <<<"${source%.c}").o
    clang -std=c11 -D_GNU_SOURCE -I. -I"$work/proto" -O1 -g -fno-omit-frame-pointer \
        -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -c -o "$object" "$source"
    objects+=("$object")
done

array() { # NAME HEADER DATA : in format 1.0
    printf "\\x93NUMPY\\1\\0\\x$(printf %02x ${#2})\\0%s%s" "$2" "$3" >"$work/fuzz_npy.corpus/$1"
}

seed() { # TARGET : what to start from
    mkdir -p "$work/$1.corpus"
    if [ -f "tests/fuzz/corpus/$1.tar.xz" ]; then
        tar -xJf "tests/fuzz/corpus/$1.tar.xz" -C "$work/$1.corpus"
    fi
    case $1 in
    fuzz_config)
        cp gen/presets/*.yaml "$work/$1.corpus/"
        printf 'model:\n  layers:\n  - %s\n  - kind: gru\n    cell: 5\n    reset: before\n\0%s' \
            '{kind: lstm, input: 3, cell: 4, formats: {c: 9}}' model.layers.1.cell=6 \
            >"$work/$1.corpus/layers"
        ;;
    fuzz_npy)
        for file in models/speech/utt0[0-3]*.npy; do
            head -c 3000 "$file" >"$work/$1.corpus/$(basename "$file")"
        done
        array half "{'descr': '>f2', 'fortran_order': True, 'shape': (2, 3)}" 123456789012
        array double "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 1, 2)}" 1234567890123456
        array long "{'descr': '>i8', 'fortran_order': True, 'shape': (2,)}" 1234567890123456
        array byte "{'descr': '|u1', 'fortran_order': True, 'shape': (1, 2, 2, 1)}" 1234
        printf '\x08\x08\x12\x07pytorch:\x02\x0a\x00' >"$work/$1.corpus/onnx"
        printf 'PK\3\4%22s\x10\0\0\0archive/data.pkl' '' >"$work/$1.corpus/zip"
        ;;
    fuzz_numpy)
        cp tests/fixtures/numpy/* "$work/$1.corpus/"
        ;;
    # What an older checkpoint has behind its first three pickles, too: see the target.
    fuzz_torch)
        cp tests/fixtures/torch/*.pt "$work/$1.corpus/"
        for file in tests/fixtures/torch/*stream.pt; do
            tail -c +138 "$file" >"$work/$1.corpus/$(basename "$file" .pt).object"
        done
        ;;
    # The smallest of each kind.
    fuzz_onnx)
        for file in lstm gru rnn linear weights_torch_9 weights_gathered weights_backward in_if sparse \
            batch_first cell cell_order int8 int8_dynamic gru_both_stack zero_states conv_wide qonnx \
            torch_gru_cell torch_rnn_cell functions; do
            cp "tests/fixtures/onnx/$file.onnx" "$work/$1.corpus/"
        done
        ;;
    # A whole model is too long to fuzz; its header, with a little data, is what is parsed.
    fuzz_safetensors)
        head -c 4000 models/speech/speech-pruned.safetensors >"$work/$1.corpus/header"
        printf '\x48\0\0\0\0\0\0\0{"lstm.b_i":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}          12345678' \
            >"$work/$1.corpus/small"
        ;;
    esac
}

shift || true
targets=("$@")
[ $# -gt 0 ] || mapfile -t targets < <(basename -s .c tests/fuzz/fuzz_*.c)
for name in "${targets[@]}"; do
    source=tests/fuzz/$name.c
    seed "$name"
    clang -std=c11 -D_GNU_SOURCE -I. -O1 -g -fsanitize=fuzzer,address,undefined \
        -fno-sanitize-recover=all -o "$work/$name" "$source" "${objects[@]}" \
        "${libraries[@]}"
    status=0
    ESE_HOME=$PWD "$work/$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
        -artifact_prefix="$work/$name-" "$work/$name.corpus" >"$work/$name.log" 2>&1 || status=$?
    grep -E '^Done [0-9]+ runs' "$work/$name.log" | sed "s/^/$name: /" || true
    if [ "$status" -eq 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'FAILED %s\n' "$name"
        tail -n 25 "$work/$name.log"
    fi
done
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
