#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# modules.sh - sourced by the suites of modules: the Verilog where it lies, in one folder as in a chip's
# rtl/, checks by name, modules with a fault put in, and benches in both simulators.
# shellcheck source=tests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
root=$PWD
# shellcheck disable=SC2034 # for those who source this
here=$root/tests/rtl
cd "$work"
modules=$work/modules
mkdir "$modules"
cp "$root"/templates/*/*.v "$modules"

check() { # NAME COMMAND... : must end well; its output is shown if not
    local name=$1 output
    shift
    if output=$("$@" 2>&1); then
        printf 'ok %s\n' "$name"
        good
    else
        bad "$name" "$output"
    fi
}

# A copy of the modules with one of them changed by a sed script, which must change something.
mutant() { # FOLDER MODULE SCRIPT
    rm -rf "$1"
    cp -r "$modules" "$1"
    sed -i "$3" "$1/$2.v"
    if cmp -s "$1/$2.v" "$modules/$2.v"; then
        bad "mutant of $2: '$3' changes nothing"
        return 1
    fi
}

# ---- benches: print "N comparisons, M mismatches" ------------------------------------------------------

icarus_bench() { # TEMPLATES BENCH FILE...
    local templates=$1 bench=$2
    shift 2
    rm -f "$bench.vvp"
    iverilog -g2005 -s "$bench" -y "$templates" -o "$bench.vvp" "$@" && vvp -n "$bench.vvp"
}

verilator_bench() { # TEMPLATES BENCH FILE...
    local templates=$1 bench=$2
    shift 2
    verilator --binary -Wno-lint -j 2 --Mdir "$bench.dir" --top-module "$bench" -y "$templates" "$@" \
        -CFLAGS -O0 >"$bench.log" 2>&1 || { tail -n 5 "$bench.log"; return 1; }
    "$bench.dir/V$bench"
}

# All comparisons made, none of them bad.
agrees() { # COUNT SIMULATOR_BENCH ARGUMENT...
    local count=$1 output
    shift
    output=$("$@") || { echo "$output"; return 1; }
    grep -qx "$count comparisons, 0 mismatches" <<<"$output" || { echo "$output"; return 1; }
}

disagrees() { # COUNT SIMULATOR_BENCH ARGUMENT...
    local count=$1 output
    shift
    output=$("$@") || { echo "$output"; return 1; }
    grep -q "^$count comparisons, [1-9][0-9]* mismatches$" <<<"$output" || { echo "$output"; return 1; }
}
