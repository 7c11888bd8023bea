#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh - the scripts in vivado/ of several chips, run to their end with a stand-in for Vivado
# (stand_in.tcl), which knows its commands by the list `commands`; what they did; and that the
# stand-in sees each misspelt command, unknown option and missing file.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0
stand_in=$PWD/tests/fpga/stand_in.tcl
parts=xczu7ev-ffvc1156-2-e,xcku060-ffva1156-2-e,xc7z020clg484-1

check() { # NAME COMMAND...
    if "${@:2}"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $1"
    fi
}

refused() { # COMMAND...
    ! "$@"
}

# Runs a script of a chip where it can leave files; LOG is in the same folder.
run() { # CHIP LOG SCRIPT ARGUMENT...
    local chip=$work/$1 place=$work/$1.run
    mkdir -p "$place"
    (cd "$place" && tclsh "$stand_in" "$2" "$parts" "$chip/vivado/$3" "${@:4}" >"$2.out" 2>"$2.err")
}

said() { # CHIP LOG PATTERN
    grep -qE -e "$3" "$work/$1.run/$2"
}

message() { # CHIP LOG TEXT
    grep -qF -e "$3" "$work/$1.run/$2.err"
}

make_chip() { # CHIP SET...
    local chip=$1 sets=()
    shift
    for set in "$@"; do sets+=(--set "$set"); done
    build/ese gen tiny -o "$work/$chip" "${sets[@]}" >/dev/null 2>&1
    mkdir -p "$work/$chip/build" "$work/$chip.run"
    touch "$work/$chip/build/stimulus.bin" "$work/$chip.run/activity.saif"
}

# A script with all that it does by its options; says which did not come to its end.
one_script() { # CHIP SCRIPT
    case $2 in
    common | ooc)
        run "$1" ooc.log ooc.tcl -saif activity.saif || echo ooc.tcl
        run "$1" synth.log ooc.tcl -to synth -out synth || echo ooc.tcl -to synth
        run "$1" project.log ooc.tcl -project project || echo ooc.tcl -project
        ;;
    report) run "$1" report.log report.tcl -checkpoint ooc/routed.dcp -saif activity.saif || echo report.tcl ;;
    package_ip) run "$1" package.log package_ip.tcl || echo package_ip.tcl ;;
    example_bd)
        run "$1" design.log example_bd.tcl || echo example_bd.tcl
        run "$1" clocks.log example_bd.tcl -bus_mhz 100 || echo example_bd.tcl -bus_mhz
        run "$1" preset.log example_bd.tcl -board maker:board:part0:1.0 || echo example_bd.tcl -board
        ;;
    build)
        run "$1" build.log build.tcl || echo build.tcl
        run "$1" board.log build.tcl -board maker:board:part0:1.0 || echo build.tcl -board
        run "$1" runs.log build.tcl -board maker:board:part0:1.0 -jobs 2 || echo build.tcl -jobs
        ;;
    simulate) run "$1" simulate.log simulate.tcl || echo simulate.tcl ;;
    esac
}

all_scripts() { # CHIP
    for script in ooc report package_ip example_bd build simulate; do one_script "$1" $script; done
}

