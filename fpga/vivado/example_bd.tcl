# SPDX-License-Identifier: Apache-2.0
# example_bd.tcl - a block design: the chip beside the processor of a Zynq, UltraScale+ or 7000.
#
#   vivado -mode batch -source DIR/vivado/example_bd.tcl -tclargs ?-part PART? ?-board BOARD_PART?
#          ?-out FOLDER? ?-ip FOLDER? ?-bus_mhz MHZ?
#
# -part     must have a processor; the chip's, if it has, else one of the free edition
# -board    its preset says where DDR and pins are, and it has the part
# -out      folder of the project `system` (system, where Vivado runs); remains open
# -ip       repository where package_ip.tcl put the chip; made here if it is not there (ip)
# -bus_mhz  clock of the processor's side, if another than the chip's: SmartConnect crosses over
#
# Every bus of the chip is connected.  s_axi_control goes to a master port of the processor; each
# AXI master to a memory port of its own, by SmartConnect, which also fits the widths; x and y as
# streams to an AXI DMA, where tuser follows tdata in a wider word; irq to the processor.
source [file join [file dirname [file normalize [info script]]] common.tcl]

namespace eval ese::example_bd {
    # Ports by processor.  memory: for each port the interface, its clock, and what switches it on.
    variable processors {
        zynq_ultra_ps_e {
            settings {PSU__USE__M_AXI_GP0 1 PSU__USE__M_AXI_GP1 0 PSU__USE__M_AXI_GP2 0
                      PSU__FPGA_PL0_ENABLE 1 PSU__USE__IRQ0 1}
            frequency PSU__CRL_APB__PL0_REF_CTRL__FREQMHZ
            clock pl_clk0 reset pl_resetn0 interrupt pl_ps_irq0
            control {M_AXI_HPM0_FPD maxihpm0_fpd_aclk}
            memory {
                {S_AXI_HP0_FPD saxihp0_fpd_aclk
                 {PSU__USE__S_AXI_GP2 1 PSU__SAXIGP2__DATA_WIDTH 128}}
                {S_AXI_HP1_FPD saxihp1_fpd_aclk
                 {PSU__USE__S_AXI_GP3 1 PSU__SAXIGP3__DATA_WIDTH 128}}
            }
            preset {apply_board_preset 1}
            bare {}
        }
        processing_system7 {
            settings {PCW_USE_M_AXI_GP0 1 PCW_USE_FABRIC_INTERRUPT 1 PCW_IRQ_F2P_INTR 1
                      PCW_EN_CLK0_PORT 1 PCW_EN_RST0_PORT 1}
            frequency PCW_FPGA0_PERIPHERAL_FREQMHZ
            clock FCLK_CLK0 reset FCLK_RESET0_N interrupt IRQ_F2P
            control {M_AXI_GP0 M_AXI_GP0_ACLK}
            memory {
                {S_AXI_HP0 S_AXI_HP0_ACLK {PCW_USE_S_AXI_HP0 1 PCW_S_AXI_HP0_DATA_WIDTH 64}}
                {S_AXI_HP1 S_AXI_HP1_ACLK {PCW_USE_S_AXI_HP1 1 PCW_S_AXI_HP1_DATA_WIDTH 64}}
            }
            preset {make_external "FIXED_IO, DDR" apply_board_preset 1 Master Disable Slave Disable}
            bare {make_external "FIXED_IO, DDR" apply_board_preset 0 Master Disable Slave Disable}
        }
    }

    # Of a part: the name of its processor, "" if it has none.
    proc processor {part} {
        switch -glob -- $part {
            xczu* - xck24* - xck26* { return zynq_ultra_ps_e }
            xc7z* { return processing_system7 }
        }
        return ""
    }

    proc choose_part {asked board} {
        if {$asked eq "" && $board ne ""} {
            set asked [get_property PART_NAME [get_board_parts -quiet $board]]
        }
        set part [ese::part $asked]
        if {[processor $part] ne ""} { return $part }
        if {$asked ne ""} { error "example_bd.tcl: $asked has no processor" }
        puts "WARNING: $part has no processor: taking $ese::free_part"
        return [ese::part $ese::free_part]
    }

    proc of_kind {kind} {
        set names {}
        foreach interface $chip::interfaces {
            if {[lindex $interface 1] eq $kind} { lappend names [lindex $interface 0] }
        }
        return $names
    }

    proc parameter {name key} {
        foreach interface $chip::interfaces {
            if {[lindex $interface 0] eq $name} { return [dict get [lindex $interface 4] $key] }
        }
    }

    proc cell {ip name {settings {}}} {
        set cell [create_bd_cell -type ip -vlnv xilinx.com:ip:$ip $name]
        set dict {}
        foreach {key value} $settings { lappend dict CONFIG.$key $value }
        if {[llength $dict]} { set_property -dict $dict $cell }
        return $cell
    }

