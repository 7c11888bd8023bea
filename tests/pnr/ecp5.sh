#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# ecp5.sh [SHAPE...] - places and routes the chips of tests/pnr/shapes on an ECP5-85F, all or those
# named, and prints a table in Markdown.  What is left of each lies in build/pnr/SHAPE.
#
#   seeds=N              placements of each (3); the clock is their median
#   freq=MHZ             what the placer aims at (125)
#   target=NAME          another device of ese implement (ecp5-85)
#   set='KEY=VALUE ...'  more keys, for all shapes
#   ESE_PNR_TOOLS=DIR    where the tools lie (build/pnr-venv/bin, which make pnr-tools makes)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
ese=$PWD/build/ese
json_get=$PWD/build/json_get
out=$PWD/build/pnr
export ESE_PNR_TOOLS=${ESE_PNR_TOOLS:-$PWD/build/pnr-venv/bin}

shapes() {
    grep -v '^#' tests/pnr/shapes
}

# How many of a kind of site the device gave, - if none.
sites() { # FILE NAME
    "$json_get" "$1" "sites.$2.used" 2>/dev/null || echo -
}

# Where the slowest path begins and ends, and how many cells it passes.
path() { # REPORT
    awk '/^  levels / { on = 1; next } !NF { on = 0 }
        on { levels += $1; gsub(/g_[a-z_]*\[[0-9]*\]\./, ""); to = $4 ($4 == "the" ? " top" : "")
             if (from == "") from = to }
        END { print from " -> " to ", " levels }' "$1"
}

shape() { # NAME PRESET SETTING...
    local name=$1 preset=$2 result=$out/$1/result.json setting sets=()
    shift 2
    # shellcheck disable=SC2086 # words
    for setting in "$@" ${set:-}; do sets+=(--set "$setting"); done
    rm -rf "${out:?}/$name"
    mkdir -p "$out/$name"
    "$ese" gen "$preset" -o "$out/$name/chip" "${sets[@]}" >"$out/$name/gen.log"
    "$ese" implement "$out/$name/chip" --target "${target:-ecp5-85}" --seeds "${seeds:-3}" \
        --freq "${freq:-125}" -o "$out/$name/place" --json "$result" >"$out/$name/report.txt"
    get() { "$json_get" "$result" "$1"; }
    printf '| %s | %d | %s | %s | %s | %s | %.1f | %.1f..%.1f | %s |\n' "$name" \
        "$(get cycles_per_frame)" \
        "$(sites "$result" TRELLIS_COMB)" "$(sites "$result" TRELLIS_FF)" \
        "$(sites "$result" MULT18X18D)" "$(sites "$result" DP16KD)" "$(get clock.median_mhz)" \
        "$(get clock.worst_mhz)" "$(get clock.best_mhz)" "$(path "$out/$name/report.txt")"
}

for name; do
    shapes | grep -q "^$name " ||
        { echo "ecp5.sh: no shape '$name' in tests/pnr/shapes" >&2; exit 2; }
done
echo '| chip | cycles | COMB | FF | MULT18X18D | DP16KD | MHz | worst..best | slowest path, levels |'
echo '|---|---|---|---|---|---|---|---|---|'
while read -r name rest <&3; do
    [ $# -eq 0 ] || [[ " $* " = *" $name "* ]] || continue
    # shellcheck disable=SC2086 # words
    shape "$name" $rest
done 3< <(shapes)
