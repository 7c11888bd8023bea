#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh [few] - ese compress on the shipped speech model and its 32 recordings, which are few: what
# it must reach with them, the file that it writes, Ctrl-C and going on, bad options.  "few": less
# learning.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
few=${1:-}
export ESE_HOME=$PWD
speech=$PWD/models/speech
out=$work/out.safetensors
cat >"$work/c.yaml" <<END
pes: 8
channels: 4
model:
  path: $speech/speech-dense.safetensors
  layers:
    - kind: lstm
  utterances: $speech
  density: 0.1
END

compress() { # OUT ARGUMENT...
    local to=$1
    shift
    "$ese" compress "$work/c.yaml" -o "$to" --threads 1 "$@"
}

usage() { # NAME MESSAGE ARGUMENT...
    refuses "$1" 2 "$2" "$ese" compress "${@:3}"
}

of_row() { # FILE ROW KEY
    "$json_get" "$1" "table.$2.$3"
}

# ---- options ----

usage 'no network' 'no CONFIG given' -o "$out"
usage 'no output' 'no output given: -o OUT.safetensors' "$work/c.yaml"
usage 'no frames' "--frames: '0' is not a whole number in 1..2147483647" "$work/c.yaml" -o "$out" --frames 0
usage 'no minutes' "--minutes: '0' is not a number above 0 and up to 100000" "$work/c.yaml" -o "$out" --minutes 0
usage 'minutes that are none' "--minutes: '5x' is not a number" "$work/c.yaml" -o "$out" --minutes 5x
usage 'minutes and frames' '--frames and --minutes: one of them says how long' \
    "$work/c.yaml" -o "$out" --minutes 1 --frames 1000
usage 'no such threads' "--threads: '17' is not a whole number in 1..16" "$work/c.yaml" -o "$out" --threads 17
usage 'no such loss' "--loss: 'kl' is not auto, classes, y or centres" "$work/c.yaml" -o "$out" --loss kl

# ---- what it reaches ----

# Of 100 decisions the dense network's pruned at once has some 29, with labels 27.
frames=2000000 agree=0.68 right=0.66
[ -z "$few" ] || frames=400000 agree=0.50 right=0.48
must 'learning' compress "$out" --frames "$frames" --json "$work/out.json"
same 'the loss of few recordings with an output layer' "$("$json_get" "$work/out.json" loss)" 'classes and y'
same 'they are multiplied' "$("$json_get" "$work/out.json" augmented)" true
holds 'agreement, pruned at once' "$(of_row "$work/out.json" 1 agreement)" '<' 0.35
holds 'agreement, distilled' "$(of_row "$work/out.json" 2 agreement)" '>' "$agree"
holds 'frames right, dense' "$(of_row "$work/out.json" 0 frames_right)" '>' 0.9
holds 'frames right, distilled' "$(of_row "$work/out.json" 2 frames_right)" '>' "$right"
holds '12-bit weights cost nothing' "$(of_row "$work/out.json" 3 agreement)" '>' \
    "$(awk -v a="$(of_row "$work/out.json" 2 agreement)" 'BEGIN { print a - 0.01 }')"
holds 'more recordings are wanted' "$("$json_get" "$work/out.json" frames_wanted)" '>=' 100000

# ---- the file ----

for fact in density:0.1 pes:8 seed:1 "frames:$("$json_get" "$work/out.json" seen)" 'loss:classes and y'; do
    must "the file says $fact" grep -qaF "\"${fact%%:*}\":\"${fact#*:}\"" "$out"
done
must 'a chip of it' "$ese" gen "$work/c.yaml" --set "model.path=$out" --set model.pruning=none -o "$work/chip"
must 'a chip that is pruned at once' "$ese" gen "$work/c.yaml" --set model.pruning=balanced -o "$work/at_once"
nonzeros() { # DIR
    "$ese" report "$1" --json "$work/report.json" >"$work/log" 2>&1 && "$json_get" "$work/report.json" network.nonzeros
}
same 'non-zeros' "$(nonzeros "$work/chip")" "$(nonzeros "$work/at_once")"

# ---- interrupted ----

interrupt() { # OUT ARGUMENT... : after its second checkpoint
    local process
    env --default-signal=INT "$ese" compress "$work/c.yaml" -o "$1" --threads 1 "${@:2}" >"$work/log" 2>&1 &
    process=$!
    while [ ! -e "$1.checkpoint.0" ] || [ ! -e "$1.checkpoint.1" ]; do
        kill -0 "$process" || break
        sleep 0.05
    done
    kill -INT "$process"
    status=0
    wait "$process" || status=$?
    [ "$status" -eq 130 ]
}
must 'in one go' compress "$work/whole.safetensors" --frames 150000
must 'interrupted' interrupt "$work/part.safetensors" --frames 150000
must 'it says so' grep -E 'warning: interrupted at [0-9]+ of 150000 frames' "$work/log"
must 'a network is there' test -s "$work/part.safetensors"
must 'it is as sparse' "$ese" gen "$work/c.yaml" --set "model.path=$work/part.safetensors" --set model.pruning=none \
    -o "$work/part"
same 'non-zeros of it' "$(nonzeros "$work/part")" "$(nonzeros "$work/at_once")"
goes_on() {
    compress "$work/part.safetensors" --frames 150000 --json "$work/part.json" >"$work/log"
}
must 'it goes on' goes_on
must 'and says so' grep -E 'goes on from .*part.safetensors.checkpoint.0 and .1, [0-9]+ of 150000 frames' "$work/log"
same 'from there' "$("$json_get" "$work/part.json" resumed)" true
must 'to the same bytes' cmp "$work/whole.safetensors" "$work/part.safetensors"
same 'no checkpoint is left' "$(find "$work" -name '*.checkpoint.*')" ''

# Of a time the number of frames is kept.
must 'a time, interrupted' interrupt "$work/timed.safetensors" --minutes 0.1
frames=$(sed -n 's/.*interrupted at [0-9]* of \([0-9]*\) frames.*/\1/p' "$work/log")
must 'a time goes on' compress "$work/timed.safetensors" --minutes 0.1 --json "$work/timed.json"
same 'a time keeps its frames' "$("$json_get" "$work/timed.json" frames)" "$frames"

# ---- coarse weights ----

# Judged by more recordings than are learnt from: it takes thousands of frames to tell the two apart.
if [ -z "$few" ]; then
    mkdir "$work/twelve" "$work/twenty"
    cp "$speech"/utt0?.npy "$speech"/utt3?.npy "$work/twelve"
    cp "$speech"/utt[12]?.npy "$work/twenty"
    coarse=(--frames 400000 --set weight_bits=4 --set model.density=0.3 --set "model.utterances=$work/twelve"
            --held-out "$work/twenty")
    must '4 bits, rounded when all is done' compress "$work/rounded.safetensors" "${coarse[@]}" \
        --json "$work/rounded.json"
    must '4 bits, taught' compress "$work/taught.safetensors" "${coarse[@]}" --quantized --json "$work/taught.json"
    same 'rounding it again changes nothing' "$(of_row "$work/taught.json" 2 loss)" \
        "$(of_row "$work/taught.json" 3 loss)"
    holds 'taught is better than rounded' "$(of_row "$work/taught.json" 3 loss)" '<' \
        "$(of_row "$work/rounded.json" 3 loss)"
fi
finish
