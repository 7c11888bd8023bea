#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh [BINARY] - the command line with bad input, unwritable output, missing tools.
# Bad input: exit status 1, one line on stderr that begins with "ese: ", nothing left behind.
# Bad usage: exit status 2.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
ese=$(realpath "${1:-$ese}")
export ESE_HOME=$PWD
speech=$PWD/models/speech
mkdir "$work/out"

# Runs ese; leaves its exit status and output in status, stdout and stderr.
run() { # ARGUMENT...
    status=0
    limited 600 "$ese" "$@" >"$work/stdout" 2>"$work/stderr" </dev/null || status=$?
}

shown() {
    printf 'exit status %s\n' "$status"
    cat "$work/stderr"
}

refused() { # NAME PATTERN ARGUMENT... : as said above
    local name=$1 pattern=$2
    shift 2
    run "$@"
    if [ "$status" -ne 1 ]; then
        bad "$name: status" "$(shown)"
    elif [ "$(wc -l <"$work/stderr")" -ne 1 ] || ! grep -q '^ese: ' "$work/stderr"; then
        bad "$name: not one line" "$(shown)"
    elif ! grep -Eq -e "$pattern" "$work/stderr"; then
        bad "$name: no '$pattern'" "$(shown)"
    elif [ -n "$(ls -A "$work/out")" ]; then
        bad "$name: left behind" "$(ls -A "$work/out")"
        rm -rf "$work/out"
        mkdir "$work/out"
    else
        good
    fi
}

refused_gen() { # NAME PATTERN ARGUMENT... : of gen, without -o
    refused "$1" "$2" gen "${@:3}" -o "$work/out/chip"
}

usage() { # NAME PATTERN ARGUMENT...
    local name=$1 pattern=$2
    shift 2
    run "$@"
    if [ "$status" -eq 2 ] && grep -Eq -e "$pattern" "$work/stderr"; then
        good
    else
        bad "usage, $name" "$(shown)"
    fi
}

# ---- help and usage ----

help() { # WORD ARGUMENT... : WORD must be in the help
    local word=$1
    shift
    run "$@" --help
    if [ "$status" -eq 0 ] && [ ! -s "$work/stderr" ] && grep -q -e "$word" "$work/stdout"; then
        good
    else
        bad "help of '$*'" "$(shown)"
    fi
}

help 'Commands:'
help 'model.density' gen
help 'model.\* keys' model
help '--selftest' verify
help 'xcku060, xcku115' gen
help '--chart' report
help '--svg' report
help '--svg' verify
help '--coverage' verify
help '--taps' verify
help '--taps' run
help 'recorded speech' recognise
run --version
same "version: status" "$status" 0
must "version" grep -Eq '^ese [0-9]+\.[0-9]+\.[0-9]+$' "$work/stdout"

usage 'no command' 'no command'
usage 'unknown command' "unknown command 'make'" make
usage 'unknown option' 'unrecognized option' gen tiny --fast -o "$work/out/chip"
usage 'no CONFIG' 'no CONFIG' gen -o "$work/out/chip"
usage 'no -o' 'no output given: -o DIR' gen tiny
usage 'two CONFIGs' 'too many' gen tiny speech -o "$work/out/chip"
usage 'no DIR' 'no DIR' verify
usage 'no chip' 'no DIR' model -o "$work/out/model"
usage 'no CONFIG for a model' 'no CONFIG' model x -o "$work/out/model"
usage 'three operands' "one CONFIG is enough: 'y'" model x tiny y -o "$work/out/model"
usage 'no -o for a model' 'no output given: -o DIR' model x tiny
usage 'frames' "'0' is not a whole number" verify x --frames 0
usage 'frames' 'is not a whole number' verify x --frames 1e3
usage 'too few frames' '--frames: 2 is too few; at least 3' verify x --frames 2
usage 'faults' "'0' is not a whole number" verify x --faults 0
usage 'faults of so many frames' '--faults plays phases of few frames' verify x --faults 3 --frames 9
usage 'a chart of faults' '--svg: .* does not go with --faults' verify x --faults 3 --svg x.svg
for option in '--svg x.svg' '--coverage y' '--model y' '--frames 9' '--faults 2' '--trace x.fst' '--sim both' --taps; do
    # shellcheck disable=SC2086 # two words
    usage "the selftest and $option" "--selftest .* does not go with ${option%% [xy29]*}" \
        verify x --selftest $option
done
usage 'keep' 'unrecognized option' verify x --keep
usage 'a work folder without a name' "--work: '' is no folder" verify x --work ''
usage 'a folder of coverage without a name' "--coverage: '' is no folder" verify x --coverage ''
usage 'seed' 'is not a whole number' verify x --seed -1
usage 'sim' 'is not verilator, icarus or both' verify x --sim modelsim
usage 'trace' "'x.vdc' ends neither in .fst nor in .vcd" verify x --trace x.vdc
usage 'trace' "'.vcd' ends neither in .fst nor in .vcd" verify x --trace .vcd
usage 'a phase without a waveform' '--trace-phase goes with --trace' verify x --trace-phase steady
for frames in 3:2 x 1: :1 -1:2 1:2:3 ''; do
    usage "frames of a waveform, $frames" "'$frames' is not A:B" verify x --trace x.fst --trace-frames "$frames"
done
usage 'a picture that is none' "--svg: 'x.png' does not end in .svg" report tiny --svg x.png
usage 'a picture that is none' "--svg: 'x.pdf' does not end in .svg" verify x --svg x.pdf
usage 'a picture onto standard output' "--svg: '-' does not end in .svg" report tiny --svg -
usage 'a picture without a name' "--svg: '.svg' does not end in .svg" report tiny --svg .svg
usage 'two things on standard output' 'only one can be standard output' \
    recognise x --json - --sentences -
usage 'taps without comparing' '--taps: outputs are compared, which --no-check forbids' \
    run x -i y -o z --no-check --taps
usage 'taps of a model' "unrecognized option '--taps'" model x tiny -o z --taps
usage 'jobs' 'is not a whole number' verify x -j 0

# ---- configurations ----

