# SPDX-License-Identifier: Apache-2.0
# common.tcl - what the scripts beside it share, and source first: arguments, part, files, figures.
namespace eval ese {
    variable here   [file dirname [file normalize [info script]]]
    variable folder [file dirname $here] ;# of the chip

    # The free edition of Vivado has it: for chips whose own device it lacks, and for examples with
    # a processor.
    variable free_part xczu7ev-ffvc1156-2-e
}

source [file join $ese::here chip.tcl]

# What lmap does, which Tcl 8.5 has not.
proc ese::map {variable list body} {
    upvar 1 $variable item
    set result {}
    foreach item $list { lappend result [uplevel 1 $body] }
    return $result
}

# A dict of the options in argv.  `known`: names and what they are if they are not given.
proc ese::options {script known} {
    set options $known
    set usage "$script: options are"
    dict for {name fallback} $known { append usage " -$name" }
    foreach {name value} $::argv {
        set key [string range $name 1 end]
        if {[string index $name 0] ne "-" || ![dict exists $known $key]} {
            error "$script: unknown argument '$name'; $usage, each followed by a value"
        }
        dict set options $key $value
    }
    if {[llength $::argv] % 2} { error "$script: [lindex $::argv end] has no value" }
    return $options
}

# Runs another script of this folder as if it had been called with these arguments.
proc ese::run {script arguments} {
    set ::argv $arguments
    set ::argc [llength $arguments]
    uplevel #0 [list source [file join $ese::here $script]]
}

# The part that was asked for; else the chip's, or the free one if this Vivado has not the chip's.
proc ese::part {asked} {
    if {$asked ne ""} {
        if {[get_parts -quiet $asked] eq ""} { error "this Vivado has no part '$asked'" }
        return $asked
    }
    if {[get_parts -quiet $chip::part] ne ""} { return $chip::part }
    puts "WARNING: this Vivado has not the chip's part, $chip::part: taking $ese::free_part"
    return $ese::free_part
}

proc ese::content {path} {
    set file [open $path]
    set text [read $file]
    close $file
    return $text
}

# Absolute paths of the modules, the top first, and of the images.
proc ese::sources {} {
    set files [split [string trim [ese::content [file join $ese::folder rtl files.f]]] "\n"]
    return [ese::map file $files { file join $ese::folder $file }]
}

proc ese::images {} {
    return [ese::map file $chip::images { file join $ese::folder $file }]
}

# A memory image that is not found is only a critical warning by default, and leaves a memory of
# zeros.
proc ese::insist_on_images {} {
    set_msg_config -id {Synth 8-4445} -new_severity ERROR
}

# From a netlist to a routed design, in this process.
proc ese::implement {out} {
    opt_design
    place_design
    phys_opt_design
    route_design
    write_checkpoint -force [file join $out routed.dcp]
}

# ---- figures -----------------------------------------------------------------------------------

# What is used and what there is, of the first row with one of these names in report_utilization's
# tables; names differ from one family to the next.
proc ese::utilization {report names} {
    foreach line [split $report "\n"] {
        set cells [ese::map cell [split $line "|"] { string trim $cell " *" }]
        if {[lindex $cells 1] in $names} {
            return [list [lindex $cells 2] [lindex $cells end-2]]
        }
    }
    return {}
}

# The number behind a name in a table of report_power, where a word may follow, "(Junction temp exceeded!)",
# and "<" be before it.
proc ese::watts {report name} {
    foreach line [split $report "\n"] {
        set cells [ese::map cell [split $line "|"] { string trim $cell }]
        if {[lindex $cells 1] eq $name && [regexp {[0-9.]+} [lindex $cells 2] number]} {
            return $number
        }
    }
    return ""
}

proc ese::slack {kind} {
    set path [get_timing_paths -max_paths 1 -nworst 1 $kind]
    return [expr {$path eq "" ? "" : [get_property SLACK $path]}]
}

# Reports of the open design in a folder, and measured.csv, its figures, a line each: name, value,
# what there is.  `ese report DIR --measured FILE` shows them beside the estimate.
proc ese::reports {out stage saif} {
    report_utilization -file [file join $out utilization.rpt]
    report_utilization -hierarchical -file [file join $out hierarchy.rpt]
    report_timing_summary -max_paths 10 -file [file join $out timing.rpt]
    set rows [list [list part [get_property PART [current_design]] {}] \
                  [list tool "Vivado [version -short]" {}] [list stage $stage {}] \
                  [list config_hash $chip::config_hash {}] [list clock_mhz $chip::clock_mhz {}]]
    set report [ese::content [file join $out utilization.rpt]]
    foreach {name called} {
        lut    {{CLB LUTs} {Slice LUTs}}
        lutram {{LUT as Memory}}
        ff     {{CLB Registers} {Slice Registers}}
        bram36 {{Block RAM Tile}}
        uram   {URAM}
        dsp    {DSPs}
    } {
        lassign [ese::utilization $report $called] used available
        if {$used ne ""} { lappend rows [list $name $used $available] }
    }
    lappend rows [list setup_slack_ns [ese::slack -setup] {}]
    lappend rows [list hold_slack_ns [ese::slack -hold] {}]
    if {$saif ne ""} {
        read_saif -strip_path ese_bench/u_chip $saif
        report_power -file [file join $out power.rpt]
        set report [ese::content [file join $out power.rpt]]
        foreach {name called} {
            power_w {Total On-Chip Power (W)} dynamic_w {Dynamic (W)} static_w {Device Static (W)}
        } {
            lappend rows [list $name [ese::watts $report $called] {}]
        }
    }
    set path [file join $out measured.csv]
    set file [open $path w]
    puts $file "figure,value,available"
    foreach row $rows {
        if {[lindex $row 1] ne ""} { puts $file [join $row ","] }
    }
    close $file
    puts "ese: $path"
}
