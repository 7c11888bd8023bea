# SPDX-License-Identifier: Apache-2.0
# recipe.sh - sourced by run.sh and size.sh: how modules are mapped to UltraScale for counting (count.awk).
#
# Yosys 0.23 packs the registers of a multiplier into DSP48E1 only, so the multipliers are mapped as
# those; a DSP48E2 has the same registers.  Reads of LUT-RAM keep their registers outside of it, and
# multipliers that ask for it are made of LUTs.
# shellcheck disable=SC2034 # for those who source this

# Modules whose parent is to have them inside.
helpers='ese_round_shift_right ese_saturate ese_align ese_rom ese_image ese_delay ese_skid'

recipe() { # TOP: commands of Yosys that map the design that it has read
    cat <<END
synth_xilinx -family xcu -top $1 -flatten -noiopad -noclkbuf -run begin:map_dsp
select -set distributed a:ram_style=distributed
memory_dff * @distributed %d
select -set soft t:\$mul a:use_dsp=no %ci4 %i
chtype -set \$__soft_mul @soft
techmap -map +/mul2dsp.v -map +/xilinx/xc7_dsp_map.v -D DSP_A_MAXWIDTH=25 -D DSP_B_MAXWIDTH=18 -D DSP_A_MAXWIDTH_PARTIAL=18 -D DSP_A_MINWIDTH=2 -D DSP_B_MINWIDTH=2 -D DSP_Y_MINWIDTH=9 -D DSP_SIGNEDONLY=1 -D DSP_NAME=\$__MUL25X18
select a:mul2dsp
setattr -unset mul2dsp
opt_expr -fine
wreduce
select -clear
alumacc
xilinx_dsp -family xc7
chtype -set \$mul t:\$__soft_mul
synth_xilinx -family xcu -top $1 -flatten -noiopad -noclkbuf -run coarse:edif
END
}
