/* Preloaded into the store: notes how much of each file is surely on the disk, so that a test
 * can cut a file to that after killing the store, as a loss of power may.
 *
 *   cc -shared -fPIC -o power_loss.so power_loss.c -ldl
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static int synced(const char *name, int fd) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    struct stat before;
    int known = fstat(fd, &before) == 0 && S_ISREG(before.st_mode);
    int result = real(fd);
    if (result != 0 || !known) return result;

    char link[64], path[PATH_MAX + 16];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX);
    if (length <= 0) return result;
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
