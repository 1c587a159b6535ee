// What Swift cannot say by itself: the CPU's vector instructions, which of them the running CPU
// has, and prefetching.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "SelectionRecords.h"

/// Asks for the cache line at `address` into the second-level cache; harmless for an address outside
/// any object.
static inline void prefetch_for_reading(const void *address) { __builtin_prefetch(address, 0, 2); }

/// CPUs that this process may run on, at least 1.
int usable_cpu_count(void);

#if defined(__x86_64__)
#include <immintrin.h>

static inline bool cpu_supports_avx2_kernels(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("x86-64-v3");
}

static inline bool cpu_supports_avx512_kernels(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("x86-64-v4");
}
#else
static inline bool cpu_supports_avx2_kernels(void) { return false; }
static inline bool cpu_supports_avx512_kernels(void) { return false; }
#endif

#if defined(__AVX2__)
/// Row m lists, as pairs of 32-bit lanes, the 64-bit lanes whose bit is set in m, lowest first.
static const int32_t packed_lane_table[16][8] __attribute__((aligned(32))) = {
    {0, 1, 2, 3, 4, 5, 6, 7}, {0, 1, 2, 3, 4, 5, 6, 7}, {2, 3, 0, 1, 4, 5, 6, 7},
    {0, 1, 2, 3, 4, 5, 6, 7}, {4, 5, 0, 1, 2, 3, 6, 7}, {0, 1, 4, 5, 2, 3, 6, 7},
    {2, 3, 4, 5, 0, 1, 6, 7}, {0, 1, 2, 3, 4, 5, 6, 7}, {6, 7, 0, 1, 2, 3, 4, 5},
    {0, 1, 6, 7, 2, 3, 4, 5}, {2, 3, 6, 7, 0, 1, 4, 5}, {0, 1, 2, 3, 6, 7, 4, 5},
    {4, 5, 6, 7, 0, 1, 2, 3}, {0, 1, 4, 5, 6, 7, 2, 3}, {2, 3, 4, 5, 6, 7, 0, 1},
    {0, 1, 2, 3, 4, 5, 6, 7},
};

/// The same for 32-bit lanes, of which there are too many combinations for a table.
static inline __m256i pack_selected_words(__m256i values, int mask) {
    uint64_t bytes = _pdep_u64((uint64_t)(mask & 255), 0x0101010101010101) * 0xFF;
    uint64_t order = _pext_u64(0x0706050403020100, bytes);
    return _mm256_permutevar8x32_epi32(values, _mm256_cvtepu8_epi32(_mm_cvtsi64_si128((int64_t)order)));
}

/// Moves the lanes of `values` whose bit is set in `mask` to the front, in order.
static inline __m256d pack_selected_lanes(__m256d values, int mask) {
    __m256i order = _mm256_load_si256((const __m256i *)packed_lane_table[mask & 15]);
    return _mm256_castps_pd(_mm256_permutevar8x32_ps(_mm256_castpd_ps(values), order));
}
#endif
