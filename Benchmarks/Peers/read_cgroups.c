/* The reads of rightsize's sampler in C, for a side-by-side measurement of its cost.
 *
 * usage: read_cgroups loop|once GROUPS TICKS MEMORY [CPUACCT CPU]
 *
 * Reads the control files of GROUPS groups, whose names are 64 digits that count from 0, below the
 * directories MEMORY, CPUACCT and CPU (cgroup v1), TICKS times after a warm-up, and prints the microseconds of CPU time (user and
 * system) that one group took at one tick, and a checksum of all values that were read.
 *
 *   loop  keeps every file open and reads it with pread(2)
 *   once  opens, reads and closes every file relative to its group's directory
 *
 * The same files, fields and rules as the sampler's: a missing file or key is a missing value, and a
 * number that the end of the text cuts off is missing too.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum file {
    MEMORY_USAGE, MEMORY_STAT, MEMORY_PEAK, MEMORY_OOM_CONTROL, MEMORY_MEMSW, MEMORY_LIMIT,
    CPUACCT_USAGE, CPU_STAT, CPU_QUOTA, CPU_PERIOD, FILES
};

static const char *const names[FILES] = {
    [MEMORY_USAGE] = "memory.usage_in_bytes", [MEMORY_STAT] = "memory.stat",
    [MEMORY_PEAK] = "memory.max_usage_in_bytes", [MEMORY_OOM_CONTROL] = "memory.oom_control",
    [MEMORY_MEMSW] = "memory.memsw.usage_in_bytes", [MEMORY_LIMIT] = "memory.limit_in_bytes",
    [CPUACCT_USAGE] = "cpuacct.usage", [CPU_STAT] = "cpu.stat",
    [CPU_QUOTA] = "cpu.cfs_quota_us", [CPU_PERIOD] = "cpu.cfs_period_us",
};

/* Files of one hierarchy stand together: the first of the next one ends them. */
static const enum file first_of[] = {MEMORY_USAGE, CPUACCT_USAGE, CPU_STAT, FILES};

enum metric {
    USAGE, ANON, ACTIVE_FILE, INACTIVE_FILE, SHMEM, REFAULTS, PEAK, OOM_KILLS, SWAP, LIMIT,
    CPU_USAGE, PERIODS, THROTTLED_PERIODS, THROTTLED_TIME, CPU_LIMIT, METRICS
};

struct values {
    int64_t value[METRICS];
    uint32_t present;
};

static void set(struct values *values, enum metric metric, int64_t value)
{
    values->value[metric] = value;
    values->present |= 1u << metric;
}

/* The decimal integer from `at`, which a blank or newline before `end` must follow. */
static bool number(const char *at, const char *end, int64_t *value)
{
    bool negative = at < end && *at == '-';
    const char *digit = at + negative;
    const char *start = digit;
    int64_t sum = 0;
    for (; digit < end && *digit >= '0' && *digit <= '9'; digit++)
        if (__builtin_mul_overflow(sum, 10, &sum) || __builtin_add_overflow(sum, *digit - '0', &sum))
            return false;
    if (digit == start || digit == end || (*digit != '\n' && *digit != ' '))
        return false;
    *value = negative ? -sum : sum;
    return true;
}

/* A line's `key value` in a table of keys. */
struct key {
    const char *name;
    size_t length;
    enum metric metric;
};
#define KEY(name, metric) {name " ", sizeof name, metric}

static void keys(const char *at, const char *end, char first, const struct key *table, size_t count,
                 struct values *values)
{
    while (at < end) {
        const char *newline = memchr(at, '\n', end - at);
        if (!newline)
            return;
        if (!first || *at == first)
            for (size_t index = 0; index < count; index++) {
                const struct key *key = &table[index];
                int64_t value;
                if ((size_t)(newline - at) > key->length && !memcmp(at, key->name, key->length)) {
                    if (number(at + key->length, newline + 1, &value))
                        set(values, key->metric, value);
                    break;
                }
            }
        at = newline + 1;
    }
}