end_well() { # CHIP
    local ended
    ended=$(all_scripts "$1")
    [ -z "$ended" ] || { echo "$ended" && cat "$work/$1.run"/*.err && false; }
}

# ---- every script of every kind of chip ----------------------------------------------------------

make_chip rom
make_chip stream memory=stream
make_chip resident memory=resident memory_ports=1 axi_data_bits=128 axi_cache=15 axi_prot=2
make_chip left memory=stream prefix=left device=xc7z020 channels=3 activation_bits=18
make_chip io memory=stream io=stream memory_ports=1 device=xczu7ev clock_mhz=150

for chip in rom stream resident left io; do
    top=ese_top
    [ $chip != left ] || top=left_top
    check "$chip: all scripts end well" end_well $chip

    # What was read
    while read -r file; do
        check "$chip: reads $file" said $chip ooc.log "^read_verilog .*/$chip/$file[ }]"
        check "$chip: adds $file" said $chip project.log "^add_files -norecurse .*/$chip/$file[ }]"
        check "$chip: packages $file" said $chip package.log "^add_files -norecurse .*/$chip/$file[ }]"
        check "$chip: compiles $file" said $chip simulate.log "^xvlog .*/$chip/$file( |\$)"
    done <"$work/$chip/rtl/files.f"
    for image in "$work/$chip"/mem/*.mem; do
        image=${image##*/}
        check "$chip: reads $image" said $chip ooc.log "^add_files .*/$chip/mem/$image[ }]"
        check "$chip: packages $image" said $chip package.log "^add_files .*/$chip/mem/$image[ }]"
        check "$chip: simulates with $image" test -f "$work/$chip.run/simulation/$image"
    done
    for source in "$work/$chip"/sim/*.c; do
        source=${source##*/}
        [ "$source" != bind_vpi.c ] || continue
        check "$chip: compiles $source" said $chip simulate.log "^xsc .*/$chip/sim/$source( |\$)"
    done
    check "$chip: a missing image is an error" \
        said $chip ooc.log '^set_msg_config -id \{Synth 8-4445\} -new_severity ERROR'
    check "$chip: is the top" said $chip ooc.log "^synth_design -top $top .*-mode out_of_context"
    check "$chip: has its clock" said $chip ooc.log '^read_xdc -mode out_of_context .*/vivado/ooc.xdc'
    check "$chip: goes to the end" said $chip ooc.log '^route_design'
    check "$chip: ends behind synthesis" refused said $chip synth.log '^(opt_design|route_design)'
    check "$chip: has its activity" said $chip ooc.log '^read_saif -strip_path ese_bench/u_chip activity'

    # What is connected, by the top's own attributes
    check "$chip: Vivado is told what is true" tclsh tests/fpga/interfaces.tcl "$work/$chip"
    buses=$(sed -n 's/.*ASSOCIATED_BUSIF \([^,]*\),.*/\1/p' "$work/$chip/rtl/$top.v" | tr : ' ')
    check "$chip: has buses" test -n "$buses"
    for log in design.log clocks.log build.log board.log runs.log; do
        for bus in $buses; do
            check "$chip: $bus is connected in $log" said $chip $log "^connected chip/$bus "
        done
        check "$chip: nothing is open in $log" refused said $chip $log '^open chip/'
        check "$chip: has its clock in $log" said $chip $log '^connected chip/aclk '
        check "$chip: has a reset of its clock in $log" said $chip $log \
            '^connected chip/aresetn (bus|chip)_reset/peripheral_aresetn'
        [ $chip = rom ] ||
            check "$chip: its interrupt is connected in $log" said $chip $log '^connected interrupts/In0 chip/irq'
    done
    check "$chip: one clock" said $chip design.log '^connected chip/aclk ps/'
    check "$chip: two clocks" said $chip clocks.log '^connected chip/aclk chip_clock/clk_out1'
    check "$chip: two clocks, the reset of its own" \
        said $chip clocks.log '^connected chip/aresetn chip_reset/peripheral_aresetn'
    check "$chip: both at the SmartConnect" said $chip clocks.log '^connected control/aclk1 chip_clock/clk_out1'
    for bus in $buses; do
        check "$chip: $bus hangs on the clock in the IP" \
            said $chip package.log "^ipx::associate_bus_interfaces -busif $bus -clock aclk core"
    done

    # Bitstreams only for boards
    check "$chip: no bitstream without a board" refused said $chip build.log '^write_(bitstream|hw_platform)'
    check "$chip: a bitstream for a board" said $chip board.log '^write_bitstream .*/system.bit'
    check "$chip: a bitstream by runs" said $chip runs.log '^launch_runs impl_1 -to_step write_bitstream -jobs 2'
    check "$chip: an XSA for a board" said $chip board.log '^write_hw_platform .*/system.xsa'
    check "$chip: the board's preset" said $chip board.log '^apply_bd_automation .*apply_board_preset 1'
done

# ---- registers and parts -------------------------------------------------------------------------

# As REGISTERS.md has them.
grep -E '^\| 0x[0-9A-F]{2} \| [A-Z]' "$work/stream/REGISTERS.md" | while read -r _ offset _ name _; do
    printf '%s 0x%03X\n' "$name" "$offset"
done >"$work/registers"
grep -A 1 '^ipx::add_register' "$work/stream.run/package.log" |
    sed -nE 's/^set_property address_offset (0x[0-9A-F]+) \{register (\w+)\}/\2 \1/p' >"$work/packaged"
check "registers are those of REGISTERS.md" cmp "$work/registers" "$work/packaged"
check "there are registers" test "$(wc -l <"$work/packaged")" -gt 30
check "no registers without a host" refused said rom package.log ipx::add_register
check "a map of them" said stream package.log '^set_property slave_memory_map_ref s_axi_control \{bus s_axi_control\}'

