# SPDX-License-Identifier: Apache-2.0
# Clock of the chip when it is synthesized by itself: 200 MHz, the paper's.
create_clock -name aclk -period 5.000 [get_ports aclk]
