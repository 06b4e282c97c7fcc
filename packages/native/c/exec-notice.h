/* Writes down an execve or execveat that the kernel reports: which file it asks for, as the calling process sees it. */
#ifndef GLIBC_MATRIX_EXEC_NOTICE_H
#define GLIBC_MATRIX_EXEC_NOTICE_H

#include <linux/audit.h>
#include <linux/openat2.h>
#include <linux/seccomp.h>
#include <sys/stat.h>

#include "accountant-journal.h"

#define PATH_SIZE 4096

/* fcntl.h has it for GNU sources alone. */
#ifndef O_PATH
#define O_PATH 010000000
#endif

#if defined(__x86_64__)
#define OWN_ARCH AUDIT_ARCH_X86_64
#define NARROW_ARCH AUDIT_ARCH_I386
#define NARROW_EXECVEAT 358
#else
#define OWN_ARCH AUDIT_ARCH_AARCH64
#define NARROW_ARCH AUDIT_ARCH_ARM
#define NARROW_EXECVEAT 387
#endif

static void put_process_path(struct line *l, uint64_t pid, const char *rest) {
  put(l, "/proc/");
  put_unsigned(l, pid, 10);
  put(l, rest);
  put_char(l, 0);
}

/* Reads the caller's string page by page, since the next page may not be mapped. */
static int read_string(uint64_t pid, uint64_t address, char *text, size_t size) {
  char name[64];
  struct line path = {name, 0, sizeof name, 0};
  put_process_path(&path, pid, "/mem");
  long fd = SYS4(__NR_openat, AT_FDCWD, name, O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0) return 0;
  size_t length = 0;
  int whole = 0;
  while (length < size && !whole) {
    size_t part = 4096 - ((address + length) & 4095);
    if (part > size - length) part = size - length;
    long got = SYS4(__NR_pread64, fd, text + length, part, address + length);
    if (got <= 0) break;
    for (long i = 0; i < got && !whole; i++) whole = text[length + (size_t)i] == 0;
    length += (size_t)got;
  }
  SYS1(__NR_close, fd);
  return whole;
}

static long open_path(uint64_t pid, const char *rest) {
  char name[64];
  struct line l = {name, 0, sizeof name, 0};
  put_process_path(&l, pid, rest);
  return SYS4(__NR_openat, AT_FDCWD, name, O_PATH | O_CLOEXEC, 0);
}

/*
 * The file of a path as the calling process sees it: its own root, or mount namespace, may be another, and an absolute link
 * in it leads there and not to what we see by the same name (openat2(2)). 1 when in doubt.
 */
static int is_startable(uint64_t pid, const char *path) {
  int is_absolute = path[0] == '/';
  struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = is_absolute ? RESOLVE_IN_ROOT : RESOLVE_NO_SYMLINKS};
  struct stat st;
  long from = open_path(pid, is_absolute ? "/root" : "/cwd");
  if (from < 0) return 1;
  long file = SYS4(__NR_openat2, from, path, &how, sizeof how);
  SYS1(__NR_close, from);
  if (file < 0) return file != -2 /* ENOENT */ && file != -20 /* ENOTDIR */;
  long result = SYS4(__NR_newfstatat, file, "", &st, 0x1000 /* AT_EMPTY_PATH */);
  SYS1(__NR_close, file);
  return result != 0 || (S_ISREG(st.st_mode) && (st.st_mode & 0111));
}

static int has_own_root(uint64_t pid) {
  char name[64];
  struct line l = {name, 0, sizeof name, 0};
  struct stat theirs, ours;
  put_process_path(&l, pid, "/root/");
  if (SYS4(__NR_newfstatat, AT_FDCWD, name, &theirs, 0) != 0) return 0;
  if (SYS4(__NR_newfstatat, AT_FDCWD, "/", &ours, 0) != 0) return 0;
  return theirs.st_ino != ours.st_ino || theirs.st_dev != ours.st_dev;
}

/* False for what the kernel will refuse anyway, such as the misses of a walk through PATH. */
static int can_start(const struct seccomp_notif *n, int at_descriptor, const char *path) {
  if (path[0] != '/' && at_descriptor) return 1;
  /* These name what only the calling process has. */
  if (bytes_equal_text(path, "/proc/", 6) || bytes_equal_text(path, "/dev/", 5)) return 1;
  return is_startable(n->pid, path);
}

/* Which argument is the path: of execve, or of execveat; -1 where that is not known (x32). */
static int argument_of_path(const struct seccomp_data *call) {
  if (call->arch == NARROW_ARCH) return call->nr == NARROW_EXECVEAT;
  if (call->arch != OWN_ARCH || (call->nr != __NR_execve && call->nr != __NR_execveat)) return -1;
  return call->nr == __NR_execveat;
}

static void write_exec(const char *id, const struct seccomp_notif *n) {
  static char path[PATH_SIZE];
  static char bytes[6 * PATH_SIZE + 256];
  struct line l = {bytes, 0, sizeof bytes, 0};
  int argument = argument_of_path(&n->data), at_descriptor = argument == 1;
  int known = argument >= 0 && read_string(n->pid, n->data.args[argument], path, sizeof path);
  if (known && !can_start(n, at_descriptor, path)) return;
  put_tree(&l, "kernel", id);
  put(&l, ",\"pid\":");
  put_unsigned(&l, n->pid, 10);
  put(&l, ",\"program\":");
  /* In another root the same path is another file. */
  if (known && has_own_root(n->pid)) known = 0;
  put_json_bytes(&l, known ? path : "?", known ? text_length(path) : 1);
  put(&l, "}\n");
  if (!l.overflow) append_line(id, &l);
}

#endif
