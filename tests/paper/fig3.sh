#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# fig3.sh - ese paper fig3 on few recordings and few frames: what it has of every point, the same bytes however many
# processes, sets of labels, options that it refuses; and `make demo-compress` where its packages cannot be had.
. "$(dirname "$0")/../lib.sh"

# Twenty recordings to learn from, eight labelled ones to be judged by.
mkdir -p "$work/material/train" "$work/material/test"
cp models/speech/utt0?.npy models/speech/utt1?.npy "$work/material/train/"
cp models/speech/utt2[0-7].npy models/speech/utt2[0-7].labels.npy models/speech/phones.txt "$work/material/test/"
must 'fig3' "$ese" paper fig3 --material "$work/material" --frames 16000 -j 1 -o "$work/one" --json "$work/fig3.json"
must 'fig3, three processes' "$ese" paper fig3 --material "$work/material" --frames 16000 -j 3 -o "$work/three"

# Every tenth is held out, as `ese compress` does it; what is held out is not learnt from.
cat >"$work/c.yaml" <<END
model:
  path: $PWD/models/speech/speech-dense.safetensors
  layers:
    - kind: lstm
  utterances: $work/material/train
END
must 'compress' "$ese" compress "$work/c.yaml" -o "$work/c.safetensors" --frames 2000 --json "$work/c.json"
same 'frames learnt from' "$("$json_get" "$work/fig3.json" figures.fig3.material_frames)" \
    "$("$json_get" "$work/c.json" material_frames)"
same 'recordings held out' "$("$json_get" "$work/fig3.json" figures.fig3.held_out)" 2

# All but the time that it took.
for file in fig3.csv fig3.svg; do
    must "same bytes: $file" cmp "$work/one/$file" "$work/three/$file"
done
same 'text' "$(grep -v 's of a processor' "$work/one/fig3.txt")" "$(grep -v 's of a processor' "$work/three/fig3.txt")"
must 'the picture is one' xmllint --noout "$work/one/fig3.svg"

# Two sets, of each the dense network and 18 points twice; the paper.
same 'rows' "$(wc -l <"$work/one/fig3.csv")" $((1 + 2 * (1 + 2 * 18) + 1))
column() { # NUMBER CONDITION
    awk -F, "NR > 1 && $2 { print \$$1 }" "$work/one/fig3.csv"
}
same 'frames right of the dense network' "$(column 9 '$5 == "dense" && $6 == "models/speech"')" 92.958
same 'its phone error rate' "$(column 11 '$5 == "dense" && $6 == "models/speech"')" 9.904
same 'sets' "$(column 7 '$5 == "dense"' | tr '\n' ' ')" '32 8 '
same 'the paper' "$(column 11 '$13 == "paper"')" 20.7
for density in 0.3 0.2 0.15 0.1 0.074 0.05; do
    while read -r weights; do
        holds "weights at $density" "$weights" '<=' "$(awk "BEGIN { print 61440 * $density * 1.02 + 40 }")"
        holds "weights at $density" "$weights" '>=' "$(awk "BEGIN { print 61440 * $density * 0.98 - 40 }")"
    done < <(column 4 "\$3 == $density && \$13 == \"measured\"")
done

# What the table says is what the chip's own report says of the weights.
for how in 'balanced 8' 'balanced 32' 'magnitude 8'; do
    read -r pruning pes <<<"$how"
    must "$how: report" "$ese" report speech-lstm --set model.path=models/speech/speech-dense.safetensors \
        --set model.density=0.1 --set "model.pruning=$pruning" --set "pes=$pes" --json "$work/report.json"
    [ "$pruning" = balanced ] || pes=
    same "$how: weights" "$(column 4 "\$1 == \"$pruning\" && \$2 == \"$pes\" && \$3 == 0.1" | sort -u)" \
        "$("$json_get" "$work/report.json" network.nonzeros)"
done

# Learning is worth something even so: at 30 % in every series.
learnt() { # WHEN
    column 9 "\$3 == 0.3 && \$5 == \"$1\" && \$6 == \"models/speech\"" | awk '{ sum += $1 } END { print sum / NR }'
}
holds 'distilled against at once' "$(learnt distilled)" '>=' "$(learnt 'at once' | awk '{ print $1 + 4 }')"

refuse() { # NAME STATUS MESSAGE ARGUMENT...
    refuses "$1" "$2" "$3" "$ese" paper "${@:4}"
}
refuse 'no material' 2 'fig3: --material DIR is needed' fig3
refuse 'no such folder' 1 "$work/nowhere/train" fig3 --material "$work/nowhere"
refuse 'RTL' 2 'fig3 has no points to run in RTL' fig3 --material "$work/material" --verify
refuse 'keys' 2 '--set: fig3 is of the speech model' fig3 --material "$work/material" --set pes=3
refuse 'no frames' 2 "--frames: '0' is not a whole number" fig3 --material "$work/material" --frames 0
refuse 'not of others' 2 'fifo: --material and --frames are of fig3' fifo --material "$work/material"
refuse 'nowhere to write' 1 'cannot create the folder' fig3 --material "$work/material" -o "$work/none/here"
refuse 'a file in the way' 1 'cannot write to the folder' fig3 --material "$work/material" -o "$work/fig3.json"
refuse 'not of others' 2 'cpu: --material and --frames are of fig3' cpu --frames 3
rm "$work"/material/train/utt0[3-9]* "$work"/material/train/utt1*
refuse 'too few recordings' 1 '3 recordings are too few' fig3 --material "$work/material"
cp models/speech/utt1?.npy "$work/material/train/"
rm "$work/material/test/utt20.labels.npy"
refuse 'labels missing' 1 'utt20.labels.npy' fig3 --material "$work/material"

# Whether packages are there is asked by their probes; apt-get stands in for one that cannot reach anything.
mkdir "$work/bin"
printf '#!/bin/sh\necho "E: Unable to locate package" >&2\nexit 100\n' | tee "$work/bin/apt-get" >"$work/bin/sudo"
chmod +x "$work/bin/apt-get" "$work/bin/sudo"
status=0
PATH=$work/bin:$PATH make --no-print-directory demo-compress PACKAGES_COMPRESS=libespeak-ng-dev=ese/no/such.h \
    >"$work/output" 2>&1 || status=$?
same 'demo-compress without espeak-ng: status' "$status" 0
must 'demo-compress without espeak-ng: it says so' grep -q '^SKIP: this demo needs espeak-ng' "$work/output"
must 'demo-compress without espeak-ng: nothing else' sh -c "! grep -q frames '$work/output'"
finish
