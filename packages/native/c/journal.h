/* The worker's journal: whole lines, appended by whoever started a process and by the process itself. */
#ifndef GLIBC_MATRIX_JOURNAL_H
#define GLIBC_MATRIX_JOURNAL_H

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>

#include "config.h"
#include "connection.h"
#include "trailer.h"

/* A byte for this tree in the worker's loss file, mapped before main: it can be set when no file can be opened any more. */
static volatile unsigned char *loss;

static void put_journal_path(struct line *l, const char *ending) {
  for (size_t i = 0; i < sizeof config.journals && config.journals[i]; i++) put_char(l, config.journals[i]);
  put_char(l, '/');
  for (int i = 0; i < 8; i++) put_char(l, self.id[i]);
  put(l, ending);
  put_char(l, 0);
}

/* A line that could not be written must not look like a line that was not due. */
static void mark_loss(void) {
  if (loss) *loss = 1;
}

#define LOSS_SIZE (1u << 20)

static int map_loss(void) {
  char path_bytes[256];
  struct line path = {path_bytes, 0, sizeof path_bytes, 0};
  const char *digits = self.id + 8;
  uint64_t index = read_number(&digits, self.id + ID_LENGTH, 16) & (LOSS_SIZE - 1);
  put_journal_path(&path, ".lost");
  if (path.overflow) return 0;
  long fd = SYS4(__NR_openat, AT_FDCWD, path_bytes, O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0);
  if (fd < 0) return 0;
  uint64_t page = index & ~(uint64_t)0xffff;
  long memory = map_memory(0, 0x10000, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (long)page);
  SYS1(__NR_close, fd);
  if (memory < 0 && memory > -4096) return 0;
  loss = (volatile unsigned char *)memory + (index - page);
  return 1;
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
  put_journal_path(&path, ".jsonl");
  if (l->overflow || path.overflow) {
    mark_loss();
    return;
  }
  long fd = SYS4(__NR_openat, AT_FDCWD, path_bytes, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0);
  if (fd < 0) {
    if (!send_line(l)) mark_loss();
    return;
  }
  uint64_t block = 1ull << (SIGXFSZ - 1), before = 0;
  SYS4(__NR_rt_sigprocmask, SIG_BLOCK, &block, &before, sizeof block);
  if (SYS3(__NR_write, fd, l->bytes, l->length) < 0) {
    long now[2] = {0, 0};
    if (!send_line(l)) mark_loss();
    SYS4(__NR_rt_sigtimedwait, &block, 0, now, sizeof block);
  }
  SYS4(__NR_rt_sigprocmask, SIG_SETMASK, &before, 0, sizeof before);
  SYS1(__NR_close, fd);
}

#endif
