/* SPDX-License-Identifier: Apache-2.0 */
#include "axi_request.h"

#include "findings.h"
#include "memory.h"
#include "ports.h"

void axi_check_request(const struct axi_request *r, const struct memory *memory)
{
    uint32_t beats = (r->flags >> PORT_LENGTH & 255) + 1, size = r->flags >> PORT_SIZE & 7;
    uint32_t burst = r->flags >> PORT_BURST & 3;
    uint64_t bytes = (uint64_t)beats * memory->beat_bytes;
    if (!r->allowed)
        violation(AT "%s asks for %llx while the chip is stopped", HERE, r->port,
                  (unsigned long long)r->address);
    if (burst != 1)
        violation(AT "%s_%sburst is %u, not INCR", HERE, r->port, r->channel, burst);
    if (UINT32_C(1) << size != memory->beat_bytes)
        violation(AT "%s_%ssize is %u: not the full width of %u bits", HERE, r->port, r->channel,
                  size, memory->data_bits);
    if (r->address % memory->beat_bytes != 0)
        violation(AT "%s_%saddr %llx is not aligned", HERE, r->port, r->channel,
                  (unsigned long long)r->address);
    if (r->address / 4096 != (r->address + bytes - 1) / 4096)
        violation(AT "%s: %u beats from %llx cross a 4 KiB boundary", HERE, r->port, beats,
                  (unsigned long long)r->address);
    if (r->outstanding >= r->most)
        violation(AT "%s asks for more with %u %s outstanding", HERE, r->port, r->outstanding,
                  r->channel[1] == 'w' ? "writes" : "bursts");
}
