#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# kinds.sh - every kind of chip: both linters, Yosys, each module by its defaults, and synthesis, of which
# the smallest chip sees the whole.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

while read -r name settings; do
    # shellcheck disable=SC2086 # words
    gen_kind "$name" $settings
    lint_chip "$name" "$work/$name"
    silent "$name: modules by their defaults" modules_alone "$work/$name"
    silent "$name: synth" synthesizes "$work/$name"
done < <(chip_kinds)

gen_kind smallest pes=1 channels=1 activation_table=paper model.cell=4 model.output=2 model.input=3
silent "smallest: synth as a whole" synthesizes "$work/smallest" ''
finish