refused_gen 'unknown key' "unknown key 'pse'" tiny --set pse=4
refused_gen 'unknown key of a section' "unknown key 'model.cells'" tiny --set model.cells=4
refused_gen 'no value' 'pes' tiny --set pes
refused_gen 'empty value' 'pes' tiny --set pes=
range() { # KEY VALUE...
    local key=$1
    for value in "${@:2}"; do
        refused_gen "$key=$value" "'?$key'?.*('$value'|$value)" tiny --set "$key=$value"
    done
}
range pes 0 257 -1 3.5 x 99999999999999999999
range channels 0 129
range fifo_depth 0 65
range weight_bits 3 17
range activation_bits 7 19
range index_bits 1 7
range encoding csr
range column_order random
range memory flash
range elem_lanes 0 33 few
range activation_table linear
range model.input 0 16385
range model.cell 0 16385
range model.output 0 16385
range model.density 0 -0.5 1.01 nan inf ten
range model.peephole maybe
range model.projection 2
range model.candidate relu
range model.pruning random
range model.seed -1 9223372036854775808
refused_gen 'lanes beyond PEs' 'elem_lanes' tiny --set elem_lanes=4
refused_gen 'a fold that is none' 'fold: .*auto, 1, 2, 4 or 8' tiny --set fold=3
refused_gen 'a fold that the PEs do not allow' 'fold: 2 needs pes .* multiple of' tiny --set fold=2
refused_gen 'an unknown device' "^ese: --set: device: 'xcku60' is not in fpga/devices.csv .*'xcku060'.* xczu7ev or" \
    tiny --set device=xcku60
refused_gen 'unknown preset' "unknown preset 'huge'" huge
refused_gen 'no such file' 'No such file' "$work/none.yaml"
refused_gen 'a folder' 'folder' "$work/"

config() { # NAME PATTERN TEXT
    printf '%b' "$3" >"$work/config.yaml"
    refused_gen "YAML, $1" "$2" "$work/config.yaml"
}
config 'unknown key' 'config.yaml:2.*pse' 'base: tiny\npse: 4\n'
config 'key twice' 'config.yaml.*pes' 'base: tiny\npes: 4\npes: 5\n'
config 'out of range' 'config.yaml:1.*pes' 'pes: 1000\n'
config 'an unknown device' "config.yaml:2: device: 'ku060' is not in fpga/devices.csv" 'base: tiny\ndevice: ku060\n'
config 'no section' 'config.yaml.*model' 'model: 5\n'
config 'a list' 'config.yaml' '- pes\n- channels\n'
config 'not YAML' 'config.yaml' 'pes: [1, 2\n'
config 'bytes' 'config.yaml' '\0377\0376\0000\0001'
config 'unknown base' 'huge' 'base: huge\n'
config 'an anchor that grows' 'config.yaml' 'a: &a [x, x]\nb: &b [*a, *a]\npes: *b\n'
config 'a layer without a kind' 'config.yaml:3: model.layers.0: has no kind, allowed: lstm, gru' \
    'model:\n  layers:\n    - cell: 4\n'
config 'a kind that is none' "config.yaml:2: model.layers.0.kind: 'lst' is not known" \
    'model:\n  layers: [{kind: lst}]\n'
config 'layers that are no list' 'config.yaml:2: model.layers: wants a list' 'model:\n  layers: 2\n'
config 'no layers' 'config.yaml:1: model.layers: is an empty list' 'model: {layers: []}\n'
config 'a key that a kind does not have' \
    'config.yaml:4: model.layers.1.output: a layer of kind gru has no such key, allowed: kind' \
    'model:\n  layers:\n  - {kind: lstm, input: 3, cell: 4}\n  - {kind: gru, cell: 4, output: 3}\n'
config 'an unknown key of a layer' "'model.layers.0.cel' \(did you mean 'model.layers.0.cell'" \
    'model: {layers: [{kind: gru, cel: 4}]}\n'
config 'a layer without a size' \
    'config.yaml:1: model.layers.0: a layer of kind linear needs output, 1..16384' \
    'model: {layers: [{kind: linear, input: 3}]}\n'
config 'the short form beside layers' 'config.yaml:1: model.cell: the model has a list of layers' \
    'model: {cell: 4, layers: [{kind: gru, input: 3, cell: 4}]}\n'
printf 'model: {layers: [{kind: gru, input: 3, cell: 4}]}\n' >"$work/layers.yaml"
layers() { # NAME PATTERN SET
    refused_gen "layers, $1" "^ese: --set: $2" "$work/layers.yaml" --set "$3"
}
layers 'one too far' 'model.layers.1.cell: there is 1 layer, counted from 0' model.layers.1.cell=4
layers 'of another kind' 'model.layers.0.peephole: a layer of kind gru' model.layers.0.peephole=true
layers 'out of range' 'model.layers.0.cell: 16385 is outside 1..16384' model.layers.0.cell=16385
layers 'the short form' 'model.cell: .* where this is model.layers.N.cell' model.cell=4
layers 'a whole list' 'model.layers: is a list, which only a file gives' 'model.layers=[]'
refused_gen 'a layer of the short form' \
    'model.layers.0.cell: .* of its one LSTM this is model.cell' \
    tiny --set model.layers.0.cell=4
refused 'an axis of no layer' '^ese: axis: model.layers.1.cell: there is 1 layer, counted from 0' \
    sweep "$work/layers.yaml" --axis model.layers.1.cell=4,5 -o "$work/out/sweep"

# What is made of layers, and what not.
sed 's/cell: 4/cell: 4, direction: backward/' "$work/layers.yaml" >"$work/backward.yaml"
refused_gen 'a network that no chip computes' \
    '^ese: layer 0 goes backward, over whole utterances: that takes a chip with x and y in memory' \
    "$work/backward.yaml"
refused 'a layer that goes backward' '^ese: layer 0 goes backward' \
    report "$work/layers.yaml" --set model.layers.0.direction=backward
run report "$work/layers.yaml" --set memory=stream --set model.layers.0.direction=both --json "$work/both.json"
same 'a report on layers of both directions' "$status" 0
must 'its parts' "$json_get" "$work/both.json" cycles_per_frame parts.1.direction parts.1.report.cycles_per_frame
both=("$work/layers.yaml" --set memory=stream --set model.layers.0.direction=both)
refused 'a picture of several programs' '^ese: --svg is of one program, and .* has .*: --part N is of one of them$' \
    report "${both[@]}" --svg "$work/both.svg"
refused 'a part that there is not' '^ese: --part: there is no part 2: the network has 2, counted from 0$' \
    report "${both[@]}" --part 2
refused 'a part of what has none' '^ese: --part: the network has no layers that go backward' \
    report "$work/layers.yaml" --part 0
