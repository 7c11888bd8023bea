#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh - the host library on simulated chips: the copy in a chip's folder compiled alone, its example,
# scenarios of host.c, two chips at once, and ese run with good and bad input.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
warnings="-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Werror"

# FILE FRAMES WIDTH SEED: a .npy of numbers between -2 and 2
features() {
    awk -v frames="$2" -v width="$3" -v seed="$4" 'BEGIN {
        srand(seed)
        for (i = 0; i < frames * width; i++) print int(rand() * 1024) - 512
    }' | "$work/make_npy" "$1" "$2" "$3"
}

cat >"$work/make_npy.c" <<'END'
#include <stdio.h>
#include <stdlib.h>
#include "models/file/npy.h"
int main(int argc, char **argv)
{
    struct error error;
    int shape[2] = {atoi(argv[2]), atoi(argv[3])}, number;
    float *values = calloc((size_t)(shape[0] * shape[1]) + 1, sizeof *values);
    for (int i = 0; i < shape[0] * shape[1] && scanf("%d", &number) == 1; i++)
        values[i] = (float)number / 256;
    return argc == 4 && npy_write_floats(argv[1], 2, shape, values, &error) ? 0 : 1;
}
END
gcc -std=c11 -D_GNU_SOURCE -I. -o "$work/make_npy" "$work/make_npy.c" models/file/{npy,kind,element}.c \
    models/base/{bytes,error}.c -lm

# ---- two chips: everything that can differ for a host does ----

must 'gen of a streaming chip' "$ese" gen tiny -o "$work/stream" --set memory=stream
must 'gen of a resident chip' "$ese" gen tiny -o "$work/resident" --set memory=resident \
    --set memory_ports=1 --set channels=5 --set activation_bits=13 --set device=xck26 --set weights_ram=ultra
must 'its weights in UltraRAM' grep -q 'WEIGHTS_RAM *("ultra")' "$work/resident/rtl/ese_mem_controller.v"
mkdir "$work/in" "$work/out"
for n in 1 2 3 4 5 6 7 8 9; do
    features "$work/in/voice$n.npy" $((31 + 7 * n)) 5 "$n"
done

ran() { # NAME CHIP ARGUMENT... : must be bit-exact, in steady state as fast as planned
    local name=$1 chip=$2 cycles model
    shift 2
    if ! output=$("$ese" run "$work/$chip" -i "$work/in" -o "$work/out/$chip" --json "$work/run.json" \
        "$@" 2>&1); then
        bad "run, $name" "$output"
        return
    fi
    same "run, $name: verdict" "$("$json_get" "$work/run.json" verdict)" pass
    same "run, $name: outputs" "$(ls "$work/out/$chip" | wc -l)" 9
    cycles=$("$json_get" "$work/run.json" cycles_per_frame)
    model=$("$json_get" "$work/run.json" model_cycles_per_frame)
    holds "run, $name: within 1 % of the plan" "$cycles" '<=' "$(awk "BEGIN { print 1.01 * $model }")"
    holds "run, $name: not faster than it can" "$cycles" '>=' "$(awk "BEGIN { print 0.99 * $model }")"
    # What the chip has multiplied is what there is to multiply.
    holds "run, $name: multipliers are used" "$("$json_get" "$work/run.json" utilization)" '>' 0.2
}

ran 'streaming' stream
cp -r "$work/out/stream" "$work/out/first"
ran 'streaming, ddr3' stream --memory ddr3
must 'memories do not change the outputs' diff -r "$work/out/first" "$work/out/stream"
ran 'streaming, all vectors' stream --taps
same 'all vectors: those' "$("$json_get" "$work/run.json" checked | grep -oE '"vector":"[a-z]*"' | paste -s -d ' ')" \
    '"vector":"y" "vector":"c" "vector":"m" "vector":"y"'
