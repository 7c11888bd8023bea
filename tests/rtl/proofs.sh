#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# proofs.sh - what modules promise, proved for every way of using them (tests/rtl/formal): by bounded checks,
# which also meet modules with a fault put in and must find it, and for all time.
# shellcheck source=tests/rtl/modules.sh
# shellcheck disable=SC2015 # A && B || C: C is for when either does not hold
source "$(dirname "$0")/modules.sh"

# Bounded checks of some clocks with arbitrary contents of memories, then a proof for all time.
read_property() { # TEMPLATES PROPERTY MODULE...
    local property=$2 sources="" module
    for module in "${@:3}"; do
        sources+=" $1/$module.v"
    done
    printf 'read_verilog -formal -DSYNTHESIS -sv%s %s; %s prep -top %s -flatten; ' "$sources" \
        "$here/formal/$property.v" "${parameters:+chparam $parameters $property;}" "$property"
}

bounded() { # TEMPLATES PROPERTY MODULE...
    yosys -q -p "$(read_property "$@") async2sync; opt -keepdc -undriven; dffunmap; opt_clean
        write_smt2 -wires $2.smt2" &&
        limited 200 yosys-smtbmc -s z3 --unroll -t "${clocks:-8}" --presat --noprogress "$2.smt2" >bounded.log ||
        { tail -n 4 bounded.log; return 1; }
}

reachable() { # PROPERTY
    limited 200 yosys-smtbmc -s z3 --unroll -t "${reach:-16}" -c --noprogress "$1.smt2" >cover.log ||
        { tail -n 4 cover.log; return 1; }
}

proved() { # TEMPLATES PROPERTY MODULE...
    yosys -q -p "$(read_property "$@") chformal -cover -remove; async2sync; memory_map -formal
        opt -keepdc -undriven; dffunmap; setundef -undriven -anyseq; techmap; opt_clean; dffunmap
        abc -g AND -fast; opt_clean; delete -output; opt_clean; write_aiger -B -zinit $2.aig" &&
        limited 200 yosys-abc -c "read_aiger $2.aig; fold; strash; pdr" >proof.log &&
        grep -q '^Property proved' proof.log || { tail -n 4 proof.log; return 1; }
}

# The bounded check says so, and for no other reason.
refuted() { # TEMPLATES PROPERTY MODULE...
    local clocks=${fault_clocks:-12}
    if bounded "$@" >/dev/null; then
        echo "no counterexample"
        return 1
    fi
    grep -q 'Assert failed' bounded.log && grep -q 'Status: FAILED' bounded.log ||
        { tail -n 4 bounded.log; return 1; }
}

# With `parameters` of the property, as Yosys has them: "-set NAME VALUE".
prove() { # PROPERTY MODULE... ; faults to find on standard input: MODULE|SCRIPT
    check "proof $1${parameters:+, $parameters}: for all time" proved "$modules" "$@"
    prove_for_clocks "$@"
}

prove_for_clocks() { # the same, of so many clocks only
    local property=$1 what="proof $1${parameters:+, $parameters}"
    shift
    check "$what: bounded" bounded "$modules" "$property" "$@"
    check "$what: all cases reachable" reachable "$property"
    find_faults "$property" "$@"
}

find_faults() { # PROPERTY MODULE... ; as prove
    local property=$1 what="proof $1${parameters:+, $parameters}" module script
    shift
    while IFS='|' read -r module script; do
        mutant faulty "$module" "$script" || continue
        check "$what, fault found: $module $script" refuted faulty "$property" "$@"
    done
}

# Modules that are rendered with a chip, as one with all that there is has them.
render_modules() { # MODULE...
    local module
    "$ese" gen tiny --set memory=stream -o chip >gen.log 2>&1 || { cat gen.log; return 1; }
    for module; do
        cp "chip/rtl/$module.v" "$modules"
    done
}

