# SPDX-License-Identifier: Apache-2.0
# stand_in.tcl - runs a script of vivado/ without Vivado, as far as can be seen from outside.
#
#   tclsh tests/fpga/stand_in.tcl LOG PARTS SCRIPT ?ARGUMENT...?
#
# Commands, their options and arguments are those of the list `commands` beside this, and no others;
# IPs, their pins and their parameters, those of `cells`.  A file that is named must be there.  Of a
# block design it keeps what is connected to what.  LOG has a line a call, and at the end
# `connected PIN PIN`.  PARTS: the parts that this Vivado has, with commas between them.
#
# What Tcl 8.6 has and 8.5 has not is taken away, since older versions of Vivado have 8.5.
set beside [file dirname [file normalize [info script]]]
source [file join $beside top.tcl]
set log [open [lindex $argv 0] w]
set parts [split [lindex $argv 1] ,]
set script [lindex $argv 2]
set argv [lrange $argv 3 end]
set argc [llength $argv]

foreach new {lmap try throw tailcall coroutine yield yieldto zlib} { rename $new {} }
namespace ensemble configure string -map \
    [dict remove [namespace ensemble configure string -map] cat]

# ---- the lists -------------------------------------------------------------------------------------

# Rows of a table whose columns stand between bars.
proc rows {name} {
    set rows {}
    foreach line [split [string trim [content [file join $::beside $name]]] "\n"] {
        if {[regexp {^(#|$)} $line]} { continue }
        set row {}
        foreach cell [split $line |] { lappend row [string trim $cell] }
        lappend rows $row
    }
    return $rows
}

# Options and plain arguments of a call; fails on what the list does not know.
proc parse {name options range words} {
    set given {}
    set plain {}
    for {set n 0} {$n < [llength $words]} {incr n} {
        set word [lindex $words $n]
        # A property may be called as it likes; so may a value in braces.
        if {![regexp {^-{1,2}[a-zA-Z]\w*$} $word]} { lappend plain $word; continue }
        if {$word in $options} { dict set given $word 1; continue }
        if {"$word=" ni $options} { error "$name: unknown option '$word'" }
        if {[incr n] == [llength $words]} { error "$name: $word has no value" }
        dict lappend given $word [lindex $words $n]
    }
    lassign [split $range .] least {} most
    if {[llength $plain] < $least || [llength $plain] > $most} {
        error "$name: [llength $plain] arguments, not $range: $plain"
    }
    return [list $given $plain]
}

proc must_exist {name files} {
    foreach file $files {
        if {![file isfile $file]} { error "$name: there is no file '$file'" }
    }
}

proc note {args} { puts $::log $args }

# A command: checked, noted, and then done by do::NAME if there is such a procedure.
proc define {name options range files} {
    proc ::$name {args} [string map [list @N $name @O $options @R $range @F $files] {
        lassign [parse {@N} {@O} {@R} $args] given plain
        note {@N} {*}$args
        if {"@F" ne ""} { foreach list $plain { must_exist {@N} $list } }
        if {[info commands ::do::@N] ne ""} { return [::do::@N $given $plain] }
        return ""
    }]
}

namespace eval ipx {}
namespace eval do { namespace eval ipx {} }
set programs {}
foreach row [rows commands] {
    lassign $row name options arguments
    lassign $arguments range files
    if {[string match {exec *} $name]} {
        dict set programs [lindex $name 1] [list $options $range $files]
    } else {
        define $name $options $range $files
    }
}

rename exec real_exec
proc exec {args} {
    set words [lsearch -all -inline -not -regexp $args {^(2>@|>@|stdout|stderr)$}]
    set name [lindex $words 0]
    if {![dict exists $::programs $name]} { error "couldn't execute \"$name\": no such program" }
    lassign [dict get $::programs $name] options range files
    lassign [parse $name $options $range [lrange $words 1 end]] given plain
    note $name {*}[lrange $words 1 end]
    if {$files ne ""} { must_exist $name $plain }
    if {$name eq "xsim"} {
        foreach argument [dict get $given --testplusarg] {
            if {[regexp {^stimulus=(.*)} $argument -> path]} { must_exist xsim [list $path] }
        }
        set results [open results.json w]
        set verdict [expr {[info exists ::env(VERDICT)] ? $::env(VERDICT) : "pass"}]
        puts $results "{\n  \"verdict\": \"$verdict\",\n}"
        close $results
    }
}

# ---- projects and files --------------------------------------------------------------------------

set state [dict create part {} files {} board {} project {} repositories {} properties {}]

proc do::create_project {given plain} {
    if {[dict get $::state project] ne ""} { error "create_project: a project is open" }
    set part [dict get $given -part]
    if {$part ni $::parts} { error "create_project: no such part: $part" }
    dict set ::state part $part
    dict set ::state project [expr {[llength $plain] ? [lindex $plain 0] : "in memory"}]
    dict set ::state files {}
}

proc do::close_project {given plain} {
    if {[dict get $::state project] eq ""} { error "close_project: no project is open" }
    dict set ::state project {}
}

proc do::get_parts {given plain} {
    return [expr {[lindex $plain 0] in $::parts ? [lindex $plain 0] : ""}]
}

proc do::get_board_parts {given plain} { return [list board [lindex $plain 0]] }

proc do::add_files {given plain} {
    if {[dict get $::state project] eq ""} { error "add_files: no project is open" }
    foreach list $plain {
        must_exist add_files $list
        foreach file $list { dict set ::state files [file tail $file] $file }
    }
}

foreach reader {read_verilog read_xdc} { proc do::$reader {given plain} { do::add_files {} $plain } }

proc do::get_files {given plain} {
    set name [lindex $plain 0]
    if {![dict exists $::state files $name]} { error "get_files: no file of the project is called $name" }
    return [dict get $::state files $name]
}

proc do::current_fileset {given plain} { return sources_1 }
proc do::current_project {given plain} { return project }
proc do::current_design {given plain} { return design }
proc do::get_runs {given plain} { return [list run [lindex $plain 0]] }
proc do::version {given plain} { return 2023.2 }

proc do::get_property {given plain} {
    lassign $plain name object
    switch -glob -- "$name $object" {
        {PART design} - {PART project} { return [dict get $::state part] }
        {PART_NAME board *} { return [lindex $::parts 0] }
        {SLACK path *} { return [lindex $object 1] }
        {PROGRESS run *} { return 100% }
    }
    error "get_property: $object has no $name"
}

# Checked are the parameters of cells; of the rest what is noted is enough.
proc do::set_property {given plain} {
    if {[dict exists $given -dict]} {
        foreach {name value} [lindex [dict get $given -dict] 0] {
            set_cell [lindex $plain 0] $name $value
        }
    } elseif {![dict exists $given -name] && [llength $plain] != 3} {
        error "set_property: name, value and object"
    } elseif {[lindex $plain 0] eq "ip_repo_paths"} {
        dict set ::state repositories [lindex $plain 1]
    }
}

# ---- synthesis and reports -----------------------------------------------------------------------

# What is designed: synth_design and open_checkpoint leave one, and only then can it be looked at.
set designed 0

proc do::synth_design {given plain} {
    if {[dict get $::state files] eq ""} { error "synth_design: nothing was read" }
    set ::designed 1
}

proc do::open_checkpoint {given plain} {
    dict set ::state project checkpoint
    dict set ::state part [string trim [content [lindex $plain 0]]]
    set ::designed 1
}

proc do::open_run {given plain} { set ::designed 1 }
proc do::close_design {given plain} { set ::designed 0 }

proc need_design {name} { if {!$::designed} { error "$name: no design is open" } }
foreach step {opt_design place_design phys_opt_design route_design} {
    proc do::$step {given plain} [list need_design $step]
}
foreach writer {write_checkpoint write_bitstream write_hw_platform} {
    proc do::$writer {given plain} [string map [list @W $writer] {
        need_design @W
        write_to [expr {[dict exists $given -file] ? [dict get $given -file] : [lindex $plain 0]}] \
            [dict get $::state part]
    }]
}

proc write_to {path text} {
    set file [open [lindex $path 0] w]
    puts $file $text
    close $file
}

proc do::report_utilization {given plain} {
    need_design report_utilization
    set kind [expr {[string match xc7* [dict get $::state part]] ? "Slice" : "CLB"}]
    write_to [dict get $given -file] "
+----------------------------+-------+-------+------------+-----------+-------+
|          Site Type         |  Used | Fixed | Prohibited | Available | Util% |
+----------------------------+-------+-------+------------+-----------+-------+
| $kind LUTs*                  | 12345 |     0 |          0 |    230400 |  5.36 |
|   LUT as Logic             | 12000 |     0 |          0 |    230400 |  5.21 |
|   LUT as Memory            |   345 |     0 |          0 |    101760 |  0.34 |
| $kind Registers              |  6789 |     0 |          0 |    460800 |  1.47 |
| Block RAM Tile             |  17.5 |     0 |          0 |       312 |  5.61 |
| URAM                       |     0 |     0 |          0 |        96 |  0.00 |
| DSPs                       |    48 |     0 |          0 |      1728 |  2.78 |
"
}

proc do::report_timing_summary {given plain} {
    need_design report_timing_summary
    write_to [dict get $given -file] ""
}

proc do::get_timing_paths {given plain} {
    need_design get_timing_paths
    return [list path [expr {[dict exists $given -hold] ? 0.012 : 0.345}]]
}

proc do::report_power {given plain} {
    need_design report_power
    write_to [dict get $given -file] "
| Total On-Chip Power (W)  | 3.210 (Junction temp exceeded!) |
| Dynamic (W)              | 2.110        |
| Device Static (W)        | 1.100        |
"
}

proc do::make_wrapper {given plain} {
    set path [file join [pwd] [file rootname [file tail [dict get $given -files]]]_wrapper.v]
    close [open $path w]
    return $path
}

# ---- packaged IPs --------------------------------------------------------------------------------

set core {}

proc do::ipx::package_project {given plain} {
    set top [lindex [dict keys [dict get $::state files] *_top.v] 0]
    set path [dict get $::state files $top]
    set ::core [dict create root [lindex [dict get $given -root_dir] 0] top $path \
        vlnv [join [list {*}[dict get $given -vendor] {*}[dict get $given -library]] :] maps {} registers {}]
    return core
}

proc do::ipx::current_core {given plain} { return core }

proc do::ipx::get_bus_interfaces {given plain} {
    set name [lindex $plain 0]
    set interfaces [top_interfaces [dict get $::core top]]
    return [expr {[dict exists $interfaces $name] ? [list bus $name] : ""}]
}

proc do::ipx::add_bus_parameter {given plain} { return [list parameter {*}$plain] }
proc do::ipx::add_memory_map {given plain} { return [list map [lindex $plain 0]] }
proc do::ipx::add_address_block {given plain} { return [list block {*}$plain] }
proc do::ipx::add_register {given plain} { return [list register [lindex $plain 0]] }

proc do::ipx::associate_bus_interfaces {given plain} {
    set interfaces [top_interfaces [dict get $::core top]]
    foreach option {-busif -clock -reset} {
        if {[dict exists $given $option] && ![dict exists $interfaces {*}[dict get $given $option]]} {
            error "ipx::associate_bus_interfaces: no interface [dict get $given $option]"
        }
    }
}

# What a block design must know of the IP lies in its component.xml: where the top is.
proc do::ipx::save_core {given plain} {
    set file [open [file join [dict get $::core root] component.xml] w]
    puts $file [dict get $::core top]
    close $file
}

# ---- block designs -------------------------------------------------------------------------------

# By cell: its pins, buses and parameters, as `cells` has them.
set cells {}
set nets {}   ;# by pin: the net
set driven {} ;# by pin that is an end of a connection: the other
set kinds [rows cells]

proc do::create_bd_cell {given plain} {
    set name [lindex $plain 0]
    if {[dict exists $::cells $name]} { error "create_bd_cell: there is a cell $name" }
    lassign [split [lindex [dict get $given -vlnv] 0] :] vendor library ip
    if {$vendor eq "xilinx.com"} {
        foreach kind $::kinds {
            if {[lindex $kind 0] ne $ip} { continue }
            lassign $kind {} pins buses parameters
            dict set ::cells $name [dict create pins $pins buses $buses parameters $parameters]
            return $name
        }
        error "create_bd_cell: there is no IP $ip"
    }
    set component [file join [dict get $::state repositories] $ip component.xml]
    must_exist create_bd_cell [list $component]
    dict set ::cells $name [chip_cell [string trim [content $component]]]
    return $name
}

# The chip, from its own Verilog.
proc chip_cell {top} {
    set pins {}
    set buses {}
    foreach port [top_ports $top] {
        if {![dict exists $port interface] || [string match *:signal:* [dict get $port bus]]} {
            lappend pins [dict get $port name][expr {[string match a* [dict get $port name]] ? "!" : ""}]
        } elseif {[dict get $port interface] ni $buses} {
            lappend buses [dict get $port interface]
        }
    }
    return [dict create pins $pins buses $buses parameters {}]
}

proc set_cell {name parameter value} {
    if {![dict exists $::cells $name]} { error "set_property: there is no cell $name" }
    if {![string match CONFIG.* $parameter]} { return }
    foreach pattern [dict get $::cells $name parameters] {
        if {[string match $pattern [string range $parameter 7 end]]} { return }
    }
    error "set_property: $name has no $parameter"
}

proc find_pin {what kind path} {
    lassign [split $path /] cell pin
    if {![dict exists $::cells $cell]} { error "$what: there is no cell $cell" }
    foreach pattern [dict get $::cells $cell $kind] {
        if {[string match [lindex [split $pattern !] 0] $pin]} { return $path }
    }
    error "$what: $cell has no $pin"
}

proc do::get_bd_cells {given plain} {
    set name [lindex $plain 0]
    if {![dict exists $::cells $name]} { error "get_bd_cells: there is no cell $name" }
    return $name
}

proc do::get_bd_pins {given plain} { return [find_pin get_bd_pins pins [lindex $plain 0]] }
proc do::get_bd_intf_pins {given plain} { return [find_pin get_bd_intf_pins buses [lindex $plain 0]] }

proc do::connect_bd_net {given plain} {
    set from [lindex $plain 0]
    foreach pin [lrange $plain 1 end] {
        if {[dict exists $::driven $pin]} { error "connect_bd_net: $pin is connected already" }
        dict set ::driven $pin $from
        dict lappend ::nets $from $pin
    }
}

proc do::connect_bd_intf_net {given plain} {
    lassign $plain from to
    foreach {pin other} [list $from $to $to $from] {
        if {[dict exists $::driven $pin]} { error "connect_bd_intf_net: $pin is connected already" }
        dict set ::driven $pin $other
    }
}

proc do::create_bd_design {given plain} {
    set name [lindex $plain 0]
    set path [file join [pwd] $name.bd]
    close [open $path w]
    dict set ::state files $name.bd $path
}

# As Vivado does: what must not be left open.
proc do::validate_bd_design {given plain} {
    dict for {name cell} $::cells {
        foreach pin [dict get $cell pins] {
            if {![regexp {^(.*)!(.*)$} $pin -> pin bus]} { continue }
            set used [expr {$bus eq "" || [dict exists $::driven $name/$bus]}]
            if {$used && ![dict exists $::driven $name/$pin]} {
                error "validate_bd_design: $name/$pin is open"
            }
        }
    }
}

# ---- run -------------------------------------------------------------------------------------------

set failed [catch { source $script } message]
dict for {pin other} $driven { note connected $pin $other }
dict for {name cell} $cells {
    foreach bus [dict get $cell buses] {
        if {$name eq "chip" && ![dict exists $driven $name/$bus]} { note open $name/$bus }
    }
}
close $log
if {$failed} {
    puts stderr $message
    if {[info exists env(TRACE)]} { puts stderr $errorInfo }
    exit 1
}
