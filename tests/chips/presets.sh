#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# presets.sh - tiny and speech in full, under both simulators; both selftests; the utterances, on speech-lstm, too.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

both_simulators() { # PRESET
    must "$1: gen" "$ese" gen "$1" -o "$work/$1"
    lint_chip "$1" "$work/$1"
    must "$1: verify" "$ese" verify "$work/$1" --sim both --json "$work/$1.json"
    check_results "$1" "$work/$1.json"
    same "$1: cycles in both simulators" \
        "$("$json_get" "$work/$1.json" simulators.icarus.cycles)" \
        "$("$json_get" "$work/$1.json" simulators.verilator.cycles)"
    for seed in 1 2; do
        must "$1: verify with seed $seed" \
            "$ese" verify "$work/$1" --sim verilator --seed $seed --frames 40
    done
}

selftest() { # PRESET SIMULATOR
    must "$1: selftest under $2" \
        "$ese" verify "$work/$1" --selftest --sim "$2" --json "$work/selftest.json"
    same "$1: verdict of the selftest under $2" "$("$json_get" "$work/selftest.json" verdict)" pass
}

both_simulators tiny
both_simulators speech
selftest tiny verilator
selftest tiny icarus
selftest speech verilator

# A beat of weights is four bus words: the array waits for them, and does nothing wrong.  With a port of
# its own for the weights they come in every clock.
narrow_bus() { # PORTS
    must "narrow bus: gen" "$ese" gen tiny -o "$work/narrow$1" --set pes=16 --set memory=stream \
        --set axi_data_bits=128 --set memory_ports="$1" --set model.cell=300 --set model.output=150 \
        --set channels=1
    must "narrow bus: verify" \
        "$ese" verify "$work/narrow$1" --sim verilator --frames 8 --json "$work/narrow$1.json"
    check_results "narrow bus" "$work/narrow$1.json"
}

narrow_bus 2
same "narrow bus: cycles a frame" "$("$json_get" "$work/narrow2.json" cycles_per_frame)" \
    "$("$json_get" "$work/narrow2.json" memory_cycles_per_frame)"
narrow_bus 1

# Words of constants, and of weights, wider than the bus, which has time for them over a frame: they are
# read ahead, and the array does not wait.
wide_words() { # IO PORTS PES LANES
    local name="words wider than the bus, x by $1, $2 ports, $3 PEs"
    must "$name: gen" "$ese" gen tiny -o "$work/wide" --force --set memory=stream --set axi_data_bits=128 \
        --set io="$1" --set memory_ports="$2" --set pes="$3" --set elem_lanes="$4" --set model.cell=39 \
        --set model.density=0.6
    must "$name: verify" "$ese" verify "$work/wide" --sim verilator --frames 8 --json "$work/wide.json"
    check_results "$name" "$work/wide.json"
    holds "$name: clocks of the memory" "$("$json_get" "$work/wide.json" memory_cycles_per_frame)" '<' \
        "$("$json_get" "$work/wide.json" cycles_per_frame)"
}

wide_words stream 2 4 4 # constants
wide_words memory 1 4 4
wide_words stream 1 16 1 # weights
wide_words memory 2 16 1

# The bus has time for all words of a frame, but a dense layer wants more within a while than is read ahead: report
# says how long the array waits about, and verify does not take that for a fault.
cat >"$work/burst.yaml" <<'END'
pes: 16
channels: 1
memory: stream
axi_data_bits: 128
fold: 1
elem_lanes: 1
model:
  layers:
    - {kind: linear, input: 6400, output: 128, density: 0.011, bias: false}
    - {kind: linear, output: 384, density: 1, bias: false}
END
must "burst: gen" "$ese" gen "$work/burst.yaml" -o "$work/burst" --set io=stream
must "burst: verify" "$ese" verify "$work/burst" --sim verilator --frames 6 --json "$work/burst.json"
check_results "burst" "$work/burst.json"
late=$("$json_get" "$work/burst/report.json" external_memory.burst_cycles)
cycles=$("$json_get" "$work/burst.json" model_cycles_per_frame)
holds "burst: limit of all words" "$("$json_get" "$work/burst/report.json" external_memory.limit_cycles)" '<' "$cycles"
holds "burst: it waits" "$("$json_get" "$work/burst.json" cycles_per_frame)" '>' $((cycles + late * 9 / 10))
holds "burst: no longer than that" "$("$json_get" "$work/burst.json" cycles_per_frame)" '<' $((cycles + late * 5 / 4))

