#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# mutants.sh [memory|registers] - one line of the generated Verilog is broken at a time; ese verify must fail
# each time.  With `memory`: of what only a loadable chip has; with `registers`: of the registers that
# `pipeline` puts in.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

chip() { # NAME SIMULATOR ARGUMENT... : passes as it is
    must "$1: gen" "$ese" gen tiny "${@:3}" -o "$work/$1"
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
    mutant some ese_element 's/(TABLE_CLOCKS + PRODUCT_CLOCKS)/(TABLE_CLOCKS + PRODUCT_CLOCKS + 1)/'
    mutant some ese_element_control 's/CLOCKS (BIAS_STAGE - 1)/CLOCKS (BIAS_STAGE - 2)/'
    mutant some ese_element_control 's/C_STAGE = 1 + SPREAD_CLOCKS/C_STAGE = 1/'
    mutant some ese_element_control 's/STAGES  = RESULT_STAGE + SPREAD_CLOCKS/STAGES = RESULT_STAGE/'
    mutant some ese_element_control 's/tag\[GATE_STAGE-2\]/tag[GATE_STAGE-1]/'
    mutant some ese_element_control 's/tag_gate    = tag\[GATE_STAGE\]/tag_gate = tag[GATE_STAGE-1]/'
    mutant filled ese_element_control 's/i_write         = valid\[GATE_STAGE\] \&\& /i_write = /'
    mutant filled ese_element_control 's/f_write         = valid\[GATE_STAGE\] \&\& /f_write = /'
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
    mutant some ese_ptr_read 's/read_free  = !valid || send_free/read_free = 1'\''b1/'
    mutant some ese_ptr_read 's/y_q <= y_data;//; s/assign read_free  = !v/always @(posedge clk) y_q <= y_data; &/'
    mutant some ese_ptr_read 's/m_q <= m_data.*;//; s/assign read_free  = !v/always @(posedge clk) m_q <= m_data; &/'
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
    mutant some ese_product_sequencer 's/frame_begin  <= frame_end || reset/frame_begin <= reset/'
    mutant some ese_product_sequencer 's/frame_begin  <= frame_end || reset/frame_begin <= frame_end/'
    mutant some ese_product_sequencer 's/: current + 1.b1/: current + 2'\''d2/'
    mutant some ese_product_sequencer 's/= frame_end ? frame_block/= 1'\''b0 ? frame_block/'

    # left by a reset of one clock
    mutant some ese_product_sequencer 's/product = reset ? .* : following/product = following/'
    mutant some ese_ptr_read 's/if (reset) read_valid <= 1.b0;//'
    mutant some ese_ptr_read 's/if (reset)          valid <= 1.b0/if (1'\''b0) valid <= 1'\''b0/'
    mutant some ese_ptr_read 's/if (reset)          send_valid <= 1.b0/if (1'\''b0) send_valid <= 1'\''b0/'
    mutant some ese_column_head 's/if (reset)        head_valid/if (1'\''b0) head_valid/'
    mutant some ese_element_control 's/valid <= {STAGES{1.b0}};/valid <= {valid[STAGES-1:1], 1'\''b0};/'
}

if [ "${1:-}" = registers ]; then
    registers
    finish
    exit
