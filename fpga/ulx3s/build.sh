#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# build.sh CHIP OUT - the bitstream of an ULX3S with a chip on it: OUT/ulx3s.bit, and what it was made of.
#
# CHIP is a folder that `ese gen` made, with one channel and memory rom.
#
#   device=12k|25k|45k|85k  what is on the board (25k)
#   mhz=N, baud=N           clock of the chip (50), a multiple of 5 from 10 to 300, and speed of the line (that of
#                           protocol.def), at most an eighth of it; a clock that the placed design does not reach is an error
#   seed=N                  of the placement (1)
#   ESE_PNR_TOOLS=DIR       where the tools lie, with or without `yowasp-` before their names
#                           (build/pnr-venv/bin, which make pnr-tools makes); else they are looked for in PATH
set -euo pipefail
[ $# -eq 2 ] || { echo 'usage: build.sh CHIP OUT' >&2; exit 2; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
host=${ESE_ULX3S_HOST:-$root/build/ulx3s_host}
export PATH=${ESE_PNR_TOOLS:-$root/build/pnr-venv/bin}:$PATH

wrong() { # MESSAGE
    echo "build.sh: $1" >&2
    exit "${2:-1}"
}

whole() { # NAME VALUE
    [[ $2 =~ ^[1-9][0-9]{0,8}$ ]] || wrong "$1: '$2' is not a whole number from 1 on" 2
}

tool() { # NAME : as it is called here
    command -v "yowasp-$1" || command -v "$1" ||
        wrong "there is no $1; make pnr-tools installs it"
}

# A tool's output goes into a log, and is shown if it fails.
logged() { # LOG COMMAND...
    local log=$1
    shift
    "$@" >"$log" 2>&1 && return
    tail -n 20 "$log" >&2
    too_large "$log"
    wrong "$1 failed, see $out/$log"
}

# Of what the placer says before it begins, "Info:  DP16KD: 60/ 56 107%", what there is no room for.
too_large() { # LOG
    local over
    over=$(awk '$1 == "Info:" && $3 ~ /^[0-9]+\/$/ && $3 + 0 > $4 + 0 {
        sub(/:/, "", $2); printf "%s%d of %d %s", any++ ? ", " : "", $3, $4, $2 }' "$1")
    [ -z "$over" ] || wrong "the chip is too large for $device: it takes $over; see $out/$1"
}

device=${device:-25k} seed=${seed:-1}
case $device in
12k | 25k | 45k | 85k) ;;
*) wrong "device: '$device' is not 12k, 25k, 45k or 85k" 2 ;;
esac
whole seed "$seed"
whole mhz "${mhz:=50}"
[ $((mhz % 5)) -eq 0 ] && [ "$mhz" -ge 10 ] && [ "$mhz" -le 300 ] ||
    wrong "mhz: $mhz is not a multiple of 5 from 10 to 300" 2
[ -z "${baud:-}" ] || whole baud "$baud"
[ $((${baud:-0} * 8)) -le $((mhz * 1000000)) ] ||
    wrong "baud: $baud is more than an eighth of the clock, $((mhz * 125000))" 2
header=$("$host" header "$1")
[ ! -e "$2/manifest.json" ] || wrong "'$2' is a chip's folder, and must not be written over"
yosys=$(tool yosys) nextpnr=$(tool nextpnr-ecp5) ecppack=$(tool ecppack)
mkdir -p "$2"
chip=$(cd "$1" && pwd) out=$(cd "$2" && pwd)
rm -f "$out/ulx3s.bit"

# All in one folder: what runs in a sandbox may not see others.
rm -rf "$out/rtl" "$out/mem"
mkdir "$out/rtl" "$out/mem"
cp "$here"/rtl/*.v "$here"/rtl/*.vh "$chip"/rtl/*.v "$out/rtl"
cp "$chip"/mem/*.mem "$out/mem"
echo "$header" >"$out/rtl/chip.vh"
prefix=$(sed -n 's/^`define CHIP_TOP *\(.*\)_top$/\1/p' "$out/rtl/chip.vh")

cd "$out"
cat >synth.ys <<YS
read_verilog -Irtl -D${prefix^^}_MEM_DIR="mem/" rtl/*.v
chparam -set CLOCK_MHZ $mhz ulx3s_top
${baud:+chparam -set BAUD $baud ulx3s_top}
synth_ecp5 -top ulx3s_top -json ulx3s.json
YS
logged yosys.log "$yosys" -s synth.ys
cp "$here/ulx3s.lpf" .
logged nextpnr.log "$nextpnr" "--$device" --package CABGA381 --speed 6 --seed "$seed" \
    --json ulx3s.json --lpf ulx3s.lpf --textcfg ulx3s.config --report timing.json
logged ecppack.log "$ecppack" --compress ulx3s.config ulx3s.bit
grep -E '\s(TRELLIS_COMB|TRELLIS_FF|DP16KD|MULT18X18D): ' nextpnr.log | sed 's,^Info:[ \t]*,,'
grep 'Max frequency' nextpnr.log | tail -n 1 | sed 's/^Info: *//'
echo "$out/ulx3s.bit"