static void parse(enum file file, const char *text, size_t count, struct values *values)
{
    static const struct key memory[] = {
        KEY("total_rss", ANON), KEY("total_active_file", ACTIVE_FILE),
        KEY("total_inactive_file", INACTIVE_FILE), KEY("total_shmem", SHMEM),
        KEY("total_workingset_refault_file", REFAULTS), KEY("total_workingset_refault", REFAULTS),
    };
    static const struct key oom[] = {KEY("oom_kill", OOM_KILLS)};
    static const struct key cpu[] = {
        KEY("nr_periods", PERIODS), KEY("nr_throttled", THROTTLED_PERIODS),
        KEY("throttled_time", THROTTLED_TIME),
    };
    const char *end = text + count;
    int64_t value;
    switch (file) {
    case MEMORY_STAT: keys(text, end, 't', memory, 6, values); return;
    case MEMORY_OOM_CONTROL: keys(text, end, 0, oom, 1, values); return;
    case CPU_STAT: keys(text, end, 0, cpu, 3, values); return;
    default: break;
    }
    if (!number(text, end, &value))
        return;
    switch (file) {
    case MEMORY_USAGE: set(values, USAGE, value); break;
    case MEMORY_PEAK: set(values, PEAK, value); break;
    case MEMORY_MEMSW:
        if (values->present & 1u << USAGE)
            set(values, SWAP, value > values->value[USAGE] ? value - values->value[USAGE] : 0);
        break;
    case MEMORY_LIMIT: set(values, LIMIT, value >= INT64_C(1) << 62 || value < 0 ? INT64_MAX : value); break;
    case CPUACCT_USAGE: set(values, CPU_USAGE, value / 1000); break;
    case CPU_QUOTA: set(values, CPU_LIMIT, value < 0 ? INT64_MAX : value); break;
    case CPU_PERIOD:
        if (values->present & 1u << CPU_LIMIT && value > 0)
            set(values, CPU_LIMIT, values->value[CPU_LIMIT] * 1000 / value);
        break;
    default: break;
    }
}

static char text[64 << 10];

/* Without a quota nobody asks for its period. */
static bool wanted(enum file file, const struct values *values)
{
    return file != CPU_PERIOD || values->value[CPU_LIMIT] != INT64_MAX
        || !(values->present & 1u << CPU_LIMIT);
}

static void read_kept(const int *descriptors, enum file end, struct values *values)
{
    for (enum file file = 0; file < end; file++) {
        if (descriptors[file] < 0 || !wanted(file, values))
            continue;
        ssize_t count = pread(descriptors[file], text, sizeof text, 0);
        if (count > 0)
            parse(file, text, count, values);
    }
}

/* `parents` are open; a group's name is looked up below them. */
static void read_once(const int *parents, const char *name, int hierarchies, struct values *values)
{
    for (int hierarchy = 0; hierarchy < hierarchies; hierarchy++) {
        int directory = openat(parents[hierarchy], name, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (directory < 0)
            continue;
        for (enum file file = first_of[hierarchy]; file < first_of[hierarchy + 1]; file++) {
            if (!wanted(file, values))
                continue;
            int descriptor = openat(directory, names[file], O_RDONLY | O_CLOEXEC);
            if (descriptor < 0)
                continue;
            ssize_t count = read(descriptor, text, sizeof text);
            close(descriptor);
            if (count > 0)
                parse(file, text, count, values);
        }
        close(directory);
    }
}

static double cpu_microseconds(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 + usage.ru_utime.tv_usec
        + usage.ru_stime.tv_usec;
}

int main(int argc, char **argv)
{
    if (argc != 5 && argc != 7) {
        fprintf(stderr, "usage: read_cgroups loop|once GROUPS TICKS MEMORY [CPUACCT CPU]\n");
        return 2;
    }
    bool loop = !strcmp(argv[1], "loop");
    int groups = atoi(argv[2]), ticks = atoi(argv[3]), hierarchies = argc - 4;
    enum file end = first_of[hierarchies];
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);

    int parents[3];
    for (int hierarchy = 0; hierarchy < hierarchies; hierarchy++)
        parents[hierarchy] = open(argv[4 + hierarchy], O_PATH | O_DIRECTORY | O_CLOEXEC);
    char (*group_names)[65] = calloc(groups, sizeof *group_names);
    int(*descriptors)[FILES] = calloc(groups, sizeof *descriptors);
    struct values *values = calloc(groups, sizeof *values);
    for (int group = 0; group < groups; group++) {
        snprintf(group_names[group], 65, "%064d", group);
        for (int hierarchy = 0; hierarchy < hierarchies; hierarchy++) {
            int directory =
                openat(parents[hierarchy], group_names[group], O_PATH | O_DIRECTORY | O_CLOEXEC);
            for (enum file file = first_of[hierarchy]; loop && file < first_of[hierarchy + 1]; file++)
                descriptors[group][file] = openat(directory, names[file], O_RDONLY | O_CLOEXEC);
            close(directory);
        }
    }

    double start = 0;
    uint64_t sum = 0;
    for (int tick = -2; tick < ticks; tick++) {
        if (tick == 0)
            start = cpu_microseconds();
        for (int group = 0; group < groups; group++) {
            values[group].present = 0;
            if (loop)
                read_kept(descriptors[group], end, &values[group]);
            else
                read_once(parents, group_names[group], hierarchies, &values[group]);
        }
    }
    double used = cpu_microseconds() - start;
    for (int group = 0; group < groups; group++)
        for (int metric = 0; metric < METRICS; metric++)
            if (values[group].present & 1u << metric)
                sum = sum * 31 + values[group].value[metric];
    printf("%.3f %llx\n", used / groups / ticks, (unsigned long long)sum);
    return 0;
}