run report "${both[@]}" --part 1 --svg "$work/both.svg" --json "$work/part.json"
same 'a picture of a part' "$status $(grep -c '</svg>' "$work/both.svg")" '0 1'
same 'a part: its cycles' "$("$json_get" "$work/part.json" cycles_per_frame)" \
    "$("$json_get" "$work/both.json" parts.1.report.cycles_per_frame)"
same 'all parts: the sum of their cycles' "$("$json_get" "$work/both.json" cycles_per_frame)" \
    $(($("$json_get" "$work/both.json" parts.0.cycles_per_frame) +
       $("$json_get" "$work/both.json" parts.1.cycles_per_frame)))
run gen "${both[@]}" -o "$work/both"
refused 'a waveform of several programs' '^ese: --trace is of one program, .*: --part N plays one of them$' \
    verify "$work/both" --trace "$work/both.fst"
refused 'a part that a chip has not' '^ese: --part: there is no part 5' verify "$work/both" --part 5
run model "$work/both" "${both[@]}" --set model.seed=3 -o "$work/both.model" --json "$work/model.json"
same 'another model of both directions' "$status $(ls "$work/both.model" | grep -c part)" '0 2'
refused 'another model, that goes one way' "^ese: model: direction is forward, the chip's is both$" \
    model "$work/both" "$work/layers.yaml" -o "$work/no.model"
rm "$work/both.model/part1/model.bin"
refused 'another model, a part of which is gone' "part1/model.bin': No such file" \
    verify "$work/both" --model "$work/both.model"
run sweep "$work/layers.yaml" --set memory=stream --axis model.layers.0.direction=backward,both -o "$work/turned"
same 'a sweep over it' "$status $(grep -c ',ok,' "$work/turned/points.csv")" '0 2'
run report "$work/layers.yaml" --chart --json "$work/layers.json"
same 'a report on it' "$status" 0
must 'its layers, and where its cycles go' "$json_get" "$work/layers.json" layers \
    lost.pe_clocks.nonzeros
run sweep "$work/layers.yaml" --axis pes=2,4 -o "$work/layers"
same 'a sweep over it' "$status" 0
head -c 5000000 /dev/zero | tr '\0' '#' >"$work/config.yaml"
refused_gen 'YAML, too large' 'config.yaml' "$work/config.yaml"

# Densities by matrix: pruned by them, told, and names that no layer has are refused.
printf 'pes: 4\nmodel:\n  density: 0.25\n  densities: {Whx: 0.5}\n' >"$work/densities.yaml"
printf '  layers:\n    - {kind: rnn, input: 16, cell: 16}\n    - {kind: linear, output: 16, densities: {W: 0.125}}\n' \
    >>"$work/densities.yaml"
must 'densities: report' "$ese" report "$work/densities.yaml" --json "$work/densities.json"
for n in '0 128 0.5' '1 64 0.25' '2 32 0.125'; do
    read -r matrix nonzeros density <<<"$n"
    same "densities: matrix $matrix" \
        "$("$json_get" "$work/densities.json" "matrices.$matrix.nonzeros" "matrices.$matrix.density" | paste -sd' ')" \
        "$nonzeros $density"
done
refused 'densities: of no layer' '^ese: --set: model.densities.Wix: no layer of the model has it' \
    report "$work/densities.yaml" --set model.densities.Wix=0.1
refused 'densities: of another layer' 'a layer of kind linear has no such key, allowed: W$' \
    report "$work/densities.yaml" --set model.layers.1.densities.Whx=0.1

# A chip of layers: what it says of itself has no c where there is no cell, and names its layers.
printf 'pes: 3\nchannels: 2\nmemory: resident\nmodel:\n  layers:\n' >"$work/stack.yaml"
printf '  - {kind: rnn, input: 5, cell: 9}\n  - {kind: linear, output: 4}\n' >>"$work/stack.yaml"
must 'layers: gen' "$ese" gen "$work/stack.yaml" -o "$work/stack"
must 'layers: report' "$ese" report "$work/stack" --json "$work/stack.json"
same 'layers: two' "$("$json_get" "$work/stack.json" layers | grep -o '"kind"' | wc -l)" 2
same 'layers: no c' "$("$json_get" "$work/stack.json" network.cell formats.c)" 'null
null'
must 'layers: README' grep -Fxq '| 0 | rnn 5 -> 9, tanh | 0.y 15 |' "$work/stack/README.md"
sed '$d' "$work/stack.yaml" >"$work/one.yaml"
refused 'model, fewer layers' '^ese: model: ' model "$work/stack" "$work/one.yaml" -o "$work/out/model"
refused 'model, a layer too large' '^ese: .*has 10 elements' \
    model "$work/stack" "$work/stack.yaml" --set model.layers.0.cell=10 -o "$work/out/model"
run --help
must 'help: no LSTM alone' sh -c "! grep -q LSTM '$work/stdout'"

# ---- model files ----

# The header is the second line of a file that sed may edit: nothing in it changes its length
# but where that is the point.
model=$speech/speech-pruned.safetensors
broken=$work/broken.safetensors

refused_model() { # NAME PATTERN
    refused_gen "model, $1" "$2" speech --set "model.path=$broken"
}
edited() { # NAME PATTERN SED
    LC_ALL=C sed "$3" "$model" >"$broken"
    if cmp -s "$model" "$broken"; then
        bad "model, $1: sed changed nothing"
    else
        refused_model "$1" "$2"
    fi
}
poked() { # NAME PATTERN OFFSET BYTES
    cp "$model" "$broken"
    printf '%b' "$4" | dd of="$broken" bs=1 seek="$3" conv=notrunc status=none
    refused_model "$1" "$2"
}
data=$((8 + $(od -An -tu8 -N8 "$model")))

: >"$broken"
refused_model 'empty' 'broken.safetensors: is an empty file, expected a safetensors file$'
for size in 1 7 8 9 500 $((data - 1)) $((data)) $((data + 1)) 200000 $(($(stat -c %s "$model") - 1)); do
    head -c "$size" "$model" >"$broken"
    refused_model "cut after $size bytes" 'broken.safetensors'
