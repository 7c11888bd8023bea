#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# lists.sh - the lists check themselves: each is given a line that must not be there, and the build, or
# the first program that uses it, must say so.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
cc=${CC:-gcc}

# A copy of the sources in which one file has a line more.
planted() { # FILE LINE
    rm -rf "$work/tree"
    mkdir "$work/tree"
    cp -r models gen sim fpga templates Makefile LICENSE-OUTPUT "$work/tree/"
    printf '%s\n' "$2" >"$work/line"
    # Before the #undefs that close some of the lists.
    awk -v line="$work/line" '
        /^#undef/ && !done && NR > 20 { while ((getline text < line) > 0) print text; done = 1 }
        { print }
        END { if (!done) while ((getline text < line) > 0) print text }' "$1" >"$work/tree/$1"
}

# The source must not compile, and the compiler must name what is wrong.
refused() { # NAME SOURCE TEXT
    local output status=0
    output=$(in_folder "$work/tree" "$cc" -std=c11 -D_GNU_SOURCE -I. -fsyntax-only "$2" 2>&1) || status=$?
    if [ "$status" -ne 0 ] && grep -q "$3" <<<"$output"; then good; else bad "$1" "$output"; fi
}

planted fpga/contract/layout.def ''
must 'the lists as they are' in_folder "$work/tree" \
    "$cc" -std=c11 -D_GNU_SOURCE -I. -fsyntax-only gen/emit/registers.c

planted fpga/contract/registers.def 'REGISTER(PLANTED, 0x24, STATUS, true, 0, "at the place of STATUS")'
refused 'two registers at one offset' gen/emit/registers.c 'duplicate case value'
planted fpga/contract/registers.def 'REGISTER(PLANTED, 0xA2, STATUS, true, 0, "no word")'
refused 'a register between two words' gen/emit/registers.c 'not a word of the register space'
planted fpga/contract/registers.def 'REGISTER(PLANTED, 0x1000, STATUS, true, 0, "outside")'
refused 'a register outside' gen/emit/registers.c 'not a word of the register space'
planted fpga/contract/registers.def 'FIELD(SLOT, PLANTED, 20, 13, "longer than its register")'
refused 'a field outside of its register' gen/emit/registers.c 'not within its register'
planted fpga/contract/registers.def 'FIELD(STATUS, PLANTED, 2, 1, "at the place of ERROR")'
refused 'two fields at one bit' gen/emit/registers.c 'duplicate case value'
planted fpga/contract/registers.def 'FIELD(NOWHERE, PLANTED, 2, 1, "of no register")'
refused 'a field of no register' gen/emit/registers.c 'REGISTER_NOWHERE'
planted fpga/contract/errors.def 'ERROR(PLANTED, 3, true, "a", "as another")'
refused 'two errors with one code' gen/emit/registers.c 'duplicate case value'
planted fpga/contract/layout.def 'MODEL_WORD(PLANTED, 20, "at the place of WEIGHT_CRC")'
refused 'two words of the header at one place' gen/image/regions.c "header at one place"
planted fpga/contract/layout.def 'MODEL_WORD(PLANTED, 64, "behind the last")'
refused 'a word outside of the header' gen/image/regions.c 'no word of the header'
planted fpga/contract/layout.def 'VECTOR_WORD(PLANTED, 1, "at the place of KIND")'
refused 'two words of a vector at one place' gen/image/regions.c "entry at one place"
planted fpga/contract/layout.def 'VECTOR_KIND(PLANTED, 1, "as CELL")'
refused 'two kinds of vector with one number' gen/image/regions.c 'duplicate case value'
planted fpga/contract/layout.def 'DESCRIPTOR_WORD(PLANTED, 5, 1, "high half of X_ADDRESS")'
refused 'two words of a descriptor at one place' gen/image/regions.c "descriptor at one place"
planted fpga/contract/errors.def 'ERROR(PLANTED, 32, true, "a", "more than five bits")'
refused 'an error code that does not fit' gen/emit/registers.c 'does not fit five bits'
planted fpga/contract/layout.def 'IDENTITY(PLANTED, 0x45534531, "that of CHIP")'
refused 'two identities with one value' gen/image/regions.c 'duplicate case value'
planted fpga/contract/layout.def 'DESCRIPTOR_WORD(PLANTED, 16, 0, "nothing, on ACTIVE")'
refused 'a field of a descriptor without words' gen/image/regions.c 'no word of a descriptor'
planted gen/config/config.def 'KEY(planted, FIXED, WHOLE, "1", 1, 2, NULL, "nothing in struct config")'
refused 'a key without a place' gen/config/config_keys.c "planted"
planted gen/config/config.def 'LAYER_KEY(planted, OF_GRU, WHOLE, 1, 2, NULL, "nothing in struct layer_config")'
refused 'a key of layers without a place' gen/config/config_keys.c "planted"

