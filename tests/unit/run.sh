#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh FOLDER - runs the unit tests that were built into FOLDER.  Prints "N passed, N failed".
set -euo pipefail
folder=${1:?folder of the test programs}
cd "$(dirname "$0")/../.."
passed=0 failed=0

for source in tests/unit/test_*.c; do
    name=$(basename "$source" .c)
    status=0
    output=$(ulimit -t 600; ESE_HOME=$PWD "$folder/$name" 2>&1) || status=$?
    good=$(sed -n 's/^\[  PASSED  \] \([0-9]*\) test(s)\.$/\1/p' <<<"$output" | tail -n 1)
    bad=$(sed -n 's/^\[  FAILED  \] \([0-9]*\) test(s).*/\1/p' <<<"$output" | tail -n 1)
    # A program that died has not told what it had left to do.
    if [ "$status" -ne 0 ] && [ "${bad:-0}" -eq 0 ] || [ -z "$good" ]; then
        bad=$((${bad:-0} + 1))
    fi
    passed=$((passed + ${good:-0}))
    failed=$((failed + ${bad:-0}))
    if [ "${bad:-0}" -ne 0 ]; then
        printf 'FAILED %s, exit status %d\n' "$name" "$status"
        grep -v -e '^\[ RUN' -e '^\[       OK' <<<"$output" | tail -n 20
    fi
done
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
