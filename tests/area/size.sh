#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# size.sh [USE...] - LUTs and flip-flops by the formulas of a report (gen/report/logic.c) against Yosys.
#
# Synthesizes the chips of tests/area/shapes whose use is one of those given (fit, held, test), without
# any argument those of `test`, and fails if a formula is wrong by more than the report says.  Modules
# are kept apart, so that each is mapped once however often it is there, as run.sh does; of a chip of 4
# PEs and 2 channels, mapped as a whole, 5 % fewer LUTs and 9 % fewer flip-flops are left.
#
# What was counted stays in build/size/table.txt.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
# shellcheck source=tests/area/recipe.sh
. tests/area/recipe.sh
export ESE_HOME=$PWD
area=$PWD/tests/area
table=$PWD/build/size/table.txt
[ $# -gt 0 ] || set -- test

script() { # of Yosys, run in the chip's mem/
    echo 'read_verilog ../rtl/*.v'
    echo 'hierarchy -check -top ese_top'
    echo 'delete t:*ese_image*' # for simulation, and empty here
    echo 'setattr -mod -set keep_hierarchy 1 *'
    for helper in $helpers; do
        echo "setattr -mod -unset keep_hierarchy *$helper*"
    done
    echo 'setattr -mod -set keep_hierarchy 1 *ese_rom_stream*' # which has ese_rom in its name
    recipe ese_top
    echo 'write_blif -cname -param ../../design.blif'
}

# LUTs and flip-flops of the chip in DIR/chip.
count() { # DIR
    local dir=$1 times number
    script >"$dir/script.ys"
    (cd "$dir/chip/mem" && yosys -ql ../../yosys.log -s ../../script.ys) >/dev/null 2>&1 || return 1
    mkdir "$dir/models"
    awk -v out="$dir/models" -v top=ese_top -f "$area/models.awk" "$dir/design.blif" |
        while read -r times number; do
            printf '%s\t' "$times"
            awk -f "$area/count.awk" "$dir/models/$number.blif" || exit 1
        done | awk -F'\t' '{ luts += $1 * $2; ffs += $1 * $5 } END { print luts, ffs }'
}

compare() { # NAME RESOURCE KEY COUNTED REPORT
    local estimate most error
    estimate=$("$json_get" "$5" "device.resources.$3.used")
    most=$("$json_get" "$5" "logic.$3_error_percent")
    error=$(awk -v a="$estimate" -v b="$4" 'BEGIN { printf "%.1f", 100 * (a / b - 1) }')
    printf '%-10s %-4s %8d %8d %6s %%\n' "$1" "$3" "$4" "$estimate" "$error" >>"$table"
    holds "$1: $2 within $most % ($4 counted, $estimate by formula)" "${error#-}" '<=' "$most"
}

common=(fifo_depth=8 model.density=0.2)
one_layer=(model.input=40 model.cell=96 model.output=48)

check_shape() { # NAME [FILE.yaml] KEY=VALUE...
    local name=$1 of=tiny dir=$work/$1 counted sets=()
    shift
    if [[ ${1:-} == *.yaml ]]; then
        of=$area/$1
        shift
        set -- "${common[@]}" "$@"
    else
        set -- "${common[@]}" "${one_layer[@]}" "$@"
    fi
    for change; do
        sets+=(--set "$change")
    done
    mkdir "$dir"
    if ! "$ese" gen "$of" "${sets[@]}" -o "$dir/chip" >/dev/null || ! counted=$(count "$dir"); then
        bad "$name: not synthesized" "$(cat "$dir/yosys.log" 2>/dev/null)"
        return
    fi
    compare "$name" LUTs lut "${counted% *}" "$dir/chip/report.json"
    compare "$name" flip-flops ff "${counted#* }" "$dir/chip/report.json"
    rm -rf "$dir"
}

mkdir -p "${table%/*}"
printf '%-10s %-4s %8s %8s %8s\n' shape of counted formula error >"$table"
while read -r use name keys; do
    [[ " $* " != *" $use "* ]] || check_shape "$name" $keys
done < <(grep -v '^#' "$area/shapes")
cat "$table"
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
