/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/report/numbers.h"

#include <stdio.h>

double percent(int64_t part, int64_t whole)
{
    return whole != 0 ? 100.0 * (double)part / (double)whole : 0.0;
}

struct number commas(int64_t value)
{
    char digits[24];
    struct number n;
    size_t length = (size_t)snprintf(digits, sizeof digits, "%lld", (long long)value), at = 0;
    for (size_t i = 0; i < length; i++) {
        n.text[at++] = digits[i];
        if (digits[i] != '-' && i + 1 < length && (length - i - 1) % 3 == 0)
            n.text[at++] = ',';
    }
    n.text[at] = '\0';
    return n;
}
