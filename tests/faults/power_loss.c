/* Preloaded into the store: notes how much of each file is surely on the disk, so that a test
 * can cut a file to that after killing the store, as a loss of power may.
 *
 * POWER_LOSS_ORDERS may name a file with a number: the milliseconds for which each sync of an
 * append-only file takes before it is noted; one below zero lets it fail.
 *
 *   cc -shared -fPIC -o power_loss.so power_loss.c -ldl
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int ordered(void) {
    const char *orders = getenv("POWER_LOSS_ORDERS");
    int delay = 0;
    FILE *file = orders ? fopen(orders, "r") : NULL;
    if (!file) return 0;
    if (fscanf(file, "%d", &delay) != 1) delay = 0;
    fclose(file);
    return delay;
}

static int synced(const char *name, int fd) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    struct stat before;
    int known = fstat(fd, &before) == 0 && S_ISREG(before.st_mode);
    if (!known) return real(fd);

    char link[64], path[PATH_MAX + 16];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX);
    if (length > 4 && memcmp(path + length - 4, ".aof", 4) == 0) {
        int delay = ordered();
        if (delay < 0) {
            errno = EIO;
            return -1;
        }
        usleep(1000 * (useconds_t)delay);
    }
    int result = real(fd);
    if (result != 0 || length <= 0) return result;
    snprintf(path + length, 16, ".synced");
    int note = open(path, O_WRONLY | O_CREAT, 0600);
    if (note >= 0) {
        /* Twenty digits always: the note is overwritten in place. */
        dprintf(note, "%020lld", (long long)before.st_size);
        close(note);
    }
    return result;
}

int fsync(int fd) { return synced("fsync", fd); }
int fdatasync(int fd) { return synced("fdatasync", fd); }
