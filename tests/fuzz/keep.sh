#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# keep.sh TARGET FOLDER... - what a fuzz target has found, into the tree: of the inputs in
# corpus/TARGET.tar.xz, in build/fuzz/TARGET.corpus (after run.sh, which makes the target) and in the folders
# the smallest ones that reach all that they reach together.  None is longer than LONGEST bytes: fixtures are.
set -euo pipefail
cd "$(dirname "$0")/../.."
target=$1
shift
work=build/fuzz kept=tests/fuzz/corpus/$target.tar.xz
LONGEST=${LONGEST:-4096} MOST=${MOST:-100000} # bytes of an input, and of what is kept
merged=$(mktemp -d)
trap 'rm -rf "$merged"' EXIT
mkdir "$merged/from" "$merged/to"
if [ -f "$kept" ]; then
    tar -xJf "$kept" -C "$merged/from"
fi
for folder in "$work/$target.corpus" "$@"; do
    find "$folder" -type f -size "-$((LONGEST + 1))c" -exec cp -n {} "$merged/from/" \;
done
ESE_HOME=$PWD "$work/$target" -merge=1 -timeout=10 -rss_limit_mb=2048 "$merged/to" "$merged/from" \
    >"$merged/log" 2>&1 || {
    tail -n 20 "$merged/log" >&2
    exit 1
}
mkdir -p "$(dirname "$kept")"
tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf - -C "$merged/to" . |
    xz -9e >"$merged/kept"
size=$(wc -c <"$merged/kept")
printf '%s: %d inputs, %d bytes\n' "$target" "$(find "$merged/to" -type f | wc -l)" "$size"
if [ "$size" -gt "$MOST" ]; then
    printf '%s: more than the %d bytes that may be kept: a smaller LONGEST\n' "$target" "$MOST" >&2
    exit 1
fi
cp "$merged/kept" "$kept"
