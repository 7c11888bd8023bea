/* SPDX-License-Identifier: Apache-2.0 */
#include "ese_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TIMEOUT_US = 1000000,
    WATCHDOG_CLOCKS = 100000,
    NAP_US = 10000,    /* longest time without a look at the registers: an interrupt may get lost */
    STOP_NAP_US = 5    /* between two looks whether the buses are at rest */
};

const char *ese_result_text(int result)
{
    switch (result) {
    case ESE_OK: return "no error";
    case ESE_FAIL_BUS: return "the bus failed";
    case ESE_FAIL_TIMEOUT: return "time-out";
    case ESE_FAIL_CHIP: return "the chip has stopped";
    case ESE_FAIL_IDENTITY: return "not a chip for this";
    case ESE_FAIL_MODEL: return "wrong model image";
    case ESE_FAIL_ARGUMENT: return "wrong argument";
    case ESE_FAIL_FULL: return "the queue is full";
    case ESE_FAIL_MEMORY: return "out of memory";
    case ESE_FAIL_FILE: return "a file cannot be read";
    default: return "unknown result";
    }
}

int ese_fail(struct ese_chip *chip, int result, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(chip->message, sizeof chip->message, format, args);
    va_end(args);
    return result;
}

int ese_fail_bus(struct ese_chip *chip)
{
    return ese_fail(chip, ESE_FAIL_BUS, "%s", chip->bus->message);
}

/* ---- registers ------------------------------------------------------------------------------------------ */

int ese_get(struct ese_chip *chip, uint32_t offset, uint32_t *value)
{
    return chip->bus->read32(chip->bus, offset, value) == 0 ? ESE_OK : ese_fail_bus(chip);
}

int ese_set(struct ese_chip *chip, uint32_t offset, uint32_t value)
{
    return chip->bus->write32(chip->bus, offset, value) == 0 ? ESE_OK : ese_fail_bus(chip);
}

int ese_set_address(struct ese_chip *chip, uint32_t offset, uint64_t address)
{
    int result = ese_set(chip, offset, (uint32_t)address);
    return result == ESE_OK ? ese_set(chip, offset + 4, (uint32_t)(address >> 32)) : result;
}

/* Two halves of a number that goes on meanwhile. */
static int get_wide(struct ese_chip *chip, uint32_t offset, uint64_t *value)
{
    uint32_t low = 0, high = 0, again = 0;
    int result = ese_get(chip, offset + 4, &again);
    do {
        high = again;
        if (result == ESE_OK)
            result = ese_get(chip, offset, &low);
        if (result == ESE_OK)
            result = ese_get(chip, offset + 4, &again);
    } while (result == ESE_OK && again != high);
    *value = (uint64_t)high << 32 | low;
    return result;
}

int ese_fail_chip(struct ese_chip *chip, const char *doing)
{
    int result = ese_get(chip, ESE_ERROR, &chip->error);
    if (result != ESE_OK)
        return result;
    const char *meaning = ese_error_meaning(chip->error);
    return ese_fail(chip, ESE_FAIL_CHIP, "the chip has stopped while %s, error %u: %s", doing,
                    (unsigned)chip->error, meaning != NULL ? meaning : "unknown");
}

/* ---- time ------------------------------------------------------------------------------------------------ */

int64_t ese_deadline(struct ese_chip *chip)
{
    return chip->bus->now(chip->bus) + chip->timeout_us;
}

static int nap(struct ese_chip *chip, int64_t deadline, int64_t longest, const char *what)
{
    int64_t left = deadline - chip->bus->now(chip->bus);
    if (left <= 0)
        return ese_fail(chip, ESE_FAIL_TIMEOUT, "the chip %s in %u microseconds", what,
                        (unsigned)chip->timeout_us);
    if (chip->bus->wait(chip->bus, (uint32_t)(left < longest ? left : longest)) < 0)
        return ese_fail_bus(chip);
    return ESE_OK;
}

