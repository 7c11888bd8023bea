# SPDX-License-Identifier: Apache-2.0
# top.tcl - reads the ports of a chip's top from its Verilog, with what Vivado is told of them.

proc content {path} {
    set file [open $path]
    set text [read $file]
    close $file
    return $text
}

# The ports in order, each a dict: name, direction, bits; bus (VLNV), interface, signal, parameters,
# as far as its attributes say.
proc top_ports {path} {
    set attribute {\(\*\s*(\w+)\s*=\s*"([^"]*)"\s*\*\)}
    set ports {}
    set told {}
    foreach line [split [content $path] "\n"] {
        if {[regexp {^\);} $line]} { break }
        if {[regexp $attribute $line -> name value]} { dict set told $name $value }
        if {![regexp {^ +(input|output) +(?:wire|reg) +(?:\[(\d+):0\])? *(\w+),?$} $line -> \
                  direction msb name]} { continue }
        set port [dict create name $name direction $direction bits [expr {$msb eq "" ? 1 : $msb + 1}]]
        if {[dict exists $told X_INTERFACE_INFO]} {
            lassign [dict get $told X_INTERFACE_INFO] vlnv interface signal
            set port [dict merge $port [dict create bus $vlnv interface $interface signal $signal]]
        }
        if {[dict exists $told X_INTERFACE_PARAMETER]} {
            dict set port parameters [string map {, {}} [dict get $told X_INTERFACE_PARAMETER]]
        }
        lappend ports $port
        set told {}
    }
    return $ports
}

# By interface: a dict of bus, parameters, and signals, by their names a list of direction and bits.
proc top_interfaces {path} {
    set interfaces {}
    foreach port [top_ports $path] {
        if {![dict exists $port interface]} { continue }
        set name [dict get $port interface]
        dict set interfaces $name bus [dict get $port bus]
        dict set interfaces $name signals [dict get $port signal] \
            [list [dict get $port direction] [dict get $port bits]]
        if {[dict exists $port parameters]} {
            dict set interfaces $name parameters [dict get $port parameters]
        }
    }
    return $interfaces
}
