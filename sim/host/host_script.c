/* SPDX-License-Identifier: Apache-2.0 */
#include "host_script.h"

#include "ese_registers.h"
#include "findings.h"
#include "host_access.h"
#include "host_queue.h"
#include "memory.h"
#include "ports.h"

enum {
    WHOLE_SETUPS = 4, /* phases in which the host looks at everything */
    BYTE_0 = 1, BYTE_3 = 8, ALL_BYTES = 15
};

static const uint32_t ALL = UINT32_MAX;

static bool looks(void)
{
    return harness.phase < WHOLE_SETUPS;
}

bool script_has_queue(void)
{
    return harness.plan.io == STIMULUS_IO_MEMORY;
}

uint32_t script_events(void)
{
    return script_has_queue() ? IRQ_ALL : IRQ_ALL & ~(uint32_t)ESE_IRQ_STATUS_DESCRIPTOR;
}

/* Some bytes of a register only. */
static void write_some(uint32_t address, uint32_t data, uint32_t strobes)
{
    access_add((struct access){.write = true, .address = address, .data = data,
                               .kept = ALL_BYTES & ~strobes});
}

/* ---- after a reset ------------------------------------------------------------------------------------- */

/* Settings that are written byte by byte, and read back after addresses were tried where nothing is;
 * or just written. */
static void list_settings(void)
{
    uint64_t weights = axi_region(STIMULUS_WEIGHTS)->base, model = axi_region(STIMULUS_MODEL)->base;
    uint64_t ring = script_has_queue() ? queue_ring() : 0;
    const struct { uint32_t address, data; const char *name; bool queue; } settings[] = {
        {ESE_WEIGHTS_ADDRESS, (uint32_t)weights, "WEIGHTS_ADDRESS", false},
        {ESE_WEIGHTS_ADDRESS_HIGH, (uint32_t)(weights >> 32), "WEIGHTS_ADDRESS_HIGH", false},
        {ESE_MODEL_ADDRESS, (uint32_t)model, "MODEL_ADDRESS", false},
        {ESE_MODEL_ADDRESS_HIGH, (uint32_t)(model >> 32), "MODEL_ADDRESS_HIGH", false},
        {ESE_WATCHDOG, harness.now->watchdog, "WATCHDOG", false},
        {ESE_IRQ_ENABLE, script_events(), "IRQ_ENABLE", false},
        {ESE_QUEUE_ADDRESS, (uint32_t)ring, "QUEUE_ADDRESS", true},
        {ESE_QUEUE_ADDRESS_HIGH, (uint32_t)(ring >> 32), "QUEUE_ADDRESS_HIGH", true},
        {ESE_QUEUE_MASK, (UINT32_C(1) << harness.now->ring_bits) - 1, "QUEUE_MASK", true},
        {ESE_QUEUE_TAIL, access_draw(), "QUEUE_TAIL", true},
    };
    uint32_t count = sizeof settings / sizeof *settings;
    for (uint32_t i = 0; i < count; i++)
        if (script_has_queue() || !settings[i].queue)
            (looks() ? write_bytes : write_register)(settings[i].address, settings[i].data);
    if (!looks())
        return;
    try_holes(3);
    for (uint32_t i = 0; i < count; i++)
        if (script_has_queue() || !settings[i].queue)
            expect(settings[i].address, settings[i].data, ALL, settings[i].name);
}

void script_setup(struct host_room *room)
{
    const struct stimulus *plan = &harness.plan;
    read_register(ESE_X_SIZE, &room->x);
    read_register(ESE_Y_SIZE_LANES, &room->y_lanes);
    read_register(ESE_CELL_WORDS, &room->cells);
    read_register(ESE_KEPT_WORDS, &room->kept);
    if (!looks()) {
        list_settings();
        return;
    }
    try_writes(harness.phase);
    expect(ESE_VERSION, 0, 0, "VERSION"); /* whatever it is */
    uint32_t features = (plan->memory_mode == STIMULUS_RESIDENT ? ESE_FEATURES_RESIDENT : 0) |
                        (script_has_queue() ? ESE_FEATURES_QUEUE : 0) |
                        (plan->memory_ports > 1 ? ESE_FEATURES_TWO_PORTS : 0) |
                        plan->memory_data_bits / 8 << 16;
    expect(ESE_ID, ESE_IDENTITY_CHIP, ALL, "ID");
    expect(ESE_CONFIG_HASH, plan->config_hash, ALL, "CONFIG_HASH");
    expect(ESE_CHIP_HASH, plan->chip_hash, ALL, "CHIP_HASH");
    expect(ESE_FEATURES, features, ALL, "FEATURES");
    expect(ESE_PES_CHANNELS, plan->pes | plan->channels << 16, ALL, "PEs and channels");
    expect(ESE_Y_SIZE_LANES, plan->lanes << 16, ALL << 16, "lanes");
    expect(ESE_STATUS, ESE_STATUS_IDLE, STATUS_ALL, "STATUS after reset");
    expect(ESE_ERROR, 0, ALL, "ERROR after reset");
    expect(ESE_CONTROL, 0, ALL, "CONTROL");
    expect(ESE_SLOT, 0, ALL, "SLOT");
    list_settings();
    expect(ESE_IRQ_STATUS, 0, IRQ_ALL, "IRQ_STATUS after reset");
}