int ese_nap(struct ese_chip *chip, int64_t deadline, const char *what)
{
    return nap(chip, deadline, NAP_US, what);
}

/* ---- begin and end --------------------------------------------------------------------------------------- */

static int read_identity(struct ese_chip *chip)
{
    uint32_t id = 0, array = 0, y_lanes = 0;
    const struct { uint32_t offset, *into; } list[] = {
        {ESE_ID, &id},
        {ESE_VERSION, &chip->version},
        {ESE_CONFIG_HASH, &chip->config_hash},
        {ESE_CHIP_HASH, &chip->chip_hash},
        {ESE_FEATURES, &chip->features},
        {ESE_PES_CHANNELS, &array},
        {ESE_X_SIZE, &chip->x_most},
        {ESE_Y_SIZE_LANES, &y_lanes},
        {ESE_CELL_WORDS, &chip->cells_most},
        {ESE_KEPT_WORDS, &chip->kept_most},
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        int result = ese_get(chip, list[i].offset, list[i].into);
        if (result != ESE_OK)
            return result;
        if (i == 0 && id != ESE_IDENTITY_CHIP)
            return ese_fail(chip, ESE_FAIL_IDENTITY, "register ID is %08x, not %08x: no ese chip there",
                            (unsigned)id, (unsigned)ESE_IDENTITY_CHIP);
    }
    chip->bus_bytes = chip->features >> 16;
    chip->pes = array & 0xffff;
    chip->channels = array >> 16;
    chip->y_most = y_lanes & 0xffff;
    chip->lanes = y_lanes >> 16;
    if (chip->channels < 1 || chip->channels > ESE_CHANNELS_MOST || chip->bus_bytes < 4 ||
        chip->bus_bytes > 128 || chip->pes < 1 || chip->lanes < 1 || chip->lanes > chip->pes)
        return ese_fail(chip, ESE_FAIL_IDENTITY,
                        "the chip has %u channels, %u PEs, %u lanes and a bus of %u bytes, which makes no sense",
                        (unsigned)chip->channels, (unsigned)chip->pes, (unsigned)chip->lanes,
                        (unsigned)chip->bus_bytes);
    return ESE_OK;
}

/* Soft reset, and until the buses are at rest.  The interrupt would cut the naps short. */
static int reset(struct ese_chip *chip)
{
    const uint32_t busy = ESE_STATUS_RUNNING | ESE_STATUS_STOPPING | ESE_STATUS_LOADING;
    uint32_t status = 0;
    int64_t deadline = ese_deadline(chip);
    int result = ese_set(chip, ESE_IRQ_ENABLE, 0);
    if (result == ESE_OK)
        result = ese_set(chip, ESE_CONTROL, ESE_CONTROL_STOP);
    while (result == ESE_OK) {
        result = ese_get(chip, ESE_STATUS, &status);
        if (result != ESE_OK || ((status & busy) == 0 && status & ESE_STATUS_IDLE))
            break;
        result = nap(chip, deadline, STOP_NAP_US, "does not come to rest");
    }
    chip->running = false;
    chip->submitted = chip->done = 0;
    return result == ESE_OK ? ese_set(chip, ESE_IRQ_STATUS, UINT32_MAX) : result;
}

int ese_open(struct ese_chip *chip, struct ese_bus *bus)
{
    *chip = (struct ese_chip){
        .bus = bus, .timeout_us = TIMEOUT_US, .watchdog = WATCHDOG_CLOCKS};
    int result = read_identity(chip);
    return result == ESE_OK ? reset(chip) : result;
}

int ese_stop(struct ese_chip *chip)
{
    return reset(chip);
}

void ese_forget(struct ese_chip *chip)
{
    free(chip->vectors);
    free(chip->initial);
    chip->vectors = NULL;
    chip->initial = NULL;
    chip->vector_count = 0;
    chip->loaded = false;
}

void ese_close(struct ese_chip *chip)
{
    reset(chip); /* a chip that does not stop may still read what is released now: there is no cure */
    ese_release(chip, &chip->weights_block);
    ese_release(chip, &chip->model_block);
    ese_release(chip, &chip->ring_block);
    ese_forget(chip);
}

