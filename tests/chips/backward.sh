#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# backward.sh [gru] - networks with layers that go backward, part by part on one chip: two bidirectional LSTMs of a
# framework's, and one of each direction with others behind; with `gru`, two bidirectional GRUs of a framework's, and
# GRUs of both forms and directions among LSTMs.  Twenty utterances of different lengths, through the host
# library, with the model loaded once and streamed; every y is that of the golden model, and that of the
# framework.  What goes backward wrongly is seen.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
kind=${1:-lstm}
fixture=$PWD/tests/fixtures/${kind}_both_stack.safetensors

cat >"$work/both.yaml" <<END
pes: 4
channels: 3
fifo_depth: 4
axi_data_bits: 256
model:
  path: $fixture
  utterances: $work/calibrate
  pruning: none
  layers:
    - {kind: $kind, direction: both}
    - {kind: $kind, direction: both}
END
cat >"$work/mixed.yaml" <<'END'
pes: 4
channels: 2
fifo_depth: 4
axi_data_bits: 128
model:
  density: 0.5
END
[ "$kind" != gru ] || printf '  utterances: %s\n' "$work/labelled" >>"$work/mixed.yaml"
printf '  layers:\n' >>"$work/mixed.yaml"
if [ "$kind" = gru ]; then
    cat >>"$work/mixed.yaml" <<'END'
    - {kind: gru, input: 6, cell: 9, reset: before, direction: backward}
    - {kind: lstm, cell: 7, output: 5, peephole: true, direction: both}
    - {kind: gru, cell: 8, direction: both}
    - {kind: lstm, cell: 8}
    - {kind: linear, output: 4, activation: none}
END
else
    cat >>"$work/mixed.yaml" <<'END'
    - {kind: rnn, input: 6, cell: 9, direction: backward}
    - {kind: lstm, cell: 7, output: 5, peephole: true, direction: both}
    - {kind: lstm, cell: 8}
    - {kind: linear, output: 4, activation: none}
END
fi

# Every y is right, all utterances are written, and no part takes much longer than its frames: of those a descriptor
# has few, as many begin and end.
check_run() { # NAME DIR UTTERANCES ARGUMENT...
    local name=$1 chip=$2 utterances=$3 json=$work/run.json part parts cycles
    shift 3
    rm -rf "$json" "$work/outputs"
    must "$name: run" "$ese" run "$chip" --output-dir "$work/outputs" --json "$json" "$@"
    [ -e "$json" ] || return 0
    same "$name: verdict" "$("$json_get" "$json" verdict | sed "s/${allowed:-pass}/pass/")" pass
    same "$name: mismatches" "$("$json_get" "$json" mismatches)" 0
    same "$name: outputs" "$(find "$work/outputs" -name '*.npy' | wc -l)" "$utterances"
    parts=$(find "$chip/mem" -name model.bin | wc -l)
    for ((part = 0; part < parts; part++)); do
        cycles=$("$json_get" "$json" "path.parts.$part.model_cycles_per_frame")
        [ "$utterances" -lt 20 ] || holds "$name: cycles of part $part" \
            "$("$json_get" "$json" "path.parts.$part.cycles_per_frame")" '<=' "$(awk "BEGIN { print $cycles * 1.3 }")"
    done
}

# What the chip says when a line of its Verilog is another: some y is wrong, or the chip stops.
must_differ() { # NET MODULE SCRIPT
    local whole=$work/$1.stream voices=$work/$1.voices
    shift
    rm -rf "$work/broken"
    cp -r "$whole" "$work/broken"
    rm -rf "$work/broken/build"
    sed -i "$2" "$work/broken/rtl/$1.v"
    if cmp -s "$work/broken/rtl/$1.v" "$whole/rtl/$1.v"; then
        bad "mutant of $1: '$2' changes nothing"
    elif "$ese" run "$work/broken" --input "$voices" --output-dir "$work/outputs" >"$work/log" 2>&1; then
        bad "mutant of $1: '$2' is not seen" "$(cat "$work/log")"
    else
        good
    fi
}

# FILE BYTE...: a .npy of these numbers
bytes_npy() {
    local file=$1 shape header
    shift
    shape="{'descr': '|u1', 'fortran_order': False, 'shape': ($#,), }"
    header=$(printf '%-117s' "$shape")
    { printf '\x93NUMPY\x01\x00\x76\x00%s\n' "$header"; printf "$(printf '\\x%02x' "$@")"; } >"$file"
}

# The same chip, and another model on it, which has less of everything.
other_model() { # CHIP
    must "another model" "$ese" model "$1" "$work/mixed.yaml" --set model.seed=7 --set model.layers.0.cell=7 \
        --set model.layers.2.cell=6 -o "$work/other" --json "$work/other.json"
    same "another model: parts" "$(find "$work/other" -name model.bin | wc -l)" \
        "$("$json_get" "$work/other.json" parts | grep -o '"first_layer"' | wc -l)"
    allowed=inaccurate check_run "another model" "$1" 20 --input "$work/mixed.voices" --model "$work/other"
    cp -r "$work/other" "$work/damaged"
    printf Z | dd of="$work/damaged/part1/model.bin" bs=1 seek=40 conv=notrunc 2>"$work/log"
    refuses "a damaged header" 1 'the header of model.bin is damaged: wrong CRC' \
        "$ese" run "$1" --input "$work/mixed.voices" --model "$work/damaged" --output-dir "$work/first"
    cp "$work/other/part0/"* "$work/damaged/part1/"
    refuses "a part in the place of another" 1 'an image is part 0 of' \
        "$ese" run "$1" --input "$work/mixed.voices" --model "$work/damaged" --output-dir "$work/first"
    must "another model: verify" "$ese" verify "$1" --sim verilator --model "$work/other" --frames 4
    if "$ese" run "$1" --input "$work/mixed.voices" --expected "$work/outputs" --output-dir "$work/first" \
        >"$work/log" 2>&1; then
        bad "another model gives what the chip's own gives" "$(cat "$work/log")"
    else
        good
    fi
}

