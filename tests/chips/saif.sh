#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# saif.sh - `verify --saif`: a reader of its own takes the file, and every net has changed as often as the
# waveform of the same run shows.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

# Where the pipes of the simulations lie.
mkdir "$work/pipes"
export TMPDIR=$work/pipes

nets() { # FILE
    build/saif_nets "$1"
}

verify() { # CHIP OPTION...
    must "$*" in_folder "$work" "$ese" verify "$1" --work build --frames 5 "${@:2}"
}

# ---- all nets of a small chip, in both simulators ----

must 'gen tiny' "$ese" gen tiny -o "$work/tiny"
verify tiny --sim both --trace-frames 2:3 --saif t.saif
verify tiny --sim both --trace-frames 2:3 --trace-scope ese_bench --trace t.vcd
for name in t t.icarus; do
    must "$name: of the grammar" nets "$work/$name.saif"
    nets "$work/$name.saif" | awk '{ print $1, $6 }' | sort >"$work/ours"
    # Without the parameters, which a simulator takes for nets and which never change.
    awk -f tests/chips/vcd_toggles.awk "$work/$name.vcd" | sort >"$work/theirs"
    silent "$name: every net has changed as often" comm -23 "$work/ours" "$work/theirs"
    silent "$name: no net that changes is missing" \
        awk 'NR == FNR { ours[$1] = 1; next } $2 > 0 && !($1 in ours)' "$work/ours" "$work/theirs"
    holds "$name: nets" "$(wc -l <"$work/ours")" '>' 20000
    holds "$name: that change" "$(awk '$2 > 0' "$work/ours" | wc -l)" '>' 3000
done
frame=$("$json_get" "$work/tiny/report.json" cycles_per_frame)
rises() { # NET : in the two frames and what comes of them
    nets "$work/t.saif" | awk -v net="ese_bench/u_chip/$1" '$1 == net { print $6 / 2 }'
}
holds 'the clock rises in two frames' "$(rises aclk)" '>=' "$((2 * frame))"
holds 'and not in many more' "$(rises aclk)" '<' "$((4 * frame))"
same 'the first line' "$(head -n 1 "$work/t.saif")" '(SAIFILE'
cp "$work/t.saif" "$work/before"
verify tiny --sim verilator --trace-frames 2:3 --saif t.saif
must 'the same bytes' cmp "$work/before" "$work/t.saif"

# A run does not take the pipe of another one, which has begun before it in the same folder.
mkfifo "$work/build/activity.vcd"
verify tiny --sim verilator --trace-frames 2:3 --saif t.saif
must 'a pipe of others stays' test -p "$work/build/activity.vcd"
rm -f "$work/build/activity.vcd"

# ---- another phase, a part of the chip ----

verify tiny --sim verilator --saif p.saif --trace-phase rough --trace-frames 1 --trace-scope ese_controller
same 'a part alone' "$(nets "$work/p.saif" | sed 's|/[^/]* .*||' | sort -u | grep -vc u_controller)" 0
holds 'with its nets' "$(nets "$work/p.saif" | wc -l)" '>' 100

# ---- ten nets of the speech chip ----

must 'gen speech' "$ese" gen speech -o "$work/speech"
verify speech --sim verilator --trace-frames 3:3 --saif s.saif
verify speech --sim verilator --trace-frames 3:3 --trace-scope ese_bench --trace s.vcd
nets "$work/s.saif" | awk '{ print $1, $6 }' >"$work/ours"
# Nets far from each other, of the busy ones.
awk '$2 > 100 { busy[++n] = $1 } END { for (i = 1; i <= 10; i++) print busy[int(i * n / 10)] }' \
    "$work/ours" | sort -u >"$work/ten"
same 'ten nets' "$(wc -l <"$work/ten")" 10
only=$(sed 's/\[[0-9]*\]$//; s/[][]/\\\\&/g; s/.*/^&$/' "$work/ten" | paste -sd '|')
awk -v only="$only" -f tests/chips/vcd_toggles.awk "$work/s.vcd" >"$work/theirs"
while read -r net; do
    same "$net" "$(awk -v net="$net" '$1 == net { print $2 }' "$work/ours")" \
        "$(awk -v net="$net" '$1 == net { print $2 }' "$work/theirs")"
done <"$work/ten"

# ---- what does not go ----

refused() { # STATUS TEXT OPTION...
    local status=0 said
    said=$(in_folder "$work" "$ese" verify tiny "${@:3}" 2>&1) || status=$?
    same "${*:3}: status" "$status" "$1"
    must "${*:3}: '$2'" grep -q -- "$2" <<<"$said"
}
refused 2 'it does not go with --trace' --saif a.saif --trace a.fst
refused 2 'does not go with --faults' --saif a.saif --faults 2
refused 2 'does not go with --saif' --saif a.saif --selftest
refused 2 'does not end in .saif' --saif a.vcd
refused 1 'no phase' --saif a.saif --trace-phase nowhere
refused 1 '^ese: --saif: ' --saif no/such/folder.saif
must 'nothing is left of it' test ! -e "$work/a.saif"
silent 'no pipe is left' find "$work/build" -type p
silent 'nor its folder' find "$work/pipes" -mindepth 1 -name 'ese-saif-*'
finish
