#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh - estimates the area of the paper's chip: synthesizes what `ese gen paper` writes with Yosys
# for UltraScale, module by module, and compares it with the paper and with an XCKU060.
#
#   tests/area/run.sh                 writes build/area/area.txt (also printed) and build/area/area.csv
#   tests/area/run.sh memory=stream   the same with a key of the preset changed, in build/area-memory=stream:
#                                     what `make area` does, for the paper keeps its model in memory as well
#
# Fails if a memory or a multiplier became something else than intended, if a target is missed, if a
# combinational path is longer than 250 MHz on UltraScale suggest, if a net drives more than
# most_pins, or if more than most_operators of the Verilog follow each other (Yosys's ltp, of a chip
# with one channel: another adds none to a chain).
#
# How to read the numbers.  Each module is synthesized once, with the parameters it has in the chip and
# without what it instantiates, and is then multiplied by the number of its instances; nothing is
# optimized across modules.  The counts are Yosys's, which knows less about the chip than Vivado: it
# does not put two functions into one LUT, takes no adder behind a multiplier into the DSP, no
# register behind a block RAM into the block RAM, and splits deep block RAMs where Vivado cascades
# them.  So take LUTs and flip-flops as an upper estimate; DSPs and block RAMs should be right.  LUT
# includes LUT-RAM, as in Vivado's and the paper's tables; count.awk says how LUTs share a slice.
# How it is mapped, recipe.sh says.  No placement is made: a path is counted in levels (LUTs
# with the nets behind them), and the limit of 9 leaves 0.44 ns for each at 250 MHz.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

here=$PWD/tests/area
ese=$PWD/build/ese
json_get=$PWD/build/json_get
out=$PWD/build/area
jobs=$(nproc)
preset=paper
# shellcheck source=tests/area/recipe.sh
. "$here/recipe.sh"
many=64            # channels of the second chip, which tells what a channel costs
share=85           # per cent of the XCKU060 that can be filled
longest=9          # levels
most_pins=22000    # that one net may drive, but for clocks and resets
most_operators=26  # from register to register

# What each module must become; modules not named here have neither multipliers nor block RAM.
#   DSPs of an instance; block RAM, LUT-RAM: yes, no, or - for either; most flip-flops, or -
expected() { # tables are interpolated: true or false
    local table_dsps=0
    [ "$1" = false ] || table_dsps=1
    cat <<END
ese_pe                1  no   yes  0
ese_act_queue         0  no   yes  -
ese_spmat_read        0  no   yes  -
ese_frame_context     0  no   yes  -
ese_output_buffer     0  no   yes  -
ese_ram               0  yes  no   0
ese_rom_stream        0  yes  no   -
ese_ram_stream        0  yes  no   -
ese_program_ram       0  no   yes  0
ese_writeback         0  no   yes  -
ese_act_table         $table_dsps  yes  no   -
ese_adder_tree        1  no   no   -
ese_elem_mul          2  no   no   -
default               0  no   -    -
END
}

# Modules that hold the model.
storage='ese_rom_stream ese_ram_stream'

die() {
    printf 'area: %s\n' "$1" >&2
    exit 1
}

# The chip's modules as files of their own, and units.tsv, their list.
take_apart() { # DIR [OPTION of ese gen...]
    local dir=$1
    shift
    mkdir -p "$dir"
    "$ese" gen "$preset" -o "$dir/chip" "$@" >/dev/null
    (
        cd "$dir/chip/mem" # $readmemh looks for its images from here
        # ese_image is for simulation, and empty here.
        yosys -q -p "read_verilog ../rtl/*.v; hierarchy -check -top ese_top; delete t:*ese_image*
            write_rtlil ../../design.il" \
            >../../elaborate.log 2>&1
    ) || die "Yosys cannot elaborate the chip: $dir/elaborate.log"
    awk -v out="$dir" -v top=ese_top -v helpers="$helpers" -v apart='ese_channel' \
        -f "$here/units.awk" "$dir/design.il" >"$dir/units.tsv"
}

