/* The worker's journal: whole lines, appended by whoever started a process and by the process itself. */
#ifndef GLIBC_MATRIX_JOURNAL_H
#define GLIBC_MATRIX_JOURNAL_H

#include <fcntl.h>
#include <signal.h>

#include "config.h"
#include "trailer.h"

static void put_journal_path(struct line *l) {
  for (size_t i = 0; i < sizeof config.journals && config.journals[i]; i++) put_char(l, config.journals[i]);
  put_char(l, '/');
  for (int i = 0; i < 8; i++) put_char(l, self.id[i]);
  put(l, ".jsonl");
  put_char(l, 0);
}

static void put_head(struct line *l, const char *type, const struct trailer *trailer) {
  put(l, "{\"type\":\"");
  put(l, type);
  put(l, "\",\"id\":\"");
  put(l, trailer->id);
  put(l, "\",\"token\":\"");
  put(l, trailer->token);
  put(l, "\",\"pid\":");
  put_unsigned(l, (uint64_t)SYS1(__NR_getpid, 0), 10);
}

/* One write(2) with O_APPEND is one whole line. SIGXFSZ of a file-size limit is held back and taken, never delivered. */
static void append_line(const struct line *l) {
  char path_bytes[256];
  struct line path = {path_bytes, 0, sizeof path_bytes, 0};
  put_journal_path(&path);
  if (l->overflow || path.overflow) return;
  long fd = SYS4(__NR_openat, AT_FDCWD, path_bytes, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0);
  if (fd < 0) return;
  uint64_t block = 1ull << (SIGXFSZ - 1), before = 0;
  SYS4(__NR_rt_sigprocmask, SIG_BLOCK, &block, &before, sizeof block);
  if (SYS3(__NR_write, fd, l->bytes, l->length) < 0) {
    long now[2] = {0, 0};
    SYS4(__NR_rt_sigtimedwait, &block, 0, now, sizeof block);
  }
  SYS4(__NR_rt_sigprocmask, SIG_SETMASK, &before, 0, sizeof before);
  SYS1(__NR_close, fd);
}

#endif
