# SPDX-License-Identifier: Apache-2.0
# create_project.tcl - a Vivado project of a chip that `ese gen` made.
#
#   vivado -mode batch -source fpga/create_project.tcl -tclargs CHIP_FOLDER PROJECT_FOLDER [PART]
#
# CHIP_FOLDER is what was given to `ese gen -o`.  The project has every module of rtl/files.f, the
# memory images, and the clock constraint of out-of-context synthesis; top is the first of rtl/files.f.
if {[llength $argv] < 2 || [llength $argv] > 3} {
    puts stderr "usage: create_project.tcl CHIP_FOLDER PROJECT_FOLDER ?PART?"
    exit 2
}
set chip    [file normalize [lindex $argv 0]]
set project [file normalize [lindex $argv 1]]
set part    [expr {[llength $argv] == 3 ? [lindex $argv 2] : "xcku060-ffva1156-2-e"}]
set scripts [file dirname [file normalize [info script]]]

if {![file exists $chip/rtl/files.f]} {
    puts stderr "create_project.tcl: '$chip' has no rtl/files.f: it is not a folder that 'ese gen' made"
    exit 1
}

# A memory image that is not found is only a critical warning by default, and leaves a memory of zeros.
set_msg_config -id {Synth 8-4445} -new_severity ERROR

set list [open $chip/rtl/files.f]
set files [split [string trim [read $list]] "\n"]
close $list
set top [file rootname [file tail [lindex $files 0]]]

create_project $top $project -part $part -force
foreach file $files {
    add_files -norecurse $chip/$file
}
add_files -norecurse [lsort [glob $chip/mem/*.mem]]
set_property top $top [current_fileset]

add_files -fileset constrs_1 -norecurse $scripts/ooc.xdc
set_property USED_IN {synthesis implementation out_of_context} [get_files ooc.xdc]
set_property -name {STEPS.SYNTH_DESIGN.ARGS.MORE OPTIONS} -value {-mode out_of_context} \
    -objects [get_runs synth_1]