    proc wire {from args} {
        connect_bd_net [get_bd_pins $from] {*}[ese::map to $args { get_bd_pins $to }]
    }

    proc bus {from to} {
        connect_bd_intf_net [get_bd_intf_pins $from] [get_bd_intf_pins $to]
    }

    # ---- the processor, clocks and resets ----------------------------------------------------

    proc add_processor {name facts memories mhz board} {
        cell $name ps
        set rule [dict get $facts [expr {$board ne "" ? "preset" : "bare"}]]
        if {[llength $rule]} {
            apply_bd_automation -rule xilinx.com:bd_rule:$name -config $rule [get_bd_cells ps]
        }
        set settings [dict get $facts settings]
        lappend settings [dict get $facts frequency] $mhz
        foreach port [lrange [dict get $facts memory] 0 [expr {$memories - 1}]] {
            lappend settings {*}[lindex $port 2]
        }
        set dict {}
        foreach {key value} $settings { lappend dict CONFIG.$key $value }
        set_property -dict $dict [get_bd_cells ps]
    }

    # The pins of the processor's clock and reset, and of the chip's: the same unless bus_mhz says
    # other.  The reset is synchronous to its clock, as the chip needs it.
    proc add_clocks {facts bus_mhz} {
        set clock ps/[dict get $facts clock]
        set reset ps/[dict get $facts reset]
        cell proc_sys_reset bus_reset
        wire $clock bus_reset/slowest_sync_clk
        wire $reset bus_reset/ext_reset_in
        if {$bus_mhz eq ""} {
            return [list $clock bus_reset/peripheral_aresetn $clock bus_reset/peripheral_aresetn]
        }
        cell clk_wiz chip_clock [list PRIM_SOURCE No_buffer \
            CLKOUT1_REQUESTED_OUT_FREQ $chip::clock_mhz USE_LOCKED true \
            USE_RESET true RESET_TYPE ACTIVE_LOW RESET_PORT resetn]
        wire $clock chip_clock/clk_in1
        wire $reset chip_clock/resetn
        cell proc_sys_reset chip_reset
        wire chip_clock/clk_out1 chip_reset/slowest_sync_clk
        wire chip_clock/locked chip_reset/dcm_locked
        wire $reset chip_reset/ext_reset_in
        return [list $clock bus_reset/peripheral_aresetn \
                    chip_clock/clk_out1 chip_reset/peripheral_aresetn]
    }

    # ---- buses -------------------------------------------------------------------------------

    # Masters to slaves by way of a SmartConnect of this name.
    proc connect {name masters slaves clocks} {
        lassign $clocks bus_clock bus_reset chip_clock
        set both [expr {$bus_clock ne $chip_clock}]
        cell smartconnect $name [list NUM_SI [llength $masters] NUM_MI [llength $slaves] \
                                     NUM_CLKS [expr {1 + $both}]]
        wire $bus_clock $name/aclk
        if {$both} { wire $chip_clock $name/aclk1 }
        wire $bus_reset $name/aresetn
        set number -1
        foreach master $masters { bus $master $name/[format S%02d_AXI [incr number]] }
        set number -1
        foreach slave $slaves { bus $name/[format M%02d_AXI [incr number]] $slave }
    }

    # The widths of an AXI DMA's streams.
    proc dma_bits {bits} {
        foreach width {32 64 128 256 512 1024} {
            if {$bits <= $width} { return $width }
        }
        error "example_bd.tcl: a stream of $bits bits is too wide for an AXI DMA"
    }

    # Bits of tdata and tuser of a stream, and of a word in memory that holds both.
    proc stream_bits {port} {
        set data [expr {8 * [parameter $port TDATA_NUM_BYTES]}]
        set user [parameter $port TUSER_WIDTH]
        return [list $data $user [dma_bits [expr {$data + $user}]]]
    }

    # A word of memory is tdata, and above it tuser.
    proc add_x {data user bits} {
        cell axis_subset_converter s_axis_x [list \
            S_HAS_TLAST 1 S_TDATA_NUM_BYTES [expr {$bits / 8}] S_TUSER_WIDTH 0 \
            M_HAS_TLAST 1 M_TDATA_NUM_BYTES [expr {$data / 8}] M_TUSER_WIDTH $user \
            TDATA_REMAP "tdata\[[expr {$data - 1}]:0\]" \
            TUSER_REMAP "tdata\[[expr {$data + $user - 1}]:$data\]" TLAST_REMAP {tlast[0]}]
        bus s_axis_x/M_AXIS chip/s_axis_x
    }

    # The same, filled up with zeros.
    proc add_y {data user bits} {
        set word "tuser\[[expr {$user - 1}]:0\],tdata\[[expr {$data - 1}]:0\]"
        set rest [expr {$bits - $data - $user}]
        if {$rest > 0} { set word "${rest}'b[string repeat 0 $rest],$word" }
        cell axis_subset_converter m_axis_y [list \
            S_HAS_TLAST 1 S_TDATA_NUM_BYTES [expr {$data / 8}] S_TUSER_WIDTH $user \
            M_HAS_TLAST 1 M_TDATA_NUM_BYTES [expr {$bits / 8}] M_TUSER_WIDTH 0 \
            TDATA_REMAP $word TLAST_REMAP {tlast[0]}]
        bus chip/m_axis_y m_axis_y/S_AXIS
    }

