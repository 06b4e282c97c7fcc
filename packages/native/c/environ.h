/* /proc/self/environ without what the shim took out of the environment's end. */
#ifndef GLIBC_MATRIX_ENVIRON_H
#define GLIBC_MATRIX_ENVIRON_H

#include <fcntl.h>
#include <linux/prctl.h>

#include "syscalls.h"
#include "text.h"

#define STAT_FIELDS 52

/* proc_pid_stat(5): fields by their number there, from the third on; the second, comm, may hold spaces and parentheses. */
static int read_stat(uint64_t *fields) {
  char bytes[1024];
  long fd = SYS4(__NR_openat, AT_FDCWD, "/proc/self/stat", O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0) return 0;
  long length = SYS3(__NR_read, fd, bytes, sizeof bytes);
  SYS1(__NR_close, fd);
  const char *at = bytes + (length > 0 ? length : 0), *end = at;
  while (at > bytes && *at != ')') at--;
  for (int field = 3; field < STAT_FIELDS; field++) {
    while (at < end && *at != ' ') at++;
    if (at == end) return 0;
    at++;
    fields[field] = read_number(&at, end, 10);
  }
  return 1;
}

/* What the kernel keeps of the address space is set as a whole, which needs no privilege (PR_SET_MM_MAP of prctl(2)). */
static int set_map(const uint64_t *f) {
  struct prctl_mm_map map = {
      .start_code = f[26], .end_code = f[27],  .start_stack = f[28], .start_data = f[45], .end_data = f[46],
      .start_brk = f[47],  .arg_start = f[48], .arg_end = f[49],     .env_start = f[50],  .env_end = f[51],
      .brk = (uint64_t)SYS1(__NR_brk, 0), .exe_fd = (uint32_t)-1,
  };
  return SYS5(__NR_prctl, PR_SET_MM, PR_SET_MM_MAP, &map, sizeof map, 0) == 0;
}

/* What was taken out of the environment's end, and is zeros now (trailer.h); null where nothing was. */
static const char *taken;
static size_t taken_length;

static void end_environ_at(const char *text, size_t length) {
  uint64_t f[STAT_FIELDS];
  if (!read_stat(f) || f[51] != (uintptr_t)text + length + 1) return;
  f[51] = (uintptr_t)text;
  set_map(f);
}

#endif