void script_check_room(const struct host_room *room)
{
    const uint32_t x = model_word(ESE_IMAGE_X_SIZE), y = model_word(ESE_IMAGE_Y_SIZE);
    const uint32_t cells = model_word(ESE_IMAGE_CELL_WORDS), kept = model_word(ESE_IMAGE_KEPT_WORDS);
    if (room->x < x || (room->y_lanes & 0xffff) < y)
        violation(AT "the chip has room for %u x and %u y, the model has %u and %u", HERE, room->x,
                  room->y_lanes & 0xffff, x, y);
    if (room->cells < cells || room->kept < kept)
        violation(AT "the chip has room for %u and %u words of state, the model has %u and %u", HERE,
                  room->cells, room->kept, cells, kept);
}

/* ---- events -------------------------------------------------------------------------------------------- */

/* Nothing but `events` is pending: they raise the interrupt if they are allowed to, and only then. */
static void try_mask(uint32_t events)
{
    write_register(ESE_IRQ_ENABLE, script_events() & ~events);
    expect_line(ESE_IRQ_STATUS, events, IRQ_ALL, "IRQ_STATUS with its events masked", LINE_LOW);
    write_register(ESE_IRQ_ENABLE, events);
    expect_line(ESE_IRQ_STATUS, events, IRQ_ALL, "IRQ_STATUS with its events allowed", LINE_HIGH);
    write_register(ESE_IRQ_ENABLE, script_events());
}

/* ... and nothing but 1 in its own bit, strobed, clears one. */
static void try_clearing(uint32_t event)
{
    write_register(ESE_IRQ_STATUS, ~event);
    expect(ESE_IRQ_STATUS, event, IRQ_ALL, "IRQ_STATUS after the others were cleared");
    write_some(ESE_IRQ_STATUS, ALL, access_draw() & (ALL_BYTES & ~BYTE_0));
    expect(ESE_IRQ_STATUS, event, IRQ_ALL, "IRQ_STATUS after a write of other bytes");
    write_register(ESE_IRQ_STATUS, event);
    expect_line(ESE_IRQ_STATUS, 0, IRQ_ALL, "IRQ_STATUS after it was cleared", LINE_LOW);
}

/* More of them may come at any time: of those that are there one is cleared, and the other stays. */
void script_clear(uint32_t events)
{
    const uint32_t both = ESE_IRQ_STATUS_FRAME | ESE_IRQ_STATUS_DESCRIPTOR;
    const uint32_t first = access_draw() % 2 != 0 ? ESE_IRQ_STATUS_FRAME : ESE_IRQ_STATUS_DESCRIPTOR;
    if (looks()) {
        write_register(ESE_IRQ_ENABLE, script_events() & ~both);
        expect_line(ESE_IRQ_STATUS, events & both, events & both, "IRQ_STATUS with frames masked",
                    LINE_LOW);
        write_register(ESE_IRQ_ENABLE, events & both);
        expect_line(ESE_IRQ_STATUS, events & both, events & both, "IRQ_STATUS with frames allowed",
                    LINE_HIGH);
        write_register(ESE_IRQ_ENABLE, script_events());
    }
    if (looks() && (events & both) == both) {
        write_register(ESE_IRQ_STATUS, first);
        expect(ESE_IRQ_STATUS, both & ~first, both & ~first, "IRQ_STATUS after another was cleared");
        write_register(ESE_IRQ_STATUS, both & ~first);
    } else {
        write_register(ESE_IRQ_STATUS, events & both);
    }
}

