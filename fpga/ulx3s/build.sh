#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# build.sh CHIP OUT - the bitstream of an ULX3S with a chip on it: OUT/ulx3s.bit, and what it was made of.
#
# CHIP is a folder that `ese gen` made, with one channel and memory rom.
#
#   device=12k|25k|45k|85k  what is on the board (25k)
#   mhz=N, baud=N           clock of the chip, a multiple of 5, and speed of the line, as parameters of
#                           rtl/ulx3s_top.v; a clock that the placed design does not reach is an error
#   seed=N                  of the placement (1)
#   ESE_PNR_TOOLS=DIR       where the tools lie, with or without `yowasp-` before their names
#                           (build/pnr-venv/bin, which make pnr-tools makes); else they are looked for in PATH
set -euo pipefail
[ $# -eq 2 ] || { echo 'usage: build.sh CHIP OUT' >&2; exit 2; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
host=${ESE_ULX3S_HOST:-$root/build/ulx3s_host}
export PATH=${ESE_PNR_TOOLS:-$root/build/pnr-venv/bin}:$PATH

tool() { # NAME : as it is called here
    command -v "yowasp-$1" || command -v "$1" ||
        { echo "build.sh: there is no $1; make pnr-tools installs it" >&2; exit 1; }
}

# A tool's output goes into a log, and is shown if it fails.
logged() { # LOG COMMAND...
    local log=$1
    shift
    "$@" >"$log" 2>&1 || { tail -n 20 "$log" >&2; echo "build.sh: $1 failed, see $log" >&2; exit 1; }
}

yosys=$(tool yosys) nextpnr=$(tool nextpnr-ecp5) ecppack=$(tool ecppack)
mkdir -p "$2"
chip=$(cd "$1" && pwd) out=$(cd "$2" && pwd)
rm -f "$out/ulx3s.bit"

# All in one folder: what runs in a sandbox may not see others.
rm -rf "$out/rtl" "$out/mem"
mkdir "$out/rtl" "$out/mem"
cp "$here"/rtl/*.v "$here"/rtl/*.vh "$chip"/rtl/*.v "$out/rtl"
cp "$chip"/mem/*.mem "$out/mem"
"$host" header "$chip" >"$out/rtl/chip.vh"
prefix=$(sed -n 's/^`define CHIP_TOP *\(.*\)_top$/\1/p' "$out/rtl/chip.vh")

cd "$out"
cat >synth.ys <<YS
read_verilog -Irtl -D${prefix^^}_MEM_DIR="mem/" rtl/*.v
${mhz:+chparam -set CLOCK_MHZ $mhz ulx3s_top}
${baud:+chparam -set BAUD $baud ulx3s_top}
synth_ecp5 -top ulx3s_top -json ulx3s.json
YS
logged yosys.log "$yosys" -s synth.ys
cp "$here/ulx3s.lpf" .
logged nextpnr.log "$nextpnr" "--${device:-25k}" --package CABGA381 --speed 6 --seed "${seed:-1}" \
    --json ulx3s.json --lpf ulx3s.lpf --textcfg ulx3s.config --report timing.json
logged ecppack.log "$ecppack" --compress ulx3s.config ulx3s.bit
grep -E '\s(TRELLIS_COMB|TRELLIS_FF|DP16KD|MULT18X18D): ' nextpnr.log | sed 's,^Info:[ \t]*,,'
grep 'Max frequency' nextpnr.log | tail -n 1 | sed 's/^Info: *//'
echo "$out/ulx3s.bit"
