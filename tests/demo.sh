#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# demo.sh [DIR] - speech through a generated chip, on a page of 45 lines.  Run by `make demo`.
# DIR, where the chip goes, is rtl_out/speech.
set -euo pipefail
cd "$(dirname "$0")/.."
chip=${1:-rtl_out/speech}

# COMMAND as one would type it, and what it prints.
run() { # COMMAND...
    echo "$ $*"
    "$@"
}

# Likewise, with the output in a file; shown are the lines that begin with PATTERN, and all if the
# command fails.
run_into() { # FILE PATTERN COMMAND...
    local file=$1 pattern=$2
    shift 2
    echo "$ $*"
    "$@" >"$file" || { cat "$file"; return 1; }
    grep -E "^($pattern)" "$file"
}

echo 'A trained and pruned LSTM becomes Verilog, and the layer that scores phones, too.'
run build/ese gen speech -o "$chip"
grep -E '^  weights ' "$chip/report.txt"

printf '\n%s\n' 'What a speech synthesizer said runs through that Verilog, a voice a channel.'
run build/ese recognise "$chip" --sentences "$chip/sentences.txt"

printf '\n%s\n' 'Gaps in x, back-pressure on y, a reset in mid-flight; and a picture of a frame:'
run_into "$chip/verify.txt" verilator \
    build/ese verify "$chip" --sim verilator --frames 10 --svg "$chip/schedule.svg"

printf '\n%s\n' "The ESE paper's LSTM, by the cycle model, against the cycles that the paper took:"
run_into "$chip/paper.txt" '  Total ' build/ese report paper

modules=$(find "$chip/rtl" -name '*.v' | wc -l)
cat <<END

Where to look next:
  $chip/README.md     this chip: ports, number formats, how to use it, in Vivado, too
  $chip/report.txt    cycles, use of the multipliers, memory, errors of quantization
  $chip/schedule.svg  picture: what the chip does when, as planned and as measured
  $chip/rtl           $modules modules of Verilog-2005; the top is ese_top.v
END
