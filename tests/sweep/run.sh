#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh - ese sweep: rows are what ese report says; killed and resumed, in parts, by any number of
# processes it leaves the same; a point that fails is a row.
# shellcheck source=tests/sweep/rows.sh
. "$(dirname "$0")/rows.sh"

sweep() { # DIR ARGUMENT...
    local dir=$1
    shift
    "$ese" sweep tiny "$@" -o "$dir"
}
axes=(--axis pes=2,3,6 --axis weight_bits=8,12 --axis model.density=0.2:0.5:0.1
      --axis channels=1,4,16 --axis memory=rom,stream)
points=144
files='points.csv points.jsonl pareto.csv sweep.svg columns.md'

same_files() { # NAME LEFT RIGHT
    local file
    for file in $files; do
        must "$1: $file" cmp "$2/$file" "$3/$file"
    done
}

must "whole" sweep "$work/whole" "${axes[@]}" -j 2
same "rows" "$(wc -l <"$work/whole/points.csv")" $((points + 1))
same "lines of JSON" "$(wc -l <"$work/whole/points.jsonl")" "$points"
must "SVG" xmllint --noout "$work/whole/sweep.svg"
must "one process" sweep "$work/one" "${axes[@]}" -j 1
same_files "one process" "$work/whole" "$work/one"

# Each column has a line in columns.md, in the order of the header.
same "columns.md" \
    "$(sed -n 's/^| \([a-z_0-9.]*\) |.*/\1/p' "$work/whole/columns.md" | grep -v '^column$')" \
    "$(head -n 1 "$work/whole/points.csv" | tr , '\n')"

# ---- rows and reports ----

rows_of "$work/whole"
holds "columns" "${#sources[@]}" '>' 25
mapfile -t drawn < <(tail -n +2 "$work/whole/points.csv" | shuf -n 6 --random-source=<(yes 7))
for row in "${drawn[@]}"; do
    compare_row "$row" pes weight_bits model.density channels memory
done

# The JSON of a point is its whole report.
sed -n 5p "$work/whole/points.jsonl" >"$work/line.json"
same "JSON of a point" "$("$json_get" "$work/line.json" report.config_hash)" \
    "$(field "$(sed -n 6p "$work/whole/points.csv")" id)"

# ---- layers that go backward, among points without ----

base=$work/both.yaml
cat >"$base" <<'END'
base: tiny
memory: stream
model:
  layers:
    - {kind: gru, input: 6, cell: 9, direction: both}
    - {kind: linear, output: 4}
END
must "both ways" "$ese" sweep "$base" --axis pes=2,4 --axis model.layers.0.direction=both,forward,backward \
    -j 1 -o "$work/both"
rows_of "$work/both"
same "both ways: points" "$(grep -c ',ok,' "$work/both/points.csv")" 6
while read -r row; do
    compare_row "$row" pes model.layers.0.direction
done < <(tail -n +2 "$work/both/points.csv")
base=tiny

# ---- killed ----

slow=(--axis pes=2,3,6 --axis fifo_depth=1:8:1 --axis model.cell=40,60)
must "not killed" sweep "$work/calm" "${slow[@]}" -j 2
RANDOM=11
signals=(KILL INT TERM)
killed=0
for n in $(seq 20); do
    # A shell lets its background ignore interrupts.
    env --default-signal=INT "$ese" sweep tiny "${slow[@]}" -j 2 -o "$work/killed" >/dev/null 2>&1 &
    process=$!
    sleep "0.0$((RANDOM % 90 + 10))"
    kill "-${signals[n % 3]}" "$process" 2>/dev/null && killed=$((killed + 1))
    wait "$process" 2>/dev/null || true
    [ -e "$work/killed/points.csv" ] || continue
    # Whole rows, each once, but for a last one.
    same "rows that are there twice after kill $n" \
        "$(head -c -1 "$work/killed/points.csv" | cut -d, -f1-3 | sort | uniq -d)" ''
    [ "$(wc -l <"$work/killed/points.csv")" -le 48 ] || rm -rf "$work/killed"
done
holds "killed" "$killed" '>' 5
must "resumed" sweep "$work/killed" "${slow[@]}" -j 2
same_files "resumed" "$work/calm" "$work/killed"
cp "$work/killed/points.csv" "$work/before"
must "nothing is left to do" sweep "$work/killed" "${slow[@]}"
must "nothing changed" cmp "$work/before" "$work/killed/points.csv"

# ---- parts ----