int ese_reserve(struct ese_chip *chip, enum ese_port port, uint64_t bytes, struct ese_block *block)
{
    uint64_t address = 0, whole = (bytes + chip->bus_bytes - 1) / chip->bus_bytes * chip->bus_bytes;
    *block = (struct ese_block){0};
    if (chip->bus->allocate(chip->bus, port, whole, &address) != 0)
        return ese_fail(chip, ESE_FAIL_MEMORY, "%s", chip->bus->message);
    *block = (struct ese_block){port, address, whole};
    return ESE_OK;
}

int ese_allocate(struct ese_chip *chip, uint64_t bytes, struct ese_block *block)
{
    return ese_reserve(chip, ESE_PORT_DATA, bytes, block);
}

void ese_release(struct ese_chip *chip, struct ese_block *block)
{
    if (block->bytes != 0)
        chip->bus->release(chip->bus, block->port, block->address);
    *block = (struct ese_block){0};
}

/* ---- running ---------------------------------------------------------------------------------------------- */

/* The ring in memory and in the registers. */
static int prepare_ring(struct ese_chip *chip, uint32_t places)
{
    int result = ESE_OK;
    uint64_t bytes = (uint64_t)places * ESE_DESCRIPTOR_BYTES;
    if (chip->ring_block.bytes < bytes) {
        ese_release(chip, &chip->ring_block);
        result = ese_reserve(chip, ESE_PORT_DATA, bytes, &chip->ring_block);
    }
    if (result == ESE_OK)
        result = ese_set_address(chip, ESE_QUEUE_ADDRESS, chip->ring_block.address);
    return result == ESE_OK ? ese_set(chip, ESE_QUEUE_MASK, places - 1) : result;
}

int ese_start(struct ese_chip *chip, uint32_t places)
{
    bool queue = chip->features & ESE_FEATURES_QUEUE;
    if (chip->running)
        return ese_fail(chip, ESE_FAIL_ARGUMENT, "the chip runs already");
    if (!chip->loaded)
        return ese_fail(chip, ESE_FAIL_ARGUMENT, "no model is loaded");
    if (queue ? places == 0 || (places & (places - 1)) != 0 || places > ESE_RING_MOST : places != 0)
        return ese_fail(chip, ESE_FAIL_ARGUMENT, "a ring of %u descriptors: %s", (unsigned)places,
                        queue ? "allowed are 1, 2, 4 .. 65536"
                              : "this chip has none, x and y are streams");
    int result = places != 0 ? prepare_ring(chip, places) : ESE_OK;
    chip->ring = places;
    chip->submitted = chip->done = 0;
    const uint32_t writes[][2] = {{ESE_WATCHDOG, chip->watchdog},
                                  {ESE_IRQ_STATUS, UINT32_MAX},
                                  {ESE_IRQ_ENABLE, ESE_EVENTS},
                                  {ESE_CONTROL, ESE_CONTROL_START}};
    for (size_t i = 0; i < sizeof writes / sizeof *writes && result == ESE_OK; i++)
        result = ese_set(chip, writes[i][0], writes[i][1]);
    uint32_t status = 0;
    if (result == ESE_OK)
        result = ese_get(chip, ESE_STATUS, &status);
    if (result == ESE_OK && status & ESE_STATUS_ERROR)
        result = ese_fail_chip(chip, "starting");
    else if (result == ESE_OK && !(status & ESE_STATUS_RUNNING))
        result = ese_fail(chip, ESE_FAIL_CHIP, "the chip does not start: STATUS is %x",
                          (unsigned)status);
    chip->running = result == ESE_OK;
    return result;
}

static bool inside(const struct ese_mask *part, const struct ese_mask *whole)
{
    for (int w = 0; w < ESE_MASK_WORDS; w++)
        if (part->word[w] & ~whole->word[w])
            return false;
    return true;
}

