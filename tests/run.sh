#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh check|long - runs the suites, two at a time, and adds up what they say.
#
# A suite is a command whose last line is "N passed, N failed".  One that ends without that line,
# or with a bad exit status and no failure counted, counts as a failure of its own.
# The logs are left in build/check/log.
set -euo pipefail
cd "$(dirname "$0")/.."
which=${1:-check}
work=build/check
log=$work/log
rm -rf "$work"
mkdir -p "$log"
begin=$SECONDS

# Killed or not, nothing goes on behind the user's back.
trap 'kill $(jobs -p) 2>/dev/null || true' EXIT

run_suite() { # NAME COMMAND...
    local name=$1 status=0 from=$SECONDS
    shift
    "$@" >"$log/$name" 2>&1 </dev/null || status=$?
    local line good bad
    line=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$log/$name" | tail -n 1) || true
    good=${line%% passed*}
    bad=${line##*, }
    bad=${bad%% failed}
    if [ -z "$line" ]; then
        good=0 bad=1
        echo "no result: exit status $status" >>"$log/$name"
    elif [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; then
        bad=1
        echo "exit status $status" >>"$log/$name"
    fi
    printf '%d %d\n' "$good" "$bad" >"$log/$name.result"
    printf '  %-22s %4d passed, %d failed  %4d s\n' "$name" "$good" "$bad" $((SECONDS - from))
}

suite() { # NAME COMMAND... : beside one other
    while [ "$(jobs -rp | wc -l)" -ge 2 ]; do
        wait -n || true
    done
    run_suite "$@" &
}

alone() { # NAME COMMAND... : measures time, so nothing runs beside it
    wait
    run_suite "$@"
}

case $which in
check)
    alone paper bash tests/chips/paper.sh 20
    alone paper-system bash tests/chips/system.sh 40 ideal memory=stream
    least=0.97 suite paper-64x16 bash tests/chips/paper.sh 6 pes=64 channels=16
    suite harness bash tests/harness/run.sh
    suite unit bash tests/unit/run.sh build/tests
    suite unit-asan bash tests/unit/run.sh build/asan/tests
    suite random bash tests/random/run.sh 1 8 both
    suite random-icarus bash tests/random/run.sh 9 22 icarus
    suite presets bash tests/chips/presets.sh
    suite kinds bash tests/chips/kinds.sh
    suite arrows bash tests/house/arrows.sh
    suite lists bash tests/house/lists.sh
    suite same-bytes bash tests/chips/same_bytes.sh
    suite rtl bash tests/rtl/run.sh
    suite fpga bash tests/fpga/run.sh
    suite driver bash tests/driver/run.sh
    suite paper-figures bash tests/paper/run.sh
    suite cli bash tests/cli/run.sh
    suite cli-asan bash tests/cli/run.sh build/asan/ese
    suite mutants bash tests/cli/mutants.sh
    ;;
long)
    alone paper bash tests/chips/paper.sh 60
    alone paper-resident bash tests/chips/paper.sh 40 memory=resident
    alone paper-stream bash tests/chips/paper.sh 40 memory=stream
    alone paper-one-port bash tests/chips/paper.sh 20 memory=stream memory_ports=1 axi_data_bits=1024
    alone system-resident bash tests/chips/system.sh 160 ideal memory=resident
    alone system-ddr3 bash tests/chips/system.sh 160 ddr3 memory=stream
    lengths="2 3" alone system-larger-than-chip bash tests/chips/system.sh 40 ideal memory=stream model.density=1
    alone system-hostile bash tests/chips/system.sh 40 hostile memory=stream
    least=0.97 alone paper-64x16-stream bash tests/chips/paper.sh 20 pes=64 channels=16 memory=stream \
        axi_data_bits=1024
    least=0.96 alone paper-128x8 bash tests/chips/paper.sh 20 pes=128 channels=8
    least=0.92 alone paper-256x4 bash tests/chips/paper.sh 20 pes=256 channels=4
    alone paper-16x64 bash tests/chips/paper.sh 20 pes=16 channels=64
    alone paper-relative bash tests/chips/paper.sh 20 encoding=relative
    alone paper-natural bash tests/chips/paper.sh 20 column_order=natural
    alone mutants-memory bash tests/cli/mutants.sh memory
    alone faults bash tests/chips/faults.sh 300 1 2 3
    alone random bash tests/random/parallel.sh 1000 1299
    alone fuzz bash tests/fuzz/run.sh 60
    alone bare bash tests/install/bare.sh
    ;;
*)
    echo "usage: run.sh check|long" >&2
    exit 2
    ;;
esac
wait

passed=0 failed=0
for result in "$log"/*.result; do
    read -r good bad <"$result"
    passed=$((passed + good))
    failed=$((failed + bad))
    if [ "$bad" -ne 0 ]; then
        name=$(basename "$result" .result)
        printf '\n%s failed, the end of %s:\n' "$name" "$log/$name"
        tail -n 25 "$log/$name"
    fi
done
printf '\n%d s\n' $((SECONDS - begin))
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
