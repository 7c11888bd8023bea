# SPDX-License-Identifier: Apache-2.0
# build.tcl - the chip beside a processor (example_bd.tcl), synthesized and implemented.
#
#   vivado -mode batch -source DIR/vivado/build.tcl -tclargs ?-part PART? ?-board BOARD_PART?
#          ?-out FOLDER? ?-ip FOLDER? ?-bus_mhz MHZ? ?-jobs N?
#
# -part, -board, -ip, -bus_mhz  as of example_bd.tcl
# -out   where all goes: the project, reports, measured.csv (build, where Vivado runs)
# -jobs  goes through the project's runs, so many at once, as the button does; without it all is
#        done in this process
#
# measured.csv counts all of the design, the processor's buses, too; ooc.tcl, the chip alone.  With
# a board there are a bitstream and system.xsa at the end, for Vitis and PetaLinux.
source [file join [file dirname [file normalize [info script]]] common.tcl]

namespace eval ese::build {
    proc in_this_process {part out board} {
        set_property synth_checkpoint_mode None [get_files system.bd]
        generate_target all [get_files system.bd]
        synth_design -top system_wrapper -part $part
        write_checkpoint -force [file join $out synthesized.dcp]
        ese::implement $out
        if {$board ne ""} { write_bitstream -force [file join $out system.bit] }
    }

    proc in_runs {jobs board} {
        generate_target all [get_files system.bd]
        set last [expr {$board ne "" ? "write_bitstream" : "route_design"}]
        launch_runs impl_1 -to_step $last -jobs $jobs
        wait_on_run impl_1
        if {[get_property PROGRESS [get_runs impl_1]] ne "100%"} {
            error "build.tcl: impl_1 ended as '[get_property STATUS [get_runs impl_1]]'"
        }
        open_run impl_1
    }

    proc main {} {
        set options [ese::options build.tcl {
            part {} board {} out build ip ip bus_mhz {} jobs {}
        }]
        set out [file normalize [dict get $options out]]
        set board [dict get $options board]
        set jobs [dict get $options jobs]
        file mkdir $out
        set arguments [list -out [file join $out project]]
        foreach name {part board ip bus_mhz} {
            if {[dict get $options $name] ne ""} {
                lappend arguments -$name [dict get $options $name]
            }
        }
        ese::run example_bd.tcl $arguments
        set part [get_property PART [current_project]]
        if {$jobs ne ""} { in_runs $jobs $board } else { in_this_process $part $out $board }
        ese::reports $out system {}
        if {$board ne ""} {
            write_hw_platform -fixed -include_bit -force -file [file join $out system.xsa]
        }
        close_project
    }
}

ese::build::main
