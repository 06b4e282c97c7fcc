/* /proc/self/maps (proc_pid_maps(5)): the kernel's own word on which files this process mapped. */
#ifndef GLIBC_MATRIX_MAPS_H
#define GLIBC_MATRIX_MAPS_H

#include <fcntl.h>

#include "syscalls.h"
#include "text.h"

#define MAPS_MAX 1024
#define MAPS_TEXT (160 * 1024)

struct mapping {
  uintptr_t start, end;
  uint64_t offset, inode;
  uint32_t major, minor;
  int readable;
  const char *path;
  size_t path_length;
};

static char maps_text[MAPS_TEXT];
static struct mapping maps[MAPS_MAX];

static int read_mapping(const char *at, const char *end, struct mapping *m) {
  m->start = read_number(&at, end, 16);
  at++;
  m->end = read_number(&at, end, 16);
  if (end - at < 7) return 0;
  m->readable = at[1] == 'r';
  at += 6;
  m->offset = read_number(&at, end, 16);
  at++;
  m->major = (uint32_t)read_number(&at, end, 16);
  at++;
  m->minor = (uint32_t)read_number(&at, end, 16);
  at++;
  m->inode = read_number(&at, end, 10);
  while (at < end && *at == ' ') at++;
  m->path = at;
  m->path_length = (size_t)(end - at);
  return m->inode != 0 && m->path_length > 0 && at[0] == '/';
}

/* Fills `maps` with the file mappings of this process; -1 when they can't be read whole (then there is no proof). */
static int read_maps(void) {
  long fd = SYS4(__NR_openat, AT_FDCWD, "/proc/self/maps", O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0) return -1;
  size_t length = 0;
  long got = 0;
  while (length < MAPS_TEXT && (got = SYS3(__NR_read, fd, maps_text + length, MAPS_TEXT - length)) > 0)
    length += (size_t)got;
  SYS1(__NR_close, fd);
  if (got < 0 || length == MAPS_TEXT) return -1;

  int count = 0;
  for (const char *at = maps_text, *end = maps_text + length; at < end;) {
    const char *eol = at;
    while (eol < end && *eol != '\n') eol++;
    if (count == MAPS_MAX) return -1;
    if (read_mapping(at, eol, &maps[count])) count++;
    at = eol + 1;
  }
  return count;
}

#endif
