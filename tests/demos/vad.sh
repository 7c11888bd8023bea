#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# vad.sh - a voice activity detector that others trained, Silero VAD, with its LSTM on a chip: every decision against
# onnxruntime's.  Run by `make demo-vad`.  Whatever it makes lies in build/demos.
set -euo pipefail
needs='PyPI (silero-vad, onnx and onnxruntime: 58 MB)'
# shellcheck source=tests/demos/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
work=$place/vad chip=$place/vad/chip python=$place/onnx-venv/bin/python

echo "This demo needs $needs, and Debian's espeak-ng, Verilator and Icarus."
environment $place/onnx-venv python3 onnx==1.16.2 onnxruntime==1.17.3 'numpy<2'
wheel $python silero-vad==6.2.3 silero_vad-6.2.3-py3-none-any.whl \
    7b7f5436cfcb02fae583a05b512ea96467fd449fe54cb49a5e4f06c51a1e43b8 $place/silero
models=$place/silero/silero_vad/data
rm -rf $work
mkdir -p $work

printf '\n%s\n' 'Three files with the same detector, each its own way of saying LSTM:'
run_into $work/import.txt ' -> |^  x is|^  y is|producer|pytorch' \
    build/ese import $models/silero_vad_16k_sequence.onnx -o $work/sequence.safetensors
run_into $work/op15.txt ' -> ' build/ese import $models/silero_vad_16k_op15.onnx -o $work/op15.safetensors
build/ese import $models/silero_vad.onnx >$work/all.txt
node=$(grep -E '^If_0.then_branch' $work/all.txt)
echo "$ build/ese import $models/silero_vad.onnx --node If_0.then_branch... -o $work/official.safetensors"
build/ese import $models/silero_vad.onnx --node "$node" -o $work/official.safetensors >$work/official.txt
sed -n 's/^  If_0.then_branch.*LSTM: lstm/  If_0.then_branch... LSTM: lstm/p' $work/official.txt
cmp $work/sequence.safetensors $work/op15.safetensors
cmp $work/sequence.safetensors $work/official.safetensors
echo 'They have the same weights, to the bit.'

tensor() { # x or y
    sed -n "s/^  $1 is tensor '\([^']*\)'.*/\1/p" $work/import.txt
}

printf '\n%s\n' 'A chip of the LSTM; onnxruntime does what stands before it, up to the tensor x, on what espeak-ng says.'
$python tests/demos/vad.py features $models/silero_vad_16k_sequence.onnx "$(tensor x)" "$(tensor y)" $work
cat >$work/vad.yaml <<END
pes: 32
channels: 4
fifo_depth: 8
memory: resident
model:
  path: ../silero/silero_vad/data/silero_vad_16k_sequence.onnx
  utterances: calibration
  expected: expected
END
run build/ese gen $work/vad.yaml -o $chip
grep -E '^  (network|weights)  |frames expected' $chip/report.txt

printf '\n%s\n' 'Four recordings that the chip has not seen run through its Verilog, a voice a channel.'
run_into $work/run.txt '^(verdict|outputs|speed)|cycles a frame' \
    build/ese run $chip --input $work/x --output-dir $work/y --simulator verilator
printf '\n%s\n' 'A few frames of them in the other simulator:'
run_into $work/icarus.txt '^(verdict|outputs)' \
    build/ese run $chip --input $work/short.npy --output-dir $work/icarus --simulator icarus

printf '\n%s\n' 'What stands behind the LSTM makes decisions of its outputs:'
$python tests/demos/vad.py decide $models/silero_vad_16k_sequence.onnx "$(tensor y)" $models/silero_vad.onnx $work