must 'all vectors: the outputs are the same' diff -r "$work/out/first" "$work/out/stream"
ran 'streaming, icarus' stream --simulator icarus --taps
must 'simulators do not change the outputs' diff -r "$work/out/first" "$work/out/stream"
ran 'resident' resident
ran 'resident, icarus' resident --simulator icarus
must 'run, hostile memory' "$ese" run "$work/resident" -i "$work/in" -o "$work/out/resident" \
    --memory hostile
must 'another model of the same chip' "$ese" model "$work/stream" tiny --set model.seed=2 \
    -o "$work/model"
ran 'another model' stream --model "$work/model" --taps
if diff -rq "$work/out/first" "$work/out/stream" >"$work/stdout"; then
    bad 'another model gives the same outputs'
else
    good
fi

# ---- the library alone ----

library() { # NAME FLAG...
    local name=$1
    shift
    silent "library compiles, $name" in_folder "$work/stream/driver" \
        bash -c 'gcc "$@" example.c ese_*.c -lm' - $warnings "$@" -o "$work/$name"
}
library example -std=c11 -O2
library example-gnu -std=gnu11 -O2 -D_GNU_SOURCE
library example-asan -std=c11 -g -fsanitize=address,undefined -fno-sanitize-recover=all
simulator=$work/stream/build/verilator/Vese_bench
same 'example' "$(cd "$work" && ./example-asan stream/mem stream/mem "$simulator" 2>&1 |
    grep -c '^voice [01]: first y of the last frame is ')" 2
same 'example without a card' "$("$work/example" "$work/stream/mem" 2>&1)" \
    'no bus: cannot open /dev/xdma0_user: No such file or directory'

gcc -std=c11 $warnings -g -fsanitize=address,undefined -fno-sanitize-recover=all \
    -I"$work/stream/driver" -o "$work/host" tests/driver/host.c "$work"/stream/driver/ese_*.c -lm

scenario() { # NAME WANTED VERDICT CHIP MEMORY
    local output verdict
    rm -f "$work/host.log"
    output=$(ASAN_OPTIONS=detect_leaks=0 limited 300 "$work/host" "$1" "$work/$4/mem" "$work/host.log" \
        "$work/$4/build/verilator/Vese_bench" +verilator+rand+reset+2 "+memory=$5" 2>&1) || :
    if grep -Eq -e "$2" <<<"$output"; then good; else bad "$1, $4, $5" "$output"; fi
    for _ in 1 2 3 4 5 6 7 8 9 10; do # a simulator that was deserted ends a little later
        verdict=$(grep '^VERDICT' "$work/host.log" || :)
        [ -z "$verdict" ] || break
        sleep 0.2
    done
    if grep -Eq -e "$3" <<<"$verdict"; then good; else bad "$1, $4, $5: verdict" "$verdict"; fi
}

for chip in stream resident; do
    for memory in ideal hostile; do
        scenario pieces '^good$' '^VERDICT PASS$' "$chip" "$memory"
        scenario chained '^good$' '^VERDICT PASS$' "$chip" "$memory"
        scenario recover '^good$' '^VERDICT PASS$' "$chip" "$memory"
        scenario closed '^good$' '^VERDICT PASS$' "$chip" "$memory"
    done
    scenario single_frames '^good$' '^VERDICT PASS$' "$chip" ideal
    scenario strided '^good$' '^VERDICT PASS$' "$chip" hostile
    scenario stopped '^good$' '^VERDICT PASS$' "$chip" hostile
    scenario parts '^good$' '^VERDICT PASS$' "$chip" ideal
    scenario parts '^good$' '^VERDICT PASS$' "$chip" hostile
    scenario damaged '^good$' '^VERDICT PASS$' "$chip" ideal
done

# States of GRUs lie in the cell memory and in the store; a chip of both forms of it, and an LSTM.
cat >"$work/gru.yaml" <<'END'
base: tiny
memory: stream
channels: 3
model:
  layers:
    - {kind: gru, input: 5, cell: 9}
    - {kind: gru, cell: 7, reset: before}
    - {kind: lstm, cell: 5, output: 4}
    - {kind: gru, cell: 6}
