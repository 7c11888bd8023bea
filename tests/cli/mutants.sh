#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# mutants.sh [memory|registers|stacks|gru|planner] - one line of the generated Verilog is broken at a time; ese
# verify must fail each time.  With `memory`: of what only a loadable chip has; with `registers`: of the
# registers that `pipeline` puts in; with `stacks`: of what lists of layers need; with `gru`: of what GRUs
# need; with `planner`: a line of the C that plans where vectors lie and when they are there, so that models and chip are told the same
# wrong thing.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

chip() { # NAME SIMULATOR ARGUMENT... : passes as it is
    must "$1: gen" "$ese" gen tiny "${@:3}" -o "$work/$1"
    must "$1: verify" "$ese" verify "$work/$1" --sim "$2" --frames 8
}

# The same with a list of layers, one a line of standard input.
stack() { # NAME SIMULATOR ARGUMENT...
    { printf 'base: tiny\nmodel:\n  layers:\n'; sed 's/.*/    - {&}/'; } >"$work/$1.yaml"
    must "$1: gen" "$ese" gen "$work/$1.yaml" --set pes=4 "${@:3}" -o "$work/$1"
    must "$1: verify" "$ese" verify "$work/$1" --sim "$2" --frames 8
}

mutant() { # CHIP FILE SED [SIMULATOR [FRAMES [OPTION]]]
    local status=0
    rm -rf "$work/mutant"
    cp -r "$work/$1" "$work/mutant"
    rm -rf "$work/mutant/build"
    sed -i "$3" "$work/mutant/rtl/$2.v"
    if cmp -s "$work/$1/rtl/$2.v" "$work/mutant/rtl/$2.v"; then
        bad "$2: '$3' changes nothing; the module is not what it was"
        return
    fi
    "$ese" verify "$work/mutant" --sim "${4:-icarus}" --frames "${5:-8}" ${6:+"$6"} \
        --json "$work/mutant.json" >"$work/stdout" 2>&1 || status=$?
    # It must be the verdict of a simulation: a mutant that does not compile proves nothing.
    if [ "$status" -eq 1 ] && [ "$("$json_get" "$work/mutant.json" verdict)" = fail ] &&
        ! grep -q 'failed, exit status' "$work/stdout"; then
        good
    else
        bad "$2: '$3' is not found, exit status $status" "$(cat "$work/stdout")"
    fi
}

# With --taps it is told where it goes wrong: the first difference is in this vector, where a pass writes it
# (result), or y as it leaves the chip (output).
located() { # CHIP FILE SED VECTOR PLACE
    mutant "$1" "$2" "$3" icarus 8 --taps
    same "$2: '$3' is located" "$("$json_get" "$work/mutant.json" simulators.icarus.first_difference.vector \
        simulators.icarus.first_difference.at 2>&1 | paste -s -d ' ')" "$4 $5"
}

# An assertion of the chip's own fires before anything is compared.
asserted() { # CHIP FILE SED MESSAGE
    mutant "$1" "$2" "$3"
    must "$2: '$3' is asserted" grep -q -- "$4" "$work/stdout"
}

