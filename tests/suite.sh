#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# suite.sh LOG NAME [VARIABLE=VALUE]... COMMAND... - runs one suite, its output into LOG/NAME, and writes
# "passed failed seconds" into LOG/NAME.result, seconds of processor time.
#
# A suite is a command whose last line is "N passed, N failed".  One that ends without that line, or with a
# bad exit status and no failure counted, counts as a failure of its own.
set -euo pipefail
log=$1 name=$2
shift 2
status=0
TIMEFORMAT='%U %S'
{ time env "$@" >"$log/$name" 2>&1 </dev/null; } 2>"$log/$name.time" || status=$?
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
seconds=$(tail -n 1 "$log/$name.time" | awk '{ printf "%.0f", $1 + $2 }')
printf '%d %d %d\n' "$good" "$bad" "$seconds" >"$log/$name.result"
