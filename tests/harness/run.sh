#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run.sh - shows that every check of the simulation harness fires, in both simulators.
#
# A stand-in for the chip (fake_top.v) misbehaves in one way at a time; drive.c plays the same plan
# on it each time.  Prints "N passed, N failed".     run.sh [verilator|icarus]
set -u
cd "$(dirname "$0")/../.." || exit 1
only=${1:-both}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

result() { # NAME WANTED GOT
    if printf '%s\n' "$3" | grep -Eq -e "$2"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'FAILED %s\n  wanted: %s\n  got:    %s\n' "$1" "$2" "$(printf '%s\n' "$3" | tail -n 3)"
    fi
}

warnings="-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Werror"
cc=${CC:-gcc}
drive=${DRIVE:-build/asan/drive}
$cc -std=c11 -I. $warnings -g -O1 -fsanitize=address,undefined -o "$work/memory_test" \
    -Isim tests/harness/memory_test.c sim/memory/*.c || exit 1
result 'memory models' '^pass$' "$("$work/memory_test" 2>&1)"
# The bench as a chip has it, with the headers that come from elsewhere.
${ESE:-build/ese} gen tiny -o "$work/tiny" >"$work/gen.log" 2>&1 || { cat "$work/gen.log"; exit 1; }
registers=$work/tiny/sim
rooms='-Isim -Isim/core -Isim/memory -Isim/axi -Isim/host -Isim/play'
vpi=$(iverilog-vpi --cflags | tr ' ' '\n' | grep '^-I')
for file in sim/*/*.c; do
    result "$file compiles as C11 without a warning" '^$' \
        "$($cc -std=c11 $warnings $vpi $rooms -I"$registers" -fsyntax-only "$file" 2>&1)"
done