/* Has the mask channels that the chip lacks? */
static bool beyond(const struct ese_mask *mask, uint32_t channels)
{
    for (uint32_t c = channels; c < ESE_CHANNELS_MOST; c++)
        if (ese_mask_has(mask, c))
            return true;
    return false;
}

static int check_job(struct ese_chip *chip, const struct ese_job *job)
{
    bool restores = false, twice = false;
    for (int w = 0; w < ESE_MASK_WORDS; w++) {
        restores = restores || job->restore.word[w] != 0;
        twice = twice || (job->first.word[w] & job->restore.word[w]) != 0;
    }
    uint64_t addresses = job->x | job->y | (restores ? job->restore_address : 0) |
                         (job->save ? job->save_address : 0);
    const char *wrong = NULL;
    if (job->frames == 0)
        wrong = "has no frames";
    else if ((addresses | (uint32_t)job->x_stride | (uint32_t)job->y_stride) % chip->bus_bytes != 0)
        wrong = "has an address or a stride that is not a multiple of a bus word";
    else if (beyond(&job->active, chip->channels))
        wrong = "names a channel that the chip does not have";
    else if (!inside(&job->first, &job->active) || !inside(&job->restore, &job->active))
        wrong = "begins or restores a channel that is not active";
    else if (twice)
        wrong = "begins and restores the same channel";
    return wrong == NULL ? ESE_OK : ese_fail(chip, ESE_FAIL_ARGUMENT, "the job %s", wrong);
}

static void put_mask(unsigned char *descriptor, int word, const struct ese_mask *mask)
{
    for (int w = 0; w < ESE_MASK_WORDS; w++)
        ese_put32(descriptor + 4 * (word + w), mask->word[w]);
}

static void put_address(unsigned char *descriptor, int word, uint64_t address)
{
    ese_put32(descriptor + 4 * word, (uint32_t)address);
    ese_put32(descriptor + 4 * (word + 1), (uint32_t)(address >> 32));
}

int ese_submit(struct ese_chip *chip, const struct ese_job *job)
{
    if (!chip->running || chip->ring == 0)
        return ese_fail(chip, ESE_FAIL_ARGUMENT, "the chip's queue does not run");
    int result = check_job(chip, job);
    if (result != ESE_OK)
        return result;
    if (chip->submitted - chip->done >= chip->ring)
        return ese_fail(chip, ESE_FAIL_FULL, "all %u places of the queue are taken",
                        (unsigned)chip->ring);
    unsigned char d[ESE_DESCRIPTOR_BYTES] = {0};
    ese_put32(d + 4 * ESE_DESCRIPTOR_MAGIC, ESE_IDENTITY_DESCRIPTOR);
    ese_put32(d + 4 * ESE_DESCRIPTOR_FLAGS, job->save ? ESE_FLAG_SAVE : 0);
    ese_put32(d + 4 * ESE_DESCRIPTOR_FRAMES, job->frames);
    put_address(d, ESE_DESCRIPTOR_X_ADDRESS, job->x);
    put_address(d, ESE_DESCRIPTOR_Y_ADDRESS, job->y);
    put_address(d, ESE_DESCRIPTOR_RESTORE_ADDRESS, job->restore_address);
    put_address(d, ESE_DESCRIPTOR_SAVE_ADDRESS, job->save_address);
    ese_put32(d + 4 * ESE_DESCRIPTOR_X_STRIDE, (uint32_t)job->x_stride);
    ese_put32(d + 4 * ESE_DESCRIPTOR_Y_STRIDE, (uint32_t)job->y_stride);
    put_mask(d, ESE_DESCRIPTOR_ACTIVE, &job->active);
    put_mask(d, ESE_DESCRIPTOR_FIRST, &job->first);
    put_mask(d, ESE_DESCRIPTOR_RESTORE, &job->restore);
    uint64_t place = chip->ring_block.address +
                     (uint64_t)ESE_DESCRIPTOR_BYTES * (chip->submitted & (chip->ring - 1));
    if (chip->bus->write(chip->bus, ESE_PORT_DATA, place, d, sizeof d) != 0)
        return ese_fail_bus(chip);
    result = ese_set(chip, ESE_QUEUE_TAIL, chip->submitted + 1);
    if (result == ESE_OK)
        chip->submitted++;
    return result;
}

