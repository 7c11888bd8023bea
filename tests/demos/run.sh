#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh - the demos on networks that others trained, and one more, from another folder and without a cache that can
# be written; what they do where PyPI does not answer, or has another file than expected; that they see a chip that
# says something else.  Needs PyPI; where it cannot be reached, says so and counts only what needs none.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
home=$PWD torch_python=${ESE_TORCH_PYTHON:-/usr/bin/python3}

# Output and status of a demo, run elsewhere; what it would write beside build has no place to go to.
mkdir -p "$work/elsewhere" "$work/home/.cache/pip"
chmod -w "$work/home/.cache/pip"
demo() { # NAME [VARIABLE=VALUE]...
    local name=$1
    shift
    status=0
    (cd "$work/elsewhere" && env HOME="$work/home" "$@" bash "$home/tests/demos/$name.sh") >"$work/output" 2>&1 ||
        status=$?
}

# Whether README.md shows what it printed; a run on another machine has other seconds.
shown() { # NAME
    awk -v name="$1" '$0 ~ "^What `make demo-" name "` prints" { on = 1; next }
         on && /^    / && !/^    \.\.\.$/ { print substr($0, 5); next }
         on && NF && !/^    / { exit }' README.md >"$work/excerpt"
    holds "$1: lines in README.md" "$(wc -l <"$work/excerpt")" '>=' 5
    same "$1: the lines in README.md" "$(grep -Fxf "$work/excerpt" "$work/output")" "$(cat "$work/excerpt")"
}

# pip asks rustc, where it is there, for its version, and rustup makes notes.
outside() { # what lies in the tree but for build, and in HOME
    find . -path ./build -prune -o -path ./.git -prune -o -newer "$work/begin" -type f -print
    find "$work/home" "$work/elsewhere" -type f -not -path '*/.rustup/*'
}

# ---- without PyPI ----

# Where a demo has been run before, its packages are there: these have a place of their own.
mkdir "$work/tree"
cp -r tests "$work/tree/"
mkdir "$work/tree/build"
ln -s "$home/build/ese" "$work/tree/build/ese"
home=$work/tree
for name in vad speaker; do
    demo $name PIP_INDEX_URL=http://127.0.0.1:9/simple PIP_FIND_LINKS=
    same "$name: PyPI does not answer: status" "$status" 0
    must "$name: PyPI does not answer: it says so" grep -Eq '^SKIP: PyPI cannot be reached; this demo needs PyPI' \
        "$work/output"
done
mkdir "$work/wheels"
python3 - "$work/wheels" <<'END'
import sys, zipfile
with zipfile.ZipFile(f"{sys.argv[1]}/Resemblyzer-0.1.4-py3-none-any.whl", "w") as wheel:
    info = "Resemblyzer-0.1.4.dist-info"
    wheel.writestr("resemblyzer/pretrained.pt", "another one")
    wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
    wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: Resemblyzer\nVersion: 0.1.4\n")
    wheel.writestr(f"{info}/RECORD", "")
END
demo speaker PIP_NO_INDEX=1 PIP_FIND_LINKS="$work/wheels"
same 'another file: status' "$status" 1
must 'another file: it says so' grep -q 'is not the file that is expected' "$work/output"
must 'another file: nothing is made of it' test ! -e "$work/tree/build/demos/resemblyzer"
demo speaker PIP_NO_INDEX=1 PIP_FIND_LINKS="$work/elsewhere"
same 'no such package: status' "$status" 1
home=$PWD

# ---- a network made sparse, which needs no PyPI ----

demo compress
same 'compress: status' "$status" 0
must 'compress: the last line' grep -Eq '^[0-9.]+ % of frames right$' <(tail -n 1 "$work/output")
holds 'compress: frames right' "$(sed -n '$s/ %.*//p' "$work/output")" '>=' 87.5
must 'compress: both simulators' grep -q '^icarus  *bit-exact' "$work/output"

# ---- with PyPI ----

touch "$work/begin"
demo vad
if grep -q '^SKIP: ' "$work/output"; then
    grep '^SKIP: ' "$work/output" >&2
    finish
    exit 0
fi
same 'vad: status' "$status" 0
must 'vad: the last line' grep -Eq '^[0-9]+ frames, [0-9]+ of them speech: 0 of [0-9]+ decisions changed$' \
    <(tail -n 1 "$work/output")
shown vad
demo speaker
same 'speaker: status' "$status" 0
must 'speaker: the last line' grep -Eq '^3 embeddings, the least cosine .* 0\.999[0-9]* \(0\.999 is wanted\)$' \
    <(tail -n 1 "$work/output")
shown speaker
demo beat
same 'beat: status' "$status" 0
must 'beat: it agrees' grep -q ', agrees to 1e-05$' "$work/output"
must 'beat: the last line' grep -Eq '^[0-4] of 400 frames in another class' <(tail -n 1 "$work/output")
same 'nothing is written but in build' "$(outside)" ''

# ---- chips that say something else ----

models=build/demos/silero/silero_vad/data
decide() { # FOLDER
    build/demos/onnx-venv/bin/python -B tests/demos/vad.py decide $models/silero_vad_16k_sequence.onnx \
        /recurrent/LSTM_output_0 $models/silero_vad.onnx "$1"
}
compare() { # FOLDER
    "$torch_python" -B tests/demos/speaker.py compare build/demos/resemblyzer/resemblyzer/pretrained.pt "$1"
}

# CODE on each array of outputs, y.
spoil() { # FROM TO CODE
    rm -rf "$2"
    cp -r "$1" "$2"
    build/demos/onnx-venv/bin/python -B - "$2/y" "$3" <<'END'
import sys
from pathlib import Path
import numpy as np
for path in Path(sys.argv[1]).glob("*.npy"):
    scope = {"y": np.load(path), "np": np}
    exec(sys.argv[2], scope)
    np.save(path, scope["y"])
END
}

spoil build/demos/vad "$work/vad" pass
must 'vad: outputs as they are' decide "$work/vad"
for code in 'y = np.roll(y, 1, 0)' 'y = y[:, ::-1]' 'y[:, 64:] = 0' 'y = 0.8 * y'; do
    spoil build/demos/vad "$work/vad" "$code"
    if decide "$work/vad" >"$work/output" 2>&1; then bad "vad: $code" "$(cat "$work/output")"; else good; fi
done
spoil build/demos/speaker "$work/speaker" pass
must 'speaker: outputs as they are' compare "$work/speaker"
for code in 'y = y[:, ::-1]' 'y = y + 0.1' 'y[-1] = y[-20]' 'y = y * (np.arange(256) != np.argmax(y[-1]))'; do
    spoil build/demos/speaker "$work/speaker" "$code"
    if compare "$work/speaker" >"$work/output" 2>&1; then bad "speaker: $code" "$(cat "$work/output")"; else good; fi
done
for code in 'y = y[:, ::-1]' 'y = np.roll(y, 5, 0)'; do
    spoil build/demos/beat "$work/beat" "$code"
    if "$torch_python" -B tests/demos/beat.py compare "$work/beat" >"$work/output" 2>&1; then
        bad "beat: $code" "$(cat "$work/output")"
    else
        good
    fi
done
finish
