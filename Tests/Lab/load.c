/* load.c - a container's worth of known load. Static, no dependencies.
 *
 *   load idle                      sleeps, and wakes every second
 *   load rest                      sleeps for ever
 *   load cpu N                     N processes that never stop computing
 *   load burst ON OFF              computes for ON ms, sleeps for OFF ms, and so on
 *   load grow START STEP MAX MS    touches START MiB of anonymous memory, then STEP MiB more every
 *                                  MS ms until MAX MiB, which it keeps
 *   load cache MB                  writes and reads a file of MB MiB, over and over
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static const size_t mebibyte = 1 << 20;

static int64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

static void sleep_ms(long ms) {
    struct timespec rest = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&rest, NULL);
}

static void compute_ms(long ms) {
    /* Read by nobody: it keeps the compiler from leaving the work out. */
    static volatile uint64_t sink __attribute__((unused));
    int64_t end = now_ms() + ms;
    uint64_t state = (uint64_t)end | 1;
    while (now_ms() < end) {
        for (int i = 0; i < 50000; i++) state = state * 6364136223846793005u + 1442695040888963407u;
        sink = state;
    }
}

static void cpu(long processes) {
    for (long i = 1; i < processes; i++)
        if (fork() == 0) break;
    for (;;) compute_ms(1000);
}

static void burst(long on_ms, long off_ms) {
    for (;;) {
        compute_ms(on_ms);
        sleep_ms(off_ms);
    }
}

static void touch(size_t mebibytes) {
    size_t size = mebibytes * mebibyte;
    if (size == 0) return;
    void *memory =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        perror("load: mmap");
        exit(1);
    }
    memset(memory, 0xa5, size);
}

static void grow(long start, long step, long max, long interval_ms) {
    long size = start;
    touch(start);
    for (;;) {
        sleep_ms(interval_ms);
        if (size + step > max) continue;
        touch(step);
        size += step;
    }
}

static void cache(long mebibytes) {
    char *buffer = malloc(mebibyte);
    if (!buffer) exit(1);
    memset(buffer, 0x5a, mebibyte);
    for (;;) {
        int file = open("/cache", O_CREAT | O_RDWR | O_TRUNC, 0600);
        if (file < 0) {
            perror("load: /cache");
            exit(1);
        }
        for (long i = 0; i < mebibytes; i++)
            if (write(file, buffer, mebibyte) < 0) perror("load: write");
        fsync(file);
        lseek(file, 0, SEEK_SET);
        while (read(file, buffer, mebibyte) > 0) {
        }
        close(file);
        sleep_ms(1000);
    }
}

int main(int count, char **words) {
    const char *mode = count > 1 ? words[1] : "";
    long number[4] = {0};
    for (int i = 0; i < 4 && i + 2 < count; i++) number[i] = atol(words[i + 2]);

    if (!strcmp(mode, "idle") && count == 2) for (;;) sleep_ms(1000);
    if (!strcmp(mode, "rest") && count == 2) for (;;) pause();
    if (!strcmp(mode, "cpu") && count == 3) cpu(number[0]);
    if (!strcmp(mode, "burst") && count == 4) burst(number[0], number[1]);
    if (!strcmp(mode, "grow") && count == 6) grow(number[0], number[1], number[2], number[3]);
    if (!strcmp(mode, "cache") && count == 3) cache(number[0]);
    fputs("usage: load idle | rest | cpu N | burst ON OFF | grow START STEP MAX MS | cache MB\n", stderr);
    return 64;
}
