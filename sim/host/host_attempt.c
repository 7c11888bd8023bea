/* SPDX-License-Identifier: Apache-2.0 */
#include "host_attempt.h"

static const uint32_t BEFORE = UINT32_MAX; /* the number of the attempt before the first */

static uint32_t attempt;

uint32_t host_wrong_attempts(const struct stimulus_phase *p)
{
    return p->error_count != 0 ? p->error_count : p->expected_error != 0 || p->stop_cycle != 0;
}

void host_begin_attempts(void)
{
    attempt = harness.now->flags & STIMULUS_LOADED_BEFORE ? BEFORE : 0;
}

void host_next_attempt(void)
{
    attempt = attempt == BEFORE ? 0 : attempt + 1;
}

uint32_t host_attempt(void)
{
    return attempt;
}

bool host_loads_before(void)
{
    return attempt == BEFORE;
}

bool host_first_attempt(void)
{
    return attempt == 0 || attempt == BEFORE;
}

bool host_wrong_attempt(void)
{
    return attempt < host_wrong_attempts(harness.now);
}

uint32_t host_expected_error(void)
{
    const struct stimulus_phase *p = harness.now;
    if (!host_wrong_attempt())
        return 0;
    return p->error_count != 0 ? p->errors[attempt] : p->expected_error;
}

bool host_error_expected(void)
{
    return host_expected_error() != 0;
}

bool host_stop_expected(void)
{
    return harness.now->stop_cycle != 0 && host_wrong_attempt();
}
