/* SPDX-License-Identifier: Apache-2.0 */
#include "models/learn/elements.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

/* What every processor of the architecture has. */
#define TARGET
#define NAME(x) x##_any
#include "models/learn/elements.def"

#ifdef __x86_64__
#define TARGET __attribute__((target("avx2,fma")))
#define NAME(x) x##_avx2
#include "models/learn/elements.def"

#define TARGET __attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")))
#define NAME(x) x##_avx512
#include "models/learn/elements.def"
#endif

#define KERNELS(name, x) {name, forward_##x, backward_##x, adam_##x, sum_##x, softmax_##x}

const struct learn_kernels *learn_kernels_best(void)
{
    static const struct learn_kernels any = KERNELS("portable", any);
#ifdef __x86_64__
    static const struct learn_kernels avx2 = KERNELS("AVX2", avx2),
                                      avx512 = KERNELS("AVX-512", avx512);
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw"))
        return &avx512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return &avx2;
#endif
    return &any;
}
