#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# arrows.sh - every arrow of the house runs down: includes and calls, from a room to itself or to one that
# stands before it in tests/house/rooms; no objects call each other in a circle, and no headers include each
# other in one.
#
# Includes are read from the sources, calls from the symbols of the objects; a header is an object of its
# own, with its inline functions.  At the end the check is shown wrong includes, wrong calls and circles, and
# must see each.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
rooms=$PWD/tests/house/rooms
objects=$PWD/build

# "FILE HEADER" of every include of a file of ours.  A bare name is a file of the same room, or one that
# the bench or the driver finds by its search path: names are unique.
includes() { # ROOT
    (cd "$1" && find models gen sim fpga -name '*.[chd]*' -type f | LC_ALL=C sort |
        xargs grep -HE '^[^"<]*#[[:space:]]*include' |
        sed -E 's/^([^:]+):[^"<]*#[[:space:]]*include[[:space:]]*(["<][^">]+[">]).*/\1 \2/; t
                s/^([^:]+):.*/\1 unreadable/')
}

check_includes() { # ROOT
    (cd "$1" && find models gen sim fpga -name '*.[ch]' -o -name '*.def') >"$work/files"
    : >"$work/headers"
    includes "$1" | awk -v rooms="$rooms" -v files="$work/files" -v headers="$work/headers" '
        function room(file) { sub(/\/?[^\/]*$/, "", file); return file }
        BEGIN {
            while ((getline line < rooms) > 0)
                if (line !~ /^#/) rank[line] = ++count
            while ((getline line < files) > 0) {
                exists[line] = 1
                name = line; sub(/.*\//, "", name)
                if (line ~ /^(sim|fpga)\//) at[name] = line
            }
            generated["ese_bench_params.vh"] = 1
            generated["onnx.pb-c.h"] = 1
        }
        {
            from = room($1); to = $2
            if (to == "unreadable") { print $1 " has an include that cannot be read"; next }
            system_header = to ~ /^</
            gsub(/["<>]/, "", to)
            named = to
            if (to in generated) next
            if (!(to in exists)) to = ((from "/" to) in exists) ? from "/" to : at[to]
            if (to == "" && system_header) next
            if ($1 ~ /\.h$/ && to ~ /\.h$/) print $1, to >headers
            if (to == "") { print $1 " includes " named ", which is nowhere"; next }
            if (!(from in rank)) print $1 " is in no room of tests/house/rooms"
            else if (!(room(to) in rank)) print to " is in no room of tests/house/rooms"
            else if (rank[room(to)] > rank[from]) print $1 " includes " to ", which is above it"
        }'
    tsort <"$work/headers" 2>&1 >/dev/null | sed 's/^tsort: //'
}

# What the objects below FOLDER define and want: "D symbol object", "U symbol object".
symbols() { # FOLDER
    (cd "$1" && find models gen sim fpga -name '*.o' | LC_ALL=C sort | xargs nm -A |
        sed -nE 's/^([^:]+):[0-9a-f ]+ ([A-Zvw]) (.*)$/\2 \3 \1/p' |
        sed -E 's/^[TDBRCVW] /D /; s/^[vw] /U /')
}

# "USER PROVIDER" of every object that wants a symbol of another.
calls() { # FOLDER
    symbols "$1" | awk '
        $1 == "D" { at[$2] = $3 }
        $1 == "U" { wants[++count] = $2; who[count] = $3 }
        END {
            for (n = 1; n <= count; n++)
                if (wants[n] in at && at[wants[n]] != who[n]) print who[n], at[wants[n]], wants[n]
        }'
}

check_calls() { # FOLDER
    calls "$1" >"$work/calls"
    awk -v rooms="$rooms" '
        function room(file) { sub(/\/?[^\/]*$/, "", file); return file }
        BEGIN { while ((getline line < rooms) > 0) if (line !~ /^#/) rank[line] = ++count }
        !(room($1) in rank) { print $1 " is in no room of tests/house/rooms"; next }
        rank[room($2)] > rank[room($1)] { print $1 " calls " $3 " of " $2 ", which is above it" }
        ' "$work/calls"
    awk '{ print $1, $2 }' "$work/calls" | sort -u | tsort 2>&1 >/dev/null | sed 's/^tsort: //'
}

# The bench is compiled in a chip's folder, with headers of the chip.
compile_sim() { # FOLDER
    local file flags
    "$ese" gen tiny -o "$work/chip" >/dev/null
    flags=$(iverilog-vpi --cflags | tr ' ' '\n' | grep '^-I')
    for file in sim/*/*.c; do
        mkdir -p "$1/$(dirname "$file")"
        # shellcheck disable=SC2086 # several flags
        "${CC:-gcc}" -std=c11 -O0 -Isim -I"$work/chip/sim" $flags -c -o "$1/${file%.c}.o" "$file"
    done
}

# Each header by itself, its inline functions kept.
compile_header() { # FILE OBJECT
    mkdir -p "$(dirname "$2")"
    printf '#include "%s"\n' "$1" |
        "${CC:-gcc}" -std=c11 -D_GNU_SOURCE -O0 -fkeep-inline-functions -I. -Isim \
            $(printf -- '-I%s ' sim/*/) -I"$work/chip/sim" -x c -c -o "$2" -
}

compile_headers() { # FOLDER
    local file
    while read -r file; do
        compile_header "$file" "$1/$file.o" || return
    done < <(find models gen sim fpga -name '*.h')
}

# The objects of the sources that there are: build/ may hold some of files long gone.
mkdir -p "$work/objects"
for file in models/*/*.c gen/*.c gen/*/*.c fpga/driver/ese_*.c fpga/ulx3s/*.c; do
    mkdir -p "$work/objects/$(dirname "$file")"
    ln -s "$objects/${file%.c}.o" "$work/objects/${file%.c}.o"
done
must 'the bench compiles' compile_sim "$work/objects"
must 'the headers compile' compile_headers "$work/objects"
silent 'includes run down' check_includes "$PWD"
silent 'calls run down, and in no circle' check_calls "$work/objects"

# ---- it sees what it is for ----

mkdir -p "$work/planted"
cp -r models gen sim fpga "$work/planted/"
include() { # NAME FILE LINE WANTED
    cp "$2" "$work/planted/$2.kept"
    printf '%s\n' "$3" >>"$work/planted/$2"
    same "$1" "$(check_includes "$work/planted" | sort | tr '\n' ' ')" "$4 "
    mv "$work/planted/$2.kept" "$work/planted/$2"
}
include 'a planted include' models/number/golden.c '#include "gen/emit/emit.h"' \
    'models/number/golden.c includes gen/emit/emit.h, which is above it'
include 'one in angle brackets, with spaces' models/number/golden.c ' #  include <gen/emit/emit.h>' \
    'models/number/golden.c includes gen/emit/emit.h, which is above it'
include 'one behind a comment' models/number/golden.c '/**/ #include "gen/emit/emit.h"' \
    'models/number/golden.c includes gen/emit/emit.h, which is above it'
include 'one by a macro' models/number/golden.c '#include UP' \
    'models/number/golden.c has an include that cannot be read'
include 'an include of nothing' models/number/golden.c '#include "models/number/nothing.h"' \
    'models/number/golden.c includes models/number/nothing.h, which is nowhere'
include 'an include by bare name' sim/core/slot.c '#include "host.h"' \
    'sim/core/slot.c includes sim/host/host.h, which is above it'
include 'headers in a circle' models/number/quantize.h '#include "models/number/golden.h"' \
    '-: input contains a loop: models/number/golden.h models/number/quantize.h'

plant() { # NAME TEXT
    printf '%s\n' "$2" | "${CC:-gcc}" -x c -c -fkeep-inline-functions -o "$work/objects/$1.o" -
}
up='calls program_free of models/program/program.o, which is above it'
plant models/base/planted 'void program_free(void *); void planted(void *p) { program_free(p); }'
same 'a planted call' "$(check_calls "$work/objects")" "models/base/planted.o $up"
plant models/base/planted '__attribute__((weak)) void program_free(void *);
    void planted(void *p) { program_free(p); }'
same 'a weak one' "$(check_calls "$work/objects")" "models/base/planted.o $up"
plant models/base/planted 'void program_free(void *);
    static inline void planted(void *p) { program_free(p); }'
same 'one in an inline function' "$(check_calls "$work/objects")" "models/base/planted.o $up"
plant models/base/planted 'void other(void); void planted(void) { other(); }'
plant models/base/other 'void planted(void); void other(void) { planted(); }'
same 'a planted circle' "$(check_calls "$work/objects" | sort | tr '\n' ' ')" \
    '-: input contains a loop: models/base/other.o models/base/planted.o '
finish
