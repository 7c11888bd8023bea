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
$cc -std=c11 -D_GNU_SOURCE -I. $warnings -g -fsanitize=address,undefined -o "$work/drive" \
    tests/harness/drive.c gen/simulate.c gen/simulate_result.c gen/process.c gen/stimulus.c \
    models/error.c -ljansson -lmd || exit 1
$cc -std=c11 -I. $warnings -g -O1 -fsanitize=address,undefined -o "$work/memory_test" \
    tests/harness/memory_test.c sim/memory.c sim/memory_ddr3.c || exit 1
result 'memory models' '^pass$' "$("$work/memory_test" 2>&1)"
vpi=$(iverilog-vpi --cflags | tr ' ' '\n' | grep '^-I')
for file in sim/*.c; do
    result "$file compiles as C11 without a warning" '^$' \
        "$($cc -std=c11 $warnings $vpi -fsyntax-only "$file" 2>&1)"
done

chip() { # NAME CHANNELS ELEMENT_BITS ACTIVATION_BITS LANES PES FRAME
    mkdir -p "$work/$1/rtl" "$work/$1/mem" "$work/$1/sim"
    cp sim/* "$work/$1/sim/"
    cp tests/harness/fake_top.v "$work/$1/rtl/ese_top.v"
    printf 'rtl/ese_top.v\n' >"$work/$1/rtl/files.f"
    printf '0123\n' >"$work/$1/mem/weights.mem"
    cat >"$work/$1/sim/ese_bench_params.vh" <<END
localparam CHANNELS = $2;
localparam ELEMENT_BITS = $3;
localparam ACTIVATION_BITS = $4;
localparam LANES = $5;
localparam PES = $6;
END
    printf 'localparam FRAME = %s;\n' "$7" >"$work/$1/sim/fake_params.vh"
}

axi_chip() { # NAME PORTS DATA_BITS ADDRESS_BITS FRAME WEIGHTS_BYTES COLUMNS_BYTES
    chip "$1" 5 24 18 3 4 "$5"
    sed 's/^module ese_top/module fake_core/' tests/harness/fake_top.v >"$work/$1/rtl/fake_core.v"
    cp tests/harness/fake_reader.v "$work/$1/rtl/"
    two=
    [ "$2" = 1 ] || two='`define ESE_AXI_WEIGHTS'
    { printf '%s\n' "$two"; cat tests/harness/fake_axi_top.v; } >"$work/$1/rtl/ese_top.v"
    printf 'rtl/fake_core.v\nrtl/fake_reader.v\nrtl/ese_top.v\n' >"$work/$1/rtl/files.f"
    cat >>"$work/$1/sim/ese_bench_params.vh" <<END
\`define ESE_AXI
$two
localparam AXI_DATA_BITS = $3;
localparam AXI_ADDRESS_BITS = $4;
END
    cat >>"$work/$1/sim/fake_params.vh" <<END
localparam PORTS = $2;
localparam CONFIG_HASH = 305419896;
localparam WEIGHTS_BYTES = $6;
localparam COLUMNS_BYTES = $7;
localparam CONSTANTS_BYTES = 40;
END
}

play() { # CHIP SIMULATOR SCENARIO WANTED [+PLUSARG]
    got=$("$work/drive" "$work/$1" "$2" "$3" ${5:+"$5"} 2>"$work/stderr")
    result "$1 $2 $3 ${5:-}" "$4" "$got$(grep -E 'Sanitizer|runtime error' "$work/stderr")"
}

# Masks of more than 32 channels, vectors that end within a word; one of everything; 18 bits.
chip wide 33 16 12 2 40 7
chip small 1 8 8 1 1 2
chip odd 5 24 18 3 3 4
# Two ports and a shared one; widths of bus and address.
axi_chip two 2 512 40 80 5000 1500
axi_chip one 1 128 32 128 1100 900
axi_chip big 2 1024 64 50 5000 1500
axi_chip half 1 256 33 90 1500 1200

# What the harness must say to each fault of the stand-in.
faults() { # SIMULATOR
    play wide "$1" normal 'y of frame 1, channel 0, element 2: expected' +wrong_y
    play wide "$1" normal 'c of frame 1, channel 0, element 2: expected' +wrong_c
    play wide "$1" normal 'y of .*not sign-extended' +unsigned_y
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
    play wide "$1" normal 'phase full speed: cell states end at frame 4 row' +skip_row
    play wide "$1" normal 'a cell state after the last frame' +more_rows
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

# What checker and host must say to each fault behind AXI ports.
axi_faults() { # SIMULATOR
    play two "$1" normal 'm_axi_data_arvalid is high in reset' +ar_in_reset
    play two "$1" normal 'm_axi_data_arvalid fell before it was taken' +ar_drop
    play two "$1" normal 'm_axi_data: the address channel changed while it waited' +ar_change
    play two "$1" normal 'm_axi_data_arburst is 0, not INCR' +ar_fixed
    play two "$1" normal 'm_axi_data_arsize is 5: not the full width of 512 bits' +ar_narrow
    play two "$1" normal 'm_axi_data_araddr 10004 is not aligned' +ar_unaligned
    play two "$1" normal 'm_axi_data: 2 beats from 10fc0 cross a 4 KiB boundary' +ar_cross
    play two "$1" normal 'm_axi_data: 16 beats from 110000 lie outside the regions' +ar_outside
    play two "$1" normal 'm_axi_data asks for .* while the chip is stopped' +ar_stopped
    play two "$1" patient 'm_axi_data_rready is low for 10000 clocks' +r_deaf
    play two "$1" few 'm_axi_weights asks for more with 2 bursts outstanding'
    play two "$1" normal 's_axi_control_bvalid is high in reset' +b_in_reset
    play two "$1" normal 's_axi_control_rvalid is high in reset' +r_in_reset
    play two "$1" normal 's_axi_control_bvalid fell before it was taken' +b_drop
    play two "$1" normal 's_axi_control_rvalid fell before it was taken' +r_drop
    play two "$1" normal 's_axi_control_b changed while it waited' +b_change
    play two "$1" normal 's_axi_control_r changed while it waited' +r_change
    play two "$1" normal 's_axi_control_bvalid without a request' +b_extra
    play two "$1" normal 's_axi_control_rvalid without a request' +r_extra
    play two "$1" normal 's_axi_control_bresp is 1' +b_exokay
    play two "$1" normal 's_axi_control: no answer to a write for 256 clocks' +no_b
    play two "$1" normal 's_axi_control: no answer to a read for 256 clocks' +no_r
    play two "$1" normal 's_axi_control: awready is low for 256 clocks' +no_awready
    play two "$1" normal 's_axi_control: wready is low for 256 clocks' +no_wready
    play two "$1" normal 's_axi_control: arready is low for 256 clocks' +no_arready
    play two "$1" normal 'ID is 45534532, expected 45534531' +wrong_id
    play two "$1" normal 'CONFIG_HASH is 12345679, expected 12345678' +wrong_hash
    play two "$1" normal 'of undefined register ... answers OKAY, expected SLVERR' +hole_answers
    play two "$1" normal 'WATCHDOG is .*, expected 0' +leak
    play two "$1" normal 'STATUS before start is 0, expected 8' +never_idle
    play two "$1" normal 'buses are idle, with [0-9]* bursts outstanding' +false_idle
    play two "$1" normal 'phase SLVERR, .*ERROR is 3, expected 2' +wrong_code
    play two "$1" normal 'FRAMES is 6, expected 5|FRAMES is 6, 5 were played' +frames_off
    play two "$1" normal 'CYCLES is [0-9]*, [0-9]* clocks after start' +cycles_off
    play two "$1" normal 's_axis_x_tready is high while the chip is stopped' +x_awake
    play two "$1" normal 'm_axis_y_tvalid is high while the chip is stopped' +stale
    play two "$1" normal 'no interrupt at the end of a frame' +no_interrupt
    play two "$1" normal 'no interrupt at the end of a frame' +no_frame_event
    play two "$1" normal 'the interrupt is high, but IRQ_STATUS is 0' +interrupt_stays
    play two "$1" normal 'phase SLVERR: all frames are out, but error 2 did not come|c of frame' +blind
    play two "$1" normal 'mon_error is high, but x was framed well' +self_stop
    play two "$1" no_error 'phase end: all frames are out, but error 5 did not come'
    play two "$1" late_stop 'phase end: over before the stop in cycle 100000'
    play two "$1" late 'frame 1 starts in cycle 192, expected in 191'
    play two "$1" slack '^pass$'
    play two "$1" stuck_x 'phase end: time-out in cycle .*: nothing moves any more; x at frame 0 word 1 .valid 0'
    play two "$1" region_size 'memory image columns.bin has 1500 bytes, should have 1501'
    play two "$1" region_crc 'memory image columns.bin has been changed'
    play two "$1" region_missing 'memory image Zolumns.bin is missing'
    play two "$1" region_base 'region columns.bin cannot lie at 10200 of port 1'
    play two "$1" region_moved 'lie outside the regions'
    play two "$1" ports 'the bench has not the 1 AXI ports'
    play two "$1" mode 'the bench has AXI ports, the stimulus is for a chip without'
}

both() { # SIMULATOR
    for chip in wide small odd two one big half; do
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
    play wide "$1" idle 'nothing was checked'
    play wide "$1" stuck_x 'phase end: time-out in cycle .*: nothing moves any more; x at frame 2 word 0 .valid 0'
    play wide "$1" stuck_y 'phase end: time-out .*nothing moves any more; .*valid 1, ready 0'
    play wide "$1" slow 'time-out in cycle 30: the phase takes too long'
    play wide "$1" late_cut 'phase end: over before the reset in cycle 100000'
    play wide "$1" image_missing 'memory image Zeights.mem is missing'
    play wide "$1" image_size 'memory image weights.mem has 5 bytes, should have 6'
    play wide "$1" image_crc 'memory image weights.mem has been changed'
    play wide "$1" file_bit 'damaged: wrong CRC'
    play wide "$1" file_missing 'cannot read the stimulus'
    play wide "$1" file_empty 'is no stimulus file'
    faults "$1"
    axi_faults "$1"
}

if [ "$only" != icarus ]; then
    both verilator
fi
if [ "$only" != verilator ]; then
    both icarus
    # Unknown values exist only here.
    play wide icarus normal 'y of frame 1, .*got X' +x_on_y
    play wide icarus normal 'm_axis_y_tvalid is X' +x_on_valid
    play wide icarus normal 'c of frame 1, .*got X' +x_on_c
    play wide icarus normal 'mon_stall is X' +x_on_stall
    play wide icarus normal 'mon_product is X' +x_on_index
    play wide icarus normal 'mon_issue is X for some of PEs 0..31' +x_on_issue
    play wide icarus normal 'mon_cell_keep is X in lane 0' +x_on_keep
    play two icarus normal 'm_axi_data_arvalid is X' +x_on_arvalid
    play two icarus normal 'm_axi_data shows an address with X in it' +x_on_araddr
    play two icarus normal 'm_axi_data_rready is X' +x_on_rready
    play two icarus normal 's_axi_control_bresp is X' +x_on_lite_b
    play two icarus normal 's_axi_control_rdata or rresp is X' +x_on_lite_r
    play two icarus normal 's_axi_control_awready is X' +x_on_awready
    play two icarus normal ' irq is X' +x_on_interrupt
fi

# A design that does not compile, and tools that are not there.
printf 'module ese_top; nonsense\n' >"$work/odd/rtl/ese_top.v"
play odd icarus normal '^error: iverilog failed, exit status'
play odd verilator normal '^error: verilator failed, exit status'
got=$(PATH=/nowhere "$work/drive" "$work/odd" verilator normal 2>&1 | tail -n 1)
result 'no verilator' 'error: verilator is not installed.*apt-get install verilator' "$got"
got=$(PATH=/nowhere "$work/drive" "$work/odd" icarus normal 2>&1 | tail -n 1)
result 'no icarus' 'error: iverilog is not installed.*apt-get install iverilog' "$got"

printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