done
{ cat "$model"; printf 'more'; } >"$broken"
refused_model 'bytes behind the data' 'broken.safetensors'
poked 'header beyond the file' 'header' 0 '\0377\0377\0377\0000\0000\0000\0000\0000'
poked 'header of 2^64 - 1 bytes' 'header' 0 '\0377\0377\0377\0377\0377\0377\0377\0377'
poked 'header of 0 bytes' 'header' 0 '\0000\0000\0000\0000\0000\0000\0000\0000'
poked 'not JSON' 'JSON' 8 'x'
poked 'NaN' 'lstm.W_ix.*NaN' "$data" '\0000\0000\0300\0177'
poked 'infinite' 'lstm.W_ix.*inf' "$data" '\0000\0000\0200\0177'
edited 'tensor missing' "'lstm.W_ox' is missing" 's/lstm\.W_ox/else.W_ox/'
edited 'bias misspelt' "'lstm.c_f' is unknown" 's/lstm\.b_f/lstm.c_f/'
edited 'tensor unknown' "'lstm.X_ox' is unknown" 's/lstm\.W_ox/lstm.X_ox/'
edited 'tensor twice' 'lstm.W_ix' 's/lstm\.W_ox/lstm.W_ix/'
edited 'overlap' 'lstm' 's/\[20480,40960\]/[20476,40956]/'
edited 'a gap' 'lstm' 's/\[20480,40960\]/[20484,40964]/'
edited 'misaligned' 'lstm' 's/\[20480,40960\]/[20481,40961]/'
edited 'end before begin' 'lstm' 's/\[20480,40960\]/[40960,20480]/'
edited 'beyond the file' 'lstm' 's/\[40960,61440\]/[40960,99999999]/;s/  $//'
edited 'negative offset' 'lstm' 's/\[0,20480\]/[-1,2048]/'
edited 'wrong size for the shape' 'lstm.W_ix' 's/"shape":\[128,40\]/"shape":[128,41]/'
edited 'wrong shape' 'lstm' 's/"lstm.W_fx":{"dtype":"F32","shape":\[128,40\]/"lstm.W_fx":{"dtype":"F32","shape":[40,128]/'
edited 'wrong rank' 'lstm.W_fx' 's/"lstm.W_fx":{"dtype":"F32","shape":\[128,40\]/"lstm.W_fx":{"dtype":"F32","shape":[5120  ]/'
edited 'huge shape' 'lstm.W_ix' 's/"format":"lstmp",//;s/"phones":"40",//;s/"shape":\[128,40\]/"shape":[922337203685477580,922337203685477580]/'
edited 'wrong type' 'lstm.W_ix' 's/"F32"/"I64"/'
edited 'no shape' 'lstm.W_ix' 's/"shape"/"shade"/'
refused_gen 'model, no such file' 'No such file' speech --set "model.path=$work/none.safetensors"
refused_gen 'model, a folder' 'not a regular file' speech --set "model.path=$speech"

other_kind() { # WHAT BYTES [TEXT] : as a model, and as utterances
    printf '%b' "$2" >"$work/other.kind"
    refused_gen "model, $1" "other.kind: ${3:-is $1, expected a safetensors file}$" \
        speech --set "model.path=$work/other.kind"
    refused_gen "utterances, $1" "other.kind: is $1, expected a NumPy .npy file$" \
        speech --set "model.utterances=$work/other.kind"
}
other_kind 'an HDF5 file .Keras..' '\0211HDF\r\n\0032\n\0000'
other_kind 'a Python pickle' '\0200\0004\0225\0013\0000' 'byte 3 of its pickle: it is cut short'
other_kind 'an ONNX model' '\0010\0010\0022\0007pytorch:\0002\0012\0000' \
    'has no LSTM, GRU, RNN or linear layer that is known'
other_kind 'a zip archive .\.npz..' 'PK\0003\0004'
other_kind 'plain text' 'lstm: none\n'
refused_gen 'model, a text' 'README.md: is plain text' speech --set "model.path=$speech/README.md"
refused_gen 'model, an array' 'utt00.npy: is a NumPy .npy file of one array, expected one of a dictionary' \
    speech --set "model.path=$speech/utt00.npy"

# ---- files of frameworks ----

pytorch=tests/fixtures/torch
run import "$pytorch/several.pt" --node rnn+again -o "$work/import.safetensors" --pes 8 --json "$work/import.json"
same 'import, a chain of several' "$status" 0
must 'its file' test -s "$work/import.safetensors"
must 'its JSON' "$json_get" "$work/import.json" producer chains
refused 'import, which of several' 'several chains of layers' import "$pytorch/several.pt" -o "$work/out/a"
refused 'import, no such module' "no recurrent or linear module 'lstm'" \
    import "$pytorch/several.pt" --node lstm -o "$work/out/a"
refused 'import, a script' 'is a TorchScript program' import "$pytorch/script.pt" -o "$work/out/a"
run import tests/fixtures/numpy/stack-wrapped.pkl
same 'import, arrays in a pickle' "$status" 0
must 'its chain' grep -qx 'net.net.rnn+net.net.fc' "$work/stdout"
refused 'import, arrays by columns' 'have a column for each output' import tests/fixtures/numpy/columns.npz
parted=tests/fixtures/numpy/parted.npz
run import "$parted"
same 'import, a part of a file' "$status" 0
must 'what to do' grep -qx 'This is not all that the file has: --node a -o OUT.safetensors takes it.' "$work/stdout"
must 'what is wrong' grep -q "tensor weight_hh of module 'b' has shape .7, 2., expected .8, 2.$" "$work/stdout"
refused 'import, a part of a file as if it were all' 'cannot be read as a whole' import "$parted" -o "$work/out/a"
refused_gen 'model, a part of a file' 'cannot be read as a whole' tiny --set "model.path=$parted"
run import "$parted" --node a -o "$work/import.safetensors"
same 'import, the part that is asked for' "$status" 0
run gen tiny -o "$work/numpy" --set model.path=tests/fixtures/numpy/stack.npz
same 'gen, of arrays' "$status" 0
refused 'import, a text' 'is plain text' import README.md
usage 'import, no file' 'no FILE given' import
usage 'import, no PEs' "'0' is not a whole number in 1..256" import "$pytorch/several.pt" --pes 0
refused_gen 'model, several chains' 'several chains of layers' speech --set "model.path=$pytorch/several.pt"
refused_gen 'model, what its file does not tell' 'does not tell the nonlinearity of layer 0, which is tanh or relu' \
    tiny --set "model.path=$pytorch/rnn-zip.pt"
refused_gen 'model, a script' 'is a TorchScript program' tiny --set "model.path=$pytorch/script.pt"

# What the network gave where it was trained: gen ends with how near it is.
run gen speech -o "$work/agrees"
must 'gen, expected outputs' grep -Eq \
    '^in floating point, against 6,419 frames expected: largest difference [0-9.e-]+, agrees to 1e-05$' "$work/stdout"
