/* The accountant's own lines in the journals of workers, and those that it writes for a shim. */
#ifndef GLIBC_MATRIX_ACCOUNTANT_JOURNAL_H
#define GLIBC_MATRIX_ACCOUNTANT_JOURNAL_H

#include <fcntl.h>
#include <sys/stat.h>

#include "syscalls.h"
#include "text.h"

#define ID_LENGTH 16

static const char *journals;

/* What stands in an id leads to no other file than a journal. */
static int is_id(const char *id) {
  for (int i = 0; i < ID_LENGTH; i++)
    if (!((id[i] >= '0' && id[i] <= '9') || (id[i] >= 'a' && id[i] <= 'f'))) return 0;
  return 1;
}

static void journal_path(char *bytes, size_t size, const char *id) {
  struct line path = {bytes, 0, size - 1, 0};
  put(&path, journals);
  put_char(&path, '/');
  for (int i = 0; i < 8; i++) put_char(&path, id[i]);
  put(&path, ".jsonl");
  bytes[path.length] = 0;
}

/* Root gives its children of another user a journal that is theirs. */
static int owns_journal(const char *id, unsigned uid) {
  char path[512];
  struct stat st;
  journal_path(path, sizeof path, id);
  return SYS4(__NR_newfstatat, AT_FDCWD, path, &st, 0x100 /* AT_SYMLINK_NOFOLLOW */) == 0 && st.st_uid == uid;
}

static int append_line(const char *id, const struct line *l) {
  char path_bytes[512];
  journal_path(path_bytes, sizeof path_bytes, id);
  long fd = SYS4(__NR_openat, AT_FDCWD, path_bytes, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0);
  if (fd < 0) return 0;
  int whole = SYS3(__NR_write, fd, l->bytes, l->length) == (long)l->length;
  SYS1(__NR_close, fd);
  return whole;
}

static void put_tree(struct line *l, const char *type, const char *id) {
  put(l, "{\"type\":\"");
  put(l, type);
  put(l, "\",\"id\":\"");
  put(l, id);
  put_char(l, '"');
}

/* The id of a line is its second field (put_head, journal.h). Only whole lines of a journal that exists are written. */
static int write_line(const struct line *l) {
  static const char before[] = "\",\"id\":\"";
  size_t at = 9, end = l->length;
  if (end < 64 || !bytes_equal(l->bytes, "{\"type\":\"", 9) || !bytes_equal(l->bytes + end - 2, "}\n", 2)) return 0;
  while (at < 32 && l->bytes[at] != '"') at++;
  if (!bytes_equal(l->bytes + at, before, sizeof before - 1)) return 0;
  const char *id = l->bytes + at + sizeof before - 1;
  return is_id(id) && append_line(id, l);
}

#endif
