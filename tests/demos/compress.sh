#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# compress.sh - a dense speech model becomes one with a tenth of its weights, and that a chip: espeak-ng makes speech
# without labels, `ese compress` learns from it, both simulators play what comes out, and 32 utterances that nothing was
# learnt from are recognised.  Run by `make demo-compress`.  Whatever it makes lies in build/demos/compress.
#
# frames: that are seen; sentences: of the speech, each spoken four times.
set -euo pipefail
# shellcheck disable=SC2034 # for lib.sh
needs=nothing
# shellcheck source=tests/demos/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
frames=${frames:-5500000} sentences=${sentences:-600}
work=$place/compress chip=$place/compress/chip speech=$place/compress/speech
mkdir -p $work

echo "This demo needs Debian's espeak-ng, libespeak-ng-dev, OpenBLAS, Verilator and Icarus; no network beyond that."
echo "Speech of $sentences sentences, four voices each, and of 100 others for a test: features without labels."
if [ "$(cat $work/speech.done 2>/dev/null)" != "$sentences" ]; then
    rm -rf $speech $work/speech.done
    run build/make_speech models/speech $speech "$sentences" 100
    echo "$sentences" >$work/speech.done
fi
echo "$(find $speech/train -name "*.npy" | wc -l) recordings in $speech/train"

cat >$work/dense.yaml <<END
pes: 8
channels: 4
model:
  path: ../../../models/speech/speech-dense.safetensors
  layers:
    - kind: lstm
    - kind: linear
      density: 1
  utterances: speech/train
  density: 0.1
  pruning: balanced
END
printf '\n%s\n' "A tenth of the weights stays, as many for each of 8 PEs; $frames frames are seen:"
run_into $work/compress.txt '^frames .* 0:00 left|^ +(as|frames as) the|^pruned|^[0-9]+-bit|^held out' \
    build/ese compress $work/dense.yaml -o $work/sparse.safetensors --frames "$frames"

cat >$work/sparse.yaml <<END
pes: 8
channels: 4
model:
  path: sparse.safetensors
  layers:
    - kind: lstm
    - kind: linear
      density: 1
  utterances: ../../../models/speech
END
printf '\n%s\n' 'A chip of it, before both simulators:'
rm -rf $chip
run build/ese gen $work/sparse.yaml -o $chip
run_into $work/verify.txt '^(verilator|icarus|verdict)' build/ese verify $chip --sim both --frames 6

printf '\n%s\n' 'What it recognises of 32 utterances whose sentences the speech above has none of:'
run_into $work/recognise.txt '^(phone error rate|frames right|outputs|speed) ' build/ese recognise $chip
right=$(sed -n 's/^frames right  *\([0-9.]*\) %.*/\1/p' $work/recognise.txt)
printf '\n%s\n' "frames=13700000 make demo-compress learns two and a half times as long, and has a point and a half more."
echo "$right % of frames right"