must 'gen, expected outputs: in its report' grep -q '^    in floating point it agrees to 1e-05$' \
    "$work/agrees/report.txt"
run gen speech --set model.expected= -o "$work/agrees"
same 'gen, nothing expected' "$(wc -l <"$work/stdout")" 1

# Biases that are not there are zeros, and the commands say so, once.
noted() { # NAME ARGUMENT...
    local name=$1
    shift
    run "$@"
    same "no biases, $name: status" "$status" 0
    same "no biases, $name: note" "$(cat "$work/stderr")" \
        "ese: note: $work/broken.safetensors: no lstm.b_i, lstm.b_f, lstm.b_c, lstm.b_o: taken as zero"
}
LC_ALL=C sed 's/lstm\.b_/else.b_/g' "$model" >"$broken"
noted 'gen' gen speech --set "model.path=$broken" --set model.expected= -o "$work/no_biases"
noted 'report' report speech --set "model.path=$broken" --set model.expected=
run gen speech --set memory=resident -o "$work/with_biases"
same 'biases: no note' "$(cat "$work/stderr")" ''
noted 'model' model "$work/with_biases" speech --set "model.path=$broken" --set model.expected= -o "$work/no_biases_model"
LC_ALL=C sed 's/lstm\.b_f/else.b_f/' "$model" >"$broken"
run report speech --set "model.path=$broken" --set model.expected=
must 'one bias missing' grep -q 'broken.safetensors: no lstm.b_f: taken as zero$' "$work/stderr"

# ---- utterances ----

refused_utterances() { # NAME PATTERN PATH
    refused_gen "utterances, $1" "$2" speech --set "model.utterances=$3"
}
refused_utterances 'no such folder' 'No such file' "$work/none"
mkdir "$work/empty"
refused_utterances 'empty folder' 'no utterances' "$work/empty"
refused_utterances 'wrong width' 'utt00.y.npy' "$speech/utt00.y.npy"
refused_utterances 'labels' 'has shape .269., expected .frames, 40. or .1, frames, 40.$' \
    "$speech/utt00.labels.npy"
head -c 1000 "$speech/utt00.npy" >"$work/cut.npy"
refused_utterances 'cut' 'cut.npy' "$work/cut.npy"
head -c 20 "$speech/utt00.npy" >"$work/cut.npy"
refused_utterances 'cut within its header' 'cut.npy' "$work/cut.npy"
cp "$speech/utt00.npy" "$work/nan.npy"
printf '\000\000\300\177' | dd of="$work/nan.npy" bs=1 seek=128 conv=notrunc status=none
refused_utterances 'NaN' 'has NaN at .0, 0., expected a finite float' "$work/nan.npy"
LC_ALL=C sed "1s/<f4/|b1/" "$speech/utt00.npy" >"$work/type.npy"
refused_utterances 'booleans' "has type '.b1' .booleans., expected f2, f4, f8 or i1" "$work/type.npy"
printf '\223NUMPY\001\000\101\000%-64s\n\000\001\377\376\000\003\000\004\000\005' \
    "{'descr': '>i2', 'fortran_order': False, 'shape': (1, 1, 5), }" >"$work/type.npy"
run report tiny --set "model.utterances=$work/type.npy"
same 'integers, big-endian, a batch of one' "$status" 0
LC_ALL=C sed "1s/False/True /" "$speech/utt00.npy" >"$work/type.npy"
run report speech --set "model.utterances=$work/type.npy"
same 'Fortran order' "$status" 0
refused_utterances 'plain text' 'README.md: is plain text, expected a NumPy .npy file$' "$speech/README.md"

# ---- folders ----

refused 'verify what is no chip' 'is not a folder that' verify "$work"
refused 'verify what is not there' 'none' verify "$work/none"
refused 'recognise what is no chip' 'is not a folder that' recognise "$work"
refused 'report on what is no chip' 'is not a folder that|is a folder' report "$work/"

run gen tiny -o "$work/chip"
same 'gen tiny' "$status" 0

changed() { # NAME PATTERN FILE SED : in a folder that was good
    rm -rf "$work/changed"
    cp -r "$work/chip" "$work/changed"
    sed -i "$4" "$work/changed/$3"
    if cmp -s "$work/chip/$3" "$work/changed/$3"; then
        bad "changed $1: sed changed nothing"
        return
    fi
    run verify "$work/changed" --sim icarus
    if [ "$status" -eq 1 ] && grep -Eq -e "$2" "$work/stdout" "$work/stderr"; then
        good
    else
        bad "changed $1" "$(shown)"
    fi
}
changed 'configuration' 'config_hash' config.yaml 's/^channels: .*/channels: 3/'
changed 'manifest' 'manifest.json' manifest.json '1d'
changed 'image' 'weights.mem' mem/weights.mem '1s/./0/;2s/./f/;3s/./7/'
changed 'image, cut' 'columns.mem' mem/columns.mem '2,$d'
changed 'table' 'sigmoid.mem' mem/sigmoid.mem '1s/0/1/'
changed 'Verilog that does not compile' 'iverilog failed' rtl/ese_top.v 's/^module ese_top/module ese_tip/'
rm -rf "$work/changed"
cp -r "$work/chip" "$work/changed"
rm "$work/changed/mem/tanh.mem"
run verify "$work/changed" --sim icarus
same 'image removed: status' "$status" 1
must 'image removed' grep -q 'tanh.mem' "$work/stdout" "$work/stderr"


# A folder into which somebody wrote another network.
rm -rf "$work/changed"
cp -r "$work/chip" "$work/changed"
cp "$work/backward.yaml" "$work/changed/config.yaml"
for command in verify 'implement --target ice40-up5k' report; do
    # shellcheck disable=SC2086 # two words
    refused "$command of a network that no chip computes" '^ese: layer 0 goes backward, over whole utterances' \
        $command "$work/changed"
done

# ---- other models for a chip ----

run gen tiny --set memory=resident -o "$work/loadable"
same 'gen of a loadable chip' "$status" 0
refused_other() { # NAME PATTERN CONFIG [SET]...
    local sets=()
    for set in "${@:4}"; do
        sets+=(--set "$set")
    done
    refused "model, $1" "$2" model "$work/loadable" "$3" ${sets[@]+"${sets[@]}"} -o "$work/out/model"
}
refused 'model of what is no chip' 'is not a folder that' model "$work" tiny -o "$work/out/model"
refused 'model of a chip with ROM' "chip' holds its model in ROM" \
    model "$work/chip" tiny -o "$work/out/model"
