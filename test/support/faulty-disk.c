/*
 * A disk whose errors come late, as those of quotas and network disks do: loaded before libc (LD_PRELOAD), it lets
 * close or fsync of some files fail. Or one whose files shrink while they are read: half of one is gone when its reading
 * begins.
 *
 *   FAULTY_CALL   close, fsync, or read
 *   FAULTY_PATH   files with this text in their path
 *   FAULTY_ERRNO  the number of the error, for close and fsync
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static char path[PATH_MAX];

static int strikes(const char *call, int fd) {
  const char *which = getenv("FAULTY_CALL"), *part = getenv("FAULTY_PATH");
  char link[64];
  if (which == NULL || part == NULL || strcmp(which, call) != 0) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return strstr(path, part) != NULL;
}

static int fail(void) {
  errno = atoi(getenv("FAULTY_ERRNO"));
  return -1;
}

int fsync(int fd) {
  if (strikes("fsync", fd)) return fail();
  return ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(fd);
}

static void shrink(int fd) {
  static int done = 0;
  struct stat found;
  if (done || !strikes("read", fd) || fstat(fd, &found) != 0) return;
  done = truncate(path, found.st_size / 2) == 0;
}

ssize_t read(int fd, void *to, size_t size) {
  shrink(fd);
  return ((ssize_t(*)(int, void *, size_t))dlsym(RTLD_NEXT, "read"))(fd, to, size);
}

ssize_t pread64(int fd, void *to, size_t size, off64_t at) {
  shrink(fd);
  return ((ssize_t(*)(int, void *, size_t, off64_t))dlsym(RTLD_NEXT, "pread64"))(fd, to, size, at);
}

/* libuv closes files past libc's close. The descriptor is free afterwards, whatever close says. */
long syscall(long number, ...) {
  long a[6];
  va_list list;
  va_start(list, number);
  for (int i = 0; i < 6; i += 1) a[i] = va_arg(list, long);
  va_end(list);
  int struck = number == SYS_close && strikes("close", (int)a[0]);
  long (*real)(long, ...) = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
  long result = real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
  return struck ? fail() : result;
}
