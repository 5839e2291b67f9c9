/*
 * A disk whose errors come late, as those of quotas and network disks do: loaded before libc (LD_PRELOAD), it lets
 * close or fsync of some files fail.
 *
 *   FAULTY_CALL   close or fsync
 *   FAULTY_PATH   files with this text in their path
 *   FAULTY_ERRNO  the number of the error
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int strikes(const char *call, int fd) {
  const char *which = getenv("FAULTY_CALL"), *part = getenv("FAULTY_PATH");
  char link[64], path[PATH_MAX];
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
