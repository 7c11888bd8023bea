#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# beat.sh - BeatNet's network, two LSTM layers and a linear one, on a chip, against PyTorch; no page, run by run.sh.
# ESE_TORCH_PYTHON: as for speaker.sh.
set -euo pipefail
needs='PyPI (BeatNet: 10 MB)'
# shellcheck source=tests/demos/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
work=$place/beat python=${ESE_TORCH_PYTHON:-/usr/bin/python3} models=$place/beatnet/BeatNet/models

environment $place/venv python3
wheel $place/venv/bin/python BeatNet==1.1.3 BeatNet-1.1.3-py3-none-any.whl \
    1ecfa17bdcbe899975a88bdb6efebd6970d846a4f3b6cfd5c6f320647c641c7e $place/beatnet
rm -rf $work
mkdir -p $work

# A state dict, and the same as a pickled module.
run_into $work/state.txt 'PyTorch| -> ' build/ese import $models/model_1_weights.pt -o $work/state.safetensors
run_into $work/module.txt PyTorch build/ese import $models/model-1.pt -o $work/module.safetensors
cmp $work/state.safetensors $work/module.safetensors

"$python" tests/demos/beat.py features $models/model_1_weights.pt $work
cat >$work/beat.yaml <<END
pes: 30
channels: 4
fifo_depth: 8
memory: resident
model:
  path: ../beatnet/BeatNet/models/model_1_weights.pt
  utterances: calibration
  expected: expected
END
run build/ese gen $work/beat.yaml -o $work/chip
run_into $work/run.txt '^(verdict|outputs)|cycles a frame' \
    build/ese run $work/chip --input $work/x --output-dir $work/y --simulator verilator
"$python" tests/demos/beat.py compare $work
