#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# vad_compress.sh - the detector of vad.sh, compressed by 2.2 hours of noisy speech without labels: how many decisions
# change over 25,000 frames of other speech, at 50, 30 and 20 % density and with weights of 8 bits; and a chip of the
# smallest before both simulators.  No page: run by hand, some minutes of a processor.
#
# frames: that are seen at each density.
set -euo pipefail
needs='PyPI (silero-vad, onnx and onnxruntime: 58 MB)'
# shellcheck source=tests/demos/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
frames=${frames:-2500000} pieces=${pieces:-400}
work=$place/vad_compress python=$place/onnx-venv/bin/python

environment $place/onnx-venv python3 onnx==1.16.2 onnxruntime==1.17.3 'numpy<2'
wheel $python silero-vad==6.2.3 silero_vad-6.2.3-py3-none-any.whl \
    7b7f5436cfcb02fae583a05b512ea96467fd449fe54cb49a5e4f06c51a1e43b8 $place/silero
model=$place/silero/silero_vad/data/silero_vad_16k_sequence.onnx
mkdir -p $work
run_into $work/import.txt ' -> |^  x is|^  y is' build/ese import $model -o $work/dense.safetensors
tensor() { # x or y
    sed -n "s/^  $1 is tensor '\([^']*\)'.*/\1/p" $work/import.txt
}
if [ "$(cat $work/done 2>/dev/null)" != "$pieces" ]; then
    rm -rf $work/train $work/test $work/done
    $python tests/demos/vad_compress.py material $model "$(tensor x)" $work "$pieces"
    echo "$pieces" >$work/done
fi
cat >$work/dense.yaml <<END
pes: 8
model:
  path: dense.safetensors
  utterances: train
END
compress() { # NAME FRAMES OPTION...
    run_into $work/"$1".txt '^pruned|^[0-9]+-bit' build/ese compress $work/dense.yaml -o $work/"$1".safetensors \
        --loss y --frames "$2" "${@:3}"
}
for percent in 50 30 20; do
    compress at_"$percent" "$frames" --set model.pruning=balanced --set model.density=0.$percent
done
compress bits_8 $((frames * 3 / 10)) --quantized --set weight_bits=8 --set model.density=1
cat >$work/sparse.yaml <<END
pes: 8
channels: 4
model:
  path: at_20.safetensors
  utterances: test
END
rm -rf $work/chip
run build/ese gen $work/sparse.yaml -o $work/chip
run_into $work/verify.txt '^(verilator|icarus|verdict)' build/ese verify $work/chip --sim both --frames 3
$python tests/demos/vad_compress.py compare $model "$(tensor y)" $work at_50=0.8 at_30=1.4 at_20=2.1 bits_8=0.3
