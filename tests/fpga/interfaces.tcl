# SPDX-License-Identifier: Apache-2.0
# interfaces.tcl - holds what Vivado is told of a chip's buses against its Verilog and chip.tcl.
#
#   tclsh tests/fpga/interfaces.tcl CHIP_FOLDER
#
# One line for each thing that is not as it should be.
set beside [file dirname [file normalize [info script]]]
source [file join $beside top.tcl]
set chip [lindex $argv 0]
source [file join $chip vivado chip.tcl]
set top [file join $chip rtl $chip::top.v]
set wrong 0

proc expect {what is should} {
    if {$is ne $should} { puts "$what: $is, not $should"; incr ::wrong }
}

# A number that a module of the chip has by name: "localparam BUS_W = 512", ".OUTSTANDING_W (3)".
proc number {module pattern} {
    set prefix [string range $chip::top 0 end-4]
    set text [content [file join $::chip rtl ${prefix}_$module.v]]
    if {![regexp $pattern $text -> value]} { error "$module has nothing like $pattern" }
    return $value
}

proc width {signals name} { return [lindex [dict get $signals $name] 1] }

proc check_axi {name parameters signals} {
    set writes [dict exists $signals AWVALID]
    set bytes [expr {[width $signals RDATA] / 8}]
    expect "$name PROTOCOL" [dict get $parameters PROTOCOL] AXI4
    expect "$name DATA_WIDTH" [dict get $parameters DATA_WIDTH] \
        [number mem_controller {localparam BUS_W += +(\d+);}]
    expect "$name DATA_WIDTH" [dict get $parameters DATA_WIDTH] [width $signals RDATA]
    expect "$name ADDR_WIDTH" [dict get $parameters ADDR_WIDTH] [width $signals ARADDR]
    expect "$name MAX_BURST_LENGTH" [dict get $parameters MAX_BURST_LENGTH] [expr {4096 / $bytes}]
    set unit [expr {$name eq "m_axi_weights" ? "u_weights_read" : "u_data_read"}]
    expect "$name NUM_READ_OUTSTANDING" [dict get $parameters NUM_READ_OUTSTANDING] \
        [expr {1 << [number mem_controller "OUTSTANDING_W \\((\\d+)\\)\[^;\]*\\) $unit \\("]}]
    expect "$name READ_WRITE_MODE" [dict get $parameters READ_WRITE_MODE] \
        [expr {$writes ? "READ_WRITE" : "READ_ONLY"}]
    if {$writes} {
        expect "$name NUM_WRITE_OUTSTANDING" [dict get $parameters NUM_WRITE_OUTSTANDING] \
            [expr {1 << [number mover {OUTSTANDING_W \((\d+)\)[^;]*\) u_write \(}]}]
    }
    foreach {has signal} {
        HAS_LOCK ARLOCK HAS_CACHE ARCACHE HAS_PROT ARPROT HAS_QOS ARQOS HAS_REGION ARREGION
        HAS_BURST ARBURST HAS_RRESP RRESP
    } {
        expect "$name $has" [dict get $parameters $has] [dict exists $signals $signal]
    }
    expect "$name ID_WIDTH" [dict get $parameters ID_WIDTH] [dict exists $signals ARID]
    expect "$name SUPPORTS_NARROW_BURST" [dict get $parameters SUPPORTS_NARROW_BURST] 0
}

proc check_lite {name parameters signals} {
    expect "$name PROTOCOL" [dict get $parameters PROTOCOL] AXI4LITE
    expect "$name DATA_WIDTH" [dict get $parameters DATA_WIDTH] [width $signals RDATA]
    expect "$name ADDR_WIDTH" [dict get $parameters ADDR_WIDTH] [width $signals ARADDR]
    expect "$name ADDR_WIDTH" [dict get $parameters ADDR_WIDTH] \
        [number axi_lite {parameter ADDRESS_W = (\d+)}]
}

proc check_stream {name parameters signals} {
    expect "$name TDATA_NUM_BYTES" [dict get $parameters TDATA_NUM_BYTES] [expr {[width $signals TDATA] / 8}]
    expect "$name TUSER_WIDTH" [dict get $parameters TUSER_WIDTH] [width $signals TUSER]
    foreach {has signal} {HAS_TREADY TREADY HAS_TSTRB TSTRB HAS_TKEEP TKEEP HAS_TLAST TLAST} {
        expect "$name $has" [dict get $parameters $has] [dict exists $signals $signal]
    }
}

set interfaces [top_interfaces $top]
set buses {}
foreach row $chip::interfaces {
    lassign $row name kind mode vlnv parameters
    lappend buses $name
    set interface [dict get $interfaces $name]
    expect "$name in chip.tcl" $parameters [dict get $interface parameters]
    expect "$name in chip.tcl" $vlnv [dict get $interface bus]
    set first [expr {$kind eq "stream" ? "TVALID" : "ARVALID"}]
    expect "$name in chip.tcl" $mode \
        [expr {[lindex [dict get $interface signals $first] 0] eq "output" ? "master" : "slave"}]
    check_$kind $name $parameters [dict get $interface signals]
}

# All of them hang on the clock, and what belongs to no bus is monitor.
expect aclk [dict get $interfaces aclk parameters] "ASSOCIATED_BUSIF [join $buses :] ASSOCIATED_RESET aresetn"
expect aresetn [dict get $interfaces aresetn parameters] "POLARITY ACTIVE_LOW"
expect interrupt [dict exists $interfaces irq] [expr {$chip::interrupt ne ""}]
expect buses [lsort [dict keys $interfaces]] \
    [lsort [concat $buses aclk aresetn $chip::interrupt]]
foreach port [top_ports $top] {
    set name [dict get $port name]
    if {![string match mon_* $name] && ![dict exists $port interface]} { expect "bus of $name" none any }
    if {[dict exists $port signal] && [string match {[sm]_ax*} $name]} {
        expect "port $name" $name [dict get $port interface]_[string tolower [dict get $port signal]]
    }
}
exit [expr {$wrong > 0}]