# Registers that there are more or fewer of: one of them in the wrong place, too many or too few, or left by
# a reset of one clock in mid-flight.
registers() {
    chip flat icarus --set pipeline=0 --set fifo_depth=1
    chip some icarus --set pipeline=1 --set fifo_depth=2
    # columns often wait for the element-wise path, one after the other; products of x have one
    chip waiting icarus --set pipeline=1 --set model.density=0.02 --set model.cell=30 --set elem_lanes=1 \
        --set column_order=natural --set model.input=1
    # two copies of what all channels get
    chip all icarus --set pipeline=2 --set channels=9 --set fifo_depth=3
    # a row block has as many words as their number has values: the word behind the last is the first
    chip filled icarus --set pipeline=1 --set pes=4 --set index_bits=2 --set model.cell=16 --set elem_lanes=1
    # more groups of PEs than a multiplexer chooses from
    chip many icarus --set pipeline=1 --set pes=20 --set elem_lanes=1 --set model.cell=61 --set channels=1
    chip paper icarus --set pipeline=2 --set activation_table=paper --set channels=1
    mutant some ese_delay 's/delayed = stage;/delayed = value;/'
    mutant some ese_delay 's/stages\[CLOCKS\*WIDTH-1:(CLOCKS-1)\*WIDTH\]/stages[(CLOCKS-1)*WIDTH-1:(CLOCKS-2)*WIDTH]/'
    mutant some ese_rom 's/CLOCKS (CLOCKS - 1)/CLOCKS (CLOCKS)/'
    mutant some ese_act_table 's/(1 + PRODUCT_EXTRA)/(2 + PRODUCT_EXTRA)/'
    mutant all ese_act_table 's/(1 + PRODUCT_EXTRA)/(1)/'
    mutant all ese_adder_tree 's/CLOCKS (PRODUCT_CLOCKS)/CLOCKS (1)/'
    mutant all ese_adder_tree 's/CLOCKS (PRODUCT_CLOCKS - 1)/CLOCKS (0)/'
    mutant paper ese_act_table 's/CLOCKS (2 + PRODUCT_EXTRA)/CLOCKS (2)/'
    mutant some ese_elem_mul 's/(CLOCKS > 3) ? 1 : 0/0/'
    mutant all ese_elem_mul 's/(CLOCKS > 4) ? 1 : 0/0/'
    mutant all ese_elem_mul 's/alone <= product;/alone <= product_q;/'
    mutant some ese_element 's/(ASSEMBLE_CLOCKS - 2)/(ASSEMBLE_CLOCKS - 1)/'
    mutant some ese_element 's/(SUM_CLOCKS - 1)/(SUM_CLOCKS)/'
    mutant some ese_element 's/(TABLE_CLOCKS + 1)/(TABLE_CLOCKS)/'
    mutant some ese_function_result 's/CLOCKS (TABLE_CLOCKS)$/CLOCKS (TABLE_CLOCKS + 1)/'
    mutant some ese_function_result 's/CLOCKS (PRODUCT_CLOCKS)$/CLOCKS (PRODUCT_CLOCKS + 1)/'
    mutant some ese_element_control 's/CLOCKS (BIAS_STAGE - 1)/CLOCKS (BIAS_STAGE - 2)/'
    mutant some ese_element_control 's/C_STAGE = 1 + SPREAD_CLOCKS/C_STAGE = 1/'
    mutant some ese_element_control 's/STAGES  = RESULT_STAGE + SPREAD_CLOCKS/STAGES = RESULT_STAGE/'
    mutant some ese_element_control 's/gate_read     = valid\[GATE_STAGE-2\]/gate_read = valid[GATE_STAGE-1]/'
    mutant some ese_element_control 's/f_write       = valid\[GATE_STAGE\]/f_write = valid[GATE_STAGE-1]/'
    mutant filled ese_element_control 's/i_write       = valid\[GATE_STAGE\] \&\& /i_write = /'
    mutant filled ese_element_control 's/f_write       = valid\[GATE_STAGE\] \&\& /f_write = /'
    mutant some ese_element_control 's/busy  <= |{valid\[STAGES-1:1\], step}/busy <= |{valid[STAGES-2:1], step}/'
    mutant some ese_element_control 's/busy  <= |{valid\[STAGES-1:1\], step}/busy <= |{valid, step}/'
    mutant all ese_pe 's/(MULTIPLY_CLOCKS - 2)/(0)/'
    mutant all ese_accu_control 's/(MULTIPLY_CLOCKS - 2)/(0)/'
    mutant all ese_accu_control 's/retire <= lasts\[MULTIPLY_CLOCKS\]/retire <= lasts[MULTIPLY_CLOCKS-1]/'
    mutant some ese_assemble 's/CLOCKS (CLOCKS - 2)/CLOCKS (0)/'
    mutant many ese_assemble 's/if (hit\[n\]) slots_of/if (1) slots_of/'
    mutant some ese_drain_control 's/CLOCKS (CLOCKS - 2)/CLOCKS (0)/'
    mutant waiting ese_drain_control 's/row_used_padded = row_used_q/row_used_padded = row_used/'
    mutant some ese_voices '/u_control/,/u_elements/s/CLOCKS (SPREAD_CLOCKS)/CLOCKS (SPREAD_CLOCKS - 1)/'
    mutant all ese_spread 's/if (CLOCKS > 1) begin/if (CLOCKS > 1 \&\& n == 0) begin/'

    mutant flat ese_ptr_read 's/room = (send_holds & queue_full) == {PES{1.b0}}/room = 1'\''b1/'
    mutant some ese_ptr_read 's/room_q <= .*/room_q <= 1'\''b1;/'
    mutant some ese_ptr_read 's/next_holds = send_free ? word_holds : send_holds/next_holds = send_holds/'
    mutant some ese_ptr_read 's/read_free     = !valid || send_free/read_free = 1'\''b1/'
    mutant some ese_ptr_read 's/kept_q    <= .*;//; s/assign read_free     = !v/always @(posedge clk) kept_q <= kept_data; &/'
    mutant some ese_ptr_read 's/scratch_q <= .*;//; s/assign read_free     = !v/always @(posedge clk) scratch_q <= scratch_data; &/'
    mutant flat ese_act_queue 's/full = count == FULL;/full = count > FULL;/'
    mutant some ese_act_queue 's/count == FULL ||/count > FULL ||/'
    mutant some ese_act_queue 's/ || (count == ALMOST \&\& push)//'
    mutant some ese_act_queue 's/ALMOST = FULL - 1.b1/ALMOST = FULL - 2'\''d2/'
    mutant some ese_front_end 's/weight_full_next == {PES{1.b0}} || reset/1'\''b1/'
    mutant some ese_spmat_read 's/count == ALMOST && push/1'\''b0/'
    mutant waiting ese_progress 's/advance ? next_written : need_written/need_written/'
    mutant waiting ese_progress 's/advance ? next_written : need_written/next_written/'
    mutant some ese_column_head 's/advance = !head_valid || issue/advance = issue/'
    mutant some ese_column_head 's/advance = !head_valid || issue/advance = !head_valid/'

    mutant some ese_product_sequencer 's/last_column  <= left == TWO/last_column <= left == ONE/'
    mutant waiting ese_product_sequencer 's/last_column  <= columns == ONE/last_column <= 1'\''b0/'
    mutant some ese_product_sequencer 's/first_column <= 1.b1/first_column <= 1'\''b0/'
    mutant some ese_product_sequencer 's/first_column <= 1.b0/first_column <= 1'\''b1/'
    mutant some ese_product_sequencer 's/frame_begin  <= frame_end || starting/frame_begin <= starting/'
    mutant some ese_product_sequencer 's/frame_begin  <= frame_end || starting/frame_begin <= frame_end/'
    mutant some ese_product_sequencer 's/: following + 1.b1/: following + 2'\''d2/'
    mutant some ese_product_sequencer 's/= frame_end ? frame_block/= 1'\''b0 ? frame_block/'

    # left by a reset of one clock
    mutant some ese_product_sequencer 's/^ *following   <= {.*//'
    mutant some ese_ptr_read 's/if (reset) read_valid <= 1.b0;//'
    mutant some ese_ptr_read 's/if (reset)          valid <= 1.b0/if (1'\''b0) valid <= 1'\''b0/'
    mutant some ese_ptr_read 's/if (reset)          send_valid <= 1.b0/if (1'\''b0) send_valid <= 1'\''b0/'
    mutant some ese_column_head 's/if (reset)        head_valid/if (1'\''b0) head_valid/'
    mutant some ese_element_control 's/valid <= {STAGES{1.b0}};/valid <= {valid[STAGES-1:1], 1'\''b0};/'
}

