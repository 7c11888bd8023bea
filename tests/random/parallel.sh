#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# parallel.sh FROM TO [layers] - run.sh for many seeds, as many at a time as there are processors; every
# fourth under both simulators, the rest under Icarus, which needs no C++ compiler.
set -euo pipefail
cd "$(dirname "$0")/../.."
log=$(mktemp -d)
trap 'rm -rf "$log"' EXIT

one() { # LOG SEED [layers]
    local simulators=icarus
    [ $(($2 % 4)) -ne 0 ] || simulators=both
    bash tests/random/run.sh "$2" "$2" "$simulators" ${3:+"$3"} >"$1/$2" 2>&1 || :
    # A run that died has no last line, which counts.
    tail -n 1 "$1/$2" | grep -Eq '^[0-9]+ passed, [0-9]+ failed$' ||
        printf 'FAILED seed %s: no result\n0 passed, 1 failed\n' "$2" >>"$1/$2"
}
export -f one
parallel --will-cite one "$log" '{}' "${3:-}" ::: $(seq "$1" "$2")

cat "$log"/* | grep -v -E '^[0-9]+ passed, [0-9]+ failed$' || true
cat "$log"/* | awk '/^[0-9]+ passed, [0-9]+ failed$/ { passed += $1; failed += $3 }
    END { printf "%d passed, %d failed\n", passed, failed; exit failed != 0 }'