/* ---- loading, starting --------------------------------------------------------------------------------- */

/* A command has its bits in the lowest byte. */
void script_command(uint32_t command)
{
    if (looks())
        write_some(ESE_CONTROL, command | access_draw() << 8, BYTE_0);
    else
        write_register(ESE_CONTROL, command);
}

void script_loaded(void)
{
    if (looks()) {
        try_mask(ESE_IRQ_STATUS_LOADED);
        try_clearing(ESE_IRQ_STATUS_LOADED);
    }
    write_register(ESE_IRQ_STATUS, ESE_IRQ_STATUS_LOADED);
    expect(ESE_STATUS, ESE_STATUS_IDLE | ESE_STATUS_LOADED, STATUS_ALL, "STATUS after the load");
    expect(ESE_ERROR, 0, ALL, "ERROR after the load");
    expect(ESE_IRQ_STATUS, 0, IRQ_ALL, "IRQ_STATUS after the load");
    expect(ESE_MODEL_HASH, model_word(ESE_IMAGE_MODEL_HASH), ALL, "MODEL_HASH");
    expect(ESE_MODEL_X_SIZE, model_word(ESE_IMAGE_X_SIZE), ALL, "MODEL_X_SIZE");
    expect(ESE_MODEL_Y_SIZE, model_word(ESE_IMAGE_Y_SIZE), ALL, "MODEL_Y_SIZE");
    expect(ESE_MODEL_CELL_WORDS, model_word(ESE_IMAGE_CELL_WORDS), ALL, "MODEL_CELL_WORDS");
    expect(ESE_MODEL_KEPT_WORDS, model_word(ESE_IMAGE_KEPT_WORDS), ALL, "MODEL_KEPT_WORDS");
}

/* Start opens all channels and empties the ring, whatever was written before. */
void script_start(void)
{
    write_register(ESE_SLOT,
                   ESE_SLOT_WRITE | ESE_SLOT_CLOSED | access_draw() % harness.plan.channels);
    if (script_has_queue())
        write_register(ESE_QUEUE_TAIL, 1 + access_draw() % 1000);
    script_command(ESE_CONTROL_START);
}

void script_started(void)
{
    expect(ESE_STATUS, ESE_STATUS_RUNNING | ESE_STATUS_LOADED, STATUS_ALL - ESE_STATUS_IDLE,
           "STATUS after start");
    expect(ESE_ERROR, 0, ALL, "ERROR after start");
    if (script_has_queue()) {
        expect(ESE_QUEUE_HEAD, 0, ALL, "QUEUE_HEAD after start");
        expect(ESE_QUEUE_TAIL, 0, ALL, "QUEUE_TAIL after start");
    }
    if (looks()) { /* neither closes a channel nor stops: the byte that says so is not strobed */
        write_some(ESE_SLOT, ALL << 16 | access_draw() % harness.plan.channels, ALL_BYTES & ~BYTE_3);
        write_some(ESE_CONTROL, ALL, ALL_BYTES & ~BYTE_0);
        expect(ESE_STATUS, ESE_STATUS_RUNNING | ESE_STATUS_LOADED, STATUS_ALL - ESE_STATUS_IDLE,
               "STATUS after writes of other bytes");
    }
}

/* ---- ends ---------------------------------------------------------------------------------------------- */

void script_error(uint32_t code)
{
    expect(ESE_STATUS, ESE_STATUS_ERROR,
           ESE_STATUS_ERROR | ESE_STATUS_RUNNING | ESE_STATUS_LOADING, "STATUS after an error");
    expect(ESE_ERROR, code, ALL, "ERROR");
    write_register(ESE_IRQ_STATUS, ~ESE_IRQ_STATUS_ERROR);
    try_mask(ESE_IRQ_STATUS_ERROR);
    try_clearing(ESE_IRQ_STATUS_ERROR);
}

void script_end(void)
{
    expect(ESE_STATUS, ESE_STATUS_RUNNING | ESE_STATUS_LOADED, STATUS_ALL - ESE_STATUS_IDLE,
           "STATUS at the end");
    expect(ESE_ERROR, 0, ALL, "ERROR at the end");
    if (script_has_queue())
        expect(ESE_QUEUE_HEAD, harness.now->descriptor_count, ALL, "QUEUE_HEAD at the end");
}
