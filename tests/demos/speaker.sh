#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# speaker.sh - who speaks?  Resemblyzer's network, three LSTM layers and a linear one, on a chip: its embeddings against
# PyTorch's.  Run by `make demo-speaker`.  Whatever it makes lies in build/demos.  ESE_TORCH_PYTHON: a python that has
# PyTorch and numpy; if not given, Debian's.
set -euo pipefail
needs='PyPI (Resemblyzer: 16 MB)'
# shellcheck source=tests/demos/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
work=$place/speaker chip=$place/speaker/chip python=${ESE_TORCH_PYTHON:-/usr/bin/python3}

echo "This demo needs $needs, and Debian's PyTorch (python3-torch: 140 MB), espeak-ng, Verilator and Icarus."
environment $place/venv python3
wheel $place/venv/bin/python Resemblyzer==0.1.4 Resemblyzer-0.1.4-py3-none-any.whl \
    8f12eb2f1a9982d32e8db7856de754709b59c93a77bcf0ff536584b619a9dd1f \
    $place/resemblyzer
checkpoint=$place/resemblyzer/resemblyzer/pretrained.pt
rm -rf $work
mkdir -p $work

printf '\n%s\n' 'A checkpoint of PyTorch, with an optimizer and other things around four layers:'
run_into $work/import.txt ' -> |PyTorch|^  [0-9]* more' build/ese import $checkpoint --node lstm+linear \
    -o $work/model.safetensors

printf '\n%s\n' 'A chip of all four, and of the function behind them, which is not in the file; what espeak-ng says, as spectra.'
"$python" tests/demos/speaker.py features $checkpoint $work
cat >$work/speaker.yaml <<END
pes: 32
channels: 6
fifo_depth: 8
memory: resident
weight_bits: 16        # the spectra are powers, not their logarithms: small numbers count beside large ones
activation_bits: 18
model:
  path: model.safetensors
  utterances: calibration
  expected: expected
  layers:
    - {kind: lstm, ranges: {x: 1.9}}
    - {kind: lstm}
    - {kind: lstm}
    - {kind: linear, activation: relu}
END
run build/ese gen $work/speaker.yaml -o $chip
grep -E '^  weights  |frames expected|^  The chip fits' $chip/report.txt

printf '\n%s\n' 'Other recordings run through its Verilog, a partial utterance of 160 frames a channel.'
run_into $work/run.txt '^(verdict|outputs|verilator)|cycles a frame' \
    build/ese run $chip --input $work/x --output-dir $work/y --simulator verilator
printf '\n%s\n' 'Embeddings, of what the chip says at the end of each partial utterance:'
"$python" tests/demos/speaker.py compare $checkpoint $work
