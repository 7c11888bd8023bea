/* SPDX-License-Identifier: Apache-2.0
 * axi_check.c - only counts and reports; never ends the simulation. */
#include "axi_check.h"

#include <string.h>

#include "axi_request.h"
#include "findings.h"
#include "memory.h"

static struct {
    struct port_state {
        bool waiting;                 /* an address is shown and was not taken */
        uint32_t held[PORT_WORDS];    /* that one */
        int64_t stuck;                /* clocks that a beat waits */
    } ports[STIMULUS_PORTS];
    /* Requests taken and answers given so far; what waits to be taken. */
    uint32_t addresses, words, answers, reads, values;
    bool answer_waiting, value_waiting;
    uint32_t held_answer, held_value, held_flags;
    int64_t address_stuck, word_stuck, read_stuck, answer_late, value_late;
} check;

static const char *port_name(uint32_t port)
{
    return port == STIMULUS_PORT_WEIGHTS ? "m_axi_weights" : "m_axi_data";
}

void axi_check_reset(void)
{
    memset(&check, 0, sizeof check);
    axi_check_writes_reset();
}

void axi_check_in_reset(const struct axi_sample *seen)
{
    for (uint32_t port = 0; port < STIMULUS_PORTS; port++) {
        if (unknown_word(&seen->ports[port], 2) & PORT_AR_VALID)
            violation(AT "%s_arvalid is X in reset", HERE, port_name(port));
        else if (seen->ports[port].value[2] & PORT_AR_VALID)
            violation(AT "%s_arvalid is high in reset", HERE, port_name(port));
    }
    axi_check_writes_in_reset(&seen->write);
    uint32_t mask = LITE_B_VALID | LITE_R_VALID;
    if (unknown_word(&seen->lite, 1) & mask)
        violation(AT "s_axi_control_bvalid or rvalid is X in reset", HERE);
    else if (seen->lite.value[1] & mask)
        violation(AT "s_axi_control_%s is high in reset", HERE,
                  seen->lite.value[1] & LITE_B_VALID ? "bvalid" : "rvalid");
}

/* ---- masters --------------------------------------------------------------------------------------- */

/* A new request is shown. */
static void check_request(uint32_t port, const struct vector *seen, struct memory *memory,
                          bool allowed)
{
    if (unknown_word(seen, 0) | unknown_word(seen, 1) | (unknown_word(seen, 2) & PORT_PAYLOAD)) {
        violation(AT "%s shows an address with X in it", HERE, port_name(port));
        return;
    }
    uint32_t most = harness.plan.memory_outstanding;
    struct axi_request request = {
        .port = port_name(port),
        .channel = "ar",
        .address = seen->value[0] | (uint64_t)seen->value[1] << 32,
        .flags = seen->value[2],
        .outstanding = memory->count,
        .most = most != 0 ? most : AXI_OUTSTANDING,
        .allowed = allowed,
    };
    axi_check_request(&request, memory);
    uint32_t beats = (request.flags >> PORT_LENGTH & 255) + 1;
    const struct memory_region *region =
        memory_find(memory, request.address, (uint64_t)beats * memory->beat_bytes);
    if (region == NULL)
        violation(AT "%s: %u beats from %llx lie outside the regions", HERE, request.port, beats,
                  (unsigned long long)request.address);
    else if (!region->readable)
        violation(AT "%s reads %llx, where nothing is to be read now", HERE, request.port,
                  (unsigned long long)request.address);
}

void axi_check_port(uint32_t port, const struct vector *seen, struct memory *memory, bool allowed)
{
    struct port_state *state = &check.ports[port];
    const char *name = port_name(port);
    uint32_t flags = seen->value[2] & ~unknown_word(seen, 2);
    if (unknown_word(seen, 2) & PORT_AR_VALID)
        violation(AT "%s_arvalid is X", HERE, name);
    if (unknown_word(seen, 2) & PORT_R_READY)
        violation(AT "%s_rready is X", HERE, name);

    bool valid = flags & PORT_AR_VALID;
    if (state->waiting && !valid)
        violation(AT "%s_arvalid fell before it was taken", HERE, name);
    else if (state->waiting && (state->held[0] != seen->value[0] ||
                                state->held[1] != seen->value[1] ||
                                (state->held[2] ^ seen->value[2]) & PORT_PAYLOAD))
        violation(AT "%s: the address channel changed while it waited", HERE, name);
    else if (valid && !state->waiting)
        check_request(port, seen, memory, allowed);
    state->waiting = valid && !memory->drive.ar_ready;
    memcpy(state->held, seen->value, sizeof state->held);

    state->stuck = memory->drive.r_valid && !(flags & PORT_R_READY) ? state->stuck + 1 : 0;
    if (state->stuck == AXI_READY_LIMIT)
        violation(AT "%s_rready is low for %d clocks", HERE, name, AXI_READY_LIMIT);
}

