#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# pair.sh - two chips of different configurations in one design, each with a prefix of its own: linted,
# read by Yosys, and simulated side by side, where each must give the y that it gives by itself under the
# name that chips have by default.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

left=(model.seed=5)
right=(channels=1 pes=2 activation_table=paper model.cell=9 model.output=4 model.input=3
    model.peephole=false activation_bits=12 encoding=relative)
frames=6

# A player of one chip, with a report of each y.  x are the steps of a generator, the same for all.
instance() { # NAME CHIP_FOLDER TOP
    local report=$2/report.json channels x y bits
    channels=$("$json_get" "$report" chip.channels)
    x=$("$json_get" "$report" network.input)
    y=$("$json_get" "$report" network.output)
    bits=$(sed -n 's/.*localparam ELEMENT_BITS = \([0-9]*\);/\1/p' "$2/sim/ese_bench_params.vh")
    cat <<END
    reg  [$((channels * bits - 1)):0] $1_x = 1;
    reg  [31:0] $1_in = 0, $1_out = 0;
    wire [$((channels * bits - 1)):0] $1_y;
    wire $1_ready, $1_valid, $1_last;
    wire $1_begins = $1_in % $x == 0;
    $3 $1 (.aclk(clk), .aresetn(!reset), .s_axis_x_tvalid(!reset && $1_in < $((frames * x))),
        .s_axis_x_tready($1_ready), .s_axis_x_tdata($1_x),
        .s_axis_x_tuser({{$channels{$1_in == 0}}, {$channels{$1_begins}}}),
        .s_axis_x_tlast($1_in % $x == $((x - 1))), .m_axis_y_tvalid($1_valid), .m_axis_y_tready(1'b1),
        .m_axis_y_tdata($1_y), .m_axis_y_tuser(), .m_axis_y_tlast($1_last), .mon_result_valid(),
        .mon_result(), .mon_result_data(), .mon_result_keep(), .mon_product_valid(),
        .mon_product(), .mon_pass_valid(), .mon_pass(), .mon_issue(), .mon_stall(), .mon_weight_stall(), .mon_error());
    always @(posedge clk) begin
        if (!reset && $1_ready && $1_in < $((frames * x))) begin
            $1_in <= $1_in + 1;
            $1_x  <= $1_x * 5 + 77;
        end
        if (!reset && $1_valid) begin
            \$display("$1 %0d %h %b", $1_out, $1_y, $1_last);
            $1_out <= $1_out + 1;
        end
    end
    wire $1_done = $1_out == $((frames * y));
END
}

bench() { # NAMES : the instances come on standard input
    printf '`timescale 1ns / 1ps\nmodule pair_bench;\n'
    printf '    reg clk = 0, reset = 1;\n    integer clocks = 0;\n    always #5 clk = !clk;\n'
    cat
    printf '    always @(posedge clk) begin\n        clocks <= clocks + 1;\n'
    printf '        reset <= clocks < 4;\n        if (clocks == 20000 || 1'"'b1"
    printf ' && %s_done' "$@"
    printf ') $finish;\n    end\nendmodule\n'
}

# All y that a bench reports, of chips that lie where they were generated: CHIP:PREFIX.
play() { # SIMULATOR BENCH CHIP:PREFIX...
    local simulator=$1 bench=$2 chip lists=() sources=() macros=()
    shift 2
    for chip; do
        macros+=("-D${chip#*:}_MEM_DIR=\"$work/${chip%:*}/mem/\"")
        lists+=(-F "$work/${chip%:*}/rtl/relative.f")
        sources+=("$work/${chip%:*}"/rtl/*.v)
    done
    if [ "$simulator" = icarus ]; then
        iverilog -g2005 -s pair_bench -o "$bench.vvp" "${macros[@]}" "${sources[@]}" "$bench" &&
            vvp -n "$bench.vvp" | grep -E '^(left|right) '
    else
        verilator --binary -Wno-lint -CFLAGS "-O0 -fcoroutines" --Mdir "$bench.dir" --top-module pair_bench \
            "${macros[@]}" "${lists[@]}" "$bench" >"$bench.log" 2>&1 || { tail -n 5 "$bench.log"; return 1; }
        "$bench.dir/Vpair_bench" | grep -E '^(left|right) '
    fi
}

gen_kind left "${left[@]}" prefix=left
gen_kind right "${right[@]}" prefix=right
gen_kind left_alone "${left[@]}"
gen_kind right_alone "${right[@]}"
lint_named() { # NAME
    silent "$1: verilator -Wall" in_folder "$work/$1" \
        verilator --lint-only -Wall --top-module "$1_top" -f rtl/files.f
    silent "$1: names of the default are gone" grep_none 'ese_[a-z_]*' "$work/$1/rtl"
    must "$1: verify" "$ese" verify "$work/$1" --sim icarus --frames 6
}
grep_none() { # PATTERN FOLDER
    ! grep -rnwi "$1" "$2"
}
yosys_reads_both() { # TOP'S PREFIX
    yosys -q -p "read_verilog $work/left/rtl/*.v $work/right/rtl/*.v
        hierarchy -check -top $1_top; proc; check -assert" 2>&1 |
        grep -v 'Warning: Replacing memory .* with list of registers' || :
}
lint_named left
lint_named right
must 'left: selftest' "$ese" verify "$work/left" --selftest --sim icarus

same 'no file of one chip is one of the other' \
    "$(cat "$work/left/rtl/relative.f" "$work/right/rtl/relative.f" | sort | uniq -d)" ''
for side in left right; do
    silent "yosys reads both, $side" in_folder "$work/$side/mem" yosys_reads_both "$side"
done
{ instance left "$work/left" left_top; instance right "$work/right" right_top; } |
    bench left right >"$work/both.v"
for side in left right; do
    instance "$side" "$work/${side}_alone" ese_top | bench "$side" >"$work/$side.v"
done

for simulator in icarus verilator; do
    both=$(play $simulator "$work/both.v" left:LEFT right:RIGHT) || bad "both under $simulator" "$both"
    for side in left right; do
        alone=$(play $simulator "$work/$side.v" "${side}_alone:ESE") ||
            bad "$side alone under $simulator" "$alone"
        words=$("$json_get" "$work/$side/report.json" network.output)
        same "$side: y under $simulator" "$(grep -c "^$side [0-9]* [0-9a-f]* [01]$" <<<"$both")" \
            $((frames * words))
        same "$side: the same y as alone, $simulator" "$(grep "^$side " <<<"$both")" "$alone"
    done
done

# One model image, two names: a model for one chip is one for the other.
gen_kind queue_left memory=stream prefix=left
gen_kind queue_right memory=stream prefix=right
must 'a model of a chip of another name' cmp "$work/queue_left/mem/model.bin" \
    "$work/queue_right/mem/model.bin"
must 'gen of another model' "$ese" model "$work/queue_left" tiny --set model.seed=3 -o "$work/other"
must 'verify with another model' "$ese" verify "$work/queue_right" --model "$work/other" --sim icarus \
    --frames 5
finish
