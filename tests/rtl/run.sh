#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh [synthesis] - the Verilog modules one by one, where they lie: arithmetic and tables against the C
# models in both simulators, lint with other than the default parameters; or what Yosys makes of them.
# Checks that compare also meet modules with a fault put in, and must find it.
# shellcheck source=tests/rtl/modules.sh
# shellcheck disable=SC2015 # A && B || C: C is for when either does not hold
source "$(dirname "$0")/modules.sh"

# ---- arithmetic and tables against the models ----------------------------------------------------

compare_with_models() {
    local arithmetic narrow tables
    "${CC:-gcc}" -std=c11 -O2 -I"$root" -o vectors "$here/vectors.c" \
        "$root"/models/{base/arithmetic,number/act_table,base/error}.c -lm
    read -r arithmetic narrow tables < <(./vectors)
    local arithmetic_bench=(arithmetic_bench "$here/arithmetic_bench.v")
    local narrow_bench=(narrow_bench "$here/table_check.v" narrow_bench.v)
    local table_bench=(table_bench "$here/table_check.v" table_bench.v)
    for simulator in icarus verilator; do
        check "arithmetic, $arithmetic values, $simulator" \
            agrees "$arithmetic" ${simulator}_bench "$modules" "${arithmetic_bench[@]}"
    done
    check "tables, $narrow values, icarus" \
        agrees "$narrow" icarus_bench "$modules" "${narrow_bench[@]}"
    check "tables, $tables values, verilator" \
        agrees "$tables" verilator_bench "$modules" "${table_bench[@]}"
    while IFS='|' read -r module script; do
        mutant faulty "$module" "$script" || continue
        check "arithmetic, fault found: $module $script" \
            disagrees "$arithmetic" icarus_bench faulty "${arithmetic_bench[@]}"
    done <<'END'
ese_round_shift_right|s/<< (SHIFT - 1)/<< (SHIFT - 1) >> 1/
ese_round_shift_right|s/ + \$signed(HALF)/ + $signed(HALF) - value[IN_W-1]/
ese_saturate|s/value\[IN_W-1:OUT_W-1\] == {(IN_W-OUT_W+1)/value[IN_W-1:OUT_W] == {(IN_W-OUT_W)/
ese_saturate|s/{{(OUT_W-IN_W+1){value\[IN_W-1\]}}/{{(OUT_W-IN_W+1){1'b0}}/
END
    while IFS='|' read -r module script; do
        mutant faulty "$module" "$script" || continue
        check "tables, fault found: $module $script" \
            disagrees "$narrow" icarus_bench faulty "${narrow_bench[@]}"
    done <<'END'
ese_act_table|s/(positive == ONE) ? ONE - 1'b1 : positive/positive/
ese_act_table|s/negative_4 <= negative_3/negative_4 <= negative_2/
ese_act_table|s/{z\[Z_W-1\], z}/{1'b0, z}/
ese_act_table|s/CLOCKS > 5) ? 2/CLOCKS > 6) ? 2/
ese_act_table|s/CLOCKS (1 + PRODUCT_EXTRA)/CLOCKS (1)/
ese_act_table|s/CLOCKS (2 + PRODUCT_EXTRA)/CLOCKS (2)/
ese_rom|s/CLOCKS (CLOCKS - 1)/CLOCKS (0)/
END
}

# Modules that can have more registers, with each number of them.
compare_stages() {
    local stages_bench=(stages_bench "$here/stages_bench.v" "$here/bench_run.v") count=163248
    check "stages, $count values: icarus" agrees $count icarus_bench "$modules" "${stages_bench[@]}"
    check "stages, $count values: verilator" \
        agrees $count verilator_bench "$modules" "${stages_bench[@]}"
    while IFS='|' read -r module script; do
        mutant faulty "$module" "$script" || continue
        check "stages, fault found: $module $script" \
            disagrees '[0-9]*' icarus_bench faulty "${stages_bench[@]}"
    done <<'END'
ese_delay|s/stages\[(CLOCKS-1)\*WIDTH-1:0\], value/stages[(CLOCKS-1)*WIDTH-1:0], stages[WIDTH-1:0]/
ese_delay|s/delayed = stages\[.*;/delayed = stages[WIDTH-1:0];/
ese_delay|s/stage <= value/stage <= ~value/
ese_spread|s/(CLOCKS > 0) ? 1 : 0/(CLOCKS > 1) ? 1 : 0/
ese_spread|s/if (CLOCKS > 1) begin/if (CLOCKS > 1 \&\& n > 0) begin/
ese_adder_tree|s/CLOCKS (PRODUCT_CLOCKS)/CLOCKS (1)/
ese_adder_tree|s/CLOCKS (PRODUCT_CLOCKS - 1)/CLOCKS (0)/
ese_adder_tree|s/{(WIDE_W-LEFT_W){product_left\[LEFT_W-1\]}}/{(WIDE_W-LEFT_W){1'b0}}/
ese_adder_tree|s/<<< P_SHIFT;/<<< 0;/
ese_adder_tree|s/LEFTS    (P_LEFTS)/LEFTS ({FORMATS{8'd0}})/
ese_elem_mul|s/(CLOCKS > 3) ? 1 : 0/(CLOCKS > 4) ? 1 : 0/
ese_elem_mul|s/(CLOCKS > 4) ? 1 : 0/0/
ese_elem_mul|s/alone <= product;/alone <= product_q;/
ese_elem_mul|s/{FORMATS{SPREAD\[7:0\]}} - C_LEFTS/C_LEFTS/
ese_elem_mul|s/2 \* GATE_FRAC - C_FRAC + C_SPREAD/2 * GATE_FRAC - C_FRAC/
ese_elem_mul|s/forget_wide <<< ALIGN/forget_wide/
ese_adder_tree|s/is_relu \&\& rounded_q\[ROUNDED_W-1\]/1'b0/
ese_adder_tree|s/value   (sum),/value (sum + (1 <<< (ROUND_SHIFT - 1))),/
ese_c_as_z|s/IN_W = ACT_W + C_SPREAD/IN_W = ACT_W + 1/
ese_c_as_z|s/{aligned\[IN_W-1\], aligned}/{1'b0, aligned}/
ese_c_as_z|s/UP = Z_FRAC - C_FRAC/UP = 0/
ese_align|s/value\[IN_W-1\]}}, value}/1'b0}}, value}/
ese_align|s/8\*n +: 8/8*(FORMATS-1-n) +: 8/
ese_align|s/choices\[format\*OUT_W/choices[0*OUT_W/
ese_operation|s/if (begin_pass)/if (1'b1)/
ese_operation|s/RELU    = 2'd1/RELU = 2'd0/
ese_operation|s/next_kind == OUT/next_kind >= OUT/
ese_operation|s/next_kind == RESET/next_kind >= OUT/
ese_operation|s/RESETS != 0 \&\& //
ese_operation|s/next_operation\[OPERATION_W-1\]/next_coupled/
ese_operation|s/\[1:0\] == 2'b11/[1:0] != 2'b00/
ese_operation|s/ \& {2{!next_hides}}//
ese_operation|s/next_function == TANH || next_function == SIGMOID/next_function == TANH/
ese_operation|s/{to_scratch, to_kept/{to_kept, to_scratch/
ese_operation|s/<= !next_cells/<= next_cells/
ese_operation|s/is_coupled <= next_coupled/is_coupled <= next_constants/
END
}

# What a lane makes of its rows, pass by pass, on chips that can do different things.
compare_elements() {
    local element_bench=(element_bench "$here/element_case.v" "$here/bench_run.v" element_bench.v) count
    "${CC:-gcc}" -std=c11 -O2 -I"$root" -o element "$here/element.c" \
        "$root"/models/{base/arithmetic,base/random,number/act_table,base/error}.c -lm
    count=$(./element)
    check "elements, $count values: icarus" agrees "$count" icarus_bench "$modules" "${element_bench[@]}"
    check "elements, $count values: verilator" \
        agrees "$count" verilator_bench "$modules" "${element_bench[@]}"
    while IFS='|' read -r module script; do
        mutant faulty "$module" "$script" || continue
        check "elements, fault found: $module $script" \
            disagrees '[0-9]*' icarus_bench faulty "${element_bench[@]}"
    done <<'END'
ese_element|s/(ASSEMBLE_CLOCKS - 2)/(0)/
ese_element|s/(SUM_CLOCKS - 1)/(3)/
ese_element|s/(TABLE_CLOCKS + 1)/(TABLE_CLOCKS)/
ese_function_result|s/CLOCKS (PRODUCT_CLOCKS)$/CLOCKS (3)/
ese_function_result|s/CLOCKS (TABLE_CLOCKS)$/CLOCKS (5)/
ese_element|s/c_is_zero ?/1'b0 ?/
ese_element|s/CELLS == 0 || (GATE_RESULTS \&\& is_gate)/CELLS == 0/
ese_function_result|s/SUM_RESULTS == 0 || is_table/SUM_RESULTS == 0/
ese_function_result|s/: is_tanh *? tanh : sigm/: tanh/
ese_function_result|s/SUM_RESULTS != 0 || HIDDEN != 0/SUM_RESULTS != 0/
ese_element|s/adds_hidden ? i_read : {ACT_W{1'b0}}/hidden_read/
ese_element|s/adds_hidden ? i_wide/1'b1 ? i_wide/
ese_element|s/adds_hidden ? hidden_bias/1'b0 ? hidden_bias/
ese_element|s/HIDDEN == 0 || (PEEPHOLE/HIDDEN != 0 || (PEEPHOLE/
ese_element|s/P_SHIFT (HIDDEN_SHIFT)/P_SHIFT (0)/
ese_element|s/P_LEFTS (HIDDEN_LEFTS)/P_LEFTS (SUM_LEFTS)/
ese_element|s/PEEPHOLE != 0 || HIDDEN != 0/PEEPHOLE != 0/
ese_element|s/TANH_OF_C (CELLS != 0 \&\& OUTS != 0)/TANH_OF_C (0)/
ese_cell|s/is_reset ? sigm : f_gate/f_gate/
ese_cell|s/i_gate \& {B_W{!is_reset}}/i_gate/
ese_cell|s/OUTS     (OUTS)/OUTS (0)/
ese_element|s/(CELLS != 0 \&\& CELL_TANH != 0) || TANH_RESULTS != 0/TANH_RESULTS != 0/
ese_element|s/(CELLS != 0 \&\& CELL_TANH != 0) || TANH_RESULTS != 0/CELLS != 0 \&\& CELL_TANH != 0/
ese_element|s/(CELLS != 0 || SIGMOID_RESULTS != 0)/(CELLS != 0)/
ese_element|s/RELU (RELU_RESULTS)/RELU (0)/
ese_activation|s/is_of_c ? c : z/z/
ese_activation|s/is_of_c ? c : z/c/
ese_activation|s/IS_TANH     (0)/IS_TANH (1)/
ese_activation|s/TANH_OF_C != 0 \&\& TANH_OF_Z != 0/TANH_OF_C != 0 \&\& TANH_OF_Z == 0/
ese_cell|s/is_coupled ? rest/1'b0 ? rest/
ese_cell|s/(is_tanh || is_out) ? tanh/is_tanh ? tanh/
ese_cell|s/(is_tanh || is_out) ? tanh/is_out ? tanh/
ese_cell|s/a     = (CELL_TANH != 0) ? tanh : sigm/a = tanh/
ese_cell|s/other = (CELL_TANH != 0) ? sigm : tanh/other = sigm/
ese_cell|s/{2'b01, {(ACT_W-1){1'b0}}} - {1'b0, f_read}/{2'b00, {(ACT_W-1){1'b1}}} - {1'b0, f_read}/
ese_cell|s/B_W = ACT_W + ((COUPLED != 0) ? 1 : 0)/B_W = ACT_W/
ese_cell|s/(OUTS != 0 \&\& is_out) ? m_product : c_product/c_product/
ese_cell|s/f_gate <= f_read/f_gate <= i_read/
ese_cell|s/assign b = is_out ? other : i;/assign b = other;/
END
}

# Words on their way to memory and back, and the CRC that guards them.
compare_memory() {
    local memory_bench=(memory_bench "$here/memory_bench.v" "$here/bench_run.v") count=2120
    check "memory words, CRC: icarus" agrees $count icarus_bench "$modules" "${memory_bench[@]}"
    check "memory words, CRC: verilator" \
        agrees $count verilator_bench "$modules" "${memory_bench[@]}"
    while IFS='|' read -r module script; do
        mutant faulty "$module" "$script" || continue
        check "memory words, CRC, fault found: $module $script" \
            disagrees '[0-9]*' icarus_bench faulty "${memory_bench[@]}"
    done <<'END'
ese_pack|s/(&part) || last/(\&part)/
ese_pack|s/<= {WORD_W{1'b0}};/<= word[p*WORD_W +: WORD_W];/
ese_pack|s/assign ready     = !full || bus_ready/assign ready     = 1'b1/
ese_unpack|s/(&part) || at_end/(\&part)/
ese_unpack|s/if (last_part) word <= parts/word <= parts/
ese_unpack|s/at_end ? ends_first : ends_after/ends_after/
ese_unpack|s/!take ? ends_here : at_end/at_end/
ese_unpack|s/item_after <= at_end ? ONE :/item_after <=/
ese_crc32|s/TAPS\[31:0\] & state/TAPS[31:0] \& ~state/
ese_crc32|s/effect\[0\] ? POLYNOMIAL/effect[1] ? POLYNOMIAL/
END
}

# Rows that PEs share, on their way out.
compare_folds() {
    local fold_bench=(fold_bench "$here/fold_bench.v" "$here/bench_run.v") count=87193
    check "shared rows, $count values: icarus" agrees $count icarus_bench "$modules" "${fold_bench[@]}"
    check "shared rows, $count values: verilator" \
        agrees $count verilator_bench "$modules" "${fold_bench[@]}"
    while IFS='|' read -r module script; do
        mutant faulty "$module" "$script" || continue
        check "shared rows, fault found: $module $script" \
            disagrees '[0-9]*' icarus_bench faulty "${fold_bench[@]}"
    done <<'END'
ese_drain_control|s/wide = drain_group >> parts_log/wide = drain_group/
ese_drain_control|s/ & below)/)/
ese_drain_control|s/NUMBER\[LOG:0\] >> drain_fold/NUMBER[LOG:0]/
ese_drain_control|s/drain_1 <= drain;/drain_1 <= 1'b1;/
ese_drain_control|s/ && part_1\[k % SLOTS \/ LANES\]//
ese_drain_control|s/row_used_padded\[used_group\*SLOTS/row_used_padded[used_group*LANES/
ese_drain_control|s/row_used_padded\[used_group\*SLOTS/row_used_padded[group*SLOTS/
ese_drain_control|s/CLOCKS (CLOCKS - 2)/CLOCKS (0)/
ese_drain_control|s/pick <= used_pick/pick <= pick_1/
ese_assemble|s/written\[(nth\*LANES+lane)\*share+n%share\]/1'b1/
ese_assemble|s/CLOCKS (CLOCKS - 2)/CLOCKS (0)/
ese_assemble|s/ \&\& picks\[FOLD\/share+nth\]//
ese_assemble|s/share+n%share)\*ACC_W/share)*ACC_W/
ese_assemble|s/sum = sum + term/sum = sum | term/
ese_assemble|s/3'd5:    choice <= choices\[5/3'd5:    choice <= choices[4/
END
}

# ---- lint --------------------------------------------------------------------------------------------

# Silent under both linters.  A module that reads a memory image is given a name for it.
lint() { # MODULE PARAMETER=VALUE...
    local module=$1 parameter output status=0 verilator=() icarus=()
    shift
    for parameter; do
        verilator+=("-G$parameter")
        icarus+=("-P$module.$parameter")
    done
    for parameter in $(sed -n 's/^ *parameter \([A-Z_]*FILE\) .*/\1/p' "$modules/$module.v"); do
        verilator+=("-G$parameter=\"image.mem\"")
        icarus+=("-P$module.$parameter=\"image.mem\"")
    done
    output=$(verilator --lint-only -Wall --top-module "$module" "${verilator[@]}" \
        -y "$modules" "$modules/$module.v" 2>&1 &&
        iverilog -g2005 -Wall -t null -s "$module" "${icarus[@]}" \
        -y "$modules" "$modules/$module.v" 2>&1) || status=$?
    printf '%s\n' "$output"
    [ "$status" -eq 0 ] && [ -z "$output" ]
}

uses_generated() { # FILE
    local template
    for template in "$root"/templates/*/*.v.tpl; do
        if grep -qE "^ *$(basename "$template" .v.tpl) (#\(|[a-z])" "$1"; then
            return 0
        fi
    done
    return 1
}

# A loop variable of two blocks counts as driven twice for newer versions of Yosys, and a blocking
# assignment in a function whose variables outlive it is a warning of some of Verilator: `make
# check-tools` has them, and these are without.
local_variables() { # FILE
    ! grep -nE '^    integer |^ *function  *\[' "$1"
}

lint_modules() {
    local file module parameters
    for file in "$root"/templates/*/*.v "$root"/templates/*/*.v.tpl "$root"/templates/*.v.tpl; do
        check "variables of $(basename "$file")" local_variables "$file"
    done
    for file in "$modules"/*.v; do
        module=$(basename "$file" .v)
        if uses_generated "$file"; then
            echo "left out: lint $module, a module that it uses is rendered with the chip"
            continue
        fi
        check "lint $module" lint "$module"
    done
    while read -r module parameters; do
        # shellcheck disable=SC2086 # words
        check "lint $module $parameters" lint "$module" $parameters
    done <<'END'
ese_accu_control ROW_W=2 BLOCK_W=3 COUNT_W=1
ese_accu_control ROW_W=6 BLOCK_W=1 COUNT_W=7
ese_accu_control MULTIPLY_CLOCKS=3
ese_axi_write BUS_W=1024 ADDRESS_W=64 FIFO_W=6
ese_axi_write BUS_W=256 ADDRESS_W=32 FIFO_W=8 OUTSTANDING_W=1
ese_bus_words BUS_W=1024 WORD_W=8
ese_bus_words BUS_W=128 WORD_W=1024
ese_bus_words BUS_W=256 WORD_W=256
ese_counters PES=1
ese_counters PES=256
ese_crc32 BUS_W=1024
ese_fetch BUS_W=1024 WORD_W=1024 ADDRESS_W=64 FIFO_W=6
ese_fetch WORD_W=512 FIFO_W=9
ese_feed CHANNELS=1 X_COUNT_W=1 XY_MEMORY_W=16
ese_feed CHANNELS=5 ELEMENT_W=24 XY_MEMORY_W=128 BUS_W=1024 ADDRESS_W=64 X_COUNT_W=12
ese_feed CHANNELS=8 XY_MEMORY_W=128
ese_fetch BUS_W=256 WORD_W=256 ADDRESS_W=32 FIFO_W=10
ese_function_result SUM_RESULTS=0
ese_function_result SUM_RESULTS=0 HIDDEN=1
ese_function_result SUM_RESULTS=0 SIGMOID_RESULTS=1
ese_function_result TANH_RESULTS=1 SIGMOID_RESULTS=1 PRODUCT_CLOCKS=5
ese_gates CELLS=0 INPUT_GATES=0
ese_gates INPUT_GATES=0
ese_gates INPUT_GATES=0 HIDDEN=1
ese_gates HIDDEN=1 WIDTH=48 ADDR_W=1
ese_loader RESIDENT=0 TWO_PORTS=0 BUS_W=1024 BURST_W=5 ADDRESS_W=64
ese_loader RESIDENT=0 PRODUCT_W=1 PASS_W=1 COLUMN_W=1 CONST_W=1 BEAT_W=1
ese_loader TWO_PORTS=0 PRODUCT_WORD_W=20 PASS_WORD_W=64 BEAT_W=32
ese_model_words RESIDENT=0
ese_model_words RESIDENT=0 BUS_W=1024 PROGRAM_MEMORY_W=1024 PROGRAM_W=1024 PRODUCT_W=1 PASS_W=1
ese_model_words BUS_W=256 COLUMNS_MEMORY_W=512 CONSTANTS_MEMORY_W=256 COLUMNS_W=512 WEIGHTS_MEMORY_W=8 WEIGHTS_W=8
ese_pack BUS_W=128 WORD_W=128
ese_pack BUS_W=128 WORD_W=1024
ese_pack BUS_W=1024 WORD_W=8
ese_program_ram WIDTH=1 ADDR_W=1
ese_program_rom WIDTH=1 WORDS=1 ADDR_W=1
ese_queue CHANNELS=1 ACT_W=18 ELEMENT_W=24 WORD_W=1 X_COUNT_W=1 BUS_W=1024 BURST_W=5 ADDRESS_W=64
ese_queue CHANNELS=5 LANES=3 ACT_W=13 XY_MEMORY_W=128 STATE_MEMORY_W=256 WORD_W=9
ese_queue_control BUS_W=1024
ese_ram_stream WIDTH=1 WORDS=1 ADDR_W=1
ese_ram_stream WIDTH=73 WORDS=4097 ADDR_W=13 RAM_STYLE="ultra"
ese_region_stream BUS_W=512 WORD_W=1024 FIFO_W=9
ese_resident_model TWO_PORTS=0 WEIGHTS_RAM="ultra" MAX_BEATS=4097 BEAT_W=13
ese_resident_model BUS_W=1024 BURST_W=5 ADDRESS_W=64 COLUMN_W=1 MAX_COLUMNS=1 CONST_W=1 MAX_CONSTANTS=1 BEAT_W=1 MAX_BEATS=1
ese_sections STREAMED=0
ese_sections STREAMED=0 TWO_PORTS=0
ese_sections TWO_PORTS=0 BUS_W=1024 BURST_W=5 ADDRESS_W=64
ese_slots CHANNELS=128
ese_state_mover CHANNELS=1 ACT_W=18 ELEMENT_W=24 WORD_W=1
ese_state_mover MIRRORED=1
ese_state_mover CHANNELS=5 LANES=3 ACT_W=13 STATE_MEMORY_W=256 BUS_W=256 WORD_W=12
ese_streamed_model TWO_PORTS=0
ese_streamed_model BUS_W=1024 BURST_W=5 FETCH_W=6 ADDRESS_W=64 COLUMN_W=1 CONST_W=1 BEAT_W=1 PRODUCT_W=1 PASS_W=1
ese_streamed_model WEIGHTS_MEMORY_W=512 WEIGHTS_W=512 BUS_W=256 BURST_W=7
ese_unpack BUS_W=128 WORD_W=128
ese_unpack BUS_W=128 WORD_W=1024
ese_unpack BUS_W=1024 WORD_W=8 ITEM_W=12
ese_writeback CHANNELS=3 LANES=3 ACT_W=13 XY_MEMORY_W=64 STATE_MEMORY_W=256 BUS_W=1024 ADDRESS_W=64
ese_act_queue DEPTH=1 PTR_W=1 LEN_W=1 SHIFT_W=1
ese_act_queue DEPTH=5 PTR_W=3 LEN_W=4 BLOCK_W=3
ese_act_queue DEPTH=64 PTR_W=6 LEN_W=7 SHIFT_W=4
ese_act_queue DEPTH=1 PTR_W=1 LEN_W=1 SHIFT_W=1 LOOK_AHEAD=1
ese_act_queue DEPTH=64 PTR_W=6 LEN_W=7 SHIFT_W=4 LOOK_AHEAD=1
ese_act_table ACT_W=8 Z_W=10 TABLE_W=7 FRAC_W=2 SLOPE_W=3
ese_act_table ACT_W=18 Z_W=20 FRAC_W=9 SLOPE_W=12 IS_TANH=1
ese_act_table ACT_W=8 Z_W=10 TABLE_W=7 FRAC_W=1 SLOPE_W=2 IS_TANH=1
ese_act_table INTERPOLATE=0 ACT_W=8 Z_W=13 TABLE_W=11 FRAC_W=1
ese_act_table INTERPOLATE=0 ACT_W=18 Z_W=23 TABLE_W=11 FRAC_W=12
ese_act_table CLOCKS=6 IS_TANH=1
ese_act_table CLOCKS=7
ese_act_table CLOCKS=6 INTERPOLATE=0 ACT_W=8 Z_W=13 TABLE_W=11 FRAC_W=1
ese_act_table CLOCKS=7 INTERPOLATE=0 ACT_W=18 Z_W=23 TABLE_W=11 FRAC_W=12
ese_activation SIGMOID=0 TANH_OF_C=0 TANH_OF_Z=0
ese_activation SIGMOID=0 TANH_OF_C=0
ese_activation SIGMOID=0 TANH_OF_Z=0
ese_activation TANH_OF_C=0 TANH_OF_Z=0
ese_activation INTERPOLATE=0 TANH_OF_Z=0 Z_W=21 TABLE_W=11 SIGM_FRAC_W=9 TANH_FRAC_W=10 SLOPE_W=1
ese_adder_tree PRODUCTS=0
ese_adder_tree RELU=0
ese_adder_tree ACC_W=20 BIAS_W=10 P_W=2 ACT_W=8 SUM_W=21 ROUND_SHIFT=2 Z_W=10
ese_adder_tree ACC_W=47 BIAS_W=47 P_W=27 ACT_W=18 SUM_W=48 ROUND_SHIFT=20 Z_W=23
ese_adder_tree CLOCKS=5
ese_adder_tree CLOCKS=5 PRODUCTS=0
ese_adder_tree FORMATS=2 SUM_SPREAD=3 SUM_LEFTS=16'h0300
ese_adder_tree FORMATS=3 FORMAT_W=2 SUM_SPREAD=5 SUM_LEFTS=24'h050003 RELU=0 PRODUCTS=0
ese_adder_tree P_SHIFT=12
ese_adder_tree FORMATS=2 P_SHIFT=2 P_SPREAD=9 P_LEFTS=16'h0900 CLOCKS=5
ese_align IN_W=2 OUT_W=2
ese_align FORMATS=2 OUT_W=19 LEFTS=16'h0003
ese_align FORMATS=3 FORMAT_W=2 IN_W=2 OUT_W=7 LEFTS=24'h050003
ese_array PES=1 CHANNELS=1 GROUPS=1 GROUP_W=1
ese_array RELATIVE=1 PEEPHOLE=0 SUM_RESULTS=0 SCRATCH_WORDS=0 CELL_TANH=0 CELL_SIGMOID=1
ese_array CELLS=0 PEEPHOLE=0 INPUT_GATES=0 CELL_TANH=0 RELU_RESULTS=1 KEPT_WORDS=0
ese_array COUPLED=1 FORMATS=3 FORMAT_W=2 SUM_SPREAD=5 SUM_LEFTS=24'h050003 C_SPREAD=2 C_LEFTS=24'h000102 M_SPREAD=1 M_LEFTS=24'h000100 TANH_RESULTS=1 SIGMOID_RESULTS=1
ese_array PES=16 LANES=2 GROUPS=8 GROUP_W=3 FOLD=2 CHANNELS=8 C_WORD_W=8
ese_array OUTS=0 HIDDEN=1 RESETS=1 PEEPHOLE=0 INPUT_GATES=0 COUPLED=1 C_FRAC=15 SUM_RESULTS=0 OPERATION_W=3 HIDDEN_SHIFT=3
ese_array HIDDEN=1 OPERATION_W=3 COUPLED=1 SPREAD_CLOCKS=2 CHANNELS=9
ese_array READY_CLOCKS=1 FETCH_CLOCKS=3 SPREAD_CLOCKS=2 MULTIPLY_CLOCKS=3 ASSEMBLE_CLOCKS=3 SUM_CLOCKS=5 TABLE_CLOCKS=7 PRODUCT_CLOCKS=5 BIAS_STAGE=4 GATE_STAGE=16 RESULT_STAGE=22
ese_assemble PES=1 GROUPS=1 GROUP_W=1
ese_assemble PES=256 GROUPS=256 GROUP_W=8
ese_assemble PES=7 LANES=3 GROUPS=3 GROUP_W=2
ese_assemble PES=40 LANES=3 GROUPS=14 GROUP_W=4
ese_assemble PES=16 LANES=2 GROUPS=8 GROUP_W=3 FOLD=2
ese_assemble PES=128 LANES=8 GROUPS=16 GROUP_W=4 FOLD=8
ese_assemble PES=1 GROUPS=1 GROUP_W=1 CLOCKS=3
ese_assemble PES=128 LANES=8 GROUPS=16 GROUP_W=4 FOLD=8 CLOCKS=3
ese_drain_control PES=7 LANES=3 GROUPS=3 GROUP_W=2
ese_drain_control PES=16 LANES=2 GROUPS=8 GROUP_W=3 FOLD=2
ese_drain_control PES=64 LANES=8 GROUPS=8 GROUP_W=3 FOLD=8 FOLD_W=2
ese_drain_control PES=96 LANES=4 GROUPS=24 GROUP_W=5 FOLD=4 FOLD_W=2
ese_drain_control PES=7 LANES=3 GROUPS=3 GROUP_W=2 CLOCKS=3
ese_drain_control PES=64 LANES=8 GROUPS=8 GROUP_W=3 FOLD=8 FOLD_W=2 CLOCKS=3
ese_block_state PES=1 BLOCK_W=3
ese_block_state PES=256
ese_c_as_z C_FRAC=13
ese_c_as_z C_FRAC=15
ese_c_as_z C_FRAC=0 ACT_W=8 Z_W=10
ese_c_as_z C_FRAC=14 FORMATS=3 FORMAT_W=2 C_SPREAD=6 C_LEFTS=24'h060001
ese_c_as_z C_FRAC=12 FORMATS=2 C_SPREAD=3 C_LEFTS=16'h0003
ese_cell CELL_TANH=0 CELL_SIGMOID=1
ese_cell CELL_SIGMOID=1
ese_cell COUPLED=1
ese_cell COUPLED=1 INPUT_GATES=0
ese_cell COUPLED=1 CELL_TANH=0 CELL_SIGMOID=1 C_FRAC=15 CLOCKS=5
ese_cell COUPLED=1 CELL_SIGMOID=1 FORMATS=2 C_SPREAD=4 C_LEFTS=16'h0400 M_SPREAD=2 M_LEFTS=16'h0002
ese_cell OUTS=0 COUPLED=1 INPUT_GATES=0
ese_cell OUTS=0 RESETS=1 COUPLED=1 INPUT_GATES=0 CLOCKS=5
ese_cell RESETS=1 COUPLED=1 CELL_SIGMOID=1
ese_channel PEEPHOLE=0 SUM_RESULTS=0 CELL_SIGMOID=1
ese_channel OUTS=0 HIDDEN=1 RESETS=1 PEEPHOLE=0 INPUT_GATES=0 COUPLED=1 C_FRAC=15 SUM_RESULTS=0
ese_channel OUTS=0 HIDDEN=1 COUPLED=1 PEEP_W=20 LANES=2 GROUPS=2 GROUP_W=1
ese_channel CELLS=0 PEEPHOLE=0 INPUT_GATES=0 CELL_TANH=0
ese_channel CELLS=0 PEEPHOLE=0 INPUT_GATES=0 CELL_TANH=0 SUM_RESULTS=0 TANH_RESULTS=1 LANES=2 GROUPS=2 GROUP_W=1
ese_channel COUPLED=1 INPUT_GATES=0 SIGMOID_RESULTS=1
ese_channel COUPLED=1 FORMATS=2 SUM_SPREAD=5 SUM_LEFTS=16'h0500 C_SPREAD=2 C_LEFTS=16'h0200 M_SPREAD=1 M_LEFTS=16'h0001
ese_channel PES=7 LANES=3 GROUPS=3 GROUP_W=2 PTR_W=1
ese_channel PES=16 LANES=2 GROUPS=8 GROUP_W=3 FOLD=2
ese_channel INTERPOLATE=0 Z_W=21 TABLE_W=11 SIGM_FRAC_W=9 TANH_FRAC_W=10 SLOPE_W=1
ese_channel MULTIPLY_CLOCKS=2 ASSEMBLE_CLOCKS=3 SUM_CLOCKS=4 TABLE_CLOCKS=6 PRODUCT_CLOCKS=4
ese_channel MULTIPLY_CLOCKS=3 ASSEMBLE_CLOCKS=3 SUM_CLOCKS=5 TABLE_CLOCKS=7 PRODUCT_CLOCKS=5
ese_column_head WIDTH=1
ese_column_head WIDTH=512 READY_CLOCKS=1
ese_controller READY_CLOCKS=1
ese_controller OPERATION_W=3 PASS_WORD_W=42
ese_controller BLOCK_W=2 FORMAT_W=2 PRODUCT_WORD_W=31 PASS_WORD_W=43
ese_controller WORD_W=3 C_WORD_W=1 OFFSET_W=5 PROGRESS_W=4 PRODUCT_WORD_W=25 PASS_WORD_W=31
ese_skid SPARE=0
ese_skid WIDTH=1
ese_core PES=1 CHANNELS=1 GROUPS=1 GROUP_W=1
ese_core OUTS=0 HIDDEN=1 RESETS=1 PEEPHOLE=0 INPUT_GATES=0 COUPLED=1 C_FRAC=15 SUM_RESULTS=0 OPERATION_W=3 PASS_WORD_W=40 KEPT_WORDS=0 MIRRORED=1
ese_core HIDDEN=1 RESETS=1 COUPLED=1 OPERATION_W=3 PASS_WORD_W=40 MIRRORED=1 KEPT_WORD_W=5
ese_core SUM_RESULTS=0 SCRATCH_WORDS=0 SCRATCH_WORD_W=1 WORD_W=3 X_WORD_W=1 C_WORD_W=3 OFFSET_W=5 PROGRESS_W=4 PRODUCT_WORD_W=24 PASS_WORD_W=33
ese_core CELLS=0 PEEPHOLE=0 INPUT_GATES=0 CELL_TANH=0 KEPT_WORDS=0 KEPT_WORD_W=1 SCRATCH_WORDS=0 SCRATCH_WORD_W=1
ese_core CELLS=0 PEEPHOLE=0 INPUT_GATES=0 CELL_TANH=0 RELU_RESULTS=1 SIGMOID_RESULTS=1 KEPT_WORDS=0 KEPT_WORD_W=1
ese_core COUPLED=1 TANH_RESULTS=1 FORMATS=3 FORMAT_W=2 SUM_SPREAD=5 SUM_LEFTS=24'h050003 C_SPREAD=2 C_LEFTS=24'h000102 M_SPREAD=1 M_LEFTS=24'h000100 PASS_WORD_W=40
ese_core PES=16 LANES=2 GROUPS=8 GROUP_W=3 FOLD=2 X_WORD_W=2 CHANNELS=8 ACT_W=13 READY_CLOCKS=1 FETCH_CLOCKS=3
ese_delay WIDTH=1
ese_delay CLOCKS=0
ese_delay CLOCKS=2 WIDTH=1
ese_delay CLOCKS=14 WIDTH=200
ese_elem_mul C_FRAC=15
ese_elem_mul ACT_W=8 C_FRAC=0 M_FRAC=11
ese_elem_mul CLOCKS=4 C_FRAC=15
ese_elem_mul CLOCKS=5
ese_elem_mul B_W=17
ese_elem_mul OUTS=0
ese_elem_mul OUTS=0 B_W=17 C_FRAC=15 CLOCKS=5
ese_elem_mul B_W=17 FORMATS=3 FORMAT_W=2 C_SPREAD=6 C_LEFTS=24'h060001 M_SPREAD=3 M_LEFTS=24'h000003 M_FRAC=12
ese_elem_mul FORMATS=2 C_FRAC=15 C_SPREAD=15 C_LEFTS=16'h0f00 M_SPREAD=1 M_LEFTS=16'h0001 CLOCKS=5
ese_element PEEPHOLE=0 SUM_RESULTS=0
ese_element OUTS=0 HIDDEN=1 RESETS=1 PEEPHOLE=0 INPUT_GATES=0 COUPLED=1 C_FRAC=15 SUM_RESULTS=0
ese_element OUTS=0 HIDDEN=1 PEEPHOLE=0 INPUT_GATES=0 COUPLED=1 C_FRAC=15 SUM_RESULTS=0 HIDDEN_SHIFT=5
ese_element OUTS=0 RESETS=1 PEEPHOLE=0 INPUT_GATES=0 COUPLED=1 C_FRAC=15 SUM_RESULTS=0
ese_element HIDDEN=1 RESETS=1 COUPLED=1 PEEP_W=20 FORMATS=2 HIDDEN_SPREAD=4 HIDDEN_LEFTS=16'h0400
ese_element HIDDEN=1 COUPLED=1 PEEP_W=3 SUM_RESULTS=0
ese_element C_FRAC=15 M_FRAC=19 CELL_TANH=0 CELL_SIGMOID=1
ese_element C_FRAC=0 CELL_SIGMOID=1 SIGMOID_RESULTS=1 TANH_RESULTS=1 RELU_RESULTS=1 COUPLED=1
ese_element COUPLED=1 INPUT_GATES=0 SUM_RESULTS=0 SIGMOID_RESULTS=1
ese_element COUPLED=1 INPUT_GATES=0 CELL_TANH=0 CELL_SIGMOID=1 SUM_RESULTS=0
ese_element CELLS=0 PEEPHOLE=0 INPUT_GATES=0 CELL_TANH=0
ese_element CELLS=0 PEEPHOLE=0 INPUT_GATES=0 CELL_TANH=0 RELU_RESULTS=1
ese_element CELLS=0 PEEPHOLE=0 INPUT_GATES=0 CELL_TANH=0 SUM_RESULTS=0 SIGMOID_RESULTS=1
ese_element CELLS=0 PEEPHOLE=0 INPUT_GATES=0 CELL_TANH=0 SUM_RESULTS=0 TANH_RESULTS=1
ese_element CELLS=0 PEEPHOLE=0 INPUT_GATES=0 CELL_TANH=0 SUM_RESULTS=0 TANH_RESULTS=1 SIGMOID_RESULTS=1
ese_element CELLS=0 PEEPHOLE=0 INPUT_GATES=0 CELL_TANH=0 RELU_RESULTS=1 TANH_RESULTS=1 SIGMOID_RESULTS=1
ese_element FORMATS=2 SUM_SPREAD=3 SUM_LEFTS=16'h0003 TANH_RESULTS=1
ese_element FORMATS=3 FORMAT_W=2 SUM_SPREAD=5 SUM_LEFTS=24'h050003 C_SPREAD=2 C_LEFTS=24'h000102 M_SPREAD=1 M_LEFTS=24'h000100 COUPLED=1
ese_element INTERPOLATE=0 Z_W=21 TABLE_W=11 SIGM_FRAC_W=9 TANH_FRAC_W=10 SLOPE_W=1
ese_element ASSEMBLE_CLOCKS=3 TABLE_CLOCKS=6 PRODUCT_CLOCKS=4 SUM_RESULTS=0
ese_element ASSEMBLE_CLOCKS=3 SUM_CLOCKS=5 TABLE_CLOCKS=7 PRODUCT_CLOCKS=5
ese_element_control LANES=8 WORD_W=1 C_WORD_W=1 GATE_WORD_W=1 PEEP_W=2 FORMAT_W=2
ese_element_control BIAS_STAGE=4 GATE_STAGE=14 RESULT_STAGE=19 SPREAD_CLOCKS=1
ese_element_control BIAS_STAGE=4 GATE_STAGE=16 RESULT_STAGE=22 SPREAD_CLOCKS=2
ese_element_control OPERATION_W=3
ese_element_control OPERATION_W=3 RESETS=1 BIAS_STAGE=4 GATE_STAGE=14 RESULT_STAGE=19 SPREAD_CLOCKS=1
ese_fifo WIDTH=1 DEPTH_W=1
ese_fifo WIDTH=1024 DEPTH_W=9
ese_frame_context CHANNELS=1
ese_frame_context CHANNELS=128
ese_front_end FETCH_CLOCKS=3 READY_CLOCKS=1 ASSEMBLE_CLOCKS=3
ese_front_end FETCH_CLOCKS=3 READY_CLOCKS=1 MULTIPLY_CLOCKS=3 ASSEMBLE_CLOCKS=3 RELATIVE=1 SCRATCH=0
ese_front_end KEPT=0 SCRATCH=0 LANES=2 GROUPS=2 GROUP_W=1
ese_input_buffer CHANNELS=1 X_COUNT_W=1 X_WORD_W=1 ACT_W=18 ELEMENT_W=24
ese_input_buffer CHANNELS=32 X_COUNT_W=12 X_WORD_W=12 ACT_W=8 ELEMENT_W=8
ese_input_buffer X_COUNT_W=4 X_WORD_W=1 FOLD=8
ese_output_buffer CHANNELS=1 PES=1 GROUPS=1 GROUP_W=1 SIZE_W=1
ese_output_buffer CHANNELS=3 PES=7 LANES=3 LANE_W=2 GROUPS=3 SIZE_W=6 FIFO_W=6
ese_operation FORMAT_W=4
ese_pass_sequencer PES=1 GROUPS=1 GROUP_W=1 PASS_W=2 ROWS_W=5 PASS_WORD_W=40
ese_pass_sequencer OPERATION_W=3 PASS_WORD_W=42
ese_pass_sequencer PES=7 LANES=3 GROUPS=3 PASS_W=5 ROWS_W=7 BLOCK_W=3 FORMAT_W=2 PASS_WORD_W=45
ese_pass_sequencer PES=64 LANES=8 GROUPS=8 GROUP_W=3 FOLD=8 FOLD_W=2 ROWS_W=11 WORD_W=3 C_WORD_W=1 PASS_WORD_W=37
ese_pe ACT_W=8 ALIGNED_W=4 ACC_W=12 ADDR_W=2 PTR_W=1
ese_pe ACT_W=18 ALIGNED_W=27 ACC_W=48 ADDR_W=7 PTR_W=6
ese_pe MULTIPLY_CLOCKS=3
ese_product_sequencer PRODUCT_W=1 COUNT_W=1 SHIFT_W=1 OFFSET_W=2
ese_product_sequencer PRODUCT_W=9 COUNT_W=13 BLOCK_W=3 OFFSET_W=14 FOLD_W=2
ese_progress WORD_W=1 PROGRESS_W=1 OFFSET_W=2
ese_progress WORD_W=12 PROGRESS_W=10 OFFSET_W=13
ese_progress WORD_W=1 PROGRESS_W=1 OFFSET_W=2 READY_CLOCKS=1
ese_progress WORD_W=8 PROGRESS_W=12 OFFSET_W=13 READY_CLOCKS=1
ese_ptr_read PES=1 CHANNELS=1 LEN_W=1 SHIFT_W=1
ese_ptr_read PES=7 LANES=3 LANE_W=2 SCRATCH=0 BLOCK_W=3
ese_ptr_read PES=7 LANES=3 LANE_W=2 KEPT=0
ese_ptr_read PES=16 LANES=2 LANE_W=1 FOLD=2
ese_ptr_read PES=16 LANES=2 LANE_W=1 FOLD=2 KEPT=0 SCRATCH=0
ese_ptr_read PES=64 LANES=8 LANE_W=3 FOLD=8 FOLD_W=2 SCRATCH=0
ese_ptr_read PES=1 CHANNELS=1 LEN_W=1 SHIFT_W=1 KEPT=0 SCRATCH=0 FETCH_CLOCKS=3 READY_CLOCKS=1
ese_ptr_read PES=64 LANES=8 LANE_W=3 FOLD=8 FOLD_W=2 SCRATCH=0 FETCH_CLOCKS=3 READY_CLOCKS=1
ese_ptr_read FETCH_CLOCKS=2 READY_CLOCKS=1
ese_ptr_read FETCH_CLOCKS=3 READY_CLOCKS=0
ese_ram WIDTH=1 ADDR_W=1
ese_ram WIDTH=512 ADDR_W=12
ese_image FILE="x.mem"
ese_rom WIDTH=1 WORDS=1 ADDR_W=1
ese_rom WIDTH=1 WORDS=1 ADDR_W=1 CLOCKS=2
ese_rom_model BEATS=1 BEAT_W=1 COLUMNS=1 COLUMN_W=1 CONSTANTS=1 CONST_W=1 PRODUCTS=1 PRODUCT_W=1 PASSES=1 PASS_W=1
ese_rom_stream WIDTH=1 WORDS=1 ADDR_W=1
ese_rom_stream WIDTH=512 WORDS=10151 ADDR_W=14
ese_round_shift_right IN_W=2 SHIFT=1
ese_round_shift_right IN_W=48 SHIFT=47
ese_saturate IN_W=2 OUT_W=2
ese_saturate IN_W=8 OUT_W=16
ese_saturate IN_W=9 OUT_W=8
ese_spmat_read RELATIVE=1
ese_spmat_read RELATIVE=1 ROW_W=1 INDEX_W=6 WEIGHT_W=4 ALIGNED_W=4 SHIFT_W=1
ese_spmat_read RELATIVE=1 ROW_W=6 INDEX_W=2 FIFO_W=8
ese_spmat_read ROW_W=6 INDEX_W=6 WEIGHT_W=16 ALIGNED_W=27 SHIFT_W=4
ese_spread CLOCKS=0 COPIES=3
ese_spread CLOCKS=1 COPIES=3
ese_spread CLOCKS=2 COPIES=1 WIDTH=1
ese_spread CLOCKS=2 COPIES=16 WIDTH=700
ese_vectors CHANNELS=1 WORD_W=1 KEPT_WORD_W=1 SCRATCH_WORD_W=1
ese_vectors KEPT=0
ese_vectors SCRATCH=0 LANES=8
ese_vectors KEPT=0 SCRATCH=0
ese_vectors MIRRORED=1
ese_voices CELLS=0 PEEPHOLE=0 INPUT_GATES=0 CELL_TANH=0 RELU_RESULTS=1
ese_voices OUTS=0 HIDDEN=1 RESETS=1 PEEPHOLE=0 INPUT_GATES=0 COUPLED=1 C_FRAC=15 SUM_RESULTS=0 SPREAD_CLOCKS=1
ese_voices HIDDEN=1 COUPLED=1 SPREAD_CLOCKS=2 CHANNELS=9
ese_voices COUPLED=1 INPUT_GATES=0 FORMATS=2 SUM_SPREAD=5 SUM_LEFTS=16'h0500 SPREAD_CLOCKS=1
ese_voices PES=7 LANES=3 GROUPS=3 GROUP_W=2 CHANNELS=1
ese_voices CHANNELS=9 SPREAD_CLOCKS=1 ASSEMBLE_CLOCKS=3 TABLE_CLOCKS=6 PRODUCT_CLOCKS=4
ese_voices CHANNELS=9 SPREAD_CLOCKS=2 MULTIPLY_CLOCKS=3 ASSEMBLE_CLOCKS=3 SUM_CLOCKS=5 TABLE_CLOCKS=7 PRODUCT_CLOCKS=5
ese_voices PES=16 LANES=2 GROUPS=8 GROUP_W=3 FOLD=2 CHANNELS=8 SPREAD_CLOCKS=2 MULTIPLY_CLOCKS=3
END
}

# ---- synthesis ---------------------------------------------------------------------------------------

synthesize() { # MODULE [PARAMETER VALUE]... : leaves cells.txt
    local module=$1 parameters=
    shift
    while [ $# -gt 0 ]; do
        parameters+=" -chparam $1 $2"
        shift 2
    done
    yosys -q -p "read_verilog $(printf '%s ' "${templates:-$modules}"/ese_*.v)
        hierarchy -top $module$parameters
        synth_xilinx -family ${family:-xcu} -top $module -noiopad -noclkbuf
        flatten
        tee -q -o cells.txt stat" >yosys.log 2>&1 || { tail -n 5 yosys.log; return 1; }
}

cells() { # PATTERN : how many of the last module
    awk -v pattern="^($1)\$" '$1 ~ pattern { sum += $2 } END { print sum + 0 }' cells.txt
}

expect() { # PATTERN LEAST MOST
    local count
    count=$(cells "$1")
    [ "$count" -ge "$2" ] && [ "$count" -le "$3" ] || { echo "$1: $count, not $2..$3"; return 1; }
}

registers='FD[RSCP]E(_1)?'
block_ram='RAMB(18|36)E2'
ultra_ram='URAM288'
shift_register='SRL(16|C32)E'
lut_ram='RAM(32|64|128|256|512)[MX].*'

pe_is_small() { # ACT_W ALIGNED_W ACC_W MULTIPLY_CLOCKS
    synthesize ese_pe ACT_W "$1" ALIGNED_W "$2" ACC_W "$3" MULTIPLY_CLOCKS "$4" &&
        expect DSP48E2 1 1 && expect "$block_ram" 0 0 &&
        # 14 bits each: the queue and ActBuffer, which is read twice
        expect "$lut_ram" 2 $((($1 + 13) / 14 + 2 * (($3 + 6) / 7))) &&
        # operands and products, if Yosys leaves them outside the DSP; no memory
        expect "$registers" 0 $(($4 * ($1 + $2)))
}

fifo_is_block_ram() { # WIDTH DEPTH_W BLOCKS
    synthesize ese_fifo WIDTH "$1" DEPTH_W "$2" &&
        expect "$block_ram" 1 "$3" && expect "$lut_ram" 0 0 &&
        # pointers, count, two valid bits; the output register, which belongs to the block RAM
        expect "$registers" $((3 * $2 + 3)) $((3 * $2 + 3 + $1))
}

delay_is_shift_registers() { # WIDTH CLOCKS
    synthesize ese_delay WIDTH "$1" CLOCKS "$2" &&
        expect "$shift_register" "$1" "$1" && expect "$registers" 0 "$1"
}


ram_is_block_ram() { # WIDTH ADDR_W BLOCKS
    synthesize ese_ram WIDTH "$1" ADDR_W "$2" &&
        expect "$block_ram" 1 "$3" && expect "$registers" 0 0 && expect "$lut_ram" 0 0
}

random_image() { # WORDS DIGITS FILE
    awk -v words="$1" -v digits="$2" 'BEGIN {
        srand(1)
        for (; words > 0; words--) {
            line = ""
            for (n = 0; n < digits; n++) line = line sprintf("%x", int(rand() * 16))
            print line } }' >"$3"
}

# A copy of a module that has an image by default: Yosys takes no text on its command line.
with_image() { # MODULE FILE
    mutant pictured "$1" "s/parameter FILE  *= \"[^\"]*\"/parameter FILE = \"$2\"/"
}

stream_is_block_ram() {
    random_image 1500 9 rom.mem
    with_image ese_rom_stream rom.mem || return 1
    templates=pictured synthesize ese_rom_stream WIDTH 36 WORDS 1500 ADDR_W 11 &&
        expect "$block_ram" 2 4 && expect "$lut_ram" 0 0 &&
        # address, two valid bits, which block RAM; the output register if it is left outside
        expect "$registers" 13 $((11 + 2 + 2 + 36))
}

# The parameter alone decides, where either would do.  Its other value as with_image has it.
loaded_stream() { # STYLE WIDTH WORDS ADDR_W BLOCKS ULTRAS
    local templates=$modules
    if [ "$1" != block ]; then
        mutant styled ese_ram_stream "s/\(parameter RAM_STYLE *= \)\"block\"/\1\"$1\"/" || return 1
        templates=styled
    fi
    family='xcup -uram' synthesize ese_ram_stream WIDTH "$2" WORDS "$3" ADDR_W "$4" &&
        expect "$block_ram" "$5" "$5" && expect "$ultra_ram" "$6" "$6" && expect "$lut_ram" 0 0 &&
        # as stream_is_block_ram
        expect "$registers" $(($4 + 2)) $(($4 + 2 + 2 + $2))
}

table_is_block_ram() { # IS_TANH CLOCKS
    random_image 512 6 table.mem
    with_image ese_act_table table.mem || return 1
    templates=pictured synthesize ese_act_table IS_TANH "$1" CLOCKS "$2" &&
        expect "$block_ram" 1 1 && expect "$lut_ram" 0 0 && expect DSP48E2 0 1
}

synthesize_modules() {
    for clocks in 2 3; do
        check "synthesis ese_pe, $clocks clocks: one DSP, memories in LUT RAM" pe_is_small 16 15 34 $clocks
        check "synthesis ese_pe, $clocks clocks, narrow" pe_is_small 8 6 20 $clocks
        check "synthesis ese_pe, $clocks clocks, wide" pe_is_small 18 27 48 $clocks
    done
    check "synthesis ese_ram 512 x 64: block RAM" ram_is_block_ram 64 9 2
    check "synthesis ese_ram 16 x 16: block RAM" ram_is_block_ram 16 4 1
    check "synthesis ese_fifo 512 x 64: block RAM" fifo_is_block_ram 64 9 2
    check "synthesis ese_rom_stream: block RAM" stream_is_block_ram
    check "synthesis ese_ram_stream: block RAM" loaded_stream block 72 4096 12 8 0
    check "synthesis ese_ram_stream: UltraRAM" loaded_stream ultra 72 4096 12 0 1
    check "synthesis ese_ram_stream: UltraRAM, a bit more" loaded_stream ultra 73 4096 12 0 2
    check "synthesis ese_ram_stream: UltraRAM, a word more" loaded_stream ultra 72 4097 13 0 2
    for clocks in 5 6 7; do
        check "synthesis ese_act_table, sigmoid, $clocks clocks: one block RAM" table_is_block_ram 0 $clocks
        check "synthesis ese_act_table, tanh, $clocks clocks: one block RAM" table_is_block_ram 1 $clocks
    done
    check "synthesis ese_delay 16 x 12: shift registers" delay_is_shift_registers 12 16
}

if [ "${1:-}" = synthesis ]; then
    synthesize_modules
else
    compare_with_models
    compare_stages
    compare_elements
    compare_memory
    compare_folds
    lint_modules
fi
finish