# Layers behind each other: what their passes are told, where their vectors lie and when they are there, their
# formats, and all that a lane can do.
stacks() {
    # all kinds of layers; several row blocks; cells, kept and scratch vectors of more than one layer; two
    # formats or more
    stack every icarus --set pipeline=1 --set index_bits=2 --set elem_lanes=2 <<'END'
kind: lstm, input: 12, cell: 22, output: 9, peephole: true, formats: {c: 9}
kind: lstm, cell: 13, coupled: input, candidate: sigm, formats: {c: 12}
kind: rnn, cell: 18, nonlinearity: relu
kind: lstm, cell: 11, output: 8
kind: linear, output: 19, activation: relu
kind: linear, output: 7, activation: sigmoid
END
    # columns wait for their elements
    stack now icarus --set pipeline=0 --set column_order=natural --set index_bits=2 \
        --set model.density=0.1 <<'END'
kind: lstm, input: 2, cell: 21, output: 17
kind: rnn, cell: 9
kind: linear, output: 17
END
    stack then icarus --set pipeline=1 --set column_order=natural --set index_bits=2 \
        --set model.density=0.1 <<'END'
kind: lstm, input: 2, cell: 21, output: 17
kind: rnn, cell: 9
kind: linear, output: 17
END
    stack late icarus --set pipeline=2 --set channels=9 --set index_bits=3 <<'END'
kind: lstm, input: 5, cell: 11, candidate: sigm, output: 9, formats: {c: 10}
kind: rnn, cell: 13
kind: lstm, cell: 37, peephole: true, coupled: forget, formats: {c: 13}
END
    # no cells; nothing holds products back but the passes
    stack none icarus --set pipeline=0 --set index_bits=2 <<'END'
kind: linear, input: 9, output: 23, activation: relu
kind: linear, output: 20, activation: tanh
kind: linear, output: 6, activation: none
END
    # a frame's first vectors are there while the frame before is still on its last passes
    local number ahead='kind: linear, input: 3, output: 15, activation: relu
kind: linear, output: 16
kind: linear, output: 16, activation: tanh
kind: linear, output: 6'
    for number in 0 1; do
        stack "ahead$number" icarus --set pipeline=$number --set elem_lanes=1 --set column_order=natural \
            --set index_bits=2 <<<"$ahead"
    done
    # passes of more steps than the pipeline has stages; two blocks
    stack long icarus --set pipeline=0 --set elem_lanes=1 --set column_order=natural --set index_bits=4 <<'END'
kind: linear, input: 3, output: 20, activation: relu
kind: linear, output: 20
kind: linear, output: 70, activation: tanh
kind: linear, output: 6
END
    # no constants at all
    stack bare icarus --set pipeline=0 <<'END'
kind: linear, input: 4, output: 7, bias: false
END
    # kept words and scratch words at the same addresses, read again after the others are written
    stack beside icarus --set pipeline=0 --set index_bits=2 --set model.density=0.2 <<'END'
kind: linear, input: 9, output: 44, activation: relu
kind: rnn, cell: 150
kind: linear, output: 6
END
    # a last column waits for its element, a word behind those of another pass, and the column behind it is of a
    # vector with another offset
    local last='kind: linear, input: 3, output: 8, activation: relu
kind: linear, output: 17
kind: linear, output: 6, activation: tanh
kind: linear, output: 5'
    for number in 0 1; do
        stack "last$number" icarus --set pipeline=$number --set elem_lanes=1 --set column_order=natural \
            --set index_bits=2 --set model.density=1 <<<"$last"
    done
    # values beyond their formats
    stack clipped icarus --set pipeline=0 <<'END'
kind: linear, input: 9, output: 23, activation: relu, formats: {y: 15}
kind: linear, output: 20, activation: tanh
kind: linear, output: 6, formats: {y: 15}
END
    # more rows than there are cells, and peepholes: what lies behind the cells is not read
    stack beyond icarus --set pipeline=1 --set index_bits=4 <<'END'
kind: lstm, input: 4, cell: 10, peephole: true
kind: linear, output: 70
END
    stack one icarus --set pipeline=0 --set index_bits=2 --set channels=1 <<'END'
kind: linear, input: 3, output: 5
END

    mutant every ese_core 's/written (kept_write || scratch_write)/written (kept_write)/'
    mutant every ese_core 's/written (kept_write || scratch_write)/written (scratch_write)/'
    mutant then ese_core 's/next_word (next_column\[WORD_W-1:0\])/next_word (column_word)/'
    mutant now ese_core 's/read_now (source\[1\])/read_now (source[0])/'
    mutant now ese_core 's/read_now (source\[1\])/read_now (1'\''b0)/'
    mutant every ese_core 's/push (leaves)/push (mon_result_valid)/'
    mutant every ese_core 's/push_active (pass_active)/push_active (x_active)/'

    mutant every ese_vectors 's/{pass_bank, write_word/{!pass_bank, write_word/'
    mutant every ese_vectors 's/bank   = product_bank ^ !read_now/bank = product_bank ^ read_now/'
    mutant every ese_vectors 's/bank   = product_bank ^ !read_now/bank = !product_bank/'
    mutant every ese_vectors 's/write_enable  (scratch_write)/write_enable (kept_write)/'
    mutant beside ese_vectors 's/write_enable  (scratch_write)/write_enable (kept_write || scratch_write)/'
    mutant every ese_vectors 's/{CHANNELS{kept_write}}/{CHANNELS{kept_write || scratch_write}}/'
    mutant beside ese_vectors 's/ADDR_W (SCRATCH_WORD_W)/ADDR_W (SCRATCH_WORD_W - 1)/'
    mutant beside ese_vectors 's/ADDR_W (KEPT_WORD_W + 1)/ADDR_W (KEPT_WORD_W)/'
    mutant every ese_vectors 's/\[c\*CHANNEL_W +: CHANNEL_W\]),/[0 +: CHANNEL_W]),/'

    mutant now ese_progress 's/need_address < need_limit/need_address <= need_limit/'
    mutant ahead0 ese_progress 's/frame == need_frame \&\& need/need/'
    mutant now ese_progress 's/|| frame == need_frame + 2.d1/|| 1'\''b0/'
    mutant now ese_progress 's/advance ? next_offset : need_offset/need_offset/'
    mutant last0 ese_progress 's/advance ? next_offset : need_offset/next_offset/'
    mutant ahead0 ese_progress 's/(start || reset) ? {PROGRESS_W{1.b0}}/reset ? {PROGRESS_W{1'\''b0}}/'
    mutant now ese_progress 's/words + {{(PROGRESS_W-1){1.b0}}, written}/words/'
    mutant now ese_progress 's/{offset\[OFFSET_W-1\], offset}/{1'\''b0, offset}/'
    mutant then ese_progress 's/need_address < need_limit/need_address <= need_limit/'
    mutant then ese_progress 's/next_address < next_limit/next_address <= next_limit/'
    mutant then ese_progress 's/advance ? next_written : need_written/need_written/'
    mutant last1 ese_progress 's/advance ? next_written : need_written/next_written/'
    mutant then ese_progress 's/|| frame == next_frame + 2.d1/|| 1'\''b0/'
    mutant ahead1 ese_progress 's/frame == next_frame \&\& next/next/'
    mutant ahead1 ese_progress 's/frame == need_frame \&\& need/need/'
    mutant last1 ese_progress 's/count + {need_offset\[OFFSET_W-1\], need_offset}/count + {next_offset[OFFSET_W-1], next_offset}/'
    mutant then ese_progress 's/count + {next_offset\[OFFSET_W-1\], next_offset}/count + {need_offset[OFFSET_W-1], need_offset}/'
    mutant then ese_progress '/if (start) begin/,/end/s/words <= .*;/words <= words;/'

    mutant one ese_product_sequencer 's/wait_passes  = frame_begin .*/wait_passes = 1'\''b0;/'
    mutant one ese_product_sequencer 's/frame == pass_frame + 2.d2/frame == pass_frame + 2'\''d1/'
    mutant now ese_product_sequencer 's/source_q != SOURCE_X \&\& !ready/1'\''b0/'
    mutant now ese_product_sequencer 's/source_q != SOURCE_X \&\& !ready/!ready/'
    mutant now ese_product_sequencer 's/source_q == SOURCE_BEFORE}/1'\''b0}/'
    mutant then ese_product_sequencer 's/next_source == SOURCE_BEFORE}/1'\''b0}/'
    mutant then ese_product_sequencer 's/turns ? word_offset : offset_q/offset_q/'
    mutant then ese_product_sequencer 's/turns ? word_source : source_q/source_q/'
    mutant long ese_product_sequencer 's/opens \&\& first_column \&\& block_busy\[block\]/1'\''b0/'
    mutant every ese_product_sequencer 's/issue \&\& frees_x \&\& last_column/issue \&\& last_column/'

    asserted every ese_pass_sequencer 's/!running \&\& block_ready\[block\] \&\& !pipeline_busy/!running \&\& block_ready[block]/' \
        'a pass begins while steps of another are under way'
    mutant every ese_pass_sequencer 's/!running \&\& block_ready\[block\] \&\& !pipeline_busy/!running \&\& !pipeline_busy/'
    mutant bare ese_pass_sequencer 's/(!constants || constant_valid)/constants/'
    mutant every ese_pass_sequencer 's/step_out   = step \&\& leaves/step_out = step/'
    asserted every ese_pass_sequencer 's/frame_block <= frame_block + frame_blocks/frame_block <= frame_block/' \
        'ese_controller: pass [0-9]* begins on a block that product [0-9]* opened'
    mutant every ese_pass_sequencer 's/pass_frame  <= pass_frame + 1.b1/pass_frame <= pass_frame/'
    mutant every ese_pass_sequencer 's/rows_left   <= rows;/rows_left <= rows - 1'\''b1;/'
    mutant now ese_pass_sequencer 's/first     = pass == {PASS_W{1.b0}}/first = pass == last_pass/'

    mutant now ese_controller 's/(begin_pass \&\& first_pass)/(begin_pass)/'
    mutant long ese_controller 's/start       (begin_pass \&\& first_pass)/start (last_step \&\& first_pass)/'
    mutant long ese_controller 's/if (begin_pass) result_pass/if (last_step) result_pass/'
    mutant every ese_controller 's/frame_blocks = passes\[BLOCK_W-1:0\]/frame_blocks = last_pass[BLOCK_W-1:0]/'
    mutant then ese_controller 's/\.next_offset (next_offset)/.next_offset (need_offset)/'

    mutant every ese_array 's/: c_read_word;/: write_word[C_WORD_W-1:0];/'
    mutant every ese_array 's/{CHANNELS{cell_write}} |/{CHANNELS{kept_write}} |/'
    mutant every ese_array 's/{CHANNELS{cell_write}} |/{CHANNELS{result_valid}} |/'
    mutant late ese_array 's/\.first (pass_first)/.first (first)/'
    mutant every ese_array 's/c_read || (state_read/(state_read/'

    mutant every ese_ptr_read 's/word_source == SOURCE_BEFORE \&\& word_first\[c\]/word_first[c]/'
    mutant every ese_ptr_read 's/word_source == SOURCE_BEFORE \&\& word_first\[c\]/1'\''b0/'
    mutant every ese_ptr_read 's/word_source == SOURCE_SCRATCH  *? scratch_lane/1'\''b0 ? scratch_lane/'
    mutant every ese_ptr_read 's/scratch_word\[own_lane\*ACT_W/scratch_word[0*ACT_W/'
    mutant every ese_ptr_read 's/kept_word\[own_lane\*ACT_W/kept_word[0*ACT_W/'

    mutant every ese_channel 's/(first \&\& !is_out) || no_cells/no_cells/'
    mutant every ese_channel 's/(first \&\& !is_out) || no_cells/first || no_cells/'
    mutant beyond ese_channel 's/(first \&\& !is_out) || no_cells/first \&\& !is_out/'
    mutant every ese_gates 's/f_write)/i_write)/'
    mutant every ese_channel 's/ADDR_W (C_WORD_W)/ADDR_W (C_WORD_W - 1)/'

    mutant late ese_voices 's/first           (first\[c\])/first (first[0])/'
    mutant late ese_voices 's/\.is_coupled      (own_is_coupled)/.is_coupled (1'\''b0)/'
    mutant late ese_voices 's/\.format          (own_format)/.format ({FORMAT_W{1'\''b0}})/'
    mutant late ese_voices 's/\.c_read_word     (c_read_word)/.c_read_word (own_gate_word)/'
    mutant beyond ese_voices 's/\.no_cells        (own_no_cells)/.no_cells (1'\''b0)/'

    mutant every ese_operation 's/next_kind == OUT/1'\''b0/'
    mutant every ese_operation 's/next_kind == GATE/next_kind != OUT/'
    mutant every ese_operation 's/next_function == RELU/1'\''b0/'
    mutant every ese_operation 's/next_function == RELU/next_function <= RELU/'
    mutant every ese_operation 's/next_function == TANH;/1'\''b1;/'
    mutant none ese_operation 's/next_function == TANH || next_function == SIGMOID/next_function == SIGMOID/'
    mutant every ese_operation 's/is_coupled <= next_coupled/is_coupled <= 1'\''b0/'
    mutant every ese_operation 's/{to_scratch, to_kept/{to_kept, to_scratch/'
    mutant every ese_operation 's/{to_gate_f, to_gate_i}  *<=/{to_gate_i, to_gate_f} <=/'
    mutant every ese_operation 's/constants  <= next_constants/constants <= 1'\''b1/'
    mutant every ese_operation 's/leaves     <= next_leaves/leaves <= 1'\''b1/'
    mutant every ese_operation 's/if (begin_pass)/if (1)/'
    mutant every ese_operation 's/<= next_format/<= 0/'

    mutant every ese_element_control 's/write_word  <= write_base/write_word <= {WORD_W{1'\''b0}}/'
    mutant every ese_element_control 's/c_read_word <= cell_base/c_read_word <= {C_WORD_W{1'\''b0}}/'
    mutant every ese_element_control 's/gate_word   <= {GATE_WORD_W{1.b0}}/gate_word <= gate_word/'
    mutant every ese_element_control 's/to_gate ? valid\[GATE_STAGE\] : valid\[GATE_STAGE-2\]/valid[GATE_STAGE-2]/'
    mutant every ese_element_control 's/to_gate ? valid\[GATE_STAGE\] : valid\[GATE_STAGE-2\]/valid[GATE_STAGE]/'
    mutant every ese_element_control 's/result_valid  = valid\[STAGES\] \&\& !to_gate/result_valid = valid[STAGES]/'
    mutant every ese_element_control 's/constants_ready = step \&\& has_constants/constants_ready = step/'
    mutant every ese_element_control 's/if (!has_constants)/if (1'\''b0)/'
    mutant every ese_element_control 's/kept_write    = valid\[STAGES\] \&\& to_kept/kept_write = valid[STAGES] \&\& (to_kept || to_cells)/'
    mutant every ese_element_control 's/C_STAGE = 1 + SPREAD_CLOCKS/C_STAGE = 1/'

    mutant every ese_element 's/GATE_RESULTS \&\& is_gate/1'\''b0/'
    mutant every ese_function_result 's/SUM_RESULTS == 0 || is_table/1'\''b0/'
    mutant none ese_function_result 's/SUM_RESULTS == 0 || is_table/1'\''b1/'
    mutant every ese_element 's/GATE_RESULTS \&\& is_gate/GATE_RESULTS \&\& !is_gate/'
    mutant none ese_element 's/RELU (RELU_RESULTS)/RELU (0)/'
    mutant late ese_element 's/(TABLE_CLOCKS + 1)/(TABLE_CLOCKS)/'
    mutant late ese_element 's/(SUM_CLOCKS - 1)/(SUM_CLOCKS)/'

    mutant every ese_activation 's/is_of_c ? c : z/z/'
    mutant every ese_activation 's/is_of_c ? c : z/c/'
    mutant every ese_activation 's/IS_TANH     (0)/IS_TANH (1)/'
    mutant none ese_activation 's/assign tanh_of = z/assign tanh_of = c/'
    mutant late ese_activation 's/FRAC_W      (TANH_FRAC_W)/FRAC_W (SIGM_FRAC_W)/'

    mutant every ese_cell 's/is_coupled ? rest/1'\''b0 ? rest/'
    mutant every ese_cell 's/is_coupled ? rest/1'\''b1 ? rest/'
    mutant every ese_cell 's/{2.b01, {(ACT_W-1){1.b0}}} - /{2'\''b00, {(ACT_W-1){1'\''b1}}} - /'
    mutant every ese_cell 's/(is_tanh || is_out) ? tanh/is_out ? tanh/'
    mutant every ese_cell 's/(is_tanh || is_out) ? tanh/is_tanh ? tanh/'
    mutant every ese_cell 's/(OUTS != 0 \&\& is_out) ? m_product : c_product/c_product/'
    mutant every ese_cell 's/f_gate <= f_read/f_gate <= i_read/'

    mutant every ese_c_as_z 's/LEFTS    (C_LEFTS)/LEFTS ({FORMATS{8'\''d0}})/'
    mutant late ese_c_as_z 's/LEFTS    (C_LEFTS)/LEFTS ({FORMATS{8'\''d0}})/'
    mutant beyond ese_c_as_z 's/UP = Z_FRAC - C_FRAC/UP = Z_FRAC - C_FRAC + 1/'
    mutant every ese_c_as_z 's/z <= saturated/z <= saturated + 1'\''b1/'
    mutant beyond ese_c_as_z 's/{(UP+1){aligned\[IN_W-1\]}}/{(UP+1){1'\''b0}}/'

    mutant every ese_elem_mul 's/LEFTS    (C_LEFTS)/LEFTS ({FORMATS{8'\''d0}})/'
    mutant every ese_elem_mul 's/LEFTS    (C_RIGHTS)/LEFTS ({FORMATS{8'\''d0}})/'
    mutant every ese_elem_mul 's/{FORMATS{SPREAD\[7:0\]}} - C_LEFTS/C_LEFTS/'
    mutant every ese_elem_mul 's/forget_wide <<< ALIGN/forget_wide/'
    mutant every ese_elem_mul 's/{(SUM_W-PRODUCT_W){product\[PRODUCT_W-1\]}}/{(SUM_W-PRODUCT_W){1'\''b0}}/'

    mutant every ese_adder_tree 's/is_relu \&\& rounded_q/1'\''b1 \&\& rounded_q/'
    mutant every ese_adder_tree 's/is_relu \&\& rounded_q/!rounded_q/'
    mutant every ese_adder_tree 's/LEFTS    (SUM_LEFTS)/LEFTS ({FORMATS{8'\''d0}})/'
    mutant every ese_adder_tree 's/value     (rounded_q),/value (rounded_q + 1'\''b1),/'
    mutant clipped ese_adder_tree 's/ROUNDED_W = ALIGNED_W - ROUND_SHIFT/ROUNDED_W = ACT_W + 1/'

    mutant every ese_align 's/choices\[format\*OUT_W/choices[0*OUT_W/'
    mutant every ese_align 's/LEFTS\[8\*n +: 8\]/LEFTS[8*(FORMATS-1-n) +: 8]/'
    mutant every ese_align 's/{(OUT_W-IN_W){value\[IN_W-1\]}}/{(OUT_W-IN_W){1'\''b0}}/'
    mutant late ese_align 's/choices\[format\*OUT_W/choices[0*OUT_W/'
    mutant late ese_align 's/LEFTS\[8\*n +: 8\]/8'\''d0/'
}

