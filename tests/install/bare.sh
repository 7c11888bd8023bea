#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# bare.sh [COMMAND]... - the last commit on a Debian 12 with nothing but apt on it, in a temporary
# folder: what README.md says to begin with, `make demo`, the tests as .ci/run runs them; or the
# COMMANDs given.  apt is set up in there as it is out here.
set -euo pipefail
cd "$(dirname "$0")/../.."

if [ "$(id -u)" -ne 0 ] || ! command -v debootstrap >/dev/null; then
    echo "skipped: a bare Debian can be made only by root, and with debootstrap"
    echo "0 passed, 0 failed"
    exit 0
fi
# The demo wants no tool of the tests.
demo_only='for tool in yosys z3 iverilog tclsh xmllint; do ! command -v $tool || exit 1; done'
# Installed, from a home with a space: a chip is made, verified in both simulators, linted.
home="make deps && make install PREFIX=/usr/local && mkdir -p '/root/my home' && cd '/root/my home' &&
    ese gen tiny -o 'a chip' && ese verify 'a chip' --sim both --frames 4 && cd 'a chip' &&
    verilator --lint-only -Wall --top-module ese_top -f rtl/files.f &&
    test -s /usr/local/share/man/man1/ese.1"
[ $# -gt 0 ] || set -- 'make demo' "$demo_only" "$home" 'bash .ci/run'

root=$(mktemp -d)
leave() {
    umount "$root/proc" 2>/dev/null || true
    # If something is mounted still, it is not ours to empty.
    rm -rf --one-file-system "$root"
}
trap leave EXIT

mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | head -n 1)
begin=$SECONDS
if ! debootstrap --variant=minbase bookworm "$root" ${mirror:+"$mirror"} >"$root.log" 2>&1; then
    tail -n 5 "$root.log"
    rm -f "$root.log"
    echo "debootstrap did not work"
    exit 1
fi
rm -f "$root.log"
echo "debootstrap: $((SECONDS - begin)) s"

# The way to the packages: sources, proxies, keys, certificates, names.
rm -rf "$root/etc/apt"
cp -a /etc/apt "$root/etc/apt"
mkdir -p "$root/usr/share/keyrings" "$root/etc/ssl"
cp -a /usr/share/keyrings/. "$root/usr/share/keyrings/"
[ ! -d /etc/ssl/certs ] || cp -aL /etc/ssl/certs "$root/etc/ssl/" 2>/dev/null || true
cp -L /etc/resolv.conf /etc/hosts "$root/etc/"

# For git as good as a repository somewhere else.
git bundle create -q "$root/ese.bundle" HEAD
mount -t proc proc "$root/proc"

inside() { # COMMAND [FOLDER]
    chroot "$root" /usr/bin/env -u CC -u CFLAGS LC_ALL=C HOME=/root TERM=dumb \
        PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin sh -c "cd ${2:-/ese} && $1" </dev/null
}

# As README.md has it, word for word, but for the address.
step() { # BEGINNING
    local line
    line=$(sed -n "s/^    \($1 .*\)/\1/p" README.md | head -n 1)
    echo "==== ${line:?"README.md has no command that begins with $1"}"
    inside "${line/REMOTE//ese.bundle}" / >"$root/log" 2>&1 || { tail -n 5 "$root/log"; exit 1; }
}
step 'apt-get update'
step 'git clone'
for absent in gcc cc g++ verilator iverilog yosys; do
    ! inside "command -v $absent" || { echo "not bare: $absent is there"; exit 1; }
done

passed=0 failed=0
for command in "$@"; do
    begin=$SECONDS
    printf '\n==== %s\n' "$command"
    if inside "$command"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED on a bare Debian: $command"
    fi
    echo "==== $command: $((SECONDS - begin)) s"
done
printf '\n%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
