#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# bounds.sh [FOLDER [CASE...]] - what ese compress must reach with much unlabelled speech.  FOLDER
# has its features, NAME.npy, some 480,000 frames, with none of the sentences of models/speech; if
# not given, it is what make demo-compress made.  The shipped 32 utterances judge: they are held out,
# so that they choose among the last measurements, by their loss and without their labels.
#
# Prints each case with what it reached; exit status 1 if a bound is missed.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
folder=$(realpath "${1:-build/demos/compress/speech/train}")
[ $# -eq 0 ] || shift
[ -d "$folder" ] || { echo "no folder $folder: make demo-compress makes it" >&2 && exit 1; }
speech=$PWD/models/speech
export ESE_HOME=$PWD

#    case        frames    least  density  PEs  loss     of the recordings
cases='
     ten-long    13700000  89.0   0.1      8    auto     all
     ten         5500000   87.5   0.1      8    auto     all
     ten-32      5500000   87.0   0.1      32   auto     all
     twenty      5500000   90.8   0.2      8    auto     all
     centres     13700000  86.0   0.1      8    centres  all
     few         2800000   75.0   0.1      8    auto     32
'
LONG_SECONDS=180         # of processor time, of ten-long
PAPER_SECONDS=12         # likewise, of the paper's size: 6 s of two threads
PAPER_KILOBYTES=300000

# Runs COMMAND; prints its processor time in seconds and the most memory that it had, in kilobytes.
costs() { # COMMAND...
    python3 - "$@" <<'END'
import resource, subprocess, sys
status = subprocess.run(sys.argv[1:], stdout=sys.stderr).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(f"{used.ru_utime + used.ru_stime:.1f} {used.ru_maxrss}")
sys.exit(status)
END
}

# So many recordings, from everywhere in the folder.
some() { # COUNT
    local all count=$1
    mapfile -t all < <(find "$folder" -name '*.npy' ! -name '*.labels.npy' ! -name '*.y.npy' | sort)
    mkdir -p "$work/$count"
    for ((n = 0; n < count; n++)); do
        ln -s "${all[n * ${#all[@]} / count]}" "$work/$count"
    done
}

of_row() { # NAME ROW KEY
    "$json_get" "$work/$1.json" "table.$2.$3"
}

# ROW 0 is the dense network, 1 pruned at once, 2 what was learnt, 3 that rounded.
learn() { # NAME FRAMES LEAST DENSITY PES LOSS RECORDINGS
    local name=$1 recordings=$folder cost
    [ "$7" = all ] || { some "$7" && recordings=$work/$7; }
    sed "s|RECORDINGS|$recordings|; s|SPEECH|$speech|; s|DENSITY|$4|; s|PES|$5|" >"$work/$name.yaml" <<'END'
pes: PES
channels: 4
model:
  path: SPEECH/speech-dense.safetensors
  layers:
    - kind: lstm
  utterances: RECORDINGS
  density: DENSITY
END
    if ! cost=$(costs "$ese" compress "$work/$name.yaml" -o "$work/$name.safetensors" --frames "$2" --loss "$6" \
        --held-out "$speech" --threads 1 --json "$work/$name.json" 2>"$work/$name.log"); then
        bad "$name" "$(cat "$work/$name.log")"
        return
    fi
    local right
    right=$(awk -v r="$(of_row "$name" 2 frames_right)" 'BEGIN { printf "%.2f", 100 * r }')
    printf '%-9s %5.2f %% of frames right, at least %s (dense %.4f, at once %.4f, %s), %s s\n' "$name" "$right" "$3" \
        "$(of_row "$name" 0 frames_right)" "$(of_row "$name" 1 frames_right)" \
        "losses $("$json_get" "$work/$name.json" loss_learnt) $(of_row "$name" 2 loss)" "${cost% *}"
    holds "$name: % of frames right" "$right" '>=' "$3"
    [ "$name" != ten-long ] || holds "$name: seconds of processor time" "${cost% *}" '<=' "$LONG_SECONDS"
    [ "$7" = all ] || must "$name: a warning" grep 'warning: too few recordings' "$work/$name.log"
}

# The paper's LSTM, 10,000 frames, two threads.
paper() {
    local cost
    must "paper's size: files" python3 tests/compress/paper_size.py "$work/paper"
    if ! cost=$(costs "$ese" compress "$work/paper/paper.yaml" -o "$work/paper.safetensors" --frames 10000 \
        --held-out "$work/paper/held_out" --threads 2 2>"$work/paper.log"); then
        bad "paper's size" "$(cat "$work/paper.log")"
        return
    fi
    printf "%-9s %s s of two threads' processor time, %s kB\n" paper "${cost% *}" "${cost#* }"
    holds "paper's size: seconds of processor time" "${cost% *}" '<=' "$PAPER_SECONDS"
    holds "paper's size: kilobytes" "${cost#* }" '<=' "$PAPER_KILOBYTES"
}

wanted=" $* "
while read -r name rest; do
    # shellcheck disable=SC2086
    [ -z "$name" ] || [[ $wanted != '  ' && $wanted != *" $name "* ]] || learn "$name" $rest
done <<<"$cases"
[[ $wanted != '  ' && $wanted != *' paper '* ]] || paper
finish