/* STATUS comes before HEAD: what was done before an error is then counted. */
int ese_poll(struct ese_chip *chip)
{
    uint32_t status = 0, head = chip->done;
    if (!chip->running)
        return ese_fail(chip, ESE_FAIL_ARGUMENT, "the chip does not run");
    int result = ese_get(chip, ESE_STATUS, &status);
    if (result == ESE_OK && chip->ring != 0)
        result = ese_get(chip, ESE_QUEUE_HEAD, &head);
    if (result != ESE_OK)
        return result;
    if (head - chip->done > chip->submitted - chip->done)
        return ese_fail(chip, ESE_FAIL_BUS, "QUEUE_HEAD is %u with %u of %u descriptors done before",
                        (unsigned)head, (unsigned)chip->done, (unsigned)chip->submitted);
    chip->done = head;
    if (status & ESE_STATUS_ERROR)
        return ese_fail_chip(chip, "running");
    if (!(status & ESE_STATUS_RUNNING)) {
        chip->error = 0;
        return ese_fail(chip, ESE_FAIL_CHIP, "the chip does not run any more, without an error: "
                        "somebody has stopped or reset it");
    }
    return ESE_OK;
}

/* Events are cleared before the look, so that none between the two is lost. */
int ese_wait(struct ese_chip *chip)
{
    uint32_t before = chip->done;
    int64_t deadline = ese_deadline(chip);
    int result = ESE_OK;
    while (result == ESE_OK && chip->submitted != before) {
        result = ese_set(chip, ESE_IRQ_STATUS, ESE_EVENTS);
        if (result == ESE_OK)
            result = ese_poll(chip);
        if (result != ESE_OK || chip->done != before)
            break;
        result = ese_nap(chip, deadline, "has not done a descriptor");
    }
    return result;
}

static int set_slot(struct ese_chip *chip, unsigned channel, uint32_t closed)
{
    if (channel >= chip->channels)
        return ese_fail(chip, ESE_FAIL_ARGUMENT, "channel %u: the chip has 0..%u", channel,
                        (unsigned)chip->channels - 1);
    return ese_set(chip, ESE_SLOT, ESE_SLOT_WRITE | closed | channel);
}

int ese_close_slot(struct ese_chip *chip, unsigned channel)
{
    return set_slot(chip, channel, ESE_SLOT_CLOSED);
}

int ese_open_slot(struct ese_chip *chip, unsigned channel)
{
    return set_slot(chip, channel, 0);
}

int ese_clock(struct ese_chip *chip, uint64_t *cycles, uint64_t *multiplied)
{
    int result = get_wide(chip, ESE_CYCLES, cycles);
    return result == ESE_OK ? get_wide(chip, ESE_MULTIPLIED, multiplied) : result;
}

int ese_counters(struct ese_chip *chip, struct ese_counters *counters)
{
    *counters = (struct ese_counters){0};
    const struct { uint32_t offset, *into; } list[] = {
        {ESE_FRAMES, &counters->frames},
        {ESE_STALL_INPUT, &counters->input},
        {ESE_STALL_COLUMNS, &counters->columns},
        {ESE_STALL_ACCUMULATOR, &counters->accumulator},
        {ESE_STALL_ELEMENT, &counters->element},
        {ESE_STALL_QUEUE, &counters->queue},
        {ESE_STALL_WEIGHTS, &counters->weights},
        {ESE_STALL_OUTPUT, &counters->output},
    };
    int result = ese_clock(chip, &counters->cycles, &counters->multiplied);
    for (size_t i = 0; i < sizeof list / sizeof *list && result == ESE_OK; i++)
        result = ese_get(chip, list[i].offset, list[i].into);
    return result;
}