gru() {
    stack after icarus --set index_bits=2 <<'END'
kind: gru, input: 9, cell: 37
END
    stack before icarus --set index_bits=2 --set pipeline=0 --set elem_lanes=2 <<'END'
kind: gru, input: 9, cell: 37, reset: before
END
    # gate i is i of the one and r of the other; products of peepholes, and of what is hidden
    stack mixed icarus --set index_bits=2 --set pipeline=2 --set channels=9 <<'END'
kind: lstm, input: 4, cell: 9, output: 5, peephole: true, formats: {c: 9}
kind: gru, cell: 18, formats: {kept: 9}
kind: gru, cell: 7, formats: {kept: 12}
kind: rnn, cell: 4
kind: gru, cell: 6, reset: before
END
    # peepholes have more bits than gates; in the chip before, fewer
    stack wide icarus --set index_bits=2 --set channels=1 <<'END'
kind: lstm, input: 4, cell: 6, output: 5, peephole: true, formats: {c: 6}
kind: gru, cell: 5
END
    # the state of a GRU lies twice, beside others that lie once
    stack states verilator --set memory=stream --set index_bits=2 <<'END'
kind: lstm, input: 12, cell: 22, output: 9
kind: gru, cell: 18
kind: rnn, cell: 11
END
    mutant after ese_gates 's/early ? hidden_read : gate_read/gate_read/'
    mutant after ese_gates 's/early ? hidden_word : gate_word/gate_word/'
    mutant mixed ese_gates 's/(INPUT_GATES == 0 || adds_hidden)/1'\''b1/'
    mutant mixed ese_gates 's/(INPUT_GATES == 0 || adds_hidden)/(INPUT_GATES == 0)/'
    mutant after ese_gates 's/write_enable  (hidden_write)/write_enable (i_write)/'
    mutant after ese_gates 's/write_data    (hidden)/write_data (gates)/'
    mutant after ese_gates '/g_hidden/,$s/read_address  (hidden_word)/read_address (gate_word)/'

    mutant after ese_element_control 's/to_gate_f || to_hidden/to_gate_f/'
    mutant after ese_element_control 's/begin_pass)               word <= {GATE_WORD_W{1.b0}}/begin_pass) word <= word/'
    mutant after ese_element_control 's/(valid\[BIAS_STAGE-2\])/(valid[BIAS_STAGE-1])/'
    mutant mixed ese_element_control 's/hidden_read = valid\[BIAS_STAGE-2\]/hidden_read = valid[BIAS_STAGE-1]/'
    mutant after ese_element_control 's/valid\[GATE_STAGE\] \&\& to_hidden/valid[GATE_STAGE] \&\& to_gate_i/'

    mutant after ese_operation 's/next_operation\[OPERATION_W-1\]/1'\''b0/'
    mutant mixed ese_operation 's/next_operation\[OPERATION_W-1\]/1'\''b1/'
    mutant after ese_operation 's/next_target\[1:0\] == 2.b11/1'\''b0/'
    mutant after ese_operation 's/ \& {2{!next_hides}}//'
    mutant before ese_operation 's/next_kind == RESET/1'\''b0/'
    mutant mixed ese_operation 's/next_kind == RESET/next_kind != GATE/'

    mutant after ese_element 's/adds_hidden ? i_read : {ACT_W{1.b0}}/{ACT_W{1'\''b0}}/'
    mutant mixed ese_element 's/adds_hidden ? i_wide/!adds_hidden ? i_wide/'
    mutant mixed ese_element 's/adds_hidden ? hidden_bias/1'\''b1 ? hidden_bias/'
    mutant after ese_element 's/P_SHIFT (HIDDEN_SHIFT)/P_SHIFT (HIDDEN_SHIFT + 1)/'
    mutant mixed ese_element 's/P_LEFTS (HIDDEN_LEFTS)/P_LEFTS ({FORMATS{8'\''d0}})/'
    mutant wide ese_element 's/i_bias\[ACT_W-1\]/1'\''b1/'
    mutant mixed ese_element 's/peep\[PEEP_W-1\]/1'\''b0/'
    mutant after ese_function_result 's/? sum_gate : {ACT_W/? y_sum : {ACT_W/'
    mutant before ese_cell 's/is_reset ? sigm : f_gate/f_gate/'
    mutant before ese_cell 's/i_gate \& {B_W{!is_reset}}/i_gate/'
    mutant mixed ese_cell 's/is_reset ? sigm : f_gate/is_reset ? tanh : f_gate/'
    mutant after ese_cell 's/i_gate <= rest/i_gate <= {2'\''b00, {(ACT_W-1){1'\''b1}}} - {1'\''b0, f_read}/'
    mutant after ese_channel 's/(first \&\& !is_out) || no_cells/no_cells/'
    mutant before ese_channel 's/(first \&\& !is_out) || no_cells/no_cells/'

    mutant mixed ese_voices 's/is_reset        (own_is_reset)/is_reset (1'\''b0)/'
    mutant mixed ese_voices 's/hidden_word     (own_hidden_word)/hidden_word (hidden_word)/'
    mutant mixed ese_voices 's/hidden_write    (own_hidden_write)/hidden_write (own_i_write)/'
    mutant after ese_adder_tree 's/product_left\[LEFT_W-1\]}}/1'\''b0}}/'
    mutant after ese_core 's/KEPT_WORDS != 0 || MIRRORED != 0/KEPT_WORDS != 0/'

    mutant states ese_vectors 's/MIRRORED != 0 || state_is_kept/state_is_kept/' verilator
    mutant states ese_state_mover 's/(MIRRORED != 0) ? item : item - first_kept/item - first_kept/' verilator
    mutant states ese_state_mover 's/(MIRRORED != 0) ? item : item - first_kept/item + first_kept/' verilator
    located after ese_elem_mul 's/c_q <= c_rounded;/c_q <= c_rounded + 1'\''b1;/' y result
    located before ese_elem_mul 's/c_q <= c_rounded;/c_q <= c_rounded + 1'\''b1;/' rh result
}