    proc add_streams {clocks} {
        lassign $clocks bus_clock bus_reset chip_clock chip_reset
        set x [stream_bits s_axis_x]
        set y [stream_bits m_axis_y]
        add_x {*}$x
        add_y {*}$y
        cell axi_dma dma [list c_include_sg 0 c_sg_length_width 26 \
            c_m_axi_mm2s_data_width [lindex $x 2] c_m_axis_mm2s_tdata_width [lindex $x 2] \
            c_m_axi_s2mm_data_width [lindex $y 2]]
        bus dma/M_AXIS_MM2S s_axis_x/S_AXIS
        bus m_axis_y/M_AXIS dma/S_AXIS_S2MM
        wire $chip_clock s_axis_x/aclk m_axis_y/aclk \
            dma/s_axi_lite_aclk dma/m_axi_mm2s_aclk dma/m_axi_s2mm_aclk
        wire $chip_reset s_axis_x/aresetn m_axis_y/aresetn dma/axi_resetn
    }

    proc add_interrupts {pin} {
        set sources {}
        if {$chip::interrupt ne ""} { lappend sources chip/$chip::interrupt }
        if {[llength [of_kind stream]]} { lappend sources dma/mm2s_introut dma/s2mm_introut }
        cell xlconcat interrupts [list NUM_PORTS [llength $sources]]
        set number -1
        foreach source $sources { wire $source interrupts/In[incr number] }
        wire interrupts/dout $pin
    }

    # ---- all ---------------------------------------------------------------------------------

    # Who masters each memory port of the processor: an AXI master of the chip each; the last port
    # is the DMA's, too.
    proc memory_masters {} {
        set masters [ese::map master [of_kind axi] { list chip/$master }]
        if {[llength [of_kind stream]] == 0} { return $masters }
        set last [concat [lindex $masters end] dma/M_AXI_MM2S dma/M_AXI_S2MM]
        return [concat [lrange $masters 0 end-1] [list $last]]
    }

    proc add_buses {facts memories clocks} {
        set bus_clock [lindex $clocks 0]
        set slaves [ese::map slave [of_kind lite] { format chip/%s $slave }]
        if {[llength [of_kind stream]]} { lappend slaves dma/S_AXI_LITE }
        lassign [dict get $facts control] control control_clock
        wire $bus_clock ps/$control_clock
        connect control ps/$control $slaves $clocks
        set number -1
        foreach masters $memories {
            lassign [lindex [dict get $facts memory] [incr number]] memory memory_clock
            wire $bus_clock ps/$memory_clock
            connect [string tolower $memory] $masters ps/$memory $clocks
        }
    }

    proc add_all {part board bus_mhz} {
        variable processors
        set name [processor $part]
        set facts [dict get $processors $name]
        set memories [memory_masters]
        set mhz [expr {$bus_mhz ne "" ? $bus_mhz : $chip::clock_mhz}]
        add_processor $name $facts [llength $memories] $mhz $board
        set clocks [add_clocks $facts $bus_mhz]
        create_bd_cell -type ip -vlnv $chip::vlnv chip
        wire [lindex $clocks 2] chip/aclk
        wire [lindex $clocks 3] chip/aresetn
        if {[llength [of_kind stream]]} { add_streams $clocks }
        add_buses $facts $memories $clocks
        add_interrupts ps/[dict get $facts interrupt]
    }

    # The open project with its block design, and the wrapper on top.
    proc add_design {part board bus_mhz} {
        create_bd_design system
        add_all $part $board $bus_mhz
        assign_bd_address
        validate_bd_design
        save_bd_design
        add_files -norecurse [make_wrapper -files [get_files system.bd] -top]
        set_property top system_wrapper [current_fileset]
        update_compile_order -fileset sources_1
    }

    proc main {} {
        set options [ese::options example_bd.tcl {part {} board {} out system ip ip bus_mhz {}}]
        set board [dict get $options board]
        set part [choose_part [dict get $options part] $board]
        set ip [file normalize [dict get $options ip]]
        set out [file normalize [dict get $options out]]
        if {![file exists [file join $ip $chip::top component.xml]]} {
            ese::run package_ip.tcl [list -part $part -out $ip]
        }
        create_project system $out -part $part -force
        if {$board ne ""} { set_property board_part $board [current_project] }
        set_property ip_repo_paths $ip [current_project]
        update_ip_catalog
        ese::insist_on_images
        add_design $part $board [dict get $options bus_mhz]
        puts "ese: [file join $out system.xpr]"
    }
}

ese::example_bd::main
