# SPDX-License-Identifier: Apache-2.0
# package_ip.tcl - the chip as an IP for Vivado's catalogue.
#
#   vivado -mode batch -source DIR/vivado/package_ip.tcl -tclargs ?-part PART? ?-out FOLDER?
#
# -out  the IP repository (ip, where Vivado runs); the IP lies in a folder of the chip's name in it
#
# Buses, clock and reset are recognised by the attributes at the ports of the top; that all of them
# were is checked against chip.tcl.  Registers come from the same list as REGISTERS.md.
source [file join [file dirname [file normalize [info script]]] common.tcl]

namespace eval ese::package_ip {
    proc bus {core name} {
        set bus [ipx::get_bus_interfaces $name -of_objects $core]
        if {$bus eq ""} { error "package_ip.tcl: Vivado did not recognise the bus $name" }
        return $bus
    }

    # Parameters are those of chip.tcl whether or not Vivado took them from the attributes.
    proc tell {core} {
        foreach interface $chip::interfaces {
            lassign $interface name kind mode vlnv parameters
            set bus [bus $core $name]
            foreach {parameter value} $parameters {
                set object [ipx::add_bus_parameter -quiet $parameter $bus]
                set_property value $value $object
            }
            ipx::associate_bus_interfaces -busif $name -clock aclk $core
        }
        ipx::associate_bus_interfaces -clock aclk -reset aresetn $core
        if {$chip::interrupt ne ""} { bus $core $chip::interrupt }
    }

    proc map_registers {core} {
        if {[llength $chip::registers] == 0} { return }
        set map [ipx::add_memory_map -quiet s_axi_control $core]
        set block [ipx::add_address_block -quiet reg0 $map]
        set_property range 4096 $block
        set_property slave_memory_map_ref s_axi_control [bus $core s_axi_control]
        foreach register $chip::registers {
            lassign $register name offset access reset meaning
            set object [ipx::add_register -quiet $name $block]
            set_property address_offset $offset $object
            set_property size 32 $object
            set_property description "$meaning; $reset after reset" $object
            set_property access $access $object
        }
    }

    proc describe {core} {
        set_property display_name "$chip::name, sparse $chip::kind" $core
        set_property description "Sparse $chip::kind, configuration $chip::config_hash" $core
        set_property supported_families {
            zynq Production zynquplus Production artix7 Production kintex7 Production
            kintexu Production kintexuplus Production virtexuplus Production
            virtexuplusHBM Production
        } $core
    }

    proc main {} {
        set options [ese::options package_ip.tcl {part {} out ip}]
        set part [ese::part [dict get $options part]]
        set root [file normalize [file join [dict get $options out] $chip::top]]
        file mkdir $root
        ese::insist_on_images
        create_project package [file join [file dirname $root] package] -part $part -force
        add_files -norecurse [ese::sources]
        add_files -norecurse [ese::images]
        set_property top $chip::top [current_fileset]
        update_compile_order -fileset sources_1
        lassign [split $chip::vlnv :] vendor library name version
        ipx::package_project -root_dir $root -vendor $vendor -library $library -taxonomy /UserIP \
            -import_files -force
        set core [ipx::current_core]
        set_property name $name $core
        set_property version $version $core
        describe $core
        tell $core
        map_registers $core
        ipx::create_xgui_files $core
        ipx::update_checksums $core
        ipx::save_core $core
        close_project -delete
        puts "ese: [file join $root component.xml]"
    }
}

ese::package_ip::main
