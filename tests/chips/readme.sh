#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# readme.sh - a network of layers, a file of PyTorch, and one that is made sparse, as README.md has them: the configuration is copied
# from there, the commands are run as they stand there, and every line that it shows of them is what they print.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
export ESE_HOME=$PWD
ln -s "$PWD/build" "$PWD/tests" "$PWD/models" "$work/"

# The sections, and of them the file and the commands with what they print.
awk '/^### (A network of layers|Layers that go backward|A file that PyTorch or ONNX wrote|From a dense network to a chip)/ { on = 1; next }
     /^##/ { on = 0 } on' README.md >"$work/section"
for name in my_stack my_both dense; do
    awk '/`'$name'.yaml`:$/ { on = 1; next }
         on && /^    / { print substr($0, 5); begun = 1; next }
         on && begun { exit }' "$work/section" >"$work/$name.yaml"
    holds "lines of $name.yaml" "$(wc -l <"$work/$name.yaml")" '>=' 6
done
must 'draw voices' build/draw_voices "$work/my_features" 20 3 2 9 1
awk '/^    \$ / { on = 1 } on && /^    / { print substr($0, 5) } /`[a-z_]*.yaml`:$/ { on = 0 }' "$work/section" \
    >"$work/shown"

# What is shown of the last command, which printed $work/output.
compare() { # COMMAND
    [ -s "$work/lines" ] || return 0
    same "$1: shown lines" "$(grep -Fxf "$work/lines" "$work/output" | uniq)" "$(cat "$work/lines")"
}

commands=0 command=
: >"$work/lines"
while IFS= read -r line; do
    case $line in
    '$ '*)
        compare "$command"
        command=${line#\$ }
        commands=$((commands + 1))
        : >"$work/lines"
        status=0
        (cd "$work" && eval "$command") >"$work/output" 2>&1 || status=$?
        same "$command: status" "$status" 0
        ;;
    ...) ;;
    *) printf '%s\n' "$line" >>"$work/lines" ;;
    esac
done <"$work/shown"
compare "$command"
holds 'commands' "$commands" '>=' 11
lint_chip my_stack "$work/rtl_out/my_stack"
lint_chip pytorch "$work/rtl_out/pytorch"
lint_chip onnx "$work/rtl_out/onnx"
lint_chip sparse "$work/rtl_out/sparse"

# Rows of "Figures" that begin with cycles are what the report beside them says, however often a row says `the same`.
figures=0
while IFS='|' read -r _ what said command _; do
    cycles=$(grep -oE '^ [0-9]+,[0-9]+' <<<"$said" | tr -d ' ,' || true)
    command=$(sed -n 's/^ `build\/ese \(report [^`]*\)`.*/\1/p' <<<"$command")
    [ -n "$cycles" ] && [ -n "$command" ] || continue
    figures=$((figures + 1))
    # shellcheck disable=SC2086 # words
    must "$command" "$ese" $command --json "$work/report.json"
    same "$what: cycles" "$("$json_get" "$work/report.json" cycles_per_frame)" "$cycles"
done < <(sed -n '/^## Figures/,/^## Which/p' README.md)
holds 'figures of cycles' "$figures" '>=' 6

# What it says is refused is refused, and the layer is named.
refused() { # NAME PATTERN LAYER...
    local name=$1 pattern=$2 layer status=0
    shift 2
    printf 'model:\n  layers:\n    - {kind: lstm, input: 3, cell: 4}\n' >"$work/refused.yaml"
    for layer; do
        printf '    - {%s}\n' "$layer" >>"$work/refused.yaml"
    done
    "$ese" gen "$work/refused.yaml" -o "$work/refused" >"$work/output" 2>&1 || status=$?
    same "$name: status" "$status" 1
    must "$name: says so" grep -Eq "$pattern" "$work/output"
    must "$name: nothing is left" test ! -e "$work/refused"
}

refused 'backward' '^ese: layer 1 goes backward, over whole utterances: that takes a chip with x and y in memory' 'kind: rnn, cell: 4, direction: backward'
must 'forward: report' "$ese" report "$work/refused.yaml" --set model.layers.1.direction=forward
finish
