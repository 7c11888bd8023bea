#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# torch.sh [COUNT [SEED]] - random networks of PyTorch, saved in every way that it has, 200 if not said: `ese import`
# agrees with PyTorch on y, and chips of three are verified.  Needs PyPI; where it cannot be reached, says so and
# counts nothing.  ESE_TORCH_PYTHON: a python that has the packages.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
count=${1:-200} seed=${2:-1}
environment=$PWD/build/torch-venv
packages=(torch==2.2.2 'numpy<2' safetensors==0.4.3)

install_packages() {
    [ "$(cat "$environment/done" 2>/dev/null)" != "${packages[*]}" ] || return 0
    rm -rf "$environment"
    python3 -m venv "$environment" &&
        "$environment/bin/pip" install --quiet --disable-pip-version-check "${packages[@]}" &&
        echo "${packages[*]}" >"$environment/done"
}

python=${ESE_TORCH_PYTHON:-$environment/bin/python}
if [ -z "${ESE_TORCH_PYTHON:-}" ] && ! install_packages >"$work/log" 2>&1; then
    tail -n 2 "$work/log" >&2
    echo 'check-interop: PyTorch skipped: it cannot be installed from PyPI (is there no network?)' >&2
    finish
    exit 0
fi

models() { # SCRIPT COUNT
    "$python" -B "$1" "$ese" "$work" "$2" "$seed"
}

models tests/interop/torch_models.py "$count" >"$work/said" 2>&1
while read -r word name; do
    if [ "$word" = ok ]; then good; else bad "$name"; fi
done <"$work/said"
holds 'networks' "$(wc -l <"$work/said")" '>=' "$count"

# Does it see a network that is another?
sed 's/y = net.double()(x.double()).float()/y = 1.01 * net.double()(x.double()).float()/' \
    tests/interop/torch_models.py >"$work/other.py"
same 'networks that are others' "$(models "$work/other.py" 20 | grep -c '^FAILED .* gave the expected outputs$')" 20

for number in 0 1 2; do
    must "chip $number" "$ese" gen tiny --set model.path="$work/chip$number.pt" -o "$work/chip$number"
    must "chip $number is right" "$ese" verify "$work/chip$number" --sim both
done
finish