END
must 'gen of a chip with GRUs' "$ese" gen "$work/gru.yaml" -o "$work/gru"
ran 'GRUs' gru
for name in pieces chained strided stopped recover closed; do
    scenario "$name" '^good$' '^VERDICT PASS$' gru ideal
done
scenario strided '^good$' '^VERDICT PASS$' gru hostile
scenario forgetful '^voice 0 differs$' '^VERDICT PASS$' gru ideal

scenario no_register '^good$' '^VERDICT PASS$' stream ideal
scenario forgetful '^voice 0 differs$' '^VERDICT PASS$' stream ideal
scenario rule_broken 'simulated chip: .*m_axi_weights: .* lie outside the regions' \
    '^VERDICT FAIL: .*outside the regions' stream ideal
scenario deserted '^deserted$' '^VERDICT FAIL: the program at the other end of the pipe is gone$' \
    stream ideal
scenario pieces '\+memory is not ideal, ddr3 or hostile|the simulated chip is gone' \
    '^VERDICT FAIL: \+memory is not ideal, ddr3 or hostile: slow$' stream slow

# Two chips of different names and shapes, one library; both simulators are there from the runs above.
must 'gen of a chip with a name' "$ese" gen tiny -o "$work/named" --set memory=resident \
    --set memory_ports=1 --set channels=5 --set activation_bits=13 --set prefix=named
ran 'a chip with a name' named
must 'a name changes no outputs' diff -r "$work/out/resident" "$work/out/named"
gcc -std=c11 $warnings -g -fsanitize=address,undefined -fno-sanitize-recover=all \
    -I"$work/stream/driver" -o "$work/two" tests/driver/two.c "$work"/stream/driver/ese_*.c -lm
same 'two chips at once' "$(cd "$work" && limited 300 ./two stream/mem \
    "$work/stream/build/verilator/Vese_bench" named/mem "$work/named/build/verilator/Vese_bench" 2>&1 |
    tail -n 1)" good
for log in two0.log two1.log; do
    same "two chips at once: verdict of $log" "$(grep -c '^VERDICT PASS$' "$work/$log")" 1
done

# ---- bad input to ese run ----

refused() { # NAME PATTERN ARGUMENT... : one line, exit status 1, no folder left behind
    local name=$1 pattern=$2 status=0
    shift 2
    "$ese" run "$@" >"$work/stdout" 2>"$work/stderr" </dev/null || status=$?
    if [ "$status" -ne 1 ] || [ "$(wc -l <"$work/stderr")" -ne 1 ] ||
        ! grep -q '^ese: ' "$work/stderr" || ! grep -Eq -e "$pattern" "$work/stderr"; then
        bad "refused, $name" "exit status $status: $(cat "$work/stderr")"
    elif [ -e "$work/none" ]; then
        bad "refused, $name: left behind"
        rm -rf "$work/none"
    else
        good
    fi
}

# ---- interrupted, as by a terminal: the simulator, too ----

mkdir "$work/long"
features "$work/long/a.npy" 4000 5 1
features "$work/long/b.npy" 9 5 2
features "$work/long/c.npy" 8 5 3
setsid env --default-signal=INT "$ese" run "$work/stream" -i "$work/long" -o "$work/cut" \
    >"$work/stdout" 2>"$work/stderr" &
cut=$!
for ((n = 0; n < 1200; n++)); do
    [ ! -e "$work/cut/c.npy" ] || break
    sleep 0.1
done
kill -INT -- "-$cut" 2>/dev/null || :
status=0
wait "$cut" || status=$?
same 'interrupted: status' "$status" 1
same 'interrupted: how many are finished' "$(cat "$work/stderr")" \
    "ese: interrupted; 2 of 3 utterances were finished: see $work/cut"
same 'interrupted: they are there' "$(ls "$work/cut")" "$(printf 'b.npy\nc.npy')"
same 'interrupted: a frame more than the other' \
    $(($(stat -c %s "$work/cut/b.npy") - $(stat -c %s "$work/cut/c.npy"))) \
    $((4 * $("$json_get" "$work/stream/report.json" network.output)))

