#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# host.sh - modules of a chip with a host, several at a time against a memory in the bench: what loads a model and
# streams it, what works off descriptors.  Each with faults put in, which must be found.
# shellcheck source=tests/rtl/modules.sh
source "$(dirname "$0")/modules.sh"

# Models, loaded from an image and streamed.
compare_model() {
    local model_bench=(model_bench "$here/model_bench.v" "$here/bench_run.v") count=8531
    check "loaded models, $count values: icarus" agrees $count icarus_bench "$modules" "${model_bench[@]}"
    check "loaded models, $count values: verilator" \
        agrees $count verilator_bench "$modules" "${model_bench[@]}"
    while IFS='|' read -r module script; do
        mutant faulty "$module" "$script" || continue
        check "loaded models, fault found: $module $script" \
            disagrees '[0-9]*' icarus_bench faulty "${model_bench[@]}"
    done <<'END'
ese_sections|s/crc_good \&\& (section/(section/
ese_sections|s/ || &header_good)/ || \&header_good[1:0])/
ese_sections|s/error\[0\] <= judge .*;/error[0] <= 1'b0;/
ese_sections|s/error\[1\] <= judge \&\& section == HEADER/error[1] <= judge/
ese_sections|s/!header_good\[1\];/!header_good[0];/
ese_sections|s/error\[4\] <= judge \&\& section != HEADER/error[4] <= judge/
ese_sections|s/(ready & at) != 4'd0/1'b1/
ese_sections|s/section_words + (32'd1 << BURST_W) - 32'd1/section_words/
ese_sections|s/columns   <= next_base/columns <= model_base/
ese_sections|s/constants <= next_base/constants <= model_base/
ese_sections|s/weights   <= weights_base/weights <= next_base/
ese_sections|s/(good && section != WEIGHT) ? BEGIN/(section != WEIGHT) ? BEGIN/
ese_sections|s/state == BEGIN && begun)/state == BEGIN)/
ese_sections|s/(section == WEIGHT ? weights_base : next_base)/(next_base)/
ese_sections|s/weights_request = request \&\& from_weights/weights_request = 1'b0/
ese_sections|s/from_weights ? weights_bus : data_bus/data_bus/
ese_sections|s/.clear (state == BEGIN)/.clear (reset)/
ese_sections|s/next_base <= model_base;//
ese_sections|s/section   <= HEADER;//
ese_sections|s/SETTLE_LAST  = 3'd5/SETTLE_LAST = 3'd0/
ese_model_words|s/item < products/item <= products/
ese_model_words|s/pass_item   = item - products/pass_item = item/
ese_model_words|s/reset || begins;/reset;/
ese_model_words|s/at\[1\] ? columns : //
ese_model_words|s/at\[2\] ? constants : //
ese_model_words|s/at\[3\] ? beats : //
ese_model_words|s/bus_valid (offer\[3\])/bus_valid (offer != 4'd0)/
ese_model_words|s/bus_ready (ready\[1\])/bus_ready ()/; s/assign column_word /assign ready[1] = 1'b1; &/
ese_model_words|s/assign ready\[3:1\]     = 3'b111/assign ready[3:1] = 3'b011/
ese_loader|s/counts\[0 +: PRODUCT_W\] - 1'b1/counts[0 +: PRODUCT_W]/
ese_loader|s/counts\[32 +: PASS_W\]/counts[0 +: PASS_W]/
ese_loader|s/counts\[64 +: COLUMN_W\] - 1'b1/counts[64 +: COLUMN_W]/
ese_loader|s/counts\[96 +: CONST_W\] - 1'b1/counts[96 +: CONST_W]/
ese_loader|s/counts\[128 +: BEAT_W\] - 1'b1/counts[128 +: BEAT_W]/
ese_loader|s/write_enable  (pass_write)/write_enable (product_write)/
ese_resident_model|s/weights_length  = data_length/weights_length = 8'd0/
ese_resident_model|s/write_enable  (column_write)/write_enable (constant_write)/
ese_resident_model|s/last_word     (last_constant)/last_word ({CONST_W{1'b1}})/
ese_resident_model|0,/reset         (core_reset)/s//reset (load_reset)/
ese_streamed_model|s/{load_weights, request\[0\]}/{request[0], load_weights}/
ese_streamed_model|s/beat_bus        = weights_bus/beat_bus = data_bus/
ese_streamed_model|s/{length\[3\*8 +: 8\], length\[7:0\]}/{2{length[7:0]}}/
ese_streamed_model|s/{data_grant, weights_grant\[0\]}/{data_grant, 1'b0}/
ese_streamed_model|s/base            (column_base)/base (constant_base)/
ese_streamed_model|s/bus_words       (words\[64 +: 32\])/bus_words (words[32 +: 32])/
ese_streamed_model|s/last_item       (last_beat)/last_item (last_beat - 1'b1)/
ese_fetch|s/used ? PARTS/used ? {{FIFO_W{1'b0}}, 1'b1}/
ese_fetch|s/reserved + burst_words <= DEPTH/1'b1/
ese_region_stream|s/FETCHED_W = .*;/FETCHED_W = BUS_W;/
ese_stream_control|s/(address == last_word)/(\&address)/
ese_program_ram|s/memory\[write_address\] <= write_data/memory[0] <= write_data/
ese_ram_stream|s/if (shift) output_q <= read_q/output_q <= read_q/
END
}

# Descriptors, one after the other.
compare_queue() {
    local queue_bench=(queue_bench "$here/queue_bench.v" "$here/bench_run.v") count=18936
    check "descriptors, $count values: icarus" agrees $count icarus_bench "$modules" "${queue_bench[@]}"
    check "descriptors, $count values: verilator" \
        agrees $count verilator_bench "$modules" "${queue_bench[@]}"
    while IFS='|' read -r module script; do
        mutant faulty "$module" "$script" || continue
        check "descriptors, fault found: $module $script" \
            disagrees '[0-9]*' icarus_bench faulty "${queue_bench[@]}"
    done <<'END'
ese_queue_control|s/if (taken != tail) state/if (1'b1) state/
ese_queue_control|s/if (drained \&\& settled == 3'd7)/if (drained)/
ese_queue_control|s/settled <= settled + 3'd1/settled <= 3'd7/
ese_queue_control|s/if (drained) state <= ANNOUNCE_SAVE/state <= ANNOUNCE_SAVE/
ese_queue_control|s/else if (restores) state/else if (1'b0) state/
ese_queue_control|s/saves ? DRAIN_SAVE : IDLE/IDLE/
ese_queue_control|s/error <= wrong;/error <= 1'b0;/
ese_queue_control|s/error <= 1'b0;/;/
ese_queue_control|s/if (wrong)         state <= STUCK/if (1'b0) state <= STUCK/
ese_queue_control|s/STUCK         = 4'd12/STUCK = IDLE/
ese_queue_control|s/taken     <= 32'd0;//
ese_queue_control|s/under_way <= 16'd0;//
ese_queue_control|s/if (given \&\& !frame_out)/if (given)/
ese_queue_control|s/if (frame_out \&\& !given)/if (frame_out)/
ese_queue_control|s/if (words_left == 32'd1) state <= CHECK/if (words_left == 32'd2) state <= CHECK/
ese_queue_control|s/if (job_ready) state <= FEED/state <= FEED/
ese_queue|s/taken \& queue_mask/taken/
ese_queue|s/{25'd0, index, 7'd0}/{26'd0, index, 6'd0}/
ese_queue|s/state_channels  = restored/state_channels = {CHANNELS{1'b1}}/
ese_queue|s/job_is_state || !saves/!saves/
ese_queue|s/job_is_state || !saves/job_is_state/
ese_queue|s/job_is_state ? save_address : y_address/y_address/
ese_queue|s/: reading_state ? restore_address/: reading_state ? save_address/
ese_queue|s/save \&\& !stateless/save/
ese_queue|s/restore \&\& !stateless/restore/
ese_queue|s/begins  *(reading_state || job_is_state)/begins (reading_state)/
ese_queue|s/begins  *(reading_state || job_is_state)/begins (job_is_state)/
ese_queue|s/bus_valid (fetched \&\& feeding)/bus_valid (fetched)/
ese_feed|s/first_frame ? first/1'b1 ? first/
ese_feed|s/first_frame  <= 1'b1/first_frame <= 1'b0/
ese_feed|s/next + step_bytes/address + step_bytes/
ese_feed|s/{(ADDRESS_W-31){step\[31\]}}/{(ADDRESS_W-31){1'b0}}/
ese_feed|s/(stride == 32'd0) ?/1'b1 ?/
ese_feed|s/(stride == 32'd0) ?/1'b0 ?/
ese_feed|s/stride\[31:BYTES_W\]/stride[31-BYTES_W:0]/
ese_feed|s/frames_given + 32'd2 == frames/frames_given + 32'd1 == frames/
ese_feed|s/last_frame   <= frames == 32'd1/last_frame <= 1'b0/
ese_feed|s/frames_asked + 32'd1 == frames/frames_asked == frames/
ese_feed|s/over     = given \&\& last_frame/over = given/
ese_feed|s/given    = give \&\& x_tlast/given = x_tvalid \&\& x_tlast/
ese_feed|s/x_tlast  = item == last_item/x_tlast = item + 1'b1 == last_item/
ese_feed|s/give) item <= x_tlast ? /give) item <= 1'b0 ? /
ese_feed|s/.ready     (taken)/.ready (1'b1)/
ese_state_mover|s/first_kept  *<= cell_words/first_kept <= kept_words/
ese_state_mover|s/item >= first_kept/item > first_kept/
ese_state_mover|s/item : item - first_kept/item : item/
ese_state_mover|s/stateless  *<= all_words == 32'd0/stateless <= cell_words == 32'd0/
ese_state_mover|s/shown_is_kept ? kept_data/is_kept ? kept_data/
ese_state_mover|s/ & {ACT_W{active\[s\/LANES\]}}//
ese_state_mover|s/active\[s\/LANES\]/active[s%CHANNELS]/
ese_state_mover|s/(!shown || taken_on)/1'b1/
ese_state_mover|s/restore_memory\[s\*ELEMENT_W +: ACT_W\]/restore_memory[s*ACT_W +: ACT_W]/
ese_state_mover|s/restore_take && item == state_words - 1'b1/restore_take \&\& item == state_words/
ese_state_mover|s/(saving && save_step && item == state_words)/(saving \&\& save_step \&\& item == state_words - 1'b1)/
ese_state_mover|s/if (begins) .*item <= .*;/if (reset) item <= {ITEM_W{1'b0}};/
ese_state_mover|s/last_item (state_words - 1'b1)/last_item (state_words)/
END
}

compare_model
compare_queue
finish
