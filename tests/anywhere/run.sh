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
cp -r templates sim fpga models LICENSE-OUTPUT "$checkout"
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
# ---- the emitted Verilog, from any folder ----

rm -rf "$work/chip"
elsewhere=$work/elsewhere
mkdir "$elsewhere"
cat >"$elsewhere/bench.v" <<'END'
`timescale 1ns / 1ps
// Whoever brings a bench of his own: it ends well, unless something in the chip ends it first.
module bench;
    reg aclk, aresetn;
    ese_top chip (.aclk (aclk), .aresetn (aresetn));
    initial begin
        aclk    = 1'b0;
        aresetn = 1'b0;
    end
    always #5 aclk = !aclk;
    always @(posedge aclk) begin
        aresetn <= 1'b1;
        if (aresetn) begin
            $display("word %h", chip.u_model.u_constants.memory[0]);
            $finish;
        end
    end
endmodule
END
bench() { # SIMULATOR CHIP FOLDER [-DMACRO] : runs in FOLDER
    local chip=$2 folder=$3
    if [ "$1" = icarus ]; then
        iverilog -g2005 "${@:4}" -s bench -o "$elsewhere/bench.vvp" "$elsewhere/bench.v" \
            "$chip"/rtl/*.v && in_folder "$folder" vvp -n "$elsewhere/bench.vvp"
    else
        in_folder "$elsewhere" verilator --binary --timing -Wno-fatal -Wno-lint "${@:4}" \
            -CFLAGS -O0 --top-module bench bench.v -F "$chip/rtl/relative.f" \
            >"$elsewhere/build.log" &&
            in_folder "$folder" "$elsewhere/obj_dir/Vbench"
    fi
}
reads() { # NAME SIMULATOR CHIP FOLDER [-DMACRO]
    local name=$1 output
    output=$(bench "${@:2}" 2>&1) || { bad "$name" "$output" && return; }
    same "$name" "$(sed -n 's/^word 0*//p' <<<"$output")" \
        "$(sed -n '/^[0-9a-f]/{s/^0*//;s/[^0-9a-f].*//;p;q}' "$3/mem/constants.mem")"
}
stops() { # NAME FILE SIMULATOR CHIP FOLDER [-DMACRO]
    local name=$1 file=$2 output
    if output=$(bench "${@:3}" 2>&1); then
        bad "$name: goes on" "$output"
    elif grep -q "^memory image '$file' cannot be read" <<<"$output"; then
        good
    else
        bad "$name: does not say which" "$output"
    fi
}
must 'gen of a chip to be read' "$ese" gen tiny -o "$work/chip"
chip=$work/chip
there="-DESE_MEM_DIR=\"$chip/mem/\""
for simulator in icarus verilator; do
    reads "$simulator, in mem" $simulator "$chip" "$chip/mem"
    reads "$simulator, from elsewhere" $simulator "$chip" "$elsewhere" "$there"
    stops "$simulator, images elsewhere" '[a-z]*.mem' $simulator "$chip" "$elsewhere"
    for image in weights sigmoid passes; do
        mv "$chip/mem/$image.mem" "$work"
        stops "$simulator, no $image.mem" "$chip/mem/$image.mem" \
            $simulator "$chip" "$elsewhere" "$there"
        mv "$work/$image.mem" "$chip/mem"
    done
done
silent 'lint by -F' in_folder "$elsewhere" \
    verilator --lint-only -Wall "$there" --top-module ese_top -F "$chip/rtl/relative.f"
silent 'lint by Icarus' in_folder "$elsewhere" \
    iverilog -g2005 -Wall "$there" -t null -s ese_top "$chip"/rtl/*.v
synthesized=$(in_folder "$elsewhere" yosys -q -p "read_verilog $there $chip/rtl/*.v; \
    hierarchy -check -top ese_top" 2>&1) || bad 'yosys from elsewhere' "$synthesized"
same 'yosys from elsewhere' "$(grep -v 'with list of registers' <<<"$synthesized" || :)" ''
must 'yosys with no images there' in_folder "$elsewhere" \
    sh -c "! yosys -q -p 'read_verilog $chip/rtl/*.v; hierarchy -check -top ese_top' 2>&1"
same 'the lists are the same' \
    "$(sed 's,^,rtl/,' "$chip/rtl/relative.f")" "$(cat "$chip/rtl/files.f")"
same 'no path of this machine' "$(grep -rlF -e "$work" -e "$PWD" "$chip" || :)" ''
finish
