#define _GNU_SOURCE
#include "CIntrinsics.h"

#include <unistd.h>
#if defined(__linux__)
#include <sched.h>
#endif

int usable_cpu_count(void) {
#if defined(__linux__)
    cpu_set_t usable;
    if (sched_getaffinity(0, sizeof usable, &usable) == 0) return CPU_COUNT(&usable);
#endif
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (int)online : 1;
}
