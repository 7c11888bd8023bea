#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# demo.sh - recorded speech through a generated chip.  Run by `make demo`.
set -euo pipefail
cd "$(dirname "$0")/.."
chip=rtl_out/speech

run() { # COMMAND... : shows it as one would type it
    printf '\n$ %s\n' "$*"
    "$@"
}

# The paragraphs of a report that begin with these words.
paragraphs() { # FILE PATTERN
    awk -v RS= -v ORS='\n\n' -v pattern="^($2)" '$0 ~ pattern' "$1"
}

echo 'A trained LSTM, pruned to 10 %, becomes Verilog for 8 PEs and 4 channels.'
run build/ese gen speech -o $chip
printf '\n'
paragraphs $chip/report.txt 'Chip|Speed'

echo 'Four utterances at once run through that Verilog, compiled by Verilator; every y and c is'
echo 'compared with the integer model. Below: phones from the output of the chip, and the true ones.'
run build/ese recognise $chip --json $chip/recognise.json

printf '\n%s\n' 'The other simulator, and random gaps at the inputs and outputs:'
run build/ese verify $chip --frames 10 --json $chip/verify.json |
    sed '/^  state  *begin/,/^$/d' # the long table of the chart

printf '\n%s\n' 'The same generator at the size of the ESE paper, as its cycle model has it:'
run build/ese report paper | grep -e '^\$' -e '^  matrix' -e '^  total' -e '^  Total' -e 'a frame  '

cat <<END

What was written:
  $chip/rtl             $(find $chip/rtl -name '*.v' | wc -l) modules of Verilog-2005; the top is rtl/ese_top.v
  $chip/mem             weights, column lengths, constants, schedule, tables for \$readmemh
  $chip/sim             test bench and C harness
  $chip/README.md       this chip: ports, number formats, how to use it
  $chip/report.txt      cycles, use of the multipliers, memory, errors of quantization
  $chip/verify.json, recognise.json   the results above
END