# Verify must fail with a chip of a program in which one line is broken, and print TEXT.
planned() { # LIST FILE SED
    local status=0 tree=$work/tree
    cp "$tree/$2" "$work/line"
    sed -i "$3" "$tree/$2"
    if cmp -s "$tree/$2" "$work/line"; then
        bad "$2: '$3' changes nothing"
        return
    fi
    must "$2: '$3': build" make -s -C "$tree" -j2 BUILD=build CFLAGS=-O0 all
    rm -rf "$work/mutant"
    "$tree/build/ese" gen "$work/$1/config.yaml" -o "$work/mutant" >"$work/stdout" 2>&1 &&
        "$tree/build/ese" verify "$work/mutant" --sim icarus --frames 8 --json "$work/mutant.json" \
            >"$work/stdout" 2>&1 || status=$?
    if [ "$status" -eq 1 ] && [ "$("$json_get" "$work/mutant.json" verdict)" = fail ]; then
        good
    else
        bad "$2: '$3' is not found, exit status $status" "$(cat "$work/stdout")"
    fi
    rm -f "$work/mutant.json"
    cp "$work/line" "$tree/$2"
    touch "$tree/$2"
}

planner() {
    mkdir "$work/tree"
    cp -r models gen sim fpga templates Makefile LICENSE-OUTPUT "$work/tree/"
    must 'building the copy' make -s -C "$work/tree" -j2 BUILD=build CFLAGS=-O0 all
    stack both icarus --set index_bits=2 --set column_order=natural <<'END'
kind: lstm, input: 6, cell: 21, output: 17, peephole: true, formats: {c: 9}
kind: rnn, cell: 18
kind: lstm, cell: 9, coupled: input, candidate: sigm, formats: {c: 12}
END
    stack linear icarus --set index_bits=2 <<'END'
kind: linear, input: 9, output: 60, activation: relu
kind: linear, output: 40, activation: tanh
kind: linear, output: 6
END
    stack gru icarus --set index_bits=2 <<'END'
kind: lstm, input: 6, cell: 21, output: 17, peephole: true
kind: gru, cell: 18, formats: {kept: 9}
kind: gru, cell: 13, reset: before
kind: rnn, cell: 9
END
    # more passes than there are blocks
    stack rows icarus --set index_bits=2 <<'END'
kind: linear, input: 9, output: 160
END
    planned both models/program/places.c 's/place->base - place->sequence : 0/place->base - place->sequence + 1 : 0/'
    planned both models/program/places.c 's/place->base - place->sequence : 0/place->base - place->sequence - 1 : 0/'
    planned both models/program/places.c 's/before ? SOURCE_BEFORE : SOURCE_KEPT/before ? SOURCE_KEPT : SOURCE_KEPT/'
    planned both models/program/places.c 's/before ? SOURCE_BEFORE : SOURCE_KEPT/before ? SOURCE_BEFORE : SOURCE_BEFORE/'
    planned linear models/program/places.c 's/return last_reader(p, earlier) < written_from(p, later)/return earlier != later/'
    planned both models/program/places.c 's/place->base = end;/place->base = 0;/'
    planned both models/program/places.c 's/p->places\[v\].cell = end;/p->places[v].cell = 0;/'
    planned both models/program/places.c 's/? p->places\[cells\].cell + pass->word_base/? p->places[cells].cell/'
    planned both models/program/places.c 's/place->base + pass->word_base$/place->base/'
    planned both models/program/places.c 's/return TARGET_GATE_I;/return TARGET_GATE_F;/'
    planned both models/program/places.c 's/\&\& of->in == NONE;/\&\& of->in != NONE;/'
    planned both models/program/places.c 's/reads_cells = cells != NONE/reads_cells = of->right != NONE/'
    planned both models/program/words.def 's/element_format_of(p, p->network.passes\[pass->of\].layer)/0/'
    planned both models/program/element.c 's/d->cell_sigmoid = 1;/d->cell_tanh = 1;/'
    planned both models/program/element.c 's/d->has_coupled = 1;/d->has_input_gates = 1;/'
    planned gru models/program/places.c 's/place->base = place->cell;/place->base = place->cell + 1;/'
    planned gru models/program/places.c 's/first = p->d.mirrored ? p->d.cell_words : 0/first = 0/'
    planned gru models/program/places.c 's/return TARGET_HIDDEN;/return TARGET_GATE_I;/'
    planned gru models/program/places.c 's/|| pass->left == vector)/)/'
    planned gru models/program/places.c 's/pass->left != NONE ? OPERATION_ADDS_HIDDEN : 0/0/'
    planned gru models/program/element.c 's/format.hidden_shift = quantized_product_shift(\&p->quant, i)/format.hidden_shift = 0/'
    planned gru models/program/element.c 's/agree(a->hidden_shift, b->hidden_shift)/true/'
    planned gru models/program/element.c 's/d->has_resets |= .*/;/'
    planned gru models/program/element.c 's/d->has_outs |= .*/;/'
    # A list that opens a block for a pass before the one that has it is through: no program is made of it.
    local rotate='s/^    program->product_count = s.task_count;/    const int other = order[s.task_count - 1];'
    rotate+=' memmove(order + 1, order, (size_t)(s.task_count - 1) * sizeof *order); order[0] = other;&/'
    sed -i "$rotate" "$work/tree/models/program/schedule.c"
    must 'a wrong list: build' make -s -C "$work/tree" -j2 BUILD=build CFLAGS=-O0 all
    same 'a wrong list is noticed' "$("$work/tree/build/ese" gen "$work/rows/config.yaml" -o "$work/mutant2" 2>&1 |
        grep -o 'schedule_fault(program).product == NONE does not hold')" \
        'schedule_fault(program).product == NONE does not hold'
}

