#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh check|full|ci|long [--limits] [--after] - runs the suites of tests/suites, two at a time, and adds up
# what they say.  run.sh table - prints the list as tests/README.md has it.
#
#   --limits  a suite that takes more processor time than it may is a failure
#   --after   adds what ran before, whose results are there still
#
# The logs are left in build/check/log.
set -euo pipefail
cd "$(dirname "$0")/.."
which=${1:?check, full, ci, long or table}
shift
limits='' after=''
for option in "$@"; do
    case $option in
    --limits) limits=1 ;;
    --after) after=1 ;;
    *) echo "run.sh: unknown option $option" >&2 && exit 2 ;;
    esac
done
work=build/check
log=$work/log

rows() { # SET...
    grep -Ev '^(#|$)' tests/suites | grep -E "^($(tr ' ' '|' <<<"$*"))  *"
}

table() {
    echo '| suite | in | CPU seconds | limit | command |'
    echo '|---|---|---|---|---|'
    local set name seconds limit how command
    rows check ci full long | while read -r set name seconds limit how command; do
        [ "$limit" -gt 0 ] || seconds=- limit=-
        # shellcheck disable=SC2016
        printf '| %s | %s | %s | %s | `%s` |\n' "$name" "$set" "$seconds" "$limit" "$command"
    done
}

case $which in
table) table && exit 0 ;;
check | ci | long) sets=$which ;;
full) sets='check ci full' ;;
*) echo "usage: run.sh check|full|ci|long|table" >&2 && exit 2 ;;
esac

[ -n "$after" ] || rm -rf "$work"
mkdir -p "$log"
begin=$SECONDS

# Every suite is a session of its own, so that nothing of it goes on behind the user's back.
declare -A running=() # by process: its name
stop() {
    trap - EXIT INT TERM
    for process in "${!running[@]}"; do
        kill -TERM -- "-$process" 2>/dev/null || true
    done
    wait
    echo 'stopped' >&2
    exit 130
}
trap stop INT TERM

total=0 done_seconds=0 count=0 finished=0
while read -r _ _ seconds _; do
    total=$((total + seconds)) count=$((count + 1))
done < <(rows $sets)

# What is left, two at a time.
estimate() {
    local left=$(((total - done_seconds + 119) / 120))
    [ "$left" -gt 0 ] && [ "$total" -gt 0 ] && printf '  about %d min left' "$left" || true
}

declare -A planned=() limit_of=()
reap() { # one that has ended
    local process name good bad seconds
    wait -n "${!running[@]}" 2>/dev/null || true
    for process in "${!running[@]}"; do
        kill -0 "$process" 2>/dev/null && continue
        name=${running[$process]}
        unset "running[$process]"
        [ -e "$log/$name.result" ] || echo '0 1 0' >"$log/$name.result"
        read -r good bad seconds <"$log/$name.result"
        if [ -n "$limits" ] && [ "${limit_of[$name]}" -gt 0 ] && [ "$seconds" -gt "${limit_of[$name]}" ]; then
            bad=$((bad + 1))
            echo "took $seconds s of processor time, ${limit_of[$name]} are allowed" | tee -a "$log/$name"
            echo "$good $bad $seconds" >"$log/$name.result"
        fi
        done_seconds=$((done_seconds + ${planned[$name]}))
        finished=$((finished + 1))
        printf '  %2d/%-2d %-24s %4d passed, %d failed  %5d CPU s%s\n' "$finished" "$count" "$name" \
            "$good" "$bad" "$seconds" "$(estimate)"
    done
}

printf '%d suites, about %d minutes on two idle cores\n' "$count" $(((total + 119) / 120))
while read -r _ name seconds limit how command <&3; do
    planned[$name]=$seconds limit_of[$name]=$limit
    most=2
    [ "$how" = beside ] || most=1
    while [ "${#running[@]}" -ge "$most" ]; do reap; done
    rm -f "$log/$name.result"
    # shellcheck disable=SC2086 # the command is words
    setsid bash tests/suite.sh "$log" "$name" $command 3<&- &
    running[$!]=$name
    while [ "$how" = alone ] && [ "${#running[@]}" -gt 0 ]; do reap; done
done 3< <(rows $sets)
while [ "${#running[@]}" -gt 0 ]; do reap; done

passed=0 failed=0
for result in "$log"/*.result; do
    read -r good bad _ <"$result"
    passed=$((passed + good))
    failed=$((failed + bad))
    if [ "$bad" -ne 0 ]; then
        name=$(basename "$result" .result)
        printf '\n%s failed, the end of %s:\n' "$name" "$log/$name"
        tail -n 25 "$log/$name"
    fi
done
printf '\nCPU seconds\n'
for result in "$log"/*.result; do
    read -r _ _ seconds <"$result"
    printf '  %-24s %5d\n' "$(basename "$result" .result)" "$seconds"
done
printf '\n%d s\n' $((SECONDS - begin))
# Last what failed, so that the end of a long output names it.
for result in "$log"/*.result; do
    read -r _ bad _ <"$result"
    [ "$bad" -ne 0 ] || continue
    name=$(basename "$result" .result)
    { grep -aE '^(\[ *)?FAILED|^not ok|^took|^no result|^exit status' "$log/$name" || tail -n 3 "$log/$name"; } |
        head -n 20 | cut -c1-240 | sed "s/^/$name: /"
done
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
