#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh - make install and uninstall; the program finds its files wherever it lies.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
unset ESE_HOME
place="$work/a place"
make_in_tree() { # ARGUMENT...
    env -u MAKEFLAGS -u MAKELEVEL make --no-print-directory "$@"
}

must 'install' make_in_tree install DESTDIR="$place" PREFIX=/opt/e
installed="$place/opt/e/bin/ese"
same 'nothing that this machine has is installed' "$(grep -rl -e "$PWD" "$place/opt/e/share" || :)" ''
must 'gen in the tree' in_folder "$work" "$ese" gen tiny -o tree
must 'gen of the installed program' in_folder "$work" "$installed" gen tiny -o installed
must 'the same bytes' diff -r "$work/tree" "$work/installed"
ln -s "$installed" "$work/link"
must 'through a symbolic link' in_folder / "$work/link" report speech
must 'with memory: its driver and registers' in_folder "$work" "$installed" gen tiny -o loadable \
    --set memory=stream
must 'the manual page' grep -q '^.TH ESE 1' "$place/opt/e/share/man/man1/ese.1"
must 'the completion' bash -n "$place/opt/e/share/bash-completion/completions/ese"
completed=$(bash -c '. "$1"; COMP_WORDS=(ese ver); COMP_CWORD=1; _ese; echo "${COMPREPLY[@]}"' - \
    "$place/opt/e/share/bash-completion/completions/ese")
same 'completion of a command' "$completed" verify
must 'install over it' make_in_tree install DESTDIR="$place" PREFIX=/opt/e
must 'uninstall' make_in_tree uninstall DESTDIR="$place" PREFIX=/opt/e
same 'nothing is left' "$(find "$place" -type f -o -type l)" ''

# ---- no apt, no dpkg ----

mkdir "$work/bin"
for tool in sh bash gcc g++ cc as ld make verilator iverilog yosys z3 nextpnr-ice40 tclsh dtc pkg-config protoc-c gnuplot \
    xmllint; do
    [ -z "$(command -v $tool)" ] || ln -s "$(command -v $tool)" "$work/bin/$tool"
done
silent 'everything is there, by whomever' env PATH="$work/bin" make --no-print-directory deps
rm "$work/bin/z3"
status=0
output=$(env PATH="$work/bin" make --no-print-directory deps 2>&1) || status=$?
same 'one thing is missing' "${output%%$'\n'*}" 'missing: z3; there is no apt-get to install them with'
same 'the demo does not want it' "$(env PATH="$work/bin" make --no-print-directory deps-demo 2>&1)" ''

# ---- built elsewhere ----

cp -a build "$work/built"
rm -f "$work/built/home" "$work/built/ese"
must 'BUILD elsewhere' make_in_tree BUILD="$work/built" all
must 'its files are found' in_folder / "$work/built/ese" report speech
mkdir "$work/alone"
cp build/ese "$work/alone/"
status=0
output=$(in_folder / "$work/alone/ese" report tiny 2>&1) || status=$?
same 'alone: status' "$status" 1
same 'alone: what is said' "${output##*/share/ese}" '/gen/presets; ESE_HOME can say where the installed files are'
must 'ESE_HOME' env ESE_HOME="$PWD" "$work/alone/ese" report tiny
finish