# What is said of frames, at both ends and on the way, is what the network in floating point says.
recognised() { # CHIP
    must "recognise" "$ese" recognise "$1" --json "$work/recognise.json"
    same "recognise: verdict" "$("$json_get" "$work/recognise.json" verdict)" pass
    same "recognise: frames" "$("$json_get" "$work/recognise.json" frames)" 60
    holds "recognise: as in floating point" "$("$json_get" "$work/recognise.json" frames_alike)" '>=' 0.95
    holds "recognise: cycles of all parts" "$("$json_get" "$work/recognise.json" cycles_per_frame)" '>=' \
        "$("$json_get" "$work/recognise.json" model_cycles_per_frame)"
    must "recognise, cut" "$ese" recognise "$1" --frames 5 --json "$work/recognise.json"
    same "recognise, cut: frames" "$("$json_get" "$work/recognise.json" frames)" 20
    holds "recognise, cut: likewise" "$("$json_get" "$work/recognise.json" frames_alike)" '>=' 0.95
}

# FILE: rows of a .npy
npy_rows() {
    tr -d '\0' <"$1" 2>/dev/null | grep -aoE "'shape': \([0-9]+" | grep -oE '[0-9]+'
}

must "draw voices" build/draw_voices "$work/calibrate" 5 6 10 30 7
must "draw voices" build/draw_voices "$work/labelled" 6 4 15 15 3
printf '%s\n' sil a b c >"$work/labelled/phones.txt"
for n in 0 1 2 3; do
    bytes_npy "$work/labelled/voice00$n.labels.npy" 0 0 1 1 "$n" 2 2 3 3 3 "$n" 1 1 0 0
done
must "draw voices" build/draw_voices "$work/both.voices" 5 20 1 40 1
must "draw voices" build/draw_voices "$work/mixed.voices" 6 20 1 40 2
mkdir "$work/fixture" "$work/expected"
must "the fixture's x and y" build/fixture_voice "$fixture" "$work/fixture/f.npy" "$work/expected/f.npy"
must "report on the fixture" "$ese" report "$work/both.yaml" --set memory=stream --set "model.utterances=$work/fixture" \
    --set "model.expected=$work/expected" --json "$work/report.json"
same "the fixture's outputs agree: all frames" "$("$json_get" "$work/report.json" accuracy.expected.given_frames)" \
    "$(npy_rows "$work/fixture/f.npy")"
same "the fixture's outputs agree" "$("$json_get" "$work/report.json" accuracy.expected.agrees)" true
must "report on six utterances" "$ese" report "$work/both.yaml" --set memory=stream --json "$work/report.json"
same "y is judged on the one that calibration did not see" "$("$json_get" "$work/report.json" accuracy.frames)" \
    "$(npy_rows "$work/calibrate/voice002.npy")"
for memory in stream resident; do
    for net in both mixed; do
        chip=$work/$net.$memory
        must "$net, $memory: gen" "$ese" gen "$work/$net.yaml" --set memory=$memory -o "$chip"
        lint_chip "$net, $memory" "$chip"
        check_run "$net, $memory" "$chip" 20 --input "$work/$net.voices"
    done
    check_run "fixture, $memory" "$work/both.$memory" 1 --input "$work/fixture" --expected "$work/expected"
    holds "fixture, $memory: SNR" "$("$json_get" "$work/run.json" accuracy.snr_db)" '>=' 40
done
check_run "hostile memory" "$work/both.stream" 1 --memory hostile --input "$work/fixture"
must "mixed: verify" "$ese" verify "$work/mixed.stream" --sim verilator --taps --json "$work/verify.json"
same "mixed: verify says" "$("$json_get" "$work/verify.json" verdict | sed 's/inaccurate/pass/')" pass
same "mixed: parts" "$("$json_get" "$work/verify.json" parts.3.mismatches)" 0
if [ "$kind" = gru ]; then
    other_model "$work/mixed.stream"
    recognised "$work/mixed.stream"
fi

if [ "$kind" != gru ]; then # the same lines
    must_differ both ese_feed "s/(stride == 32'd0) ?/1'b1 ?/"
    must_differ both ese_writeback "s/(job_stride == 32'd0) ?/1'b1 ?/"
    # the other begins with a state of its own, which is restored
    must_differ mixed ese_feed "s/first_frame ? first/1'b0 ? first/"
fi

# y of the framework in the other order of time is another.
if "$ese" run "$work/both.stream" --input "$work/both.voices/voice000.npy" --expected "$work/expected/f.npy" \
    --output-dir "$work/outputs" >"$work/log" 2>&1; then
    bad "expected y of other voices are taken" "$(cat "$work/log")"
else
    good
fi
finish
