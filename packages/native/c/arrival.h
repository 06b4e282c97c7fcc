/*
 * A program under test that nobody announced: in a namespace a static parent, or a raw execve, starts the patched copy that
 * the program's own path shows, and the shim comes with it. What is mounted there is a link of the copy whose name is the id
 * of the spawn (packages/core/src/reroute/strategies/namespace.ts), and the kernel tells a mount's source.
 */
#ifndef GLIBC_MATRIX_ARRIVAL_H
#define GLIBC_MATRIX_ARRIVAL_H

#include <fcntl.h>

#include "syscalls.h"
#include "trailer.h"

static int octal_digit(char c) { return c >= '0' && c <= '7'; }

/* Space, tab, newline and backslash are \ooo (proc_pid_mountinfo(5)). */
static int is_mount_point(const char *at, const char *end, const char *path) {
  for (; at < end && *path; path++) {
    char c = *at++;
    if (c == '\\' && end - at >= 3 && octal_digit(at[0]) && octal_digit(at[1]) && octal_digit(at[2])) {
      c = (char)((at[0] - '0') << 6 | (at[1] - '0') << 3 | (at[2] - '0'));
      at += 3;
    }
    if (c != *path) return 0;
  }
  return at == end && !*path;
}

/* ".../n/ID" */
static int take_source(const char *at, const char *end) {
  const char *id = end - ID_LENGTH;
  if (end - at < ID_LENGTH + 3 || !bytes_equal(id - 3, "/n/", 3)) return 0;
  for (int i = 0; i < ID_LENGTH; i++)
    if (!((id[i] >= '0' && id[i] <= '9') || (id[i] >= 'a' && id[i] <= 'f'))) return 0;
  bytes_copy(self.id, id, ID_LENGTH);
  return 1;
}

static const char *end_of_word(const char *at, const char *end) {
  while (at < end && *at != ' ') at++;
  return at;
}

/* One line: id, parent, device, root of the mount in its file system, mount point. */
static int take_mount(const char *at, const char *end, const char *path) {
  for (int i = 0; i < 3 && at < end; i++) at = end_of_word(at, end) + 1;
  const char *source_end = end_of_word(at, end);
  const char *point = source_end + 1;
  return point < end && is_mount_point(point, end_of_word(point, end), path) && take_source(at, source_end);
}

/* Fills `self` for the process whose executable is `path`; 0 when no mount of ours shows it there. */
static int take_arrival(const char *path) {
  char text[16 * 1024];
  long fd = SYS4(__NR_openat, AT_FDCWD, "/proc/self/mountinfo", O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0) return 0;
  size_t length = 0;
  long got = 0;
  int found = 0;
  while ((got = SYS3(__NR_read, fd, text + length, sizeof text - length)) > 0) {
    const char *at = text, *end = text + length + (size_t)got;
    for (const char *eol = at; eol < end; eol++)
      if (*eol == '\n') {
        if (take_mount(at, eol, path)) found = 1;
        at = eol + 1;
      }
    length = (size_t)(end - at);
    bytes_copy(text, at, length);
    if (length == sizeof text) break;
  }
  SYS1(__NR_close, fd);
  if (!found) return 0;
  self = next_trailer('p');
  return 1;
}

#endif
