# SPDX-License-Identifier: Apache-2.0
# report.tcl - the figures of a checkpoint that ooc.tcl or build.tcl left, again, or with activity.
#
#   vivado -mode batch -source DIR/vivado/report.tcl -tclargs -checkpoint FILE.dcp ?-out FOLDER?
#          ?-stage NAME? ?-saif FILE?
#
# -out    where reports and measured.csv go (the checkpoint's folder)
# -stage  what measured.csv calls it (route)
# -saif   switching activity of the chip in its bench, for power: of ese verify --saif
source [file join [file dirname [file normalize [info script]]] common.tcl]

namespace eval ese::report {
    proc main {} {
        set options [ese::options report.tcl {checkpoint {} out {} stage route saif {}}]
        set checkpoint [dict get $options checkpoint]
        if {$checkpoint eq ""} { error "report.tcl: -checkpoint FILE.dcp is needed" }
        set out [dict get $options out]
        if {$out eq ""} { set out [file dirname $checkpoint] }
        file mkdir $out
        open_checkpoint $checkpoint
        ese::reports $out [dict get $options stage] [dict get $options saif]
        close_project
    }
}

ese::report::main