# Runs as a process of its own, several at a time: DIR/ID.il -> DIR/ID.blif -> DIR/ID.count
synthesize() { # DIR ID MODULE
    local dir=$1 id=$2 module=${3#\\}
    cd "$dir"
    { echo "read_rtlil $id.il"; recipe "$module"; echo "write_blif -cname -param $id.blif"; } >"$id.ys"
    yosys -ql "$id.log" -s "$id.ys" >/dev/null 2>&1 || die "Yosys fails: $dir/$id.log"
    awk -f "$here/count.awk" "$id.blif" >"$id.count"
}

if [ "${1:-}" = --synthesize ]; then
    shift
    synthesize "$@"
    exit
fi

changes=()
for change; do
    out+=-$change
    changes+=(--set "$change")
done

command -v yosys >/dev/null || die 'yosys is missing'
[ -x "$ese" ] && [ -x "$json_get" ] || die 'build/ese and build/json_get are missing: make'

rm -rf "$out"
take_apart "$out/chip" "${changes[@]}"
report=$out/chip/chip/report.json
channels=$("$json_get" "$report" chip.channels)
[ "$channels" -ne "$many" ] || die "the chip has $many channels already"
take_apart "$out/many" "${changes[@]}" --set "channels=$many"

# The slowest first.  Of the second chip only what differs: modules with other parameters, and the top.
{
    awk -F'\t' -v dir="$out/chip" '$1 == "control" || $1 ~ /weights/ { print dir "\t" $1 "\t" $2 }' \
        "$out/chip/units.tsv"
    awk -F'\t' -v dir="$out/chip" '$1 != "control" && $1 !~ /weights/ { print dir "\t" $1 "\t" $2 }' \
        "$out/chip/units.tsv"
    awk -F'\t' -v dir="$out/many" 'NR == FNR { seen[$2] = 1; next } $5 && (!($2 in seen) || $3 == "ese_top") { print dir "\t" $1 "\t" $2 }' \
        "$out/chip/units.tsv" "$out/many/units.tsv"
} | tr '\t\n' '\0\0' | xargs -0 -P "$jobs" -n 3 "$here/run.sh" --synthesize ||
    die 'synthesis failed'
# One line a unit: what units.tsv says of it and what was counted, here or for the first chip.
declare -A first
while IFS=$'\t' read -r id module rest; do
    [[ $id == control || $id == channel ]] || first[$module]=$id
done <"$out/chip/units.tsv"
gather() { # DIR
    local id module rest count
    while IFS=$'\t' read -r id module rest; do
        count=$1/$id.count
        [ -e "$count" ] || count=$out/chip/${first[$module]}.count
        printf '%s\t%s\t%s\t%s\n' "$id" "$module" "$rest" "$(cat "$count")"
    done < <(grep -v '^\(control\|channel\)'$'\t' "$1/units.tsv")
}
gather "$out/chip" >"$out/chip.tsv"
for id in control channel; do
    printf '%s\t-\t-\t-\t0\t0\t%s\n' "$id" "$(cat "$out/chip/$id.count")"
done >>"$out/chip.tsv"
gather "$out/many" >"$out/many.tsv"

status=0
awk -F'\t' -v channels="$channels" -v many="$many" -v share="$share" -v longest="$longest" \
    -v storage="$storage" -v title="'$preset'${changes[*]:+ with $*}" -v expected="$(expected "$("$json_get" "$report" tables.sigmoid.interpolated)")" -v csv="$out/area.csv" \
    -v cycles="$("$json_get" "$report" cycles_per_frame)" \
    -v nonzeros="$("$json_get" "$report" network.nonzeros)" \
    -f "$here/table.awk" "$out/chip.tsv" "$out/many.tsv" >"$out/area.txt" || status=$?

# What drives most, over all modules as mapped; `control` and `channel` are parts of the same again.
find "$out/chip" -name '*.blif' ! -name control.blif ! -name channel.blif -print0 | sort -z |
    xargs -0 awk -v most=$most_pins -v lines=8 -f "$here/fanout.awk" >"$out/fanout.txt" || status=1

# The longest chain of operators, of the Verilog as it is.
longest_chain() {
    "$ese" gen "$preset" -o "$out/one" "${changes[@]}" --set channels=1 >/dev/null
    (cd "$out/one/mem" && yosys -q -p "read_verilog ../rtl/*.v; hierarchy -check -top ese_top; proc
        flatten; opt; tee -q -o ../ltp.txt ltp -noff" >../ltp.log 2>&1) ||
        die "Yosys fails: $out/one/ltp.log"
    awk -v most=$most_operators '
        /^Longest topological path/ {
            match($0, /length=[0-9]+/)
            levels = substr($0, RSTART + 7, RLENGTH - 7) + 0
        }
        $1 == "0:" { from = $2 }
        $1 == "ff:" { to = $2 }
        END {
            gsub(/\\/, "", from); gsub(/\\/, "", to)
            printf "Longest chain of operators: %d, %s -> %s\n", levels, from, to
            printf "The limit is %d.\n", most
            bad = levels < 1 || levels > most
            if (bad) print "WRONG  a chain of " levels " operators"
            exit bad
        }' "$out/one/ltp.txt"
}
longest_chain >"$out/ltp.txt" || status=1
{ echo; cat "$out/fanout.txt"; echo; cat "$out/ltp.txt"; } >>"$out/area.txt"
cat "$out/area.txt"
exit "$status"
