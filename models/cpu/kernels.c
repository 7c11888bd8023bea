/* SPDX-License-Identifier: Apache-2.0 */
#include "models/cpu/kernels.h"

#include <stddef.h>

#define GATHERED_4(v, c) v[c[0]], v[c[1]], v[c[2]], v[c[3]]
#define GATHERED_8(v, c) GATHERED_4(v, c), v[c[4]], v[c[5]], v[c[6]], v[c[7]]

/* What every processor of the architecture has: SSE2, NEON, or the compiler's loops. */
#define LANES 4
#define TARGET
#define NAME(x) x##_4
#define GATHERED GATHERED_4
#include "models/cpu/kernels.def"

#ifdef __x86_64__
#define LANES 8
#define TARGET __attribute__((target("avx2,fma")))
#define NAME(x) x##_8
#define GATHERED GATHERED_8
#include "models/cpu/kernels.def"

/* Sixteen elements are gathered no faster than two times eight. */
#define LANES 16
#define TARGET __attribute__((target("avx512f,avx2,fma")))
#define NAME(x) x##_16
#include "models/cpu/kernels.def"
#endif

static bool can_run(int lanes)
{
#ifdef __x86_64__
    const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    return lanes == 4 || (avx2 && (lanes == 8 || __builtin_cpu_supports("avx512f")));
#else
    return lanes == 4;
#endif
}

static const struct cpu_kernels all[] = {
#ifdef __x86_64__
    {"AVX-512", 16, sparse_16, sparse_one_8, dense_16, dense_one_16, gates_16},
    {"AVX2", 8, sparse_8, sparse_one_8, dense_8, dense_one_8, gates_8},
    {"SSE2", 4, sparse_4, sparse_one_4, dense_4, dense_one_4, gates_4},
#elif defined __aarch64__
    {"NEON", 4, sparse_4, sparse_one_4, dense_4, dense_one_4, gates_4},
#else
    {"portable", 4, sparse_4, sparse_one_4, dense_4, dense_one_4, gates_4},
#endif
};

const struct cpu_kernels *cpu_kernels_at(int n)
{
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (can_run(all[i].lanes) && n-- == 0)
            return &all[i];
    return NULL;
}
