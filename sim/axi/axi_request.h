/* SPDX-License-Identifier: Apache-2.0
 * axi_request.h - what an address of either sort must be, apart from where it points. */
#ifndef ESE_AXI_REQUEST_H
#define ESE_AXI_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

struct memory;

struct axi_request {
    const char *port;     /* "m_axi_data" */
    const char *channel;  /* "ar" */
    uint64_t address;
    uint32_t flags;       /* PORT_PAYLOAD */
    uint32_t outstanding, most;
    bool allowed;
};

/* Reports what is wrong with it. */
void axi_check_request(const struct axi_request *request, const struct memory *memory);

#endif
