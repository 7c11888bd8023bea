#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# mutants.sh [memory] - one line of the generated Verilog is broken at a time; ese verify must fail each
# time.  With `memory`: of what only a loadable chip has, which takes longer.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

chip() { # NAME SIMULATOR ARGUMENT... : passes as it is
    must "$1: gen" "$ese" gen tiny "${@:3}" -o "$work/$1"
    must "$1: verify" "$ese" verify "$work/$1" --sim "$2" --frames 8
}

mutant() { # CHIP FILE SED [SIMULATOR [FRAMES]]
    local status=0
    rm -rf "$work/mutant"
    cp -r "$work/$1" "$work/mutant"
    rm -rf "$work/mutant/build"
    sed -i "$3" "$work/mutant/rtl/$2.v"
    if cmp -s "$work/$1/rtl/$2.v" "$work/mutant/rtl/$2.v"; then
        bad "$2: '$3' changes nothing; the module is not what it was"
        return
    fi
    "$ese" verify "$work/mutant" --sim "${4:-icarus}" --frames "${5:-8}" \
        --json "$work/mutant.json" >"$work/stdout" 2>&1 || status=$?
    # It must be the verdict of a simulation: a mutant that does not compile proves nothing.
    if [ "$status" -eq 1 ] && [ "$("$json_get" "$work/mutant.json" verdict)" = fail ] &&
        ! grep -q 'failed, exit status' "$work/stdout"; then
        good
    else
        bad "$2: '$3' is not found, exit status $status" "$(cat "$work/stdout")"
    fi
}

if [ "${1:-}" = memory ]; then
    chip stream icarus --set memory=stream
    chip resident icarus --set memory=resident
    mutant stream ese_slots 's/closed\[c\] <= close/closed[c] <= 1'\''b0/'
    mutant stream ese_queue 's/state_channels = restored/state_channels = {CHANNELS{1'\''b1}}/'
    mutant stream ese_queue 's/if (drained) state <= READ_STATE/state <= READ_STATE/'
    mutant stream ese_queue 's/if (drained) state <= ANNOUNCE_SAVE/state <= ANNOUNCE_SAVE/'
    mutant stream ese_queue 's/first & ~restored/first/'
    mutant stream ese_queue 's/(frames_given == 32.d0) ?/1'\''b1 ?/'
    mutant stream ese_queue 's/(!save || (save_address/(1'\''b1 || (save_address/'
    mutant stream ese_output_buffer 's/next & {ACT_W{head_active\[c\]}}/next/'
    mutant stream ese_axi_lite "s/{aw_word, 2'b00}/{aw_word, s_awaddr[1:0]}/"
    mutant stream ese_registers 's/{8{write_strobe\[0\]}}/8'\''hff/'
    mutant stream ese_writeback 's/is_last && frames_left == 32.d1/frames_left == 32'\''d1/'
    mutant stream ese_writeback 's/is_last && frames_left == 32.d1/is_last/'
    mutant stream ese_run_control 's/(running && !loaded) ? ERROR_NOT_LOADED/1'\''b0 ? ERROR_NOT_LOADED/'
    mutant stream ese_run_control 's/timeout\[2\] .*/1'\''b0 ? ERROR_WRITE_TIMEOUT/'
    mutant stream ese_run_control 's/: slave_error\[2\] *?/: 1'\''b0 ?/'
    mutant resident ese_run_control 's/loaded  <= 1.b0;/loaded <= loaded;/'
    mutant resident ese_loader 's/contents_error <= judge && section != HEADER && !crc_good/contents_error <= 1'\''b0/'
    mutant resident ese_loader 's/lengths_agree <= program_words == lengths\[0\] && /lengths_agree <= /'
    mutant resident ese_loader 's/ && header\[32\*MODEL_LAYOUT +: 32\] == LAYOUT//'
    mutant resident ese_loader 's/beats - 32.d1 < MAX_BEATS/1'\''b1/'
    finish
    exit
fi

chip plain icarus
chip wide icarus --set model.cell=31 --set model.output=22 --set model.input=17 --set elem_lanes=2 \
    --set index_bits=2
chip sparse icarus --set model.density=0.02 --set model.cell=30
# The dense model: its cell state leaves the range.
chip speech verilator --set model.path="$PWD/models/speech/speech-dense.safetensors" \
    --set model.utterances="$PWD/models/speech" --set channels=4 --set model.pruning=none
chip relative icarus --set encoding=relative --set model.cell=40 --set index_bits=2 --set model.density=0.1
# gates by 2 and Wym by 4; gates not at all
chip folded icarus --set pes=16 --set elem_lanes=4 --set fold=4 --set index_bits=2 --set model.cell=24 \
    --set model.output=13 --set model.input=17
chip mixed icarus --set pes=16 --set elem_lanes=4 --set fold=4 --set index_bits=2 --set model.cell=61 \
    --set model.output=15

mutant plain ese_pe 's/old + {{/old - {{/'
mutant plain ese_pe 's/old + {{/old - {{/' verilator
mutant plain ese_pe 's/acc_keep ?/!acc_keep ?/'
mutant plain ese_pe 's/element_q \* weight_q/element_q * $unsigned(weight_q)/'
mutant plain ese_accu_control 's/used\[drain_address\] <= 1.b0/used[drain_address] <= 1'\''b1/'
mutant plain ese_accu_control 's/enter && !leave/enter/'
mutant plain ese_act_queue 's/issued + 1.b1 == length/issued == length/'
mutant plain ese_act_queue 's/count == FULL/count > FULL/'
mutant plain ese_act_table 's/value <= -positive/value <= positive/'
mutant plain ese_act_table 's/? -z : z/? z : z/'
mutant plain ese_adder_tree 's/acc_wide + bias_wide/acc_wide - bias_wide/'
mutant plain ese_adder_tree 's/product <= peep \* c/product <= peep + c/'
mutant sparse ese_assemble 's/ \&\& written\[at\]//'
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
mutant folded ese_ptr_read 's/ \& ~({LANE_W{1.b1}} << read_fold))/)/'
mutant folded ese_ptr_read 's/own_lane\[/read_lane[/'
mutant plain ese_elem_mul 's/f \* c_old/f * b/'
mutant plain ese_elem_mul 's/forget_wide <<< ALIGN/forget_wide/'
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
mutant plain ese_pass_sequencer 's/!(leaves \&\& reserved\[FIFO_W\])/1'\''b1/' icarus 20
mutant plain ese_pass_sequencer 's/word_q + 1.b1/word_q + 2'\''d2/'
mutant plain ese_product_sequencer 's/(source == SOURCE_M && !m_ready)/1'\''b0/'
mutant plain ese_product_sequencer 's/opens && first_column && block_busy\[block\]/1'\''b0/'
mutant plain ese_product_sequencer 's/frame_begin && !x_full/1'\''b0/'
mutant plain ese_progress 's/words + 1.b1/words + 2'\''d2/'
mutant plain ese_ptr_read 's/(needed & queue_full) == /(needed \& queue_full) != /'
mutant speech ese_saturate 's|fits ?|1'\''b1 ?|' verilator 300
mutant relative ese_spmat_read 's/+ 1.b1/+ 2'\''d2/'
finish
