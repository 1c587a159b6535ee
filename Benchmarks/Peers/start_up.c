/* Runs a command many times, one after the other, with its output discarded.
 *
 * usage: start_up RUNS COMMAND [ARGUMENT…]
 *
 * A status above 2 is a failure: a command that finds nothing to do may end with 2, and says so on
 * standard error, which is discarded too. Prints the median time from exec to exit in milliseconds, the median CPU time (user and system) in
 * milliseconds, and the largest resident set in KiB. It is in C to be small itself: Linux counts the
 * memory of the process that execs into the maximum of the one that it becomes.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int ascending(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double milliseconds(struct timeval time) { return time.tv_sec * 1e3 + time.tv_usec / 1e3; }

int main(int argc, char **argv)
{
    int runs = argc > 2 ? atoi(argv[1]) : 0;
    if (runs < 1) {
        fprintf(stderr, "usage: start_up RUNS COMMAND [ARGUMENT...]\n");
        return 2;
    }
    double *wall = calloc(runs, sizeof *wall), *cpu = calloc(runs, sizeof *cpu);
    long kibibytes = 0;
    for (int run = 0; run < runs; run++) {
        struct timespec start, end;
        struct rusage usage;
        int status;
        clock_gettime(CLOCK_MONOTONIC, &start);
        pid_t child = vfork();
        if (child == 0) {
            int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
            dup2(null, STDOUT_FILENO);
            dup2(null, STDERR_FILENO);
            execv(argv[2], argv + 2);
            _exit(127);
        }
        if (child < 0 || wait4(child, &status, 0, &usage) != child || !WIFEXITED(status)
            || WEXITSTATUS(status) > 2) {
            fprintf(stderr, "start_up: %s failed with status %#x\n", argv[2], status);
            return 1;
        }
        clock_gettime(CLOCK_MONOTONIC, &end);
        wall[run] = (end.tv_sec - start.tv_sec) * 1e3 + (end.tv_nsec - start.tv_nsec) / 1e6;
        cpu[run] = milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime);
        if (usage.ru_maxrss > kibibytes)
            kibibytes = usage.ru_maxrss;
    }
    qsort(wall, runs, sizeof *wall, ascending);
    qsort(cpu, runs, sizeof *cpu, ascending);
    printf("%.3f %.3f %ld\n", wall[runs / 2], cpu[runs / 2], kibibytes);
    return 0;
}
