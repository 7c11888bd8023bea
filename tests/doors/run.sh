#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh - a chip's files for the tools of others, before those that Debian has; `make check-interop` asks more.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

gen_kind rom
gen_kind stream memory=stream
gen_kind resident memory=resident io=stream memory_ports=1 prefix=left

# ---- registers ----

# A module that holds the package against REGISTERS.md when it is elaborated.
package_check() { # DIR
    local package
    package=$(basename "$1"/registers/*_pkg.sv .sv)
    echo 'module check;'
    awk -F ' [|] ' -v package="$package" '
        function must(name, value) {
            printf "    if (%s::%s != %s) $error(\"%s\");\n", package, name, value, name
        }
        /^\| 0x/ {
            sub(/^\| /, "", $1); sub(/ \|$/, "", $5)
            must($2 "_ADDRESS", "12\x27h" substr($1, 3))
            if ($4 ~ /^0x/) must($2 "_RESET", "32\x27h" substr($4, 3))
            if ($4 ~ /after/) must($2 "_RESET", "32\x27d" ($4 + 0))
            while (match($5, /; bits? [0-9.]+ [A-Z_]+:/)) {
                split(substr($5, RSTART, RLENGTH - 1), word, " ")
                split(word[3], bit, "[.][.]")
                low = bit[2] == "" ? bit[1] : bit[2]
                must($2 "_" word[4] "_LOW", low)
                must($2 "_" word[4] "_BITS", bit[1] - low + 1)
                $5 = substr($5, RSTART + RLENGTH)
            }
        }' "$1/REGISTERS.md"
    echo 'endmodule'
}

for name in stream resident; do
    package_check "$work/$name" >"$work/check.sv"
    holds "$name: checks of the package" "$(grep -c 'if (' "$work/check.sv")" '>' 80
    silent "$name: the package" verilator --lint-only -Wall "$work/$name"/registers/*_pkg.sv "$work/check.sv" \
        -Wno-DECLFILENAME --top-module check
done
sed -i "s/CONTROL_LOAD_LOW = 2/CONTROL_LOAD_LOW = 3/" "$work/resident/registers/left_registers_pkg.sv"
output=$(verilator --lint-only "$work"/resident/registers/*_pkg.sv "$work/check.sv" --top-module check 2>&1) || :
same 'a field at another place is seen' "$(grep -c 'USERERROR.*CONTROL_LOAD_LOW' <<<"$output")" 1

for file in "$work"/{rom,stream}/ipxact/*.xml "$work"/stream/registers/*.svd; do
    silent "${file#"$work"/} is XML" xmllint --noout "$file"
done

# ---- device tree ----

# A bus with two chips, as one of the boards has it; what the blob says afterwards.
tree() { # CELLS DEFINITIONS
    printf '/dts-v1/;\n/ { #address-cells = <%s>; #size-cells = <%s>;\n' "$1" "$1"
    echo 'pic: interrupt-controller { interrupt-controller; #interrupt-cells = <3>; #address-cells = <0>; };'
    printf 'pl: bus { compatible = "simple-bus"; #address-cells = <%s>; #size-cells = <%s>; ranges;\n' "$1" "$1"
    printf '#define ESE_PARENT pic\n%s\n#include "stream/driver/ese.dtsi"\n' "$2"
    printf '#define ESE_PARENT pic\n#define ESE_ADDRESS b0000000\n#define ESE_CELLS %s\n' "$1"
    printf '#include "resident/driver/left.dtsi"\n}; };\n'
}

compiled() { # CELLS DEFINITIONS
    tree "$@" >"$work/board.dts"
    gcc -E -nostdinc -undef -x assembler-with-cpp -P -I "$work" "$work/board.dts" |
        dtc -I dts -O dtb -o "$work/board.dtb" -
}

property() { # NODE NAME
    fdtget -t x "$work/board.dtb" "/bus/$1" "$2"
}

silent 'dtc: Zynq UltraScale+' compiled 2 ''
same 'the default address' "$(property accelerator@a0000000 reg)" '0 a0000000 0 1000'
same 'the default interrupt' "$(property accelerator@a0000000 interrupts)" '0 59 4'
same 'the other chip' "$(property accelerator@b0000000 reg)" '0 b0000000 0 1000'
same 'its driver' "$(fdtget "$work/board.dtb" /bus/accelerator@b0000000 compatible)" generic-uio
zynq=$(printf '#define ESE_ADDRESS 40000000\n#define ESE_CELLS 1\n#define ESE_INTERRUPT 29')
silent 'dtc: Zynq-7000' compiled 1 "$zynq"
same 'an address of one word' "$(property accelerator@40000000 reg)" '40000000 1000'
same 'its interrupt' "$(property accelerator@40000000 interrupts)" '0 1d 4'
output=$(compiled 1 '#define ESE_ADDRESS 40000000' 2>&1) || :
if grep -q "unit address" <<<"$output"; then good; else bad 'dtc sees a wrong address' "$output"; fi

# ---- the host library ----

# A program of a user's, who has it from a place of any name.
cat >"$work/user.c" <<'C'
#include <ese_server.h>
#include <stdio.h>

int main(void)
{
    char message[ESE_MESSAGE];
    struct ese_uio how = {.device = "/nowhere/uio0"};
    struct ese_bus *bus = ese_bus_uio(&how, message);
    printf("%s %x %s\n", bus == NULL ? "no bus" : "a bus", (unsigned)ESE_SLOT_WRITE,
           ese_register_name(ESE_WATCHDOG));
    return 0;
}
C

used() { # PREFIX
    export PKG_CONFIG_PATH="$1/lib/pkgconfig"
    eval "gcc -std=c11 -Wall -Wextra -Werror -o '$work/user' '$work/user.c' $(pkg-config --cflags --libs ese)" &&
        [ "$("$work/user")" = 'no bus 80000000 WATCHDOG' ]
}

library() { # NAME INSTALL...
    local name=$1 place="$work/a place of $1/usr"
    shift
    must "$name: install" "$@" PREFIX="$place"
    must "$name: a program" used "$place"
    same "$name: the version" "$(PKG_CONFIG_PATH="$place/lib/pkgconfig" pkg-config --modversion ese)" \
        "$("$ese" --version | grep -o '[0-9.]*$')"
    mv "$place" "$work/moved there"
    must "$name: moved" used "$work/moved there"
    mv "$work/moved there" "$place"
    must "$name: uninstall" "${@/install/uninstall}" PREFIX="$place"
    same "$name: nothing is left" "$(find "$place" -type f)" ''
}

library sources env -u MAKEFLAGS -u MAKELEVEL make --no-print-directory install-driver
library chip env -u MAKEFLAGS -u MAKELEVEL make --no-print-directory -C "$work/stream/driver" install
finish
