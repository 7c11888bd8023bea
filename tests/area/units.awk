# SPDX-License-Identifier: Apache-2.0
# units.awk - takes an elaborated design (RTLIL) apart into files that Yosys can synthesize one by one.
#
#   awk -v out=DIR -v top=ese_top -v helpers="A B" -v apart="C" -f units.awk design.il
#
# Writes DIR/ID.il for each module of the design: the module, the helpers below it (modules named in
# `helpers`: they are flattened into their users and are no units of their own), and empty shells of
# all others.  DIR/control.il is the whole design but for the modules named in `apart` and memories
# above 1 Mbit, DIR/channel.il a whole channel but for its PEs: for paths that cross modules.
#
# Prints, separated by tabs:  ID  module  name  label  instances  instances in a channel
# Names are those of the Verilog; the label adds the instances' names, and words x bits of a memory,
# where a module is used with different parameters.

function base_of(module) {
    sub(/^\\/, "", module)
    if (module ~ /^\$paramod/) {
        sub(/^\$paramod\$[0-9a-f]+\\/, "", module)
        sub(/^\$paramod\\/, "", module)
        sub(/\\.*/, "", module)
    }
    return module
}

function is_in(word, list) { return index(" " list " ", " " word " ") > 0 }

# Instances of every module below `module`, `times` of it; walk[] has them as a tree is read.
function count_below(module, times, channels,    n, i, below) {
    if (!(module in instances)) walk[++walked] = module
    instances[module] += times
    if (channels) in_channel[module] += channels
    n = children[module]
    for (i = 1; i <= n; i++) {
        below = child[module, i]
        count_below(below, times, base_of(below) == "ese_channel" ? 1 : channels)
    }
}

function emit(file, module,    i) {
    if ((file, module) in emitted) return
    emitted[file, module] = 1
    printf "%s", body[module] > file
    for (i = 1; i <= children[module]; i++)
        if (is_in(base_of(child[module, i]), helpers)) emit(file, child[module, i])
}

# Empty shells of the modules that are used in FILE and not in it.
function emit_shells(file,    i, j, module, below) {
    for (i = 1; i <= modules; i++) {
        module = order[i]
        if (!((file, module) in emitted)) continue
        for (j = 1; j <= children[module]; j++) {
            below = child[module, j]
            if ((file, below) in emitted || (file, below) in shells) continue
            shells[file, below] = 1
            printf "attribute \\blackbox 1\nmodule %s\n%send\n", below, ports[below] > file
        }
    }
    close(file)
}

function emit_all_but(file, module, without,    i) {
    if ((file, module) in emitted) return
    if (is_in(base_of(module), without) || bits[module] > 1048576) return
    emitted[file, module] = 1
    printf "%s", body[module] > file
    for (i = 1; i <= children[module]; i++) emit_all_but(file, child[module, i], without)
}

/^module / {
    current = $2
    order[++modules] = current
    body[current] = ""
}

current != "" {
    body[current] = body[current] $0 "\n"
    if ($1 == "wire" && / (input|output|inout) /) ports[current] = ports[current] $0 "\n"
    if ($1 == "memory") {
        bits[current] += $3 * $5
        size[current] = $5 "x" $3
    }
    if ($1 == "cell" && ($2 ~ /^\\/ || $2 ~ /^\$paramod/)) {
        child[current, ++children[current]] = $2
        name = $3
        sub(/^\\/, "", name)
        sub(/.*\./, "", name)
        if (!(($2, name) in named)) {
            named[$2, name] = 1
            names[$2] = names[$2] (names[$2] == "" ? "" : ", ") name
        }
    }
}

/^end$/ { current = "" }

END {
    for (i = 1; i <= modules; i++) {
        base = base_of(order[i])
        variants[base]++
        if (base == top) top_module = order[i]
        if (base == "ese_channel") channel = order[i]
    }
    count_below(top_module, 1, 0)
    for (i = 1; i <= walked; i++) {
        module = walk[i]
        base = base_of(module)
        if (is_in(base, helpers)) continue
        label = base
        id = base
        if (variants[base] > 1) {
            label = base (bits[module] ? " " size[module] : "") " (" names[module] ")"
            id = base "." names[module]
            gsub(/[^A-Za-z0-9_.]+/, "-", id)
            while (id in taken) id = id "_"
        }
        taken[id] = 1
        emit(out "/" id ".il", module)
        emit_shells(out "/" id ".il")
        printf "%s\t%s\t%s\t%s\t%d\t%d\n", id, module, base, label, instances[module], in_channel[module]
    }
    emit_all_but(out "/control.il", top_module, apart)
    emit_shells(out "/control.il")
    emit_all_but(out "/channel.il", channel, "ese_pe")
    emit_shells(out "/channel.il")
    printf "control\t%s\t-\t-\t0\t0\n", top_module
    printf "channel\t%s\t-\t-\t0\t0\n", channel
}