# 89.5 % in floating point, and 147 edits from 626 phones, as whoever trained the model measured it;
# the chip's own outputs may cost 0.3 points.
must "speech: recognise" "$ese" recognise "$work/speech" --json "$work/recognise.json"
holds "speech: frames right, from the chip's outputs" \
    "$("$json_get" "$work/recognise.json" frame_accuracy)" '>=' 0.892
holds "speech: phone error rate, from the chip's outputs" \
    "$("$json_get" "$work/recognise.json" phone_error_rate)" '<=' 0.238
same "speech: phone error rate in floating point" \
    "$("$json_get" "$work/recognise.json" float_phone_error_rate)" \
    "$(awk 'BEGIN { printf "%.9g", 147 / 626 }')"
same "speech: the chip scores" "$("$json_get" "$work/recognise.json" scores)" chip
same "speech: cycles a frame" "$("$json_get" "$work/recognise.json" cycles_per_frame)" 1184
same "speech: recognised phones" "$("$json_get" "$work/recognise.json" phones)" 626
same "speech: recognised frames" "$("$json_get" "$work/recognise.json" frames)" 6419

# The host scores y of the LSTM alone.
must "speech-lstm: gen" "$ese" gen speech-lstm -o "$work/speech-lstm"
must "speech-lstm: recognise" \
    "$ese" recognise "$work/speech-lstm" --frames 60 --json "$work/recognise.json"
same "speech-lstm: the host scores" "$("$json_get" "$work/recognise.json" scores)" host
same "speech-lstm: cycles a frame" "$("$json_get" "$work/recognise.json" cycles_per_frame)" 833
same "speech-lstm: recognised frames" "$("$json_get" "$work/recognise.json" frames)" $((32 * 60))
holds "speech-lstm: frames right, from the chip's outputs" \
    "$("$json_get" "$work/recognise.json" frame_accuracy)" '>=' \
    "$("$json_get" "$work/recognise.json" float_frame_accuracy | awk '{ print $1 - 0.003 }')"

# The demo is a page; what README.md shows of it is what it prints; the files it names are there.
status=0
bash tests/demo.sh "$work/speech" >"$work/output" 2>&1 || status=$?
same 'demo: status' "$status" 0
sed "s|$work/speech|rtl_out/speech|g" "$work/output" >"$work/page"
holds 'demo: lines' "$(wc -l <"$work/page")" '<=' 45
same 'demo: lines of more than 100 columns' "$(awk 'length > 100' "$work/page")" ''
awk '/^What `make demo` prints/ { on = 1; next }
     on && /^    / && !/^    \.\.\.$/ { print substr($0, 5); next }
     on && NF && !/^    / { exit }' README.md >"$work/excerpt"
holds 'demo: lines in README.md' "$(wc -l <"$work/excerpt")" '>=' 10
same 'demo: the lines in README.md' "$(grep -Fxf "$work/excerpt" "$work/page")" \
    "$(cat "$work/excerpt")"
for file in $(awk '/^Where to look next/ { on = 1; next } on { print $1 }' "$work/output") \
    "$work/speech/sentences.txt"; do
    must "demo: $file" test -s "$file"
done
same 'demo: all utterances' "$(grep -c '^utt.. ' "$work/speech/sentences.txt")" 32
must 'demo: its picture' grep -q '<svg' "$work/speech/schedule.svg"
# Frames shorter than it takes from one descriptor to the next: 26 clocks.
cat >"$work/short.yaml" <<'END'
pes: 4
channels: 2
memory: resident
model:
  density: 0.4
  layers:
    - {kind: linear, input: 26, output: 5}
END
must "short: gen" "$ese" gen "$work/short.yaml" -o "$work/short"
for seed in 1 2 3; do
    must "short: verify, seed $seed" \
        "$ese" verify "$work/short" --sim icarus --seed $seed --frames 12 --json "$work/short.json"
    same "short: cycles" "$("$json_get" "$work/short.json" cycles_per_frame)" 26
done
finish
