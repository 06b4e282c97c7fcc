/* What the loader hides of a program's identity: the kernel knows the loader as /proc/self/exe (proc_pid_exe(5)). */
#ifndef GLIBC_MATRIX_IDENTITY_H
#define GLIBC_MATRIX_IDENTITY_H

#include "libc.h"

/* The program's real path; null in a process that no seal started. */
static const char *program;

/*
 * A process may start others before the shim's own constructor ran: from another object's constructor, or .preinit_array.
 * Its argument strings say who it is (arg_start, field 48 of proc_pid_stat(5)).
 */
static void require_self(void) {
  static int looked;
  char stat[1024];
  if (self.id[0] || looked) return;
  looked = 1;
  long fd = SYS4(__NR_openat, AT_FDCWD, "/proc/self/stat", O_RDONLY | O_CLOEXEC, 0);
  long length = fd < 0 ? -1 : SYS3(__NR_read, fd, stat, sizeof stat - 1);
  if (fd >= 0) SYS1(__NR_close, fd);
  if (length <= 0) return;
  const char *end = stat + length, *at = end;
  while (at > stat && at[-1] != ')') at--;
  for (int field = 2; field < 48 && at < end; at++) field += *at == ' ';
  const char *argument = (const char *)read_number(&at, end, 10);
  for (int i = 0; argument && i < 6; i++) {
    size_t size = text_length(argument);
    if (size >= TRAILER_LENGTH && holds_trailer(argument + size - TRAILER_LENGTH)) {
      copy_trailer(&self, argument + size - TRAILER_LENGTH);
      program = argument + size + 1;
      return;
    }
    argument += size + 1;
  }
}

/* True for the names by which a process finds its own executable. */
static int is_own_exe(const char *path) {
  char own[32];
  if (!program || !path || !bytes_equal_text(path, "/proc/", 6)) return 0;
  if (texts_equal(path, "/proc/self/exe") || texts_equal(path, "/proc/thread-self/exe")) return 1;
  struct line l = {own, 0, sizeof own - 1, 0};
  put(&l, "/proc/");
  put_unsigned(&l, (uint64_t)SYS1(__NR_getpid, 0), 10);
  put(&l, "/exe");
  own[l.length] = 0;
  return texts_equal(path, own);
}

static long copy_program(char *buffer, size_t size) {
  size_t length = text_length(program);
  if (length > size) length = size;
  bytes_copy(buffer, program, length);
  return (long)length;
}

static long fail_as_kernel(long result) {
  if (result >= 0) return result;
  if (&__errno_location) *__errno_location() = (int)-result;
  return -1;
}

EXPORT long readlink(const char *path, char *buffer, size_t size) {
  if (is_own_exe(path)) return copy_program(buffer, size);
  return fail_as_kernel(SYS4(__NR_readlinkat, AT_FDCWD, path, buffer, size));
}
EXPORT long readlinkat(int fd, const char *path, char *buffer, size_t size) {
  if (is_own_exe(path)) return copy_program(buffer, size);
  return fail_as_kernel(SYS4(__NR_readlinkat, fd, path, buffer, size));
}
EXPORT long __readlink_chk(const char *path, char *buffer, size_t size, size_t room) {
  return readlink(path, buffer, size < room ? size : room);
}
EXPORT long __readlinkat_chk(int fd, const char *path, char *buffer, size_t size, size_t room) {
  return readlinkat(fd, path, buffer, size < room ? size : room);
}
EXPORT char *realpath(const char *path, char *resolved) {
  require_libc();
  return libc.realpath ? libc.realpath(is_own_exe(path) ? program : path, resolved) : 0;
}
EXPORT char *__realpath_chk(const char *path, char *resolved, size_t size) {
  (void)size;
  return realpath(path, resolved);
}
EXPORT char *canonicalize_file_name(const char *path) { return realpath(path, 0); }

#endif