for k in 1 2 3; do
    must "shard $k" sweep "$work/part$k" "${axes[@]}" --shard "$k/3"
    tail -n +2 "$work/part$k/points.csv" >>"$work/joined.csv"
    cat "$work/part$k/points.jsonl" >>"$work/joined.jsonl"
done
must "shards joined" cmp "$work/joined.csv" <(tail -n +2 "$work/whole/points.csv")
must "shards joined, JSON" cmp "$work/joined.jsonl" "$work/whole/points.jsonl"

# ---- an axis file, samples ----

cat >"$work/axes.yaml" <<'END'
axes:
  pes: [2, 3, 6]
  channels: 1:16:x2
  model.density: [0.1:0.5:0.1, 0.9]
sample: lhs:10
seed: 5
where: dsp < 200
columns: {work: dsp * us_per_frame}
pareto: -work,snr_db
END
must "axis file" sweep "$work/file" --axes "$work/axes.yaml"
must "the same as options" sweep "$work/options" --axis pes=2,3,6 --axis channels=1:16:x2 \
    --axis model.density=0.1:0.5:0.1,0.9 --sample lhs:10 --seed 5 --where 'dsp < 200' \
    --column 'work=dsp * us_per_frame' --pareto=-work,snr_db
same_files "the same as options" "$work/file" "$work/options"
same "samples" "$(wc -l <"$work/file/points.csv")" 11

# ---- what fails, what is excluded ----

must "a failing point" sweep "$work/fails" --axis elem_lanes=1,2,4 --axis pes=2,4 \
    --where 'cycles < 180'
same "failed" "$(grep -c ',failed,"' "$work/fails/points.csv")" 1
same "its message" \
    "$(grep -c 'failed,"--set: elem_lanes: 4 is above pes, which is 2' "$work/fails/points.csv")" 1
holds "excluded" "$(grep -c ',excluded,' "$work/fails/points.csv")" '>' 0
holds "ok" "$(grep -c ',ok,' "$work/fails/points.csv")" '>' 0
same "excluded and failed on the front" \
    "$(grep -cE ',(excluded|failed),' "$work/fails/pareto.csv" || :)" 0

must "no number" sweep "$work/nothing" --axis pes=2,4 --where 'dsp / 0 - dsp / 0'
same "no number excludes" "$(grep -c ',excluded,' "$work/nothing/points.csv")" 2

refuse() { # NAME STATUS MESSAGE ARGUMENT...
    local name=$1 wanted=$2 message=$3 status=0 output
    shift 3
    output=$("$ese" sweep "$@" 2>&1 >"$work/refused") || status=$?
    same "$name: exit status" "$status" "$wanted"
    same "$name: lines" "$(wc -l <<<"$output")" "$((wanted == 2 ? 2 : 1))"
    case $output in
    *"$message"*) good ;;
    *) bad "$name" "$output" ;;
    esac
}
refuse "no output" 2 "no output given" tiny --axis pes=1
refuse "no axis" 1 "there is no axis" tiny -o "$work/no"
refuse "unknown key" 1 "did you mean 'pes'?" tiny --axis pe=1 -o "$work/no"
refuse "unknown name" 1 "there is no 'cost'" tiny --axis pes=1 --where 'cost < 1' -o "$work/no"
refuse "unknown name in a column" 1 "there is no 'cost'" tiny --axis pes=1 --column x=cost \
    -o "$work/no"
refuse "unknown goal" 1 "is no axis and no column" tiny --axis pes=1 --pareto cost -o "$work/no"
refuse "a word in a column" 1 "'device' is a word" tiny --axis pes=1 --column x=device \
    -o "$work/no"
refuse "other axes" 1 "holds another sweep, of other axes" tiny --axis pes=1 -o "$work/whole"
refuse "another model" 1 "of other keys of the configuration" tiny "${axes[@]}" \
    --set model.seed=9 -o "$work/whole"
refuse "not a sweep's" 1 "is not empty, and no sweep's" tiny --axis pes=1 -o "$work"
printf 'axes:\n  pes: {a: 1}\n' >"$work/wrong.yaml"
refuse "a wrong axis file" 1 "wrong.yaml:2: a value or a list of values" tiny \
    --axes "$work/wrong.yaml" -o "$work/no"
printf 'axis:\n  pes: 1\n' >"$work/wrong.yaml"
refuse "a wrong word in it" 1 "wrong.yaml:1: there is no 'axis'" tiny \
    --axes "$work/wrong.yaml" -o "$work/no"
same "nothing was made" "$(ls -d "$work/no" 2>/dev/null || :)" ''
finish
