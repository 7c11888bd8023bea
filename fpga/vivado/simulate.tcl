# SPDX-License-Identifier: Apache-2.0
# simulate.tcl - the chip in its bench, in XSim; the C half of the bench by DPI.
#
#   vivado -mode batch -source DIR/vivado/simulate.tcl -tclargs ?-stimulus FILE? ?-out FOLDER?
#
# -stimulus  what to play and to expect: `ese verify DIR` leaves it in DIR/build/stimulus.bin (that)
# -out       where it is built and run (simulation, where Vivado runs); results.json lies there
#            at the end
#
# xsc, xvlog, xelab and xsim must be in the PATH, as they are inside Vivado.  tclsh runs this, too.
source [file join [file dirname [file normalize [info script]]] common.tcl]

namespace eval ese::simulate {
    proc say {args} {
        puts [join $args]
        exec {*}$args >@ stdout 2>@ stderr
    }

    # `VERILATOR` chooses the half of the bench that speaks DPI; the chip itself is read without it.
    proc build {} {
        set sim [file join $ese::folder sim]
        say xsc {*}[ese::map file $chip::bench_sources { file join $ese::folder $file }]
        say xvlog {*}[ese::sources]
        say xvlog -sv --define VERILATOR --include $sim [file join $sim ese_bench.v]
        say xelab ese_bench -sv_lib dpi -timescale 1ns/1ps -snapshot ese_bench
    }

    proc verdict {path} {
        set file [open $path]
        set text [read $file]
        close $file
        if {![regexp {"verdict": "([a-z]+)"} $text -> verdict]} { return none }
        return $verdict
    }

    proc main {} {
        set options [ese::options simulate.tcl [list \
            stimulus [file join $ese::folder build stimulus.bin] out simulation]]
        set stimulus [file normalize [dict get $options stimulus]]
        if {![file exists $stimulus]} {
            error "simulate.tcl: there is no $stimulus: 'ese verify $ese::folder' leaves one"
        }
        set out [dict get $options out]
        file mkdir $out
        foreach image [ese::images] { file copy -force $image $out }
        set before [pwd]
        cd $out
        file delete results.json
        build
        say xsim ese_bench -R --testplusarg stimulus=$stimulus --testplusarg results=results.json
        set verdict [verdict results.json]
        cd $before
        puts "ese: verdict $verdict"
        if {$verdict ne "pass"} { error "simulate.tcl: the verdict is '$verdict'" }
    }
}

ese::simulate::main