prove_host() {
    check 'modules of a chip with a host' render_modules ese_run_control ese_registers
    # Watchdogs count further than a proof for all time can follow.
    clocks=16 parameters="-set WATCHED 1" prove_for_clocks run_control_formal ese_run_control <<'END'
ese_run_control|s/watchdog != 32'd0 && //
ese_run_control|s/silence\[b\] >= watchdog/silence[b] > watchdog/
ese_run_control|s/bus_idle\[b\] || bus_answer\[b\]/bus_idle[b]/
END
    parameters="-set WATCHED 0" prove run_control_formal ese_run_control <<'END'
ese_run_control|s/if (failed) error <= found/if (told) error <= found/
ese_run_control|s/if (failed) error <= found/if (failed \&\& !stop) error <= found/
ese_run_control|s/failed     = active && told/failed = active \&\& !stop \&\& told/
ese_run_control|s/counting   = running && !failed/counting = running/
ese_run_control|s/counting   = running && !failed/counting = !failed/
ese_run_control|s/if (stopping && idle)/if (stopping)/
ese_run_control|s/idle       = &bus_idle/idle = \&bus_idle[1:0]/
ese_run_control|s/if (ends) stopping <= 1'b1/if (failed) stopping <= 1'b1/
ese_run_control|s/at_rest = !active && !stopping/at_rest = !active/
ese_run_control|s/if (at_rest && (start || load)) error/if (start || load) error/
ese_run_control|s/descriptor_error_q <= 1'b0;//
ese_run_control|s/slave_error_q\[0\]    *? ERROR_WEIGHTS_SLAVE/1'b0 ? ERROR_WEIGHTS_SLAVE/
ese_run_control|s/x_error_q    *? ERROR_X_FRAMING/1'b0 ? ERROR_X_FRAMING/
ese_run_control|s/halt       <= !run_next/halt <= !running/
END
    prove registers_formal ese_registers <<'END'
ese_registers|s/(irq_status & ~irq_status_clear) | irq_status_set/(irq_status | irq_status_set) \& ~irq_status_clear/
ese_registers|s/(irq_status & ~irq_status_clear)/(irq_status \& {32{irq_status_clear == 32'd0}})/
ese_registers|s/ADDRESS_IRQ_STATUS) ? write_data & strobed/ADDRESS_IRQ_STATUS) ? write_data/
ese_registers|s/ADDRESS_SLOT) ? write_data & strobed/ADDRESS_SLOT) ? write_data/
ese_registers|s/ADDRESS_CONTROL) ? write_data & strobed/ADDRESS_CONTROL) ? write_data/
ese_registers|s/if (start) queue_tail <= .*//
ese_registers|s/irq_enable <= (write_data & strobed) | (irq_enable & ~strobed)/irq_enable <= write_data/
ese_registers|s/{8{write_strobe\[2\]}}/8'hff/
END
}