refused 'model over a chip' 'holds a chip: a model goes to a folder of its own' \
    model "$work/loadable" tiny -o "$work/chip"
refused_other 'PEs' '^ese: --set: pes: the chip has 3, and a model cannot change that to 5' tiny pes=5
refused_other 'PEs of a preset' 'speech.yaml:[0-9]+: pes: the chip has 3' speech
refused_other 'memory' '--set: memory: the chip has resident' tiny memory=rom
refused_other 'lanes' 'elem_lanes: the chip has 2' tiny elem_lanes=1
refused_other 'unknown key' "unknown key 'pse'" tiny pse=1
refused_other 'more cells' 'model: c has 13 elements, the chip takes at most 12' tiny model.cell=13
refused_other 'larger x' 'model: x has 9 elements, the chip takes at most 5' tiny model.input=9
refused_other 'no peepholes' 'model: lacks peepholes' tiny model.peephole=false
refused_other 'candidate' 'model: candidate is sigm' tiny model.candidate=sigm
refused_other 'denser' 'model: a frame would need [0-9]+ weight beats, the chip has 103 .headroom of the chip: 25 %' \
    tiny model.density=1
refused_other 'a network of layers' "model: kind is gru, the chip's is lstm" "$work/layers.yaml"
refused_other 'no such file' 'none.safetensors' tiny model.path="$work/none.safetensors"

printf 'base: paper\npes: 3\nchannels: 2\nfifo_depth: 4\nmodel: {input: 4, cell: 11, output: 6, density: 0.4}\n' \
    >"$work/other.yaml"
run model "$work/loadable" "$work/other.yaml" -o "$work/other" --json "$work/other.json"
same 'a preset says where its own memory is' "$status" 0
same 'cell of the other model' "$("$json_get" "$work/other.json" network.cell)" 11
must 'keys of the other model' "$json_get" "$work/other.json" chip_hash model_hash cycles_per_frame \
    room.beats.used room.beats.room bytes.model bytes.weights
must 'the configuration is the chip'"'s" grep -q '^memory: resident' "$work/other/config.yaml"
run model "$work/loadable" tiny -o "$work/same" --json -
must 'model --json -' "$json_get" "$work/stdout" cycles_per_frame
same 'the chip'"'s own model: model.bin" "$(cmp "$work/same/model.bin" "$work/loadable/mem/model.bin" 2>&1)" ''
same 'the chip'"'s own model: weights.bin" \
    "$(cmp "$work/same/weights.bin" "$work/loadable/mem/weights.bin" 2>&1)" ''
run model "$work/loadable" "$work/same/config.yaml" -o "$work/again"
same 'a model from the configuration of one' "$(cmp "$work/same/model.bin" "$work/again/model.bin" 2>&1)" ''
refused 'coverage in a folder that is there' "'$work/same' is there already" \
    verify "$work/same" --coverage "$work/same"
refused 'coverage in a folder of no folder' "cannot make the folder '$work/none/x': No such" \
    verify "$work/same" --coverage "$work/none/x"
refused 'verify what is a model' 'holds a model' verify "$work/same"
refused 'a model of a model' 'holds a model' model "$work/same" tiny -o "$work/out/model"
run gen speech --set memory=stream -o "$work/loadable_speech"
run model "$work/loadable_speech" speech -o "$work/speech_model"
same 'speech on a loadable chip' "$status" 0
same 'its own model again' \
    "$(cmp "$work/speech_model/model.bin" "$work/loadable_speech/mem/model.bin" 2>&1)" ''
must 'copies of the files' test -s "$work/speech_model/model/model.safetensors" \
    -a -s "$work/speech_model/model/utterances/utt00.npy"

# ---- missing tools ----

run_path=$PATH
mkdir "$work/bin"
for tool in cat grep wc ls rm mkdir tail sed; do
    ln -s "$(command -v $tool)" "$work/bin/$tool"
done
PATH=$work/bin
refused 'without Icarus' 'iverilog is not installed.*apt-get install iverilog' \
    verify "$work/chip" --sim icarus
refused 'without Verilator' 'verilator is not installed.*apt-get install verilator' \
    verify "$work/chip" --sim verilator
refused 'report without gnuplot' 'gnuplot is not installed.*apt-get install gnuplot-nox' \
    report tiny --svg "$work/out/x.svg"
refused 'verify without gnuplot, before the simulators are missed' 'gnuplot is not installed' \
    verify "$work/chip" --svg "$work/out/x.svg"
PATH=$run_path

# ---- pictures ----

in_svg() { # FILE XPATH : what it finds, or nothing
    xmllint --xpath "$2" "$1" 2>/dev/null || :
}
bars() { # FILE NUMBER : of a frame, left and right ends, colours
    in_svg "$1" "//*[@id='schedule_plot_$2']//*[local-name()='polygon']" |
        sed -E "s/.*fill *= *\"([^\"]*)\".*points *= *\"([0-9.]*),[^ ]* ([0-9.]*),.*/\1 \2 \3/"
}
# What is drawn is all that the text chart tells.
check_picture() { # NAME FILE CHART FRAMES
    local name count
    must "$1: XML" xmllint --noout "$2"
    for name in $(sed -nE 's/^  STATE_[1-6]  ([^ ]+\[[0-9]+\]) .*/\1/p' "$3"); do
        count=$(in_svg "$2" "count(//*[local-name()='text'][normalize-space()='$name'])")
        holds "$1: $name" "${count:-0}" '>=' "$4"
    done
    for name in STATE_1 STATE_2 STATE_3 STATE_4 STATE_5 STATE_6; do
        count=$(in_svg "$2" "count(//*[local-name()='text'][normalize-space()='$name'])")
        same "$1: $name" "$count" "$4"
    done
}
for preset in tiny paper; do
    run report "$preset" --chart --svg "$work/$preset.svg"
    same "picture of $preset: status" "$status" 0
    grep -A100 '^Schedule' "$work/stdout" >"$work/chart" || :
    holds "picture of $preset: blocks in the chart" "$(grep -c '^  STATE_.*\[' "$work/chart")" '>=' 14
    check_picture "picture of $preset" "$work/$preset.svg" "$work/chart" 1