check "the part of the paper's device" said rom ooc.log '^create_project .*-part xcku060-ffva1156-2-e'
check "the part of the chip's device" said left ooc.log '^create_project .*-part xc7z020clg484-1'
check "an UltraScale+ has its processor" said io design.log '^create_bd_cell .*:zynq_ultra_ps_e ps'
check "a 7000 has its processor" said left design.log '^create_bd_cell .*:processing_system7 ps'
check "others get one of the free edition" said rom design.log '^create_bd_cell .*:zynq_ultra_ps_e ps'
free=$(sed -n 's/.*variable free_part \(.*\)/\1/p' fpga/vivado/common.tcl)
check "which devices.csv has" grep -q ",$free," fpga/devices.csv
check "takes a part" run rom part.log ooc.tcl -part xc7z020clg484-1
check "and uses it" said rom part.log '^create_project .*-part xc7z020clg484-1'
(parts=$free && run rom free.log ooc.tcl) || true
check "a Vivado without the chip's part takes the free one" said rom free.log "^create_project .*-part $free"
check "and says so" grep -q "has not the chip's part, xcku060" "$work/rom.run/free.log.out"
check "a part that Vivado has not" refused run rom no.log ooc.tcl -part xc9
check "and says why" message rom no.log "this Vivado has no part 'xc9'"
check "a design on a part without a processor" refused run rom no.log example_bd.tcl -part xcku060-ffva1156-2-e
check "and says why" message rom no.log 'xcku060-ffva1156-2-e has no processor'

# ---- figures ---------------------------------------------------------------------------------------

# What the stand-in's reports say reaches the report, of a 7000's other names, too.
for chip in io left; do
    build/ese report "$work/$chip" --measured "$work/$chip.run/ooc/measured.csv" --json "$work/report.json" \
        >"$work/report.txt" 2>/dev/null || true
    get() { build/json_get "$work/report.json" "measured.$1"; }
    is() { awk -v is="$(get "$1")" -v should="$2" 'BEGIN { exit !(is != "" && is + 0 == should + 0) }'; }
    check "$chip: part" test "$(get part)" = "$(sed -n 's/.*variable part *//p' "$work/$chip/vivado/chip.tcl")"
    for figure in lut=12345 lutram=345 ff=6789 bram36=17.5 dsp=48; do
        check "$chip: ${figure%=*}" is "resources.${figure%=*}.measured" "${figure#*=}"
    done
    check "$chip: there are" is resources.dsp.available 1728
    for figure in setup_slack_ns=0.345 hold_slack_ns=0.012 power_w=3.21 dynamic_w=2.11 static_w=1.1; do
        check "$chip: ${figure%=*}" is "${figure%=*}" "${figure#*=}"
    done
    check "$chip: as text" grep -q 'Measured by Vivado 2023.2' "$work/report.txt"
done
check "the stage is told" grep -q '^stage,synth,' "$work/io.run/synth/measured.csv"
check "the system is no chip alone" grep -q '^stage,system,' "$work/io.run/build/measured.csv"
check "no power without activity" refused grep -q power "$work/io.run/synth/measured.csv"

# ---- AxCACHE and AxPROT --------------------------------------------------------------------------

# What the ports of the top show, in Icarus.
shown() { # CHIP
    cat >"$work/look.v" <<'V'
module look;
    wire [3:0] ar_cache, aw_cache;
    wire [2:0] ar_prot, aw_prot;
    ese_top u_chip (
        .m_axi_data_arcache (ar_cache), .m_axi_data_arprot (ar_prot),
        .m_axi_data_awcache (aw_cache), .m_axi_data_awprot (aw_prot)
    );
    initial #1 $display("%0d %0d %0d %0d", ar_cache, ar_prot, aw_cache, aw_prot);
endmodule
V
    iverilog -g2005 -o "$work/look.vvp" "$work/look.v" "$work/$1"/rtl/*.v 2>/dev/null &&
        (cd "$work/$1/mem" && vvp -n "$work/look.vvp" | tail -n 1)
}
check "AxCACHE and AxPROT as they are by themselves" test "$(shown stream)" = '3 0 3 0'
check "AxCACHE and AxPROT as configured" test "$(shown resident)" = '15 2 15 2'

# The streams' words: tdata below, tuser above
check "x with tuser" said io design.log 'TDATA_REMAP \{tdata\[31:0\]\} CONFIG.TUSER_REMAP \{tdata\[35:32\]\}'
check "y with tuser" said io design.log "TDATA_REMAP \{30'b0{30},tuser\[1:0\],tdata\[31:0\]\}"

# ---- wrong calls ---------------------------------------------------------------------------------

for script in ooc report package_ip example_bd build simulate; do
    check "$script: an unknown argument" refused run rom no.log $script.tcl -nosuch 1
    check "$script: and says what there is" message rom no.log "$script.tcl: unknown argument '-nosuch'; $script.tcl: options are -"
    check "$script: an option without a value" refused run rom no.log $script.tcl -out
    check "$script: and says so" message rom no.log "$script.tcl: -out has no value"
done
check "a step that there is not" refused run rom no.log ooc.tcl -to place
check "and says what there is" message rom no.log '-to is synth or route'
check "a report of nothing" refused run rom no.log report.tcl
check "and says what is needed" message rom no.log '-checkpoint FILE.dcp is needed'
check "a simulation that fails" refused env VERDICT=fail tclsh "$stand_in" "$work/log" "$parts" \
    "$work/rom/vivado/simulate.tcl" -out "$work/xsim" >/dev/null 2>"$work/error"
check "and says so" grep -q "the verdict is 'fail'" "$work/error"

# ---- planted: every command misspelt, with an unknown option; every file missing ------

# Commands of the list that a script has.
commands_in() { # SCRIPT
    local code
    code=$(grep -vE '^ *#' "fpga/vivado/$1") # whole: a pipe whose reader ends early would be an error
    sed -nE 's/^(exec )?([a-z:_]+) +\|.*/\2/p' tests/fpga/commands | while read -r name; do
        # In package_ip.tcl `version` is a variable.
        [ "$1 $name" != "package_ip.tcl version" ] || continue
        grep -qE "(^|[ [])$name( |\]|\$)" <<<"$code" && echo "$name" || true
    done
}