if [ "${1:-}" = registers ]; then
    registers
    finish
    exit
fi
if [[ ${1:-} == @(stacks|gru|planner) ]]; then
    "$1"
    finish
    exit
fi
if [ "${1:-}" = memory ]; then
    chip stream icarus --set memory=stream
    chip resident icarus --set memory=resident
    # states of several layers: cells, and what they keep
    stack states icarus --set memory=stream --set index_bits=2 <<'END'
kind: lstm, input: 12, cell: 22, output: 9, peephole: true
kind: rnn, cell: 18
kind: lstm, cell: 11
kind: linear, output: 6
END
    mutant stream ese_slots 's/closed\[c\] <= close/closed[c] <= 1'\''b0/'
    mutant stream ese_array 's/c_read || (state_read && !state_is_kept)/c_read/'
    mutant stream ese_array 's/state_write && !state_is_kept/state_write/'
    mutant stream ese_array 's/state_read ? state_word\[C_WORD_W-1:0\] : c_read_word/c_read_word/'
    mutant stream ese_array 's/state_write ? state_data : result/result/'
    mutant stream ese_vectors 's/{!product_bank, state_word/{product_bank, state_word/'
    mutant stream ese_vectors 's/(state_channels & /({CHANNELS{1'\''b1}} \& /'
    mutant states ese_array 's/state_write \&\& !state_is_kept/state_write/'
    mutant states ese_array 's/state_read \&\& !state_is_kept/state_read/'
    mutant states ese_array 's/state_write ? state_word\[C_WORD_W-1:0\]/state_write ? write_word[C_WORD_W-1:0]/'
    mutant states ese_vectors 's/{!product_bank, state_word/{product_bank, state_word/'
    mutant states ese_vectors 's/state_write \&\& (MIRRORED != 0 || state_is_kept)/state_write/'
    mutant states ese_vectors 's/state_saving ? state_read \&\& state_is_kept : read/read/'
    mutant states ese_vectors 's/word   = state_read ? state_word/word = state_read ? read_word/'
    mutant states ese_vectors 's/data = state_write ? state_data : write_data/data = write_data/'
    mutant stream ese_queue 's/state_channels  = restored/state_channels = {CHANNELS{1'\''b1}}/'
    mutant stream ese_queue 's/queue_base + {25.d0, index/queue_base + {25'\''d0, taken/'
    mutant stream ese_queue 's/taken \& queue_mask/taken/'
    mutant stream ese_queue 's/job_is_state || !saves/1'\''b1/'
    mutant stream ese_queue 's/? save_address : y_address/? y_address : save_address/'
    mutant stream ese_queue_control 's/if (drained && settled == 3.d7) state <= READ_STATE/state <= READ_STATE/'
    mutant stream ese_queue_control 's/if (drained && settled == 3.d7)/if (drained)/'
    mutant stream ese_queue_control 's/if (drained) state <= ANNOUNCE_SAVE/state <= ANNOUNCE_SAVE/'
    mutant stream ese_queue_control 's/else if (restores) state/else if (1'\''b0) state/'
    mutant stream ese_queue_control 's/saves ? DRAIN_SAVE : IDLE/IDLE/'
    mutant stream ese_queue_control 's/error <= wrong;/error <= 1'\''b0;/'
    mutant stream ese_queue_control '/if (reset)/,$s/taken     <= 32.d0;//'
    mutant stream ese_descriptor 's/ & ~restored;/;/'
    mutant stream ese_descriptor 's/(to_state & {64{save}})/64'\''d0/'
    mutant stream ese_descriptor 's/(from_state & {64{restore}})/64'\''d0/'
    mutant stream ese_descriptor 's/(from_state & {64{restore}})/from_state/'
    mutant stream ese_descriptor 's/x_stride | y_stride}/x_stride}/'
    mutant stream ese_descriptor 's/x_stride | y_stride}/y_stride}/'
    mutant stream ese_descriptor 's/ || frames == 32.d0//'
    mutant stream ese_descriptor 's/magic != MAGIC || //'
    mutant stream ese_feed 's/first_frame ? first/1'\''b1 ? first/'
    mutant stream ese_feed 's/next + step_bytes/address + step_bytes/'
    mutant stream ese_feed 's/{(ADDRESS_W-31){step\[31\]}}/{(ADDRESS_W-31){1'\''b0}}/'
    mutant stream ese_feed 's/(stride == 32.d0) ?/1'\''b1 ?/'
    mutant stream ese_feed 's/(stride == 32.d0) ?/1'\''b0 ?/'
    mutant stream ese_feed 's/frames_given + 32.d2 == frames/frames_given + 32'\''d1 == frames/'
    mutant stream ese_feed 's/last_frame   <= frames == 32.d1/last_frame <= 1'\''b0/'
    mutant stream ese_feed 's/frames_asked + 32.d1 == frames/frames_asked == frames/'
    mutant states ese_state_mover 's/first_kept  *<= cell_words/first_kept <= kept_words/'
    mutant states ese_state_mover 's/item >= first_kept/item > first_kept/'
    mutant stream ese_state_mover 's/shown_is_kept ? kept_data/is_kept ? kept_data/'
    mutant stream ese_state_mover 's/ & {ACT_W{active\[s\/LANES\]}}//'
    mutant stream ese_state_mover 's/(!shown || taken_on)/1'\''b1/'
    mutant stream ese_mover 's/assign frame_done  *= piece_done/assign frame_done = done_flags[1]/'
    mutant stream ese_mover 's/assign descriptor_done  *= .*/assign descriptor_done = frame_done;/'
    mutant stream ese_output_buffer 's/next & {ACT_W{head_active\[c\]}}/next/'
    mutant stream ese_axi_lite "s/{aw_word, 2'b00}/{aw_word, s_awaddr[1:0]}/"
    mutant stream ese_registers 's/{8{write_strobe\[0\]}}/8'\''hff/'
    mutant stream ese_writeback 's/is_last && frames_left == 32.d1/frames_left == 32'\''d1/'
    mutant stream ese_writeback 's/{(ADDRESS_W-31){step\[STEP_W-1\]}}/{(ADDRESS_W-31){1'\''b0}}/'
    mutant stream ese_writeback 's/(job_stride == 32.d0) ?/1'\''b1 ?/'
    mutant stream ese_writeback 's/(job_stride == 32.d0) ?/1'\''b0 ?/'
    mutant stream ese_writeback 's/is_last && frames_left == 32.d1/is_last/'
    mutant stream ese_run_control 's/not_loaded = running && !loaded/not_loaded = 1'\''b0/'
    mutant stream ese_run_control 's/timeout\[2\] *?/1'\''b0 ?/'
    mutant stream ese_run_control 's/slave_error_q\[2\] *?/1'\''b0 ?/'
    mutant resident ese_run_control 's/start) loaded <= 1.b0/start) loaded <= loaded/'
    # what was told before, and what a host and a memory that fail must not see
    mutant stream ese_run_control 's/watchdog != 32.d0 && //'
    mutant stream ese_run_control 's/if (stopping \&\& idle)/if (stopping)/'
    mutant stream ese_axi_write 's/ && !m_bresp\[1\]//'
    mutant stream ese_axi_write 's/ - {1'\''b0, address\[11:BYTES_W\]}//'
    mutant stream ese_fetch 's/ - {1'\''b0, address\[11:BYTES_W\]}//'
    mutant stream ese_host 's/descriptor_done \&\& counting/descriptor_done/'
    mutant stream ese_host 's/(reset || start)/(reset)/'
    mutant stream ese_registers 's/if (start) queue_tail <= .*//'
    mutant resident ese_sections 's/error\[4\] <= judge && section != HEADER && !crc_good/error[4] <= 1'\''b0/'
    mutant resident ese_sections 's/crc_good \&\& (section/(section/'
    mutant resident ese_sections 's/next_base <= next_base + .*/next_base <= next_base;/'
    mutant stream ese_sections 's/columns   <= next_base/columns <= model_base/'
    mutant stream ese_sections 's/weights   <= weights_base/weights <= next_base/'
    mutant resident ese_header 's/ && header\[32\*MODEL_LAYOUT +: 32\] == LAYOUT//'
    mutant resident ese_header 's/lengths_agree <= words == lengths_q/lengths_agree <= words[127:32] == lengths_q[127:32]/'
    mutant resident ese_header 's/beats - 32.d1 < MAX_BEATS/1'\''b1/'
    mutant resident ese_header 's/cell_words <= CELL_WORDS/1'\''b1/'
    mutant resident ese_header 's/== CHIP_HASH/!= 32'\''d0/'
    mutant resident ese_loader 's/counts\[64 +: COLUMN_W\] - 1.b1/counts[64 +: COLUMN_W]/'
    mutant resident ese_model_words 's/at\[2\] ? constants : //'
    mutant resident ese_model_words 's/item < products/item <= products/'
    mutant resident ese_model_words 's/pass_item   = item - products/pass_item = item/'
    mutant resident ese_resident_model 's/write_address (word_number\[COLUMN_W-1:0\])/write_address ({COLUMN_W{1'\''b0}})/'
    mutant stream ese_streamed_model 's/base            (column_base)/base (constant_base)/'
    mutant stream ese_streamed_model 's/{load_weights, request\[0\]}/{request[0], load_weights}/'
    finish
    exit