/* ---- slave ----------------------------------------------------------------------------------------- */

static void check_known(const struct vector *seen)
{
    static const struct { uint32_t mask; const char *name; } outputs[] = {
        {LITE_AW_READY, "s_axi_control_awready"}, {LITE_W_READY, "s_axi_control_wready"},
        {LITE_B_VALID, "s_axi_control_bvalid"},   {LITE_AR_READY, "s_axi_control_arready"},
        {LITE_R_VALID, "s_axi_control_rvalid"},   {LITE_INTERRUPT, "irq"},
    };
    for (size_t i = 0; i < sizeof outputs / sizeof *outputs; i++)
        if (unknown_word(seen, 1) & outputs[i].mask)
            violation(AT "%s is X", HERE, outputs[i].name);
    if (seen->value[1] & LITE_B_VALID && unknown_word(seen, 1) >> LITE_B_RESPONSE & 3)
        violation(AT "s_axi_control_bresp is X", HERE);
    if (seen->value[1] & LITE_R_VALID &&
        (unknown_word(seen, 1) >> LITE_R_RESPONSE & 3 || unknown_word(seen, 0)))
        violation(AT "s_axi_control_rdata or rresp is X", HERE);
}

/* One channel of answers.  An answer counts once it is shown; its request must have been taken in an
 * earlier clock, so that no path leads from the request to the answer without a register. */
static void check_answer(const char *name, bool valid, bool ready, uint32_t response,
                         bool *waiting, bool changed, uint32_t asked, uint32_t *given)
{
    if (*waiting && !valid)
        violation(AT "s_axi_control_%svalid fell before it was taken", HERE, name);
    else if (*waiting && changed)
        violation(AT "s_axi_control_%s changed while it waited", HERE, name);
    else if (valid && !*waiting) {
        if (*given == asked)
            violation(AT "s_axi_control_%svalid without a request", HERE, name);
        else
            ++*given;
        if (response != RESPONSE_OKAY && response != RESPONSE_SLVERR)
            violation(AT "s_axi_control_%sresp is %u", HERE, name, response);
    }
    *waiting = valid && !ready;
}

/* Counts the clocks of something that must not last. */
static void check_time(int64_t *clocks, bool lasts, const char *what)
{
    *clocks = lasts ? *clocks + 1 : 0;
    if (*clocks == AXI_LITE_LIMIT)
        violation(AT "s_axi_control: %s for %d clocks", HERE, what, AXI_LITE_LIMIT);
}

void axi_check_lite(const struct vector *seen, const uint32_t *drive)
{
    check_known(seen);
    uint32_t flags = seen->value[1] & ~unknown_word(seen, 1), host = drive[2];
    uint32_t writes = check.addresses < check.words ? check.addresses : check.words;
    uint32_t answer = flags >> LITE_B_RESPONSE & 3, value = flags >> LITE_R_RESPONSE & 3;
    bool b_valid = flags & LITE_B_VALID, r_valid = flags & LITE_R_VALID;

    check_answer("b", b_valid, host & LITE_B_READY, answer, &check.answer_waiting,
                 answer != check.held_answer, writes, &check.answers);
    check_answer("r", r_valid, host & LITE_R_READY, value, &check.value_waiting,
                 value != check.held_flags || seen->value[0] != check.held_value, check.reads,
                 &check.values);
    check.held_answer = answer;
    check.held_flags = value;
    check.held_value = seen->value[0];

    bool aw = host & LITE_AW_VALID, w = host & LITE_W_VALID, ar = host & LITE_AR_VALID;
    /* A slave may want the other half of a write first. */
    bool both = aw || check.addresses > check.answers;
    bool other = w || check.words > check.answers;
    check_time(&check.address_stuck, aw && other && !(flags & LITE_AW_READY), "awready is low");
    check_time(&check.word_stuck, w && both && !(flags & LITE_W_READY), "wready is low");
    check_time(&check.read_stuck, ar && !(flags & LITE_AR_READY), "arready is low");
    check.addresses += aw && flags & LITE_AW_READY;
    check.words += w && flags & LITE_W_READY;
    check.reads += ar && flags & LITE_AR_READY;
    writes = check.addresses < check.words ? check.addresses : check.words;
    check_time(&check.answer_late, writes > check.answers, "no answer to a write");
    check_time(&check.value_late, check.reads > check.values, "no answer to a read");
}