# The script must fail with the text.
fails_with() { # CHIP SCRIPT TEXT
    rm -f "$work/$1.run"/*.err
    one_script "$1" "$2" >"$work/ended"
    [ -s "$work/ended" ] && grep -qF -e "$3" "$work/$1.run"/*.err
}

make_chip planted memory=stream io=stream
all_scripts planted >/dev/null
for script in common ooc report package_ip example_bd build simulate; do
    path=$work/planted/vivado/$script.tcl
    cp "$path" "$work/good"
    for name in $(commands_in $script.tcl); do
        sed -E "/^ *#/!s/(^|[ [])$name( |\]|\$)/\1${name}x\2/" "$work/good" >"$path"
        check "$script.tcl: $name misspelt" fails_with planted $script "${name}x"
        sed -E "/^ *#/!s/(^|[ [])$name( |\]|\$)/\1$name -nosuch\2/" "$work/good" >"$path"
        check "$script.tcl: $name with an unknown option" fails_with planted $script "$name: unknown option '-nosuch'"
    done
    cp "$work/good" "$path"
done
while read -r script file; do
    mv "$work/planted/$file" "$work/gone"
    check "$script: $file missing" fails_with planted "$script" "$file"
    mv "$work/gone" "$work/planted/$file"
done <<'END'
ooc rtl/ese_pe.v
ooc rtl/files.f
ooc mem/tanh.mem
ooc vivado/ooc.xdc
ooc vivado/chip.tcl
report vivado/common.tcl
package_ip rtl/ese_pe.v
package_ip mem/tanh.mem
build vivado/example_bd.tcl
simulate rtl/ese_pe.v
simulate mem/tanh.mem
simulate sim/host.c
simulate sim/ese_bench.v
simulate build/stimulus.bin
END
rm -r "$work/planted.run/ip"
mv "$work/planted/vivado/package_ip.tcl" "$work/gone"
check "example_bd: no IP, and nothing that makes one" fails_with planted example_bd package_ip.tcl
mv "$work/gone" "$work/planted/vivado/package_ip.tcl"
all_scripts planted >/dev/null
for file in activity.saif ooc/routed.dcp; do
    rm "$work/planted.run/$file"
    check "$file missing" refused run planted no.log report.tcl -checkpoint ooc/routed.dcp -saif activity.saif
    check "and says so" message planted no.log "there is no file '$file'"
    touch "$work/planted.run/ooc/routed.dcp"
done
check "an IP's pin misspelt" test -n "$(
    sed -i 's/peripheral_aresetn/peripheral_areset_n/' "$work/planted/vivado/example_bd.tcl"
    run planted no.log example_bd.tcl || grep 'bus_reset has no peripheral_areset_n' "$work/planted.run/no.log.err"
)"

# Every command of the list is used, and has two scripts of others beside it.
for name in $(sed -nE 's/^(exec )?([a-z:_]+) +\|.*/\2/p' tests/fpga/commands); do
    check "$name is used" grep -qE "(^|[ [])$name( |\]|\$)" fpga/vivado/*.tcl
done
check "each command has two witnesses" awk -F '|' '
    /^(#|$)/ { next }
    { n = split($4, uses, " "); if (n < 2 || uses[1] == uses[2]) { print $1 ": " $4; bad = 1 } }
    END { exit bad }' tests/fpga/commands

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