# Nobody computes it: found when a program is built.
forgotten() { # MACRO MEMORY
    local output
    planted models/program/derived.def "$1(planted, PLANTED, \"nobody computes it\")"
    must "building with a $1 more" make -s -C "$work/tree" -j2 BUILD=build CFLAGS=-O0 all
    output=$("$work/tree/build/ese" report tiny --set "memory=$2" 2>&1) || true
    if grep -q 'somebody computes PLANTED (derived.def) does not hold' <<<"$output"; then good; else
        bad "a $1 that nobody computes" "$output"
    fi
}
# The table of suites in tests/README.md is that of tests/suites.
if diff <(grep '^|' tests/README.md | sed -n '/^| suite /,$p') <(bash tests/run.sh table) >"$work/table"; then
    good
else
    bad 'the table in tests/README.md' "$(head -n 4 "$work/table")"
fi

forgotten DERIVED rom
forgotten DERIVED_MEMORY stream

# Clocks of parts in combinations that `pipeline` does not have: the list alone decides, so the models, the
# schedule and the Verilog still agree.
planted models/program/derived.def ''
while read -r name none some all; do
    sed -i "s/^\\(LATENCY($name, [A-Z_]*\\), [0-9]*, [0-9]*, [0-9]*,/\\1, $none, $some, $all,/" \
        "$work/tree/models/program/derived.def"
done <<'END'
ready_clocks    1 0 1
fetch_clocks    2 3 3
spread_clocks   1 0 2
multiply_clocks 3 2 2
assemble_clocks 2 3 2
sum_clocks      5 4 5
table_clocks    6 7 5
product_clocks  3 5 4
END
must 'building with other latencies' make -s -C "$work/tree" -j2 BUILD=build CFLAGS=-O0 all
cat >"$work/layers.yaml" <<'END'
base: tiny
model:
  density: 0.2
  layers:
    - {kind: lstm, input: 3, cell: 21, output: 9, peephole: true, coupled: input}
    - {kind: rnn, cell: 18}
    - {kind: linear, output: 7, activation: relu}
END
for pipeline in 0 1 2; do
    must "other latencies, pipeline $pipeline: gen" "$work/tree/build/ese" gen "$work/layers.yaml" \
        --set pipeline=$pipeline -o "$work/late"
    must "other latencies, pipeline $pipeline: verify" "$work/tree/build/ese" verify "$work/late" \
        --sim icarus --frames 4
    "$ese" report "$work/layers.yaml" --set pipeline=$pipeline --json "$work/usual.json" >"$work/text"
    must "other latencies, pipeline $pipeline: they are others" test \
        "$("$json_get" "$work/late/report.json" latency_cycles)" -ne \
        "$("$json_get" "$work/usual.json" latency_cycles)"
    rm -rf "$work/late"
done

# A parameter of the datapath that the top gives no value would silently keep its default.
sed -i 's/^    parameter CELLS /    parameter FORGOTTEN = 1,\n&/' "$work/tree/templates/core/ese_core.v"
must 'a parameter more' grep -q FORGOTTEN "$work/tree/templates/core/ese_core.v"
output=$("$work/tree/build/ese" gen tiny -o "$work/chip" 2>&1) || true
if grep -q 'the template gives FORGOTTEN a value does not hold' <<<"$output"; then good; else
    bad 'a parameter of ese_core that nobody gives a value' "$output"
fi

# What `make demo` installs is what it wants: no second simulator, no synthesis, nothing for tests.
wanted() { # TARGET : the packages that it looks for
    make -n "$1" | sed -n 's/^for package in \(.*\); do.*/\1/p' | tr -s ' ' '\n' | sed 's/=.*//' | sort
}
wanted deps-demo >"$work/demo"
wanted deps >"$work/check"
for package in gcc make verilator g++ gnuplot-nox libcyaml-dev; do
    must "the demo's packages: $package" grep -Fxq "$package" "$work/demo"
done
for package in yosys z3 iverilog tcl libcmocka-dev libxml2-utils clang; do
    must "the demo's packages: no $package" sh -c "! grep -Fxq '$package' '$work/demo'"
done
must 'packages of the tests' grep -Fxq yosys "$work/check"
same "the demo's packages that the tests do without" "$(comm -23 "$work/demo" "$work/check")" ''
same 'make demo looks for those packages' "$(wanted demo)" "$(cat "$work/demo")"
finish
