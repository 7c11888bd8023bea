# SPDX-License-Identifier: Apache-2.0
# ooc.xdc - the clock of chip '@{NAME}' when it is synthesized by itself: @{CLOCK_MHZ} MHz.
#
# In a design the clock comes from where it is made, and this file is not used.  There is one clock, and
# nothing crosses to another inside, so that no further constraint is needed.
create_clock -name aclk -period @{PERIOD} [get_ports aclk]