fi

# pipeline: auto is 1 for all of these but one
chip plain icarus
chip direct icarus --set pipeline=0
chip wide icarus --set model.cell=31 --set model.output=22 --set model.input=17 --set elem_lanes=2 \
    --set index_bits=2
chip sparse icarus --set model.density=0.02 --set model.cell=30
# The dense model: its cell state leaves the range.
chip speech verilator --set model.path="$PWD/models/speech/speech-dense.safetensors" \
    --set model.utterances="$PWD/models/speech" --set channels=4 --set model.pruning=none
chip relative icarus --set encoding=relative --set model.cell=40 --set index_bits=2 --set model.density=0.1
# gates by 2 and Wym by 4; gates not at all
chip folded icarus --set pes=16 --set elem_lanes=4 --set index_bits=2 --set model.cell=24 \
    --set model.output=13 --set model.input=17
chip mixed icarus --set pes=16 --set elem_lanes=4 --set index_bits=2 --set model.cell=61 \
    --set model.output=15

mutant plain ese_pe 's/old + {{/old - {{/'
mutant plain ese_pe 's/old + {{/old - {{/' verilator
mutant plain ese_pe 's/acc_keep ?/!acc_keep ?/'
mutant plain ese_pe 's/element_q \* weight_q/element_q * $unsigned(weight_q)/'
mutant plain ese_accu_control 's/used & ~drain_row/used | drain_row/'
mutant plain ese_accu_control 's/enter && !leave/enter/'
mutant plain ese_act_queue 's/issued + 1.b1 == length/issued == length/'
mutant plain ese_act_table 's/value <= -positive/value <= positive/'
mutant plain ese_act_table 's/? -z : z/? z : z/'
mutant plain ese_adder_tree 's/acc_wide + bias_wide/acc_wide - bias_wide/'
mutant plain ese_adder_tree 's/product <= p \* q/product <= p + q/'
mutant sparse ese_assemble 's/written\[(nth\*LANES+lane)\*share+n%share\]/1'\''b1/'
mutant wide ese_block_state 's/closed\[b\] && (&quiet_pes)/closed[b]/'
mutant plain ese_block_state 's/if (open \&\& open_block == NUMBER) *busy\[b\] <= 1.b1/if (open) busy[b] <= 1'\''b0/'
mutant folded ese_assemble 's/sum = sum + term/sum = sum | term/'
mutant folded ese_assemble 's/share+n%share)\*ACC_W/share)*ACC_W/'
mutant mixed ese_assemble 's/ \&\& picks\[FOLD\/share+nth\]//'
mutant mixed ese_drain_control 's/wide = drain_group >> parts_log/wide = drain_group/'
mutant mixed ese_drain_control 's/ && part_1\[k % SLOTS \/ LANES\]//'
mutant folded ese_drain_control 's/NUMBER\[LOG:0\] >> drain_fold/NUMBER[LOG:0]/'
mutant folded ese_input_buffer 's/take \&\& mine/take/'
mutant folded ese_pass_sequencer 's/LAST_GROUP >> fold/LAST_GROUP/'
mutant folded ese_ptr_read 's/ \& ~({LANE_W{1.b1}} << word_fold))/)/'
mutant folded ese_ptr_read 's/own_lane\[/word_lane[/'
mutant plain ese_core 's/written (kept_write || scratch_write)/written (kept_write)/'
mutant plain ese_vectors 's/{pass_bank, write_word/{!pass_bank, write_word/'
mutant plain ese_vectors 's/product_bank ^ !read_now/product_bank ^ read_now/'
mutant plain ese_vectors 's/write_enable  (scratch_write)/write_enable (kept_write)/'
mutant plain ese_elem_mul 's/f_q \* c_old_q/f_q * b_q/'
mutant plain ese_elem_mul 's/forget_wide <<< ALIGN/forget_wide/'
located plain ese_elem_mul 's/c_q <= c_rounded;/c_q <= c_rounded + 1'\''b1;/' c result
located plain ese_elem_mul 's/m_q <= m_rounded;/m_q <= m_rounded + 1'\''b1;/' m result
located plain ese_output_buffer 's/, out\[ACT_W-2:0\]}/, ~out[ACT_W-2:0]}/' y output
mutant plain ese_controller 's/if (begin_pass) result_pass/result_pass/'
mutant plain ese_element 's/c_is_zero ?/1'\''b0 ?/'
mutant plain ese_element_control 's/if (!has_constants)/if (has_constants)/'
mutant plain ese_frame_context 's/{x_first, x_active}/{x_active, x_first}/'
mutant plain ese_input_buffer 's/!full\[write_bank\]/1'\''b1/'
mutant plain ese_input_buffer 's/s_tlast != last_beat/1'\''b0/'
mutant wide ese_output_buffer 's/lane == last_lane || at_end/lane == last_lane/'
mutant plain ese_output_buffer 's/next & {ACT_W{head_active\[c\]}}/next/'
mutant plain ese_output_buffer 's/!out_valid || m_tready/1'\''b1/'
mutant plain ese_output_buffer 's/m_tlast  *= out_last/m_tlast = 1'\''b0/'
mutant wide ese_pass_sequencer 's/LANE < rows_left && //'
# so many frames that the output FIFO can overflow
mutant direct ese_pass_sequencer 's/!(leaves \&\& reserved\[FIFO_W\])/1'\''b1/' icarus 40
mutant plain ese_element_control 's/write_word  <= write_word + 1.b1/write_word <= write_word + 2'\''d2/'
mutant plain ese_product_sequencer 's/source_q != SOURCE_X \&\& !ready/1'\''b0/'
mutant plain ese_product_sequencer 's/opens && first_column && block_busy\[block\]/1'\''b0/'
mutant plain ese_product_sequencer 's/frame_begin && !x_full/1'\''b0/'
mutant plain ese_progress 's/words + 1.b1/words + 2'\''d2/'
mutant plain ese_ptr_read 's/(next_holds & queue_full) == /(next_holds \& queue_full) != /'
mutant speech ese_saturate 's|fits ?|1'\''b1 ?|' verilator 300
mutant relative ese_spmat_read 's/+ 1.b1/+ 2'\''d2/'
finish