fi
if [ "${1:-}" = memory ]; then
    chip stream icarus --set memory=stream
    chip resident icarus --set memory=resident
    mutant stream ese_slots 's/closed\[c\] <= close/closed[c] <= 1'\''b0/'
    mutant stream ese_array 's/c_read || (state_read && !state_is_kept)/c_read/'
    mutant stream ese_array 's/state_write && !state_is_kept/state_write/'
    mutant stream ese_array 's/state_read ? state_word : c_read_word/c_read_word/'
    mutant stream ese_array 's/state_write ? state_data : result/result/'
    mutant stream ese_vectors 's/{!product_bank, state_word/{product_bank, state_word/'
    mutant stream ese_vectors 's/(state_channels & /({CHANNELS{1'\''b1}} \& /'
    mutant stream ese_queue 's/state_channels = restored/state_channels = {CHANNELS{1'\''b1}}/'
    mutant stream ese_queue 's/if (drained && settled == 3.d7) state <= READ_STATE/state <= READ_STATE/'
    mutant stream ese_queue 's/if (drained) state <= ANNOUNCE_SAVE/state <= ANNOUNCE_SAVE/'
    mutant stream ese_queue 's/first & ~restored/first/'
    mutant stream ese_queue 's/first_frame ? first/1'\''b1 ? first/'
    mutant stream ese_queue 's/(!save || (save_address/(1'\''b1 || (save_address/'
    mutant stream ese_output_buffer 's/next & {ACT_W{head_active\[c\]}}/next/'
    mutant stream ese_axi_lite "s/{aw_word, 2'b00}/{aw_word, s_awaddr[1:0]}/"
    mutant stream ese_registers 's/{8{write_strobe\[0\]}}/8'\''hff/'
    mutant stream ese_writeback 's/is_last && frames_left == 32.d1/frames_left == 32'\''d1/'
    mutant stream ese_writeback 's/is_last && frames_left == 32.d1/is_last/'
    mutant stream ese_run_control 's/(running && !loaded) ? ERROR_NOT_LOADED/1'\''b0 ? ERROR_NOT_LOADED/'
    mutant stream ese_run_control 's/timeout\[2\] .*/1'\''b0 ? ERROR_WRITE_TIMEOUT/'
    mutant stream ese_run_control 's/: slave_error_q\[2\] *?/: 1'\''b0 ?/'
    mutant resident ese_run_control 's/start) loaded <= 1.b0/start) loaded <= loaded/'
    mutant resident ese_loader 's/contents_error <= judge && section != HEADER && !crc_good/contents_error <= 1'\''b0/'
    mutant resident ese_loader 's/lengths_agree <= program_words == lengths\[0\] && /lengths_agree <= /'
    mutant resident ese_loader 's/ && header\[32\*MODEL_LAYOUT +: 32\] == LAYOUT//'
    mutant resident ese_loader 's/beats - 32.d1 < MAX_BEATS/1'\''b1/'
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
mutant plain ese_adder_tree 's/product <= peep \* c/product <= peep + c/'
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
mutant plain ese_core 's/? y_written : m_written/? m_written : y_written/'
mutant plain ese_vectors 's/{pass_bank, write_word/{!pass_bank, write_word/'
mutant plain ese_vectors 's/{!product_bank, word}/{product_bank, word}/'
mutant plain ese_vectors 's/write_enable  (scratch_write)/write_enable (kept_write)/'
mutant plain ese_elem_mul 's/f_q \* c_old_q/f_q * b_q/'
mutant plain ese_elem_mul 's/forget_wide <<< ALIGN/forget_wide/'
located plain ese_elem_mul 's/c_q <= c_rounded;/c_q <= c_rounded + 1'\''b1;/' c result
located plain ese_elem_mul 's/m_q <= m_rounded;/m_q <= m_rounded + 1'\''b1;/' m result
located plain ese_output_buffer 's/, out\[ACT_W-2:0\]}/, ~out[ACT_W-2:0]}/' y output
mutant plain ese_controller 's/if (begin_pass) result_pass/result_pass/'
mutant plain ese_element 's/c_is_zero ?/1'\''b0 ?/'
mutant plain ese_element_control 's/!= KIND_O;/== KIND_O;/'
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
mutant plain ese_pass_sequencer 's/word_q + 1.b1/word_q + 2'\''d2/'
mutant plain ese_product_sequencer 's/(source == SOURCE_M && !m_ready)/1'\''b0/'
mutant plain ese_product_sequencer 's/opens && first_column && block_busy\[block\]/1'\''b0/'
mutant plain ese_product_sequencer 's/frame_begin && !x_full/1'\''b0/'
mutant plain ese_progress 's/words + 1.b1/words + 2'\''d2/'
mutant plain ese_ptr_read 's/(next_holds & queue_full) == /(next_holds \& queue_full) != /'
mutant speech ese_saturate 's|fits ?|1'\''b1 ?|' verilator 300
mutant relative ese_spmat_read 's/+ 1.b1/+ 2'\''d2/'
finish
