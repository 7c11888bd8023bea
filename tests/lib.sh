#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# lib.sh - sourced by the suites: counts results, compares, makes a folder that is removed at exit.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck disable=SC2034 # for those who source this
ese=$PWD/build/ese
json_get=$PWD/build/json_get
passed=0 failed=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

good() {
    passed=$((passed + 1))
}

bad() { # NAME [OUTPUT]
    failed=$((failed + 1))
    printf 'FAILED %s\n' "$1"
    [ -z "${2:-}" ] || tail -n 8 <<<"$2" | sed 's/^/    /'
}

# COMMAND must end well; its output is shown if not.
must() { # NAME COMMAND...
    local name=$1 output
    shift
    if output=$("$@" 2>&1); then good; else bad "$name" "$output"; fi
}

# COMMAND must end well and print nothing.
silent() { # NAME COMMAND...
    local name=$1 output status=0
    shift
    output=$("$@" 2>&1) || status=$?
    if [ "$status" -eq 0 ] && [ -z "$output" ]; then good; else bad "$name" "$output"; fi
}

same() { # NAME GOT WANTED
    if [ "$2" = "$3" ]; then good; else bad "$1: got '$2', wanted '$3'"; fi
}

refuses() { # NAME STATUS MESSAGE COMMAND... : says so on standard error
    local name=$1 wanted=$2 message=$3 status=0 output
    output=$("${@:4}" 2>&1 >"$work/refused") || status=$?
    same "$name: exit status" "$status" "$wanted"
    case $output in
    *"$message"*) good ;;
    *) bad "$name" "$output" ;;
    esac
}

# Holds this between two numbers?  OPERATOR as awk knows it.
holds() { # NAME LEFT OPERATOR RIGHT
    if awk -v a="$2" -v b="$4" "BEGIN { exit !(a + 0 $3 b + 0) }"; then
        good
    else
        bad "$1: $2 $3 $4 does not hold"
    fi
}

# Chips that differ in their modules and in the branches of these: a name and what to set on the preset
# tiny.
chip_kinds() {
    cat <<'END'
tiny
stream memory=stream
resident memory=resident io=stream memory_ports=1 device=xck26 weights_ram=ultra
paper encoding=relative activation_table=paper elem_lanes=1
plain model.projection=false model.peephole=false
folded pes=16 elem_lanes=4 fold=4
one memory=stream model.projection=false model.peephole=false channels=1 pes=1
END
}

gen_kind() { # NAME SETTING... : into $work/NAME
    local name=$1 setting sets=()
    shift
    for setting; do
        sets+=(--set "$setting")
    done
    must "$name: gen" "$ese" gen tiny "${sets[@]}" -o "$work/$name"
}

# The chip's top, the first of its files: with a prefix of its own it has another name.
top_of() { # DIR
    basename "$(head -n 1 "$1/rtl/files.f")" .v
}

# What must be true of each chip: both linters silent, Yosys reads it.
lint_chip() { # NAME DIR
    silent "$1: verilator -Wall" verilator_says "$2"
    silent "$1: iverilog -Wall" in_folder "$2" \
        iverilog -g2005 -Wall -t null -s "$(top_of "$2")" -c rtl/files.f
    silent "$1: yosys" yosys_reads "$2"
}

# What Verilator has to say; some print a report besides.
verilator_says() { # DIR
    local output status=0
    output=$(in_folder "$1" verilator --lint-only -Wall --top-module "$(top_of "$1")" -f rtl/files.f 2>&1) ||
        status=$?
    grep -v '^- ' <<<"$output" || :
    return "$status"
}

# A chip as Yosys must be able to read it.
yosys_reads() { # DIR
    yosys_says "$1" "read_verilog ../rtl/*.v; hierarchy -check -top $(top_of "$1"); proc; check -assert"
}

# What Yosys has to say to SCRIPT.  It resolves $readmemh from where it runs.  An array of registers
# with a shift is meant so.
yosys_says() { # DIR SCRIPT
    local output status=0
    output=$(in_folder "$1/mem" yosys -q -p "$2" 2>&1) || status=$?
    grep -v 'Warning: Replacing memory .* with list of registers' <<<"$output" || :
    return "$status"
}

# COMMAND, killed if one of its processes takes more processor time; a busy machine does not matter.
limited() { # SECONDS COMMAND...
    (ulimit -t "$1" && shift && exec "$@")
}

# Synthesis for no device in particular; but for the mapping to gates, which takes most of the time.
synthesizes() { # DIR [LAST_STEP]
    yosys_says "$1" "read_verilog ../rtl/*.v; synth -top $(top_of "$1") -run begin:${2-fine}"
}

# No module's default names a module or an image that the chip does without: each is whole by itself,
# where no image is.
modules_alone() { # DIR
    local file module script='read_verilog ../rtl/*.v; design -save all'
    for file in "$1"/rtl/*.v; do
        module=$(basename "$file" .v)
        [ "$module" = "$(top_of "$1")" ] ||
            script+="; design -load all; hierarchy -check -top $module; proc; check -assert"
    done
    mkdir -p "$1/build/nowhere/mem"
    cp -r "$1/rtl" "$1/build/nowhere"
    yosys_says "$1/build/nowhere" "$script"
}

in_folder() { # DIR COMMAND...
    (cd "$1" && shift && "$@")
}

# What must be true of the results of ese verify --json: a pass (or another VERDICT that will do, too), and
# cycles as the model has them, unless the bus is narrower than the array.
check_results() { # NAME FILE [VERDICT]
    local verdict mismatches cycles model bus
    if ! { verdict=$("$json_get" "$2" verdict) && mismatches=$("$json_get" "$2" mismatches) &&
           cycles=$("$json_get" "$2" cycles_per_frame) &&
           model=$("$json_get" "$2" model_cycles_per_frame) &&
           bus=$("$json_get" "$2" memory_cycles_per_frame); } 2>"$work/json_error"; then
        bad "$1: results" "$(cat "$work/json_error")"
        return
    fi
    same "$1: verdict" "${verdict/#"${3:-pass}"/pass}" pass
    same "$1: mismatches" "$mismatches" 0
    [ "$bus" -gt "$model" ] || same "$1: cycles a frame against the model" "$cycles" "$model"
}

finish() {
    printf '%d passed, %d failed\n' "$passed" "$failed"
    [ "$failed" -eq 0 ]
}
