# SPDX-License-Identifier: Apache-2.0
# models.awk - takes a mapped design (BLIF) apart, a file a module, and counts their instances.
#
#   awk -v out=DIR -v top=ese_top -f models.awk design.blif
#
# Writes DIR/1.blif, DIR/2.blif ...; prints, separated by a tab: instances, number of the file.

function walk(module,    list, count, n) {
    times[module]++
    count = split(children[module], list, " ")
    for (n = 1; n <= count; n++) walk(list[n])
}

$1 == ".model" {
    if (file) close(file)
    module = name[++models] = $2
    file = out "/" models ".blif"
}
$1 == ".subckt" && ($2 ~ /^\$paramod/ || $2 ~ /^ese_/) { children[module] = children[module] " " $2 }
file { print >file }

END {
    walk(top)
    for (n = 1; n <= models; n++)
        if (times[name[n]]) printf "%d\t%d\n", times[name[n]], n
}