prove_modules() {
    prove act_queue_formal ese_act_queue <<'END'
ese_act_queue|s/full = count == FULL;/full = count > FULL;/
ese_act_queue|s/issued + 1'b1 == length/issued == length/
ese_act_queue|s/if (issue) issued <= last ?/if (issue) issued <= push ?/
ese_act_queue|s/if (pop)  head <= (head == LAST_SLOT)/if (pop) head <= (head == 0)/
ese_act_queue|s/if (push \&\& !pop)/if (push)/
END
    parameters="-set LOOK_AHEAD 1" prove act_queue_formal ese_act_queue <<'END'
ese_act_queue|s/ || (count == ALMOST && push)//
ese_act_queue|s/(count == ALMOST && push)/(count == ALMOST \&\& push \&\& !pop)/
ese_act_queue|s/ALMOST = FULL - 1'b1/ALMOST = FULL/
END
    for depth in 1 2 4; do
        for ahead in 0 1; do
            parameters="-set DEPTH $depth -set LOOK_AHEAD $ahead" \
                check "proof act_queue_formal, depth $depth, look ahead $ahead: for all time" \
                proved "$modules" act_queue_formal ese_act_queue
        done
    done
    prove progress_formal ese_progress <<'END'
ese_progress|s/need_address < need_limit/need_address <= need_limit/
ese_progress|s/wire signed \[LIMIT_W-1:0\] need_limit/wire [LIMIT_W-1:0] need_limit/
ese_progress|s/frame == need_frame \&\& //
ese_progress|s/frame == need_frame + 2'd1/frame == need_frame + 2'd2/
ese_progress|s/advance ? next_offset : need_offset/need_offset/
ese_progress|s/advance ? next_offset : need_offset/next_offset/
ese_progress|s/(start || reset) ? {PROGRESS_W{1'b0}}/reset ? {PROGRESS_W{1'b0}}/
ese_progress|s/words + {{(PROGRESS_W-1){1'b0}}, written}/words/
ese_progress|s/{offset\[OFFSET_W-1\], offset}/{1'b0, offset}/
ese_progress|s/frame <= start_frame/frame <= frame/
END
    parameters="-set READY_CLOCKS 1" prove progress_formal ese_progress <<'END'
ese_progress|s/advance ? next_written : need_written/need_written/
ese_progress|s/advance ? next_written : need_written/next_written/
ese_progress|s/next_address < next_limit/next_address <= next_limit/
ese_progress|s/need_address < need_limit/need_address <= need_limit/
ese_progress|s/frame == next_frame + 2'd1/frame == need_frame + 2'd1/
ese_progress|s/(frame == next_frame \&\& /(frame == need_frame \&\& /
ese_progress|s/count + {next_offset\[OFFSET_W-1\], next_offset}/count + {1'b0, next_offset}/
ese_progress|s/count + {need_offset\[OFFSET_W-1\], need_offset}/count + {next_offset[OFFSET_W-1], next_offset}/
ese_progress|s/count + {need_offset\[OFFSET_W-1\], need_offset}/count + {1'b0, need_offset}/
ese_progress|/if (start) begin/,/end/s/words <= {PROGRESS_W{1'b0}}/words <= words/
END
    for clocks in 0 1; do
        parameters="-set READY_CLOCKS $clocks" prove column_head_formal ese_column_head ese_skid </dev/null
    done
    parameters="-set READY_CLOCKS 1" prove column_head_formal ese_column_head ese_skid <<'END'
ese_column_head|s/assign advance = !head_valid || issue/assign advance = issue/
ese_column_head|s/assign advance = !head_valid || issue/assign advance = !head_valid/
ese_column_head|s/assign advance = !head_valid || issue/assign advance = 1'b1/
ese_column_head|s/else if (advance) head_valid <= next_valid/else if (issue) head_valid <= next_valid/
ese_column_head|s/else if (advance) head_valid <= next_valid/else head_valid <= next_valid/
ese_column_head|s/if (advance) head <= next_column/if (issue) head <= next_column/
ese_column_head|s/if (reset)        head_valid <= 1'b0/if (1'b0) head_valid <= 1'b0/
END
    prove product_formal ese_product_sequencer <<'END'
ese_product_sequencer|s/^ *following   <= {.*//
ese_product_sequencer|s/^ *frame_end   <= 1'b0;//
ese_product_sequencer|s/^ *frame_block <= {.*//
ese_product_sequencer|s/^ *frame       <= 2'd0;//
ese_product_sequencer|s/frame_begin  <= frame_end || starting/frame_begin <= frame_end/
ese_product_sequencer|s/last_column) || starting/last_column)/
ese_product_sequencer|s/current      <= following;/current <= following + 1'b1;/
ese_product_sequencer|s/frame_end    <= following == last_product/frame_end <= current == last_product/
ese_product_sequencer|s/block        <= next_frame_block + word_block/block <= frame_block + word_block/
ese_product_sequencer|s/= column_valid \&\& last_column/= last_column/
ese_product_sequencer|s/= column_valid \&\& last_column/= column_valid/
ese_product_sequencer|s/turns \&\& frame_end/turns/
ese_product_sequencer|s/last_column  <= left == TWO/last_column <= left == ONE/
ese_product_sequencer|s/last_column  <= columns == ONE/last_column <= 1'b0/
ese_product_sequencer|s/closes      = last_of_pass \&\& last_column/closes = last_of_pass/
ese_product_sequencer|s/block_open  = issue \&\& opens \&\& first_column/block_open = issue \&\& opens/
ese_product_sequencer|s/x_release   = issue \&\& frees_x \&\& last_column/x_release = issue \&\& frees_x/
ese_product_sequencer|s/x_release   = issue \&\& frees_x/x_release = frees_x/
ese_product_sequencer|s/opens \&\& first_column \&\& block_busy/opens \&\& block_busy/
ese_product_sequencer|s/accept \&\& !reset/accept/
ese_product_sequencer|s/frame == pass_frame + 2'd2/frame == pass_frame + 2'd3/
ese_product_sequencer|s/frame_begin \&\& frame == pass_frame/frame == pass_frame/
ese_product_sequencer|s/source_q != SOURCE_X \&\& !ready/!ready/
ese_product_sequencer|s/frame - {1'b0, source_q == SOURCE_BEFORE}/frame/
ese_product_sequencer|s/next_source == SOURCE_BEFORE/source_q == SOURCE_BEFORE/
ese_product_sequencer|s/turns ? word_source : source_q/word_source/
ese_product_sequencer|s/turns ? word_offset : offset_q/offset_q/
ese_product_sequencer|s/turns ? word_offset : offset_q/word_offset/
ese_product_sequencer|s/turns \&\& frame_end/frame_end/
ese_product_sequencer|s/offset_q     <= word_offset/offset_q <= next_offset/
ese_product_sequencer|s/(wait_passes \&\& !wait_input \&\& !wait_columns)/wait_passes/
END
    prove fifo_formal ese_fifo ese_ram <<'END'
ese_fifo|s/shift  = !valid || ready/shift  = ready/
ese_fifo|s/shift  = !valid || ready/shift  = 1'b1/
ese_fifo|s/stored && (!read_valid || shift)/stored \&\& !read_valid/
ese_fifo|s/stored && (!read_valid || shift)/stored/
ese_fifo|s/else if (shift) read_valid <= 1'b0/else if (ready) read_valid <= 1'b0/
ese_fifo|s/if (shift) data <= read_data/data <= read_data/
ese_fifo|s/if (push \&\& !read) count/if (push) count/
END
    parameters="-set DEPTH_W 2" check "proof fifo_formal, more words: for all time" \
        proved "$modules" fifo_formal ese_fifo ese_ram
    parameters="-set SPARE 0" prove skid_formal ese_skid <<'END'
ese_skid|s/assign in_ready = take/assign in_ready = ready/
ese_skid|s/else if (take) valid <= in_valid/else valid <= in_valid/
END
    parameters="-set SPARE 1" prove skid_formal ese_skid <<'END'
ese_skid|s/take = !valid || ready/take = ready/
ese_skid|s/if (in_ready) spare <= in_data/spare <= in_data/
ese_skid|s/spare_valid ? spare : in_data/in_data/
ese_skid|s/spare_valid <= in_valid || spare_valid/spare_valid <= in_valid/
ese_skid|s/valid       <= in_valid || spare_valid/valid <= in_valid/
END
    for fetch in 2 3; do
        for ready in 0 1; do
            parameters="-set FETCH_CLOCKS $fetch -set READY_CLOCKS $ready" \
                prove ptr_read_formal ese_ptr_read </dev/null
        done
    done
    parameters="-set FETCH_CLOCKS 3 -set READY_CLOCKS 1" prove ptr_read_formal ese_ptr_read <<'END'
ese_ptr_read|s/next_holds = send_free ? word_holds : send_holds/next_holds = send_holds/
ese_ptr_read|s/next_holds = send_free ? word_holds : send_holds/next_holds = word_holds/
ese_ptr_read|s/room_q <= (next_holds/room_q <= 1'b1 || (next_holds/
ese_ptr_read|s/read_free     = !valid || send_free/read_free  = send_free/
ese_ptr_read|s/read_free     = !valid || send_free/read_free  = 1'b1/
ese_ptr_read|s/accept = !read_valid || read_free/accept = read_free/
ese_ptr_read|s/accept = !read_valid || read_free/accept = 1'b1/
ese_ptr_read|s/else if (read_free) valid <= read_valid/else if (read_free) valid <= issue/
ese_ptr_read|s/if (read_free) begin/if (send_free) begin/
ese_ptr_read|s/close        = send \&\& send_closes/close = send_valid \&\& send_closes/
ese_ptr_read|s/x_q <= x_data;//; s/assign read_free     = !valid/always @(posedge clk) x_q <= x_data; &/
ese_ptr_read|s/kept_q    <= kept_data\[.*//; s/assign read_free     = !valid/always @(posedge clk) kept_q <= kept_data; &/
ese_ptr_read|s/word_source == SOURCE_BEFORE \&\& word_first/word_first/
ese_ptr_read|s/word_source == SOURCE_BEFORE \&\& word_first\[c\]/1'b0/
ese_ptr_read|s/? scratch_lane/? kept_lane/
ese_ptr_read|s/if (reset) read_valid <= 1'b0/if (1'b0) read_valid <= 1'b0/
END
    # A burst's length and order are more than a proof for all time can follow.
    clocks=14 reach=18 prove_for_clocks axi_write_formal ese_axi_write ese_fifo ese_ram <<'END'
ese_axi_write|s/ && !m_bresp\[1\]//
ese_axi_write|s/awaiting\[8\] && //
ese_axi_write|s/response && awaiting/awaiting/
ese_axi_write|s/awaiting\[FLAGS+8:9\]/sending[FLAGS+8:9]/
ese_axi_write|s/last_burst <= reaches_end/last_burst <= 1'b1/
ese_axi_write|s/response && m_bresp == 2'b10/response \&\& m_bresp[1]/
ese_axi_write|s/response && m_bresp == 2'b11/m_bvalid \&\& m_bresp == 2'b10/
ese_axi_write|s/ && asked == acknowledged && sent == asked/ \&\& sent == asked/
ese_axi_write|s/m_awready) && !flush && !reset/m_awready)/
END
    reach=24 prove queue_control_formal ese_queue_control <<'END'
ese_queue_control|s/if (taken != tail) state/if (1'b1) state/
ese_queue_control|s/if (words_left == 32'd1) state <= CHECK/if (words_left <= 32'd2) state <= CHECK/
ese_queue_control|s/error <= wrong;/error <= 1'b0;/
ese_queue_control|s/error <= 1'b0;$//
ese_queue_control|s/if (wrong)         state <= STUCK/if (1'b0) state <= STUCK/
ese_queue_control|s/else if (restores) state/else if (saves) state/
ese_queue_control|s/if (drained && settled == 3'd7)/if (drained)/
ese_queue_control|s/if (drained) state <= ANNOUNCE_SAVE/state <= ANNOUNCE_SAVE/
ese_queue_control|s/if (given && !frame_out)/if (given \&\& frame_out)/
ese_queue_control|s/if (frame_out && !given)/if (frame_out)/
ese_queue_control|s/if (job_ready) state <= SAVE/state <= SAVE/
ese_queue_control|s/under_way <= 16'd0;$//
ese_queue_control|s/taken <= taken + 32'd1/taken <= taken/
END
    fault_clocks=24 find_faults queue_control_formal ese_queue_control <<'END'
ese_queue_control|s/if (drained && settled == 3'd7)/if (settled == 3'd7)/
ese_queue_control|s/|| !written) settled/) settled/
ese_queue_control|s/saves ? DRAIN_SAVE : IDLE/IDLE/
END
    prove output_buffer_formal ese_output_buffer <<'END'
ese_output_buffer|s/!out_valid || m_tready/m_tready/
ese_output_buffer|s/lane == last_lane || at_end/lane == last_lane/
ese_output_buffer|s/(group == LAST_GROUP || at_end)/(group == LAST_GROUP)/
ese_output_buffer|s/if (push \&\& !pop) count/if (push) count/
ese_output_buffer|s/next & {ACT_W{head_active\[c\]}}/next/
END
    for clocks in 2 3; do
        parameters="-set MULTIPLY_CLOCKS $clocks" prove accumulate_formal \
            ese_accu_control ese_block_state ese_delay <<'END'
ese_accu_control|s/keep_2    <= used\[address_1\]/keep_2 <= used[{block, row}]/
ese_accu_control|s/retire <= lasts\[MULTIPLY_CLOCKS\]/retire <= lasts[MULTIPLY_CLOCKS-1]/
ese_accu_control|s/write      = writes\[MULTIPLY_CLOCKS\]/write = writes[MULTIPLY_CLOCKS-1]/
ese_accu_control|s/if (reset) retire <= 1'b0/if (1'b0) retire <= 1'b0/
ese_accu_control|s/writes <= {MULTIPLY_CLOCKS{1'b0}};//
ese_accu_control|s/lasts  <= {MULTIPLY_CLOCKS{1'b0}};//
ese_accu_control|s/retire_block <= address\[/retire_block <= address_1[/
ese_accu_control|s/CLOCKS (MULTIPLY_CLOCKS - 2)/CLOCKS (3 - MULTIPLY_CLOCKS)/
ese_accu_control|s/if (leave \&\& !enter)/if (leave)/
ese_accu_control|s/wire enter = push \&\& push_block == NUMBER/wire enter = push/
ese_accu_control|s/wire leave = retire \&\& retire_block == NUMBER/wire leave = retire/
ese_block_state|s/closed\[b\] \&\& (&quiet_pes)/closed[b]/
ese_block_state|s/if (take && pass_block == NUMBER)   closed\[b\] <= 1'b0/if (free \&\& pass_block != NUMBER) closed[b] <= 1'b0/
END
    done
}

prove_host
prove_modules
finish