features "$work/wide.npy" 4 6 1
mkdir "$work/empty" "$work/other"
cp "$work/in/voice1.npy" "$work/other/"
one=$work/in/voice1.npy
out="-o $work/none"
# shellcheck disable=SC2086 # options are words
{
    refused 'width' 'wide.npy: has shape \[4, 6\], expected \[frames, 5\]' \
        "$work/stream" -i "$work/wide.npy" $out
    refused 'missing file' 'absent.npy: .*No such file' "$work/stream" -i "$work/absent.npy" $out
    refused 'empty folder' 'empty: holds no utterances' "$work/stream" -i "$work/empty" $out
    refused 'same name' 'two inputs would both be written as voice1.npy: .*in/voice1.npy and .*other' \
        "$work/stream" -i "$one" "$work/other" $out
    refused 'no chip' "is not a folder that 'ese gen' made" "$work/empty" -i "$one" $out
    must 'gen of a chip in rom' "$ese" gen tiny -o "$work/rom"
    refused 'rom' 'model in ROM and no host interface: generate one with --set memory=resident' \
        "$work/rom" -i "$one" $out
    must 'gen of a chip with streams' "$ese" gen tiny -o "$work/streams" --set memory=stream \
        --set io=stream
    refused 'streams' 'takes x and y by streams.*--set io=memory' "$work/streams" -i "$one" $out
    refused 'outputs to a file' 'voice1.npy is not a folder' "$work/stream" -i "$one" -o "$one"
    refused 'outputs in no folder' 'cannot create the folder .*No such file' "$work/stream" -i "$one" \
        -o "$work/none/none"
    refused 'no image' "is not a folder that 'ese model' made" "$work/stream" -i "$one" $out \
        --model "$work/empty"
    refused 'image of another chip' 'was made for another chip' "$work/resident" -i "$one" $out \
        --model "$work/model"
    cp -r "$work/stream" "$work/damaged"
    printf 'x' | dd of="$work/damaged/mem/weights.bin" bs=1 seek=70 conv=notrunc status=none
    refused 'damaged weights' 'error 16: the CRC of a section' "$work/damaged" -i "$one" $out
    # A simulator that ends by itself, in the middle of the work.
    cp "$work/stream/mem/weights.bin" "$work/damaged/mem/"
    sed -i 's/^endmodule/initial #15000 $finish;\nendmodule/' "$work/damaged/sim/ese_bench.v"
    refused 'dead simulator' 'the simulated chip is gone: .*the simulator.s log: .*/run.log' \
        "$work/damaged" -i "$one" $out --simulator icarus
    # A chip that multiplies wrongly.
    cp "$work/stream/sim/ese_bench.v" "$work/damaged/sim/"
    sed -i '0,/16/s//61/' "$work/damaged/mem/tanh.mem"
}
status=0
output=$("$ese" run "$work/damaged" -i "$work/in" -o "$work/out/wrong" --simulator icarus 2>&1) || status=$?
same 'wrong outputs: status' "$status" 1
if grep -q '^outputs  *WRONG: .*the golden model gives' <<<"$output"; then
    good
else
    bad 'wrong outputs: message' "$output"
fi

usage() { # NAME PATTERN ARGUMENT...
    local name=$1 pattern=$2 status=0
    shift 2
    "$ese" run "$@" >"$work/stdout" 2>"$work/stderr" </dev/null || status=$?
    if [ "$status" -eq 2 ] && grep -Eq -e "$pattern" "$work/stderr"; then
        good
    else
        bad "usage, $name" "exit status $status: $(cat "$work/stderr")"
    fi
}

usage 'no input' 'no inputs given: --input FILE' "$work/stream" -o "$work/none"
usage 'no output' 'no output given: -o OUT' "$work/stream" -i "$one"
usage 'no chip' 'no DIR given' -i "$one" -o "$work/none"
usage 'memory' "'slow' is not ideal, ddr3 or hostile" "$work/stream" -i "$one" -o x --memory slow
usage 'simulator' "'both' is not verilator or icarus" "$work/stream" -i "$one" -o x --simulator both
finish
