# SPDX-License-Identifier: Apache-2.0
# ooc.tcl - the chip by itself, out of context: its size and its clock.
#
#   vivado -mode batch -source DIR/vivado/ooc.tcl -tclargs ?-part PART? ?-out FOLDER?
#          ?-to synth|route? ?-saif FILE? ?-project FOLDER?
#
# -out      where checkpoints, reports and measured.csv go (ooc, where Vivado runs)
# -to       synth ends behind synthesis, with estimated wires
# -saif     switching activity of the chip in its bench, for power: of ese verify --saif
# -project  makes a project of the same in FOLDER instead, to go on with by hand
source [file join [file dirname [file normalize [info script]]] common.tcl]

namespace eval ese::ooc {
    proc make_project {folder part} {
        create_project $chip::top $folder -part $part -force
        add_files -norecurse [ese::sources]
        add_files -norecurse [ese::images]
        set_property top $chip::top [current_fileset]
        add_files -fileset constrs_1 -norecurse [file join $ese::here ooc.xdc]
        set_property USED_IN {synthesis implementation out_of_context} [get_files ooc.xdc]
        set_property -name {STEPS.SYNTH_DESIGN.ARGS.MORE OPTIONS} -value {-mode out_of_context} \
            -objects [get_runs synth_1]
        close_project
        puts "ese: [file join $folder $chip::top.xpr]"
    }

    proc synthesize {part out} {
        create_project -in_memory -part $part
        read_verilog [ese::sources]
        add_files -norecurse [ese::images]
        read_xdc -mode out_of_context [file join $ese::here ooc.xdc]
        synth_design -top $chip::top -part $part -mode out_of_context
        write_checkpoint -force [file join $out synthesized.dcp]
    }

    proc main {} {
        set options [ese::options ooc.tcl {part {} out ooc to route saif {} project {}}]
        set part [ese::part [dict get $options part]]
        set to [dict get $options to]
        if {$to ni {synth route}} { error "ooc.tcl: -to is synth or route, not '$to'" }
        ese::insist_on_images
        if {[dict get $options project] ne ""} {
            make_project [dict get $options project] $part
            return
        }
        set out [dict get $options out]
        file mkdir $out
        synthesize $part $out
        if {$to eq "route"} { ese::implement $out }
        ese::reports $out $to [dict get $options saif]
        close_project
    }
}

ese::ooc::main