chip() { # NAME CHANNELS ELEMENT_BITS ACTIVATION_BITS LANES PES FRAME [LAYERS HALF]
    mkdir -p "$work/$1/rtl" "$work/$1/mem" "$work/$1/sim"
    cp "$registers"/*.[chv] "$registers"/*.cpp "$registers"/*.def "$registers"/*.vlt "$work/$1/sim/"
    cp tests/harness/fake_top.v "$work/$1/rtl/ese_top.v"
    printf 'rtl/ese_top.v\n' >"$work/$1/rtl/files.f"
    printf '0123\n' >"$work/$1/mem/weights.mem"
    cat >"$work/$1/sim/ese_bench_params.vh" <<END
localparam CHANNELS = $2;
localparam ELEMENT_BITS = $3;
localparam ACTIVATION_BITS = $4;
localparam LANES = $5;
localparam PES = $6;
localparam PRODUCTS = 16;
localparam PASSES = 16;
localparam CAPTION = 64;
localparam HALF_PERIOD = 2.500;
END
    printf 'localparam FRAME = %s;\nlocalparam LAYERS = %s;\nlocalparam HALF = %s;\n' "$7" "${8:-1}" \
        "${9:-1}" >"$work/$1/sim/fake_params.vh"
}

axi_chip() { # NAME PORTS DATA_BITS ADDRESS_BITS FRAME WEIGHTS_BYTES MODEL_BYTES stream|memory
    chip "$1" 5 24 18 3 4 "$5"
    { echo '`define FAKE_CORE'; sed 's/^module ese_top/module fake_core/' tests/harness/fake_top.v
      echo '`undef FAKE_CORE'; } >"$work/$1/rtl/fake_core.v"
    cp tests/harness/fake_reader.v tests/harness/fake_queue.v "$work/$1/rtl/"
    two='' queue=''
    [ "$2" = 1 ] || two='`define ESE_AXI_WEIGHTS'
    [ "$8" = stream ] || queue='`define ESE_AXI_QUEUE'
    { printf '%s\n%s\n' "$two" "$queue"; cat tests/harness/fake_axi_top.v; } >"$work/$1/rtl/ese_top.v"
    printf 'rtl/fake_core.v\nrtl/fake_reader.v\nrtl/fake_queue.v\nrtl/ese_top.v\n' >"$work/$1/rtl/files.f"
    cat >>"$work/$1/sim/ese_bench_params.vh" <<END
\`define ESE_AXI
$two
$queue
localparam AXI_DATA_BITS = $3;
localparam AXI_ADDRESS_BITS = $4;
END
    cat >>"$work/$1/sim/fake_params.vh" <<END
localparam PORTS = $2;
localparam CONFIG_HASH = 305419896;
localparam CHIP_HASH = 19088743;
localparam WEIGHTS_BYTES = $6;
localparam MODEL_BYTES = $7;
localparam XY_WORD_BYTES = 16;
localparam QUEUE_PRESENT = $([ "$8" = stream ] && echo 0 || echo 1);
END
}

play() { # CHIP SIMULATOR SCENARIO WANTED [+PLUSARG]
    got=$("$drive" "$work/$1" "$2" "$3" ${5:+"$5"} 2>"$work/stderr")
    result "$1 $2 $3 ${5:-}" "$4" "$got$(grep -E 'Sanitizer|runtime error' "$work/stderr")"
}

# Masks of more than 32 channels, vectors that end within a word; one of everything; 18 bits.
chip wide 33 16 12 2 40 7
chip small 1 8 8 1 1 2
chip odd 5 24 18 3 3 4
# Without any state; two layers, of which the second is written by two passes, a word of whose has two rows
# or one.
chip none 3 16 12 2 4 5 0
chip layers 5 24 18 2 3 11 2 5
# Two ports and a shared one; widths of bus and address.
axi_chip two 2 512 40 80 5000 1500 stream
axi_chip one 1 128 33 128 1100 900 stream
axi_chip big 2 1024 64 50 5000 1500 memory
axi_chip half 1 256 34 90 1500 1200 memory
axi_chip queue 2 128 40 20 1500 900 memory

# What the harness must say to each fault of the stand-in.
faults() { # SIMULATOR
    play wide "$1" normal 'y of frame 1, channel 0, element 2: expected' +wrong_y
    play wide "$1" normal 'c of frame 1, channel 0, element 2: expected' +wrong_c
    play wide "$1" normal 'y of .*not sign-extended' +unsigned_y
    play wide "$1" normal 'y of frame [0-9]*, channel .* the channel is idle, expected 0, got [-0-9]' +idle_y
    play wide "$1" normal 'y tuser of channels' +bad_tuser
    play wide "$1" normal 'y tlast is 0 at element 6 of 7, frame 1' +no_tlast
    play wide "$1" normal 'y tlast is 1 at element 0 of 7, frame 1' +early_tlast
    play wide "$1" normal 'phase gaps, .*y tvalid fell' +drop_valid
    play wide "$1" normal 'phase gaps, .*y changed while it waited' +unstable
    play wide "$1" normal 'y tvalid is high in reset' +reset_valid
    play wide "$1" normal 'y tlast is 0 at element 6 of 7, frame 1' +swallow
    play wide "$1" normal 'a y word after the last frame' +extra
    play wide "$1" normal 'nothing moves any more; x at frame 5.* y at frame 1 word 0' +hang
    play wide "$1" normal 'mon_error is high, but x was framed well' +error_high
    play wide "$1" normal 'mon_result_keep is 0 in lane 1, pass 0: 2 lanes hold a row' +skip_row
    play wide "$1" normal 'mon_result_keep is 1 in lane 1, pass 0: 1 lanes hold a row' +more_rows
    play wide "$1" normal 'product 1 has columns after the last frame' +more_columns
    play wide "$1" normal 'product 1 ran 6 steps in all frames, expected 10' +less_columns
    play wide "$1" normal 'frame 1 starts in cycle 32, expected in 31' +late
    play wide "$1" normal 'phase late ready: time-out.*y at frame 0 word 0' +shy
    play wide "$1" normal 'phase late ready, .*c of frame 0' +no_clear
    play wide "$1" normal 'ended before the harness was done' +quit
    play wide "$1" normal 'without a verdict: killed after 40 seconds' +spin
    play wide "$1" normal 'mon_error did not rise although' +deaf
    play wide "$1" normal 'mon_stall is .*not one cause' +two_causes
    play wide "$1" normal 'phase gaps, .*expected' +eager
    play wide "$1" normal 'y tuser of channels 0' +any_user
    play wide "$1" normal 'mon_product is 2, there are 2 products' +product_range
    play wide "$1" normal 'mon_pass is 9, there are 2 passes' +pass_range
    play wide "$1" normal 'mon_error fell without a reset' +flicker
}

# The same to faults of a network of layers: which vector, which pass, and what was computed first.
layer_faults() { # SIMULATOR
    play layers "$1" normal 'it went wrong here: .*pass 3: 1.m of frame 1, channel 0, element 7: expected' +wrong_m
    play layers "$1" normal 'it went wrong here: .*pass 0: 0.c of frame 1, channel 0, element 2: expected' +wrong_c
    play layers "$1" normal 'it went wrong here: .*pass 4: 1.y of frame 1, channel 0, element 4: ' +wrong_result_y
    play layers "$1" normal 'it went wrong here: phase [a-z ]*, cycle [0-9]*: 1.y of frame 1, channel 0, ' +wrong_y
    play layers "$1" normal 'mon_result is 1: no pass whose words leave the element-wise path' +wrong_pass
    play layers "$1" normal 'mon_result is 1: no pass whose words leave the element-wise path' +gate_result
    play layers "$1" normal 'mon_result is 9: no pass whose words leave the element-wise path' +result_range
    play layers "$1" normal 'mon_result is 3, but that pass has made no step for it' +no_step
    play layers "$1" normal 'mon_result_keep is 0 in lane 0, pass 2: 1 lanes hold a row' +shifted_keep
    play layers "$1" normal 'pass 3 wrote 1[0-9] words in all frames, expected 20' +lost_word
    play layers "$1" normal 'pass 3 has results after the last frame' +more_words
    play layers "$1" golden_y 'it went wrong here: .*pass 4: 1.y of frame 6, channel 0, element 0: '
    play layers "$1" golden_c 'it went wrong here: .*pass 0: 0.c of frame 6, channel 0, element 1: '
    play layers "$1" untapped '^pass$' +wrong_m
    play layers "$1" untapped 'first wrong of what is compared: .*1.y of frame 1, ' +wrong_y
    play layers "$1" untapped 'pass 3 wrote 1[0-9] words in all frames, expected 20' +lost_word
    play layers "$1" only_y '^pass$' +wrong_c
    play layers "$1" idle 'nothing of 0.c was checked: no phase has a whole frame with an active channel'
    play layers "$1" leaves 'vector 3 is to leave the chip, there are 3'
    play layers "$1" elements 'pass 3 writes elements 6.. of vector 1.m, which has 11'
    play layers "$1" vector_number 'pass 2 writes vector 3, there are 3'
    play layers "$1" negative 'pass 2 writes vector -2, there are 3'
    play layers "$1" owners 'pass 2 has 3 steps, but 5 rows in 4 PEs'
    play layers "$1" no_owners 'pass 2 has 3 steps, but 5 rows in 0 PEs'
    play layers "$1" rows 'pass 2 has 3 steps, but 7 rows in 3 PEs'
    play none "$1" normal 'it went wrong here: .*pass 0: y of frame 1, channel 0, element 2: expected' +wrong_c
    play none "$1" normal 'it went wrong here: phase [a-z ]*, cycle [0-9]*: y of frame 1, channel 0, ' +wrong_y
    play none "$1" only_y '^pass$'
    play none "$1" idle 'nothing of y was checked'
    # y of a descriptor is seen only when the chip has done with it
    play queue "$1" order 'it went wrong here: .*: y of frame 2, channel 0, element 3: expected'
}

# What checker and host must say to each fault behind AXI ports.
axi_faults() { # SIMULATOR
    play two "$1" brief 'm_axi_data_arvalid is high in reset' +ar_in_reset
    play two "$1" brief 'm_axi_data_arvalid fell before it was taken' +ar_drop
    play two "$1" brief 'm_axi_data: the address channel changed while it waited' +ar_change
    play two "$1" brief 'm_axi_data_arburst is 0, not INCR' +ar_fixed
    play two "$1" brief 'm_axi_data_arsize is 5: not the full width of 512 bits' +ar_narrow
    play two "$1" brief 'm_axi_data_araddr fffff004 is not aligned' +ar_unaligned
    play two "$1" brief 'm_axi_data: 2 beats from ffffffc0 cross a 4 KiB boundary' +ar_cross
    play two "$1" brief 'm_axi_data: 16 beats from 1000ff000 lie outside the regions' +ar_outside
    play two "$1" brief 'm_axi_data asks for .* while the chip is stopped' +ar_stopped
    play two "$1" patient 'm_axi_data_rready is low for 10000 clocks' +r_deaf
    play two "$1" few 'm_axi_weights asks for more with 2 bursts outstanding'
    play two "$1" brief 's_axi_control_bvalid is high in reset' +b_in_reset
    play two "$1" brief 's_axi_control_rvalid is high in reset' +r_in_reset
    play two "$1" brief 's_axi_control_bvalid fell before it was taken' +b_drop
    play two "$1" brief 's_axi_control_rvalid fell before it was taken' +r_drop
    play two "$1" brief 's_axi_control_b changed while it waited' +b_change
    play two "$1" brief 's_axi_control_r changed while it waited' +r_change
    play two "$1" brief 's_axi_control_bvalid without a request' +b_extra
    play two "$1" brief 's_axi_control_rvalid without a request' +r_extra
    play two "$1" brief 's_axi_control_bresp is 1' +b_exokay
    play two "$1" brief 's_axi_control: no answer to a write for 256 clocks' +no_b
    play two "$1" brief 's_axi_control: no answer to a read for 256 clocks' +no_r
    play two "$1" brief 's_axi_control: awready is low for 256 clocks' +no_awready
    play two "$1" brief 's_axi_control: wready is low for 256 clocks' +no_wready
    play two "$1" brief 's_axi_control: arready is low for 256 clocks' +no_arready
    play two "$1" brief 'ID is 45534532, expected 45534531' +wrong_id
    play two "$1" brief 'CONFIG_HASH is 12345679, expected 12345678' +wrong_hash
    play two "$1" brief 'of undefined register ... answers OKAY, expected SLVERR' +hole_answers
    play two "$1" brief 'WATCHDOG is .*, expected 0' +leak
    play two "$1" brief 'of register .* answers SLVERR, expected OKAY' +aligned_only
    play two "$1" brief 'WEIGHTS_ADDRESS.* is [0-9a-f]*, expected' +whole_words
    play two "$1" brief 'STATUS after reset is 0, expected 8' +never_idle
    play two "$1" normal 'buses are idle, with [0-9]* bursts outstanding' +false_idle
    play two "$1" normal 'does not stop any more, but its buses are not idle' +short_stop
    play two "$1" normal 'phase unwatched, .*the chip reports error' +watchful
    play two "$1" brief 'IRQ_STATUS with its events masked: the interrupt is high' +unmasked
    play two "$1" brief 'IRQ_STATUS with its events allowed: the interrupt is low|nothing moves any more' +unraised
    play two "$1" brief 'IRQ_STATUS after the others were cleared is 0, expected 4' +clears_all
    play two "$1" brief 'STATUS after writes of other bytes is [0-9a-f]*, expected' +byte_blind
    play two "$1" brief 'y tuser of channels|the channel is idle' +keeps_closed
    play two "$1" normal 'phase SLVERR, .*ERROR is 3, expected 2' +wrong_code
    play two "$1" brief 'FRAMES is 6, expected 5|FRAMES is 6, 5 were played' +frames_off
    play two "$1" brief 'CYCLES is [0-9]*, [0-9]* clocks after start' +cycles_off
    play two "$1" normal 's_axis_x_tready is high while the chip is stopped' +x_awake
    play two "$1" normal 'm_axis_y_tvalid is high while the chip is stopped' +stale
    play two "$1" brief 'phase full speed: time-out .*nothing moves any more' +no_interrupt
    play two "$1" brief 'no interrupt at the end of a frame' +no_frame_event
    play two "$1" brief 'the interrupt is high, but IRQ_STATUS is 0' +interrupt_stays
    play two "$1" normal 'phase SLVERR: all frames are out, but error 2 did not come|c of frame' +blind
    play two "$1" brief 'mon_error is high, but x was framed well' +self_stop
    play two "$1" no_error 'phase end: all frames are out, but error 5 did not come'
    play two "$1" late_stop 'phase end: over before the stop in cycle 100000'
    play two "$1" late 'frame 1 starts in cycle 192, expected in 191'
    play two "$1" slack '^pass$'
    play two "$1" stuck_x 'phase end: time-out in cycle .*: nothing moves any more; x at frame 0 word 1 .valid 0'
    play two "$1" region_size 'memory image model.bin has 1500 bytes, should have 1501'
    play two "$1" region_crc 'memory image model.bin has been changed'
    play two "$1" region_missing 'memory image Zodel.bin is missing'
    play two "$1" region_base 'region model.bin cannot lie at fffff200 of port 1'
    play two "$1" region_moved 'lie outside the regions'
    play two "$1" no_weights 'there is no model, or there are no weights'
    play two "$1" resident 'FEATURES is 400004, expected 400005'
    play two "$1" io 'the descriptors have not all frames'
    play two "$1" brief 'FEATURES is 400005, expected 400004' +wrong_features
    play two "$1" brief 'STATUS is 8 after the load command: neither' +no_loading
    play two "$1" brief 'STATUS after the load is 8, expected 28' +never_loaded
    play two "$1" normal 'phase stop loading, .*STATUS is 28 after the stop: the model is said to be' +stays_loaded
    play two "$1" normal 'phase models, .*STATUS is .* after the stop: the model is said to be' +keeps_loaded
    play two "$1" normal 'phase stop, .*STATUS is 8 after the stop: the model is lost' +forgets
    play two "$1" brief 'MODEL_HASH is 1234568, expected 1234567' +wrong_model
    play two "$1" brief 'the chip has room for 79 x and 80 y, the model has 80 and 80' +cramped
    play two "$1" brief 'the chip has room for 0 and 79 words of state, the model has 0 and 80' +shallow
    play two "$1" normal 'phase models: the model is loaded, but error 12 did not come' +unchecked
    play two "$1" normal 'phase not loaded.*(c of frame|error 17 did not come)' +starts_bare
    play two "$1" normal 'phase slot, .*channel 4 still counts in frame 9, and was to be closed' +deaf_slot
    play two "$1" normal 'phase slot, .*y tuser of channels' +reopens
    play two "$1" brief 'MULTIPLIED is [0-9]*, [0-9]* entries were issued' +multiplied_off
    play two "$1" brief 'the model is loaded, with [0-9]* bursts outstanding|while the chip is stopped' +not_idle
    play two "$1" stop_late 'phase end: loaded before the stop in cycle 100000'
    play two "$1" load_error 'phase end: the model is loaded, but error 5 did not come'
    play two "$1" no_patch 'phase end: a patch, but no error expected'
    play two "$1" ports 'the bench has not the 1 AXI ports'
    play two "$1" mode 'the bench has AXI ports, the stimulus is for a chip without'
}

# The same to each fault of the writes, and of what comes by the queue.
queue_faults() { # SIMULATOR
    play queue "$1" brief 'm_axi_data_awvalid is high in reset' +aw_in_reset
    play queue "$1" brief 'm_axi_data_wvalid is high in reset' +w_in_reset
    play queue "$1" brief 'm_axi_data_awvalid fell before it was taken' +aw_drop
    play queue "$1" brief 'm_axi_data: the write address channel changed while it waited' +aw_change
    play queue "$1" brief 'm_axi_data_wvalid fell before it was taken' +w_drop
    play queue "$1" brief 'm_axi_data: the write data channel changed while it waited' +w_change
    play queue "$1" brief 'm_axi_data_awburst is 0, not INCR' +aw_fixed
    play queue "$1" brief 'm_axi_data_awsize is 3: not the full width of 128 bits' +aw_narrow
    play queue "$1" brief 'm_axi_data_awaddr [0-9a-f]*4 is not aligned' +aw_unaligned
    play queue "$1" brief 'm_axi_data: 2 beats from [0-9a-f]*ff0 cross a 4 KiB boundary' +aw_cross
    play queue "$1" brief 'm_axi_data writes 2 beats from fffff000, where nothing is to be written' +aw_outside
    play queue "$1" brief 'm_axi_data asks for .* while the chip is stopped' +aw_stopped
    play queue "$1" brief 'm_axi_data_wvalid is high while the chip is stopped' +w_stopped
    play queue "$1" brief 'm_axi_data_wlast is 1 at beat 1 of 2|a burst of 2 beats had WLAST at beat 1' +w_early
    play queue "$1" brief 'm_axi_data_wlast is 0 at beat 2 of 2|a burst of 2 beats had no WLAST at its end' +w_late
    play queue "$1" brief 'm_axi_data_wstrb is not all ones: byte 15' +w_strobe
    play queue "$1" patient 'm_axi_data_bready is low for 10000 clocks' +b_deaf
    play queue "$1" few 'm_axi_data asks for more with 2 writes outstanding'
    play queue "$1" brief 'descriptor [0-9]* is done, but [0-9]* bytes of its [0-9]* of y have been written' +head_early
    play queue "$1" brief 'descriptor 1 is done, but [0-9]* bytes of its 640 of y have been written' +y_short
    play queue "$1" brief 'descriptor 0 is done, but 1280 bytes of its 640 of y' +y_twice
    play queue "$1" brief 'y of frame 0, element 0: byte 15 of padding is ff, not 0' +y_padding
    play half "$1" brief 'y of frame 0: byte 14[0-9]* of padding is ff, not 0|byte 15 of padding' +y_padding
    play queue "$1" brief 'the channel is idle, expected 0, got' +y_idle
    play queue "$1" brief 'y of frame 2, channel 0, element 0: expected' +y_bit
    play queue "$1" brief 'QUEUE_HEAD is 9; it was 0, and 3 are submitted' +head_jump
    play queue "$1" brief 'QUEUE_HEAD is 1; it was 2, and|QUEUE_HEAD at the end is' +head_back
    play queue "$1" brief 'phase full speed: time-out .*nothing moves any more' +no_descriptor_event
    play queue "$1" normal 'phase stop restoring, .*(c|y) of frame 4' +lost_state
    play queue "$1" normal 'is done, but 304 bytes of its 320 of state have been written' +save_short
    play queue "$1" brief 'QUEUE_TAIL after start is [0-9a-f]*, expected 0|the chip reports error 18' +keeps_tail
    play queue "$1" brief 'IRQ_STATUS after another was cleared is 0' +clears_others
    play queue "$1" normal 'phase write SLVERR, .*is done, but [0-9]* bytes of its' +counts_failed
    play queue "$1" normal 'phase late ready, .*(nothing is to be|expected|lie outside)' +any_stride
    play queue "$1" normal 'phase late ready, .*(nothing is to be|expected|lie outside)' +any_page
    play queue "$1" normal 'phase descriptors.*(error 18 did not come|nothing is to be|not aligned)' +odd_stride
    play queue "$1" brief 'm_axi_data reads [0-9a-f]*, where nothing is to be read now' +y_read
    play queue "$1" normal 'phase slot, .*channel 4 still counts in frame 9, and was to be closed' +deaf_slot
    play queue "$1" normal 'phase slot, .*the channel is idle, expected 0' +reopens
    play queue "$1" stuck_x 'phase end: time-out in cycle .*: nothing moves any more'
    play queue "$1" descriptors 'phase end: voices change within descriptor 0'
    play queue "$1" voices 'phase end: voices change within descriptor 0'
    play queue "$1" state_number 'phase end: descriptor 0 has no such state or channel'
    play queue "$1" golden_y 'y of frame 1, channel 0, element 0|y of frame 6, channel 0, element 0'
    play queue "$1" golden_x 'c of frame 6, channel 0, element 2'
}

both() { # SIMULATOR
    for chip in wide small odd none layers two one big half queue; do
        play $chip "$1" normal '^pass$'
    done
    play wide "$1" trace '^pass$'
    result "$1 waveform" 'trace.fst' "$(find "$work/wide" -name trace.fst -size +1k)"
    play wide "$1" golden_y 'y of frame 1, channel 0, element 0|y of frame 6, channel 0, element 0'
    play wide "$1" golden_c 'c of frame 6, channel 0, element 1'
    play wide "$1" golden_x 'c of frame 6, channel 0, element 2'
    play wide "$1" start 'frame 2 starts in cycle 54, expected in 55'
    play wide "$1" end 'last y word is out after cycle 116, expected 117'
    play wide "$1" columns 'product 1 ran 10 steps in all frames, expected 15'
    play wide "$1" beats 'pass 1 ran 35 steps in all frames, expected 40'
    play wide "$1" dimension 'the bench has 40 PEs, the stimulus 41'
    play wide "$1" idle 'nothing of c was checked'
    play wide "$1" stuck_x 'phase end: time-out in cycle .*: nothing moves any more; x at frame 2 word 0 .valid 0'
    play wide "$1" stuck_y 'phase end: time-out .*nothing moves any more; .*valid 1, ready 0'
    play wide "$1" slow 'time-out in cycle 30: the phase takes too long'
    play wide "$1" late_cut 'phase end: over before the reset in cycle 100000'
    play wide "$1" image_missing 'memory image Zeights.mem is missing'
    play wide "$1" image_size 'memory image weights.mem has 5 bytes, should have 6'
    play wide "$1" image_crc 'memory image weights.mem has been changed'
    play wide "$1" file_bit 'damaged: wrong CRC'
    play wide "$1" file_version 'stimulus.bin has version 3, this harness reads 4'
    play wide "$1" file_missing 'cannot read the stimulus'
    play wide "$1" file_empty 'is no stimulus file'
    faults "$1"
    layer_faults "$1"
    axi_faults "$1"
    queue_faults "$1"
}

if [ "$only" != icarus ]; then
    both verilator
fi
if [ "$only" != verilator ]; then
    both icarus
    # Unknown values exist only here.
    play wide icarus normal 'y of frame 1, .*got X' +x_on_y
    play wide icarus normal 'the channel is idle, expected 0, got X' +x_on_idle
    play wide icarus normal 'm_axis_y_tvalid is X' +x_on_valid
    play wide icarus normal 'c of frame 1, .*got X' +x_on_c
    play wide icarus normal 'mon_stall is X' +x_on_stall
    play wide icarus normal 'mon_product is X' +x_on_index
    play wide icarus normal 'mon_issue is X for some of PEs 0..31' +x_on_issue
    play wide icarus normal 'mon_result_keep is X in lane 0' +x_on_keep
    play layers icarus normal 'mon_result is X' +x_on_result
    play layers icarus normal 'it went wrong here: .*pass 0: 0.c of frame 1, .*got X' +x_on_c
    play two icarus brief 'm_axi_data_arvalid is X' +x_on_arvalid
    play two icarus brief 'm_axi_data shows an address with X in it' +x_on_araddr
    play two icarus brief 'm_axi_data_rready is X' +x_on_rready
    play two icarus brief 's_axi_control_bresp is X' +x_on_lite_b
    play two icarus brief 's_axi_control_rdata or rresp is X' +x_on_lite_r
    play two icarus brief 's_axi_control_awready is X' +x_on_awready
    play two icarus brief ' irq is X' +x_on_interrupt
    play queue icarus brief 'm_axi_data_awvalid is X' +x_on_awvalid
    play queue icarus brief 'm_axi_data shows a write address with X in it' +x_on_awaddr
    play queue icarus brief 'm_axi_data_wvalid is X' +x_on_wvalid
    play queue icarus brief 'm_axi_data_wdata has X in it' +x_on_wdata
    play queue icarus brief 'm_axi_data_wstrb has X in it' +x_on_wstrb
    play queue icarus brief 'm_axi_data_wlast is X' +x_on_wlast
    play queue icarus brief 'm_axi_data_bready is X' +x_on_bready
fi

# A design that does not compile, and tools that are not there.
printf 'module ese_top; nonsense\n' >"$work/odd/rtl/ese_top.v"
play odd icarus normal '^error: iverilog failed, exit status'
play odd verilator normal '^error: verilator failed, exit status'
got=$(PATH=/nowhere "$drive" "$work/odd" verilator normal 2>&1 | tail -n 1)
result 'no verilator' 'error: verilator is not installed.*apt-get install verilator' "$got"
got=$(PATH=/nowhere "$drive" "$work/odd" icarus normal 2>&1 | tail -n 1)
result 'no icarus' 'error: iverilog is not installed.*apt-get install iverilog' "$got"

printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