done
(
    mkdir "$work/home"
    printf "set title 'mine'\n" >"$work/home/.gnuplot"
    HOME=$work/home TZ=Asia/Tokyo TMPDIR=$work GDFONTPATH=/none GNUTERM=dumb "$ese" report paper \
        --svg "$work/other.svg" >/dev/null
)
same 'picture: the same elsewhere' "$(cmp "$work/paper.svg" "$work/other.svg" 2>&1)" ''
silent 'picture: nothing of this machine' in_folder "$work" \
    sh -c "! grep -e /tmp -e /usr -e '$HOSTNAME' -e '$(date +%Y)-' paper.svg"
silent 'picture: nothing left' find "$work" -maxdepth 1 -name 'ese-chart*'
run verify "$work/chip" --sim icarus --frames 4 --svg "$work/verify.svg"
same 'picture of verify: status' "$status" 0
check_picture 'picture of verify' "$work/verify.svg" "$work/stdout" 2
bars "$work/verify.svg" 1 >"$work/planned"
bars "$work/verify.svg" 2 >"$work/measured"
holds 'picture of verify: bars' "$(grep -c '^rgb' "$work/planned")" '>=' 28
waits=$(grep -o '; SpMV waits [^<]* for m' "$work/verify.svg" | sort | uniq -c | sed 's/^ *//')
must 'picture of verify: what is waited for, in both frames' grep -q '^2 ; SpMV waits' <<<"$waits"
silent 'picture of verify: measured as planned' diff "$work/planned" "$work/measured"
refused 'picture in no folder' "--svg: cannot write '$work/none/x.svg'" \
    report tiny --svg "$work/none/x.svg"
refused 'picture in no folder, before simulating' "--svg: cannot write '$work/none/x.svg'" \
    verify "$work/chip" --svg "$work/none/x.svg"
printf '#!/bin/sh\necho no terminal svg\nexit 3\n' >"$work/bin/gnuplot"
chmod +x "$work/bin/gnuplot"
PATH=$work/bin:$PATH
refused 'gnuplot that fails' 'gnuplot could not draw the schedule: exit status 3: no terminal svg' \
    report tiny --svg "$work/out/x.svg"
PATH=$run_path

# ---- JSON ----

keys=(verdict frames channels mismatches cycles_per_frame model_cycles_per_frame mac_utilization
      max_float_error simulators.icarus.build_seconds simulators.icarus.cycles
      simulators.icarus.cycles_per_second)
run verify "$work/chip" --sim icarus --frames 4 --json "$work/result.json"
same 'verify --json: status' "$status" 0
must 'verify --json: keys' "$json_get" "$work/result.json" "${keys[@]}"
must 'verify --json: names of phases' grep -q '"rough"' "$work/result.json"
refused 'verify: a result that cannot be written is noticed first' "--json: cannot write '$work/none/x'" \
    verify "$work/chip" --json "$work/none/x"
refused 'verify: a waveform that cannot be written likewise' "--trace: cannot write '$work/none/x.fst'" \
    verify "$work/chip" --trace "$work/none/x.fst"
refused 'verify: a folder in place of a result' 'Is a directory' verify "$work/chip" --json "$work"
same 'nothing is left of the question' "$(ls "$work/none" 2>/dev/null)" ''
refused 'random faults on a chip without memory' 'faults are for chips with' \
    verify "$work/chip" --faults 3
run verify "$work/chip" --sim icarus --frames 4 --taps --json "$work/taps.json"
same 'verify --taps: status' "$status" 0
same 'verify --taps: what is compared, and where' \
    "$("$json_get" "$work/taps.json" simulators.icarus.checked | grep -oE '"(vector|at)":"[a-z]*"' | paste -s -d ' ')" \
    '"vector":"c" "at":"result" "vector":"m" "at":"result" "vector":"y" "at":"result" "vector":"y" "at":"output"'
same 'verify: without, y and c' \
    "$("$json_get" "$work/result.json" simulators.icarus.checked | grep -oE '"vector":"[a-z]*"' | paste -s -d ' ')" \
    '"vector":"c" "vector":"y"'
run verify "$work/chip" --sim icarus --frames 4 --json -
must 'verify --json -: keys' "$json_get" "$work/stdout" "${keys[@]}"
run report tiny --json "$work/result.json"
same 'report --json: status' "$status" 0
must 'report --json: parses' "$json_get" "$work/result.json"
run report "$work/chip" --json -
must 'report --json -: parses' "$json_get" "$work/stdout"
run report tiny --set device=xc7z020 --json "$work/result.json"
must 'report: holds the chip against its device' grep -q 'device xc7z020, Zynq-7000$' "$work/stdout"
must 'report: and says that it fits' grep -q 'The chip fits; up to [0-9]* channels would' "$work/stdout"
same 'report --json: so many fit' "$("$json_get" "$work/result.json" device.channels_that_fit)" \
    "$(sed -nE 's/.*The chip fits; up to ([0-9]*) channels would.*/\1/p' "$work/stdout")"
same 'report --json: what the device has' \
    "$("$json_get" "$work/result.json" device.resources.bram36.available)" 140
run gen tiny --set device=xc7z020 --set channels=100 -o "$work/large"
same 'gen: a chip that does not fit is made' "$status" 0
same 'gen: and that is said in one line' "$(wc -l <"$work/stderr")" 1
must 'gen: which says what and how much' grep -Eq \
    '^ese: warning: device xc7z020: .* DSP48E1 of 220; up to [0-9]+ channels would' "$work/stderr"
must 'gen: the device is written down' grep -q '^device: xc7z020 ' "$work/large/config.yaml"
run report "$work/large" --set device=xcvu9p
must 'report: the same chip on another device' grep -q 'The chip fits' "$work/stdout"
rm -rf "$work/large"
must 'manifest.json parses' "$json_get" "$work/chip/manifest.json"
must 'report.json parses' "$json_get" "$work/chip/report.json"
run verify "$work/chip" --sim icarus --frames 4 --trace "$work/wave.fst"
same 'verify --trace: status' "$status" 0
must 'verify --trace: a file' test -s "$work/wave.fst"
must 'verify --trace: its view' grep -q ese_bench.aclk "$work/wave.gtkw"
rm -rf "$work/chip/build"
refused 'verify: a phase that is not played' "no phase 'bumpy'; there are steady, cut" \
    verify "$work/chip" --trace "$work/x.fst" --trace-phase bumpy
refused 'verify: a frame that is not played' 'no frame 5 in phase steady; it has 0:4' \
    verify "$work/chip" --frames 5 --trace "$work/x.fst" --trace-frames 5
