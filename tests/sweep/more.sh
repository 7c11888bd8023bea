#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# more.sh - ese sweep: 200 rows over keys of every kind are what `ese report` says; points that are
# verified are what their rows say, and one that is not is seen.
# shellcheck source=tests/sweep/rows.sh
. "$(dirname "$0")/rows.sh"

# ---- rows ----

keys=(pes channels fifo_depth weight_bits model.density memory pipeline index_bits encoding
      clock_mhz device activation_table model.projection)
values=(1:9:1 1:32:x2 2:16:x2 6:14:2 0.1:0.9:0.2 rom,resident,stream 0,1,2 auto,4,6 block,relative
        100,250 xc7z020,xcku060,xczu7ev interpolated,paper true,false)
axes=()
for n in "${!keys[@]}"; do axes+=(--axis "${keys[n]}=${values[n]}"); done
must "200 samples" "$ese" sweep tiny "${axes[@]}" --sample lhs:200 --seed 5 -o "$work/rows"
rows_of "$work/rows"
mapfile -t rows < <(tail -n +2 "$work/rows/points.csv")
holds "samples that fail" "$(printf '%s\n' "${rows[@]}" | grep -c ,failed, || :)" '<' 100
for row in "${rows[@]}"; do
    if [ "$(field "$row" status)" = ok ]; then
        compare_row "$row" "${keys[@]}"
    else
        # What the report says of it is what the row says.
        sets=()
        for key in "${keys[@]}"; do sets+=(--set "$key=$(field "$row" "$key")"); done
        message=$("$ese" report tiny "${sets[@]}" 2>&1 >"$work/out" | sed -n 's/^ese: //p')
        same "a row that failed: ${sets[*]}" "$(grep -cF "$message" <<<"${row//\"\"/\"}")" 1
    fi
done

# ---- in RTL ----

verified() { # ARGUMENT...
    "$ese" sweep tiny --axis pes=1,4 --axis channels=1,2 --axis weight_bits=6,12 "$@" \
        -o "$work/sweep"
}
must "verified" verified --verify 1
rows_of "$work/sweep"
same "chosen" "$(cut -d, -f1 "$work/sweep/verified.csv" | tr '\n' ' ')" "chosen front other "
same "verdicts" "$(tail -n +2 "$work/sweep/verified.csv" | cut -d, -f2 | sort -u)" pass
while read -r row; do
    plain=$(cut -d, -f4- <<<"$row")
    same "a row of verified.csv is one of points.csv" \
        "$(grep -cxF "$plain" "$work/sweep/points.csv")" 1
    same "measured cycles" "$(cut -d, -f3 <<<"$row")" "$(field "$plain" cycles)"
    must "the chip is there" test -f "$work/sweep/chips/$(field "$plain" id)/rtl/files.f"
done < <(tail -n +2 "$work/sweep/verified.csv")
cp "$work/sweep/verified.csv" "$work/before.csv"
find "$work/sweep/chips" -type f -exec stat -c '%n %y' {} + | sort >"$work/before"
must "verified already" verified --verify 1
must "the same" cmp "$work/before.csv" "$work/sweep/verified.csv"
must "nothing was made again" cmp "$work/before" \
    <(find "$work/sweep/chips" -type f -exec stat -c '%n %y' {} + | sort)

# Nothing is no success.
status=0
output=$("$ese" sweep tiny --axis pes=1 --where 'dsp < 0' --verify 1 -o "$work/none" 2>&1) ||
    status=$?
same "none to verify: exit status" "$status" 1
same "none to verify" "$(grep -c -e '--verify: there is no point that is ok' <<<"$output")" 1

# A row that is wrong, and a chip that is.
id=$(sed -n 's/^front,\(.*\)/\1/p' "$work/sweep/verified.csv" | cut -d, -f6)
cycles=$(sed -n "s/^front,pass,\([0-9]*\),.*/\1/p" "$work/sweep/verified.csv")
sed -i "s/,$id,ok,,$cycles,/,$id,ok,,$((cycles - 1)),/" "$work/sweep/points.csv"
status=0
output=$(verified --verify 1 2>&1) || status=$?
same "a wrong row: exit status" "$status" 1
same "a wrong row is seen" \
    "$(grep -c "$id: .*with $cycles cycles a frame of $((cycles - 1));" <<<"$output")" 1
sed -i "s/,$id,ok,,$((cycles - 1)),/,$id,ok,,$cycles,/" "$work/sweep/points.csv"
sed -i 's/"verdict": "pass"/"verdict": "fail"/' "$work/sweep/chips/$id.json"
status=0
output=$(verified --verify 1 2>&1) || status=$?
same "a chip that fails: exit status" "$status" 1
same "a chip that fails is seen" "$(grep -c "$id: the verdict is fail" <<<"$output")" 1
finish
