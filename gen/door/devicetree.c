/* SPDX-License-Identifier: Apache-2.0
 * devicetree.c - the chip for Linux's UIO driver, to be included in the node of a bus. */
#include "gen/door/printers.h"

void door_devicetree(struct text *text, const struct door *door)
{
    text_appendf(text,
                 "/* SPDX-License-Identifier: Apache-2.0\n"
                 " * %s.dtsi - registers and interrupt of %s for uio_pdrv_genirq.  To be included in the\n"
                 " * node of a bus, by the C preprocessor:\n"
                 " *\n"
                 " *     #define ESE_ADDRESS a0010000\n"
                 " *     &amba_pl {\n"
                 " *     #include \"%s.dtsi\"\n"
                 " *     };\n"
                 " *\n"
                 " * All macros are undefined behind it.  What is not defined before: address and interrupt of\n"
                 " * a Zynq UltraScale+ (M_AXI_HPM0_FPD, the first of pl_ps_irq0).  On a Zynq-7000: ESE_ADDRESS\n"
                 " * 40000000, ESE_INTERRUPT 29, ESE_PARENT intc, and ESE_CELLS 1, for its addresses are one\n"
                 " * word.  The kernel wants uio_pdrv_genirq.of_id=generic-uio. */\n",
                 door->prefix, door->top, door->prefix);
    text_appendf(text,
                 "#ifndef ESE_ADDRESS\n#define ESE_ADDRESS a0000000 /* hexadecimal, without 0x */\n#endif\n"
                 "#ifndef ESE_CELLS\n#define ESE_CELLS 2 /* words of an address */\n#endif\n"
                 "#ifndef ESE_INTERRUPT\n#define ESE_INTERRUPT 89 /* shared peripheral interrupt */\n#endif\n"
                 "#ifndef ESE_PARENT\n#define ESE_PARENT gic\n#endif\n"
                 "#define ESE_HEX_(digits) 0x##digits\n#define ESE_HEX(digits) ESE_HEX_(digits)\n\n"
                 "%s: accelerator@ESE_ADDRESS {\n    compatible = \"generic-uio\";\n"
                 "#if ESE_CELLS == 1\n    reg = <ESE_HEX(ESE_ADDRESS) 0x%x>;\n"
                 "#else\n    reg = <0x0 ESE_HEX(ESE_ADDRESS) 0x0 0x%x>;\n#endif\n"
                 "    interrupt-parent = <&ESE_PARENT>;\n"
                 "    interrupts = <0 ESE_INTERRUPT 4>; /* level, high */\n"
                 "};\n"
                 "#undef ESE_ADDRESS\n#undef ESE_CELLS\n#undef ESE_INTERRUPT\n#undef ESE_PARENT\n"
                 "#undef ESE_HEX_\n#undef ESE_HEX\n",
                 door->prefix, (unsigned)REGISTER_SPACE, (unsigned)REGISTER_SPACE);
}