refused 'verify: a module that there is not' "no module or instance 'ese_host'; the modules are ese_bench, ese_top" \
    verify "$work/chip" --trace "$work/x.fst" --trace-scope ese_host
same 'verify: nothing was built for these' "$(ls -d "$work/chip/build" "$work/x.fst" 2>/dev/null)" ''
sed -nE 's/^ *"(path|sha256)": "([^"]*)",?$/\2/p' "$work/chip/manifest.json" | paste - - |
    while read -r file sum; do
        printf '%s  %s\n' "$sum" "$file"
    done >"$work/sums"
silent 'manifest.json: SHA-256 of all files' in_folder "$work/chip" sha256sum --quiet -c "$work/sums"
same 'manifest.json: all files' "$(cut -c 67- "$work/sums" | sort)" \
    "$(cd "$work/chip" && find . -type f -printf '%P\n' | grep -v -e '^build/' -e '^manifest.json$' | sort)"

# ---- output that cannot be written ----

refused 'output in a file' 'Not a directory' gen tiny -o "$work/config.yaml/chip"
refused 'output is a file' 'config.yaml' gen tiny -o "$work/config.yaml"
refused 'output in /proc' '/proc' gen tiny -o /proc/chip
refused 'JSON into a folder' 'out' report tiny --json "$work/out"
refused 'JSON into no folder' 'No such file' report tiny --json "$work/none/x.json"
# Root gets a device of its own: a program that replaces it must not be able to hurt the machine.
full=/dev/full
[ "$(id -u)" -ne 0 ] || { full=$work/full && mknod "$full" c 1 7; } || full=
run_full() { # NAME ARGUMENT... : standard output is full
    local name=$1
    shift
    status=0
    "$ese" "$@" >"$full" 2>"$work/stderr" || status=$?
    if [ "$status" -eq 1 ] && grep -q '^ese: .*No space left' "$work/stderr"; then
        good
    else
        bad "$name" "$(shown)"
    fi
}
if (: >"$full") 2>/dev/null; then
    refused 'JSON onto a full disk' 'No space left' report tiny --json "$full"
    refused 'JSON of verify onto a full disk' 'No space left' \
        verify "$work/chip" --sim icarus --frames 4 --json "$full"
    must 'a device stays a device' test -c "$full"
    run_full 'help onto a full disk' --help
    run_full 'report onto a full disk' report tiny
else
    echo 'skipped: no device that is always full'
fi
mkfifo "$work/pipe"
cat "$work/pipe" >"$work/result.json" &
run report tiny --json "$work/pipe"
[ -p "$work/pipe" ] || kill $!
wait $! || true
must 'JSON into a pipe' "$json_get" "$work/result.json"

# A disk that fills up while a chip is written.
mkdir "$work/small"
if mount -t tmpfs -o size=64k none "$work/small" 2>/dev/null; then
    run gen tiny -o "$work/small/chip"
    same 'small disk: status' "$status" 1
    must 'small disk: a line' grep -q '^ese: .*No space left' "$work/stderr"
    same 'small disk: left behind' "$(ls -A "$work/small")" ''
    umount "$work/small"
else
    # As close as one gets without root: files may not grow beyond 4 KB.
    status=0
    (ulimit -f 4; trap '' XFSZ; "$ese" gen tiny -o "$work/small/chip") \
        >"$work/stdout" 2>"$work/stderr" || status=$?
    same 'limit of file size: status' "$status" 1
    must 'limit of file size: a line' grep -q '^ese: .*File too large' "$work/stderr"
    same 'limit of file size: left behind' "$(ls -A "$work/small")" ''
fi

# ---- a signal in the middle of it ----

# make cannot build in such a path, so that it is done in a temporary folder.  A compiler sends the signal
# and goes on for a minute.  Below a suite that runs in the background SIGINT is ignored.
mkdir "$work/tools" "$work/tmp"
cp -r "$work/chip" "$work/a chip"
for signal in INT TERM HUP; do
    printf '#!/bin/sh\necho $$ >"%s/compiler"\nkill -%s $PPID\nexec sleep 60\n' "$work" "$signal" \
        >"$work/tools/gcc"
    chmod +x "$work/tools/gcc"
    status=$(exec 2>"$work/stderr"
        TMPDIR=$work/tmp PATH=$work/tools:$PATH env --default-signal="$signal" \
            "$ese" verify "$work/a chip" --sim verilator >"$work/stdout" || echo $?)
    same "SIG$signal: status" "$status" "$((128 + $(kill -l "$signal")))"
    same "SIG$signal: temporary folder" "$(ls -A "$work/tmp")" ''
    must "SIG$signal: the compiler had started" test -s "$work/compiler"
    same "SIG$signal: the compiler has ended" "$(ps -o stat= -p "$(cat "$work/compiler")" | grep -v Z)" ''
    rm -f "$work/compiler"
done

# What was done by hand is not lost.
cp -r "$work/chip" "$work/edited"
echo '// mine' >>"$work/edited/rtl/ese_top.v"
cp -r "$work/edited" "$work/out/before"
mv "$work/edited" "$work/out/edited"
run gen tiny -o "$work/out/edited"
same 'over edited files: status' "$status" 1
must 'over edited files: which' grep -q 'as ese left them: rtl/ese_top.v; --force' "$work/stderr"
silent 'over edited files: they stay' diff -r "$work/out/before" "$work/out/edited"
run gen tiny -o "$work/out/edited" --force
same 'over edited files, by force' "$status" 0
silent 'over edited files, by force: as new' diff -r -x build "$work/chip" "$work/out/edited"
cp -r "$work/same" "$work/out/model"
echo '# mine' >>"$work/out/model/config.yaml"
run model "$work/loadable" tiny -o "$work/out/model"
same 'a model over edited files' "$status" 1
must 'a model over edited files: which' grep -q 'left them: config.yaml; --force' "$work/stderr"
run model "$work/loadable" tiny -o "$work/out/model" --force
same 'a model over edited files, by force' "$status" 0
rm -r "$work/out/edited" "$work/out/before" "$work/out/model"

# What was there is not lost when a chip cannot be written over it.
cp -r "$work/chip" "$work/out/old"
run gen tiny --set pes=0 -o "$work/out/old"
same 'a bad configuration over a chip: status' "$status" 1
silent 'a bad configuration over a chip: the chip stays' diff -r "$work/chip" "$work/out/old"
finish
