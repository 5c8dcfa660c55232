/* Preloaded into a store: its clock is ahead of the machine's, so that a test can let days pass.
 *
 * MOVED_CLOCK names a file with eight bytes, an integer of this machine: how many ms it is ahead.
 * Lives of keys end by the same clock. What measures durations goes on as it does.
 *
 *   cc -shared -fPIC -o moved_clock.so moved_clock.c -ldl
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

static const volatile int64_t *ahead;

__attribute__((constructor)) static void find(void) {
    const char *name = getenv("MOVED_CLOCK");
    int file = name ? open(name, O_RDONLY) : -1;
    if (file < 0) return;
    void *found = mmap(NULL, sizeof *ahead, PROT_READ, MAP_SHARED, file, 0);
    if (found != MAP_FAILED) ahead = found;
    close(file);
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    static int (*real)(struct timeval *restrict, void *restrict);
    if (!real) real = (int (*)(struct timeval *restrict, void *restrict))dlsym(RTLD_NEXT, "gettimeofday");
    int result = real(now, zone);
    if (result == 0 && ahead) {
        int64_t us = now->tv_usec + *ahead % 1000 * 1000;
        now->tv_sec += *ahead / 1000 + us / 1000000;
        now->tv_usec = us % 1000000;
    }
    return result;
}
