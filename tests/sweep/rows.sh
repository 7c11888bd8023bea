# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# rows.sh - sourced by the suites of sweeps of the preset tiny, or of $base: are rows what `ese report` says?
# shellcheck source=tests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

# Whose rows are looked at: the header, and name and source of the columns that a report has.
rows_of() { # SWEEP
    header=$(head -n 1 "$1/points.csv")
    mapfile -t sources < <(sed -n \
        's/^| \([a-z_0-9]*\) |.*report\.json: `\([a-z_0-9.]*\)`.*/\1 \2/p' "$1/columns.md")
}

# Fields of tiny's rows have no commas.
field() { # ROW NAME
    local column
    column=$(tr , '\n' <<<"$header" | grep -nxF "$2" | cut -d: -f1)
    cut -d, -f"$column" <<<"$1"
}

compare_row() { # ROW KEY...
    local row=$1 key name source said sets=() wrong=''
    for key in "${@:2}"; do sets+=(--set "$key=$(field "$row" "$key")"); done
    "$ese" report "${base:-tiny}" "${sets[@]}" --json "$work/report.json" >/dev/null 2>&1
    for source in "${sources[@]}"; do
        read -r name source <<<"$source"
        case $name in
        snr_*)
            said=$("$json_get" "$work/report.json" "$source.snr_db")
            [ "$said" != null ] || said=inf
            ;;
        *)
            said=$("$json_get" "$work/report.json" "$source")
            [ "$said" != null ] || said=''
            ;;
        esac
        awk -v a="$said" -v b="$(field "$row" "$name")" \
            'BEGIN { exit !(a == b || (a + 0 == b + 0 && b != "")) }' || wrong+=" $name"
    done
    same "columns that are not the report's: ${sets[*]}" "$wrong" ''
}
