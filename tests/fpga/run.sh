#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh - runs the Vivado scripts with a stand-in for Vivado's commands, which notes the calls.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

check() { # NAME COMMAND...
    if "${@:2}"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $1"
    fi
}

build/ese gen tiny -o "$work/tiny" >/dev/null

# The real script under tclsh; unknown commands are Vivado's.
cat >"$work/run.tcl" <<'TCL'
proc note {args} { puts $args }
foreach command {set_msg_config create_project add_files set_property current_fileset get_files get_runs} {
    interp alias {} $command {} note $command
}
set script [lindex $argv 0]
set argv [lrange $argv 1 end]
source $script
TCL
run() {
    tclsh "$work/run.tcl" fpga/create_project.tcl "$@"
}

run "$work/tiny" "$work/project" >"$work/calls"
while read -r file; do
    check "adds $file" grep -q "add_files -norecurse .*/tiny/$file\$" "$work/calls"
    check "$file exists" test -f "$work/tiny/$file"
done <"$work/tiny/rtl/files.f"
for image in "$work"/tiny/mem/*.mem; do
    check "adds ${image##*/}" grep -q "add_files -norecurse {\?.*mem/${image##*/}" "$work/calls"
done
check "sets the top" grep -q "set_property top ese_top" "$work/calls"
check "a missing image is an error" grep -q "set_msg_config -id {Synth 8-4445} -new_severity ERROR" "$work/calls"
build/ese gen tiny -o "$work/named" --set prefix=left >/dev/null
run "$work/named" "$work/project" >"$work/named_calls"
check "sets the top of a chip with a name" grep -q "set_property top left_top" "$work/named_calls"
check "has the constraint" grep -q "ooc.xdc" "$work/calls"
run "$work/tiny" "$work/p" xcku115 >"$work/part"
check "takes a part" grep -q 'create_project.*xcku115' "$work/part"
status=0
run "$work" "$work/project" >/dev/null 2>"$work/error" || status=$?
check "refuses another folder" test "$status" -eq 1
check "and says why" grep -q "is not a folder that 'ese gen' made" "$work/error"
status=0
run >/dev/null 2>&1 || status=$?
check "usage" test "$status" -eq 2

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
