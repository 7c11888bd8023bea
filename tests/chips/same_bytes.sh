#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# same_bytes.sh - the same configuration gives the same bytes: again, in another folder, from
# another folder; and nothing of the machine gets into them.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

three_times() { # NAME CONFIG [SET]...
    local name=$1
    shift
    must "$name: gen" "$ese" gen "$@" -o "$work/$name/first"
    mv "$work/$name/first" "$work/$name/kept"
    must "$name: gen again" "$ese" gen "$@" -o "$work/$name/first"
    silent "$name: the same again" diff -r "$work/$name/kept" "$work/$name/first"
    mkdir -p "$work/$name/far/away"
    must "$name: gen from elsewhere" \
        in_folder "$work/$name/far" env TZ=Asia/Tokyo LC_ALL=C.UTF-8 HOME=/nowhere \
        "$ese" gen "$@" -o away/third
    silent "$name: the same from elsewhere" diff -r "$work/$name/kept" "$work/$name/far/away/third"
    # Over what is there already.
    must "$name: gen over it" "$ese" gen "$@" -o "$work/$name/first"
    silent "$name: the same over it" diff -r "$work/$name/kept" "$work/$name/first"

    local text=("$work/$name/kept")
    for word in "$PWD" "$work" "$(uname -n)" "$(date +%Y-%m-%d)" "$(date +'%b %e')"; do
        silent "$name: no '$word'" nothing_found -rnF --exclude='*.safetensors' --exclude='*.npy' \
            --exclude='*.mem' -e "$word" "${text[@]}"
    done
}

nothing_found() {
    ! grep "$@"
}

three_times tiny tiny
three_times speech speech
three_times set tiny --set pes=5 --set encoding=relative
three_times paper paper
finish
