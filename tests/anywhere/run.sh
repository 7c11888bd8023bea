#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh - ese where it is not at home: in paths that make cannot build in, on chips that are
# read-only, and its Verilog from any folder.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
odd="$work/it's a \"Größe\""
mkdir "$odd" "$work/tmp"
export TMPDIR=$work/tmp

# ---- a checkout, a chip and a folder to work in whose names are not for make ----

checkout=$odd/ese
mkdir -p "$checkout/build" "$checkout/gen"
cp "$ese" "$checkout/build"
cp -r gen/presets "$checkout/gen"
cp -r templates sim fpga models "$checkout"
ese=$checkout/build/ese

must 'gen' "$ese" gen tiny -o "$odd/tiny"
must 'verify, both simulators' "$ese" verify "$odd/tiny" --sim both --frames 4 \
    --json "$odd/result.json"
check_results 'verify' "$odd/result.json"
must 'verify again' "$ese" verify "$odd/tiny" --sim both --frames 4 --json "$odd/result.json"
for simulator in verilator icarus; do
    same "$simulator: is not built twice" \
        "$("$json_get" "$odd/result.json" "simulators.$simulator.build_seconds")" 0.0
done
must 'selftest' "$ese" verify "$odd/tiny" --selftest --sim icarus
must 'gen of a system' "$ese" gen tiny -o "$odd/system" --set memory=stream
must 'draw a voice' build/draw_voices "$odd/voices" 5 1 10 10 1
mv "$odd/voices/voice000.npy" "$odd/voices/o'ne \"é.npy"
for simulator in verilator icarus; do
    must "run, $simulator" in_folder "$odd" "$ese" run system --input voices \
        --output-dir "out $simulator" --simulator $simulator --work "a work"
    must "run, $simulator: its output" test -s "$odd/out $simulator/o'ne \"é.npy"
done
must 'a work folder of its own' test -x "$odd/a work/verilator/Vese_bench"
must 'nothing in the chip' test ! -e "$odd/system/build"
must 'gen of speech' "$ese" gen speech -o "$odd/speech"
must 'recognise' "$ese" recognise "$odd/speech" --frames 3 --work "$odd/a work"
must 'paper --verify' "$ese" paper fifo --verify --set pes=4 --set channels=1 --set model.input=8 \
    --set model.cell=16 --set model.output=8 --set model.density=0.5 -o "$odd/figures"
same 'nothing is left in TMPDIR' "$(ls -A "$TMPDIR")" ''

mkdir "$odd/tmp"
unusable=$(TMPDIR=$odd/tmp "$ese" verify "$odd/tiny" --sim icarus --work "$odd/new work" 2>&1) || :
must 'TMPDIR is named' grep -q 'make cannot build in .*: set TMPDIR to a folder' <<<"$unusable"

# ---- a chip that is read-only ----

must 'gen of a chip' "$ese" gen tiny -o "$work/chip"
chmod -R a-w "$work/chip"
chmod 777 "$work" "$work/tmp"
# Root may write everywhere.
nobody=()
[ "$(id -u)" -ne 0 ] || nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups)
chmod a+rX "$work" "$odd" "$checkout"
read_only() { # ARGUMENT...
    "${nobody[@]}" "$ese" "$@"
}
before=$(find "$work/chip" | sort)
must 'read-only: verify' read_only verify "$work/chip" --sim both --frames 4
same 'read-only: nothing in TMPDIR' "$(ls -A "$TMPDIR")" ''
mkdir -m 777 "$work/place"
must 'read-only: a work folder' \
    read_only verify "$work/chip" --sim icarus --frames 4 --work "$work/place"
must 'read-only: its build' test -x "$work/place/icarus/ese_bench.vvp"
must 'read-only: used again' \
    read_only verify "$work/chip" --sim icarus --frames 4 --work "$work/place" \
    --json "$work/place/result.json"
same 'read-only: not built twice' \
    "$("$json_get" "$work/place/result.json" simulators.icarus.build_seconds)" 0.0
same 'read-only: the chip' "$(find "$work/chip" | sort)" "$before"
finish
