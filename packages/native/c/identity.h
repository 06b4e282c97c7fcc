/* What the loader hides of a program's identity: the kernel knows the loader as /proc/self/exe (proc_pid_exe(5)). */
#ifndef GLIBC_MATRIX_IDENTITY_H
#define GLIBC_MATRIX_IDENTITY_H

#include "libc.h"

/* The program's real path; null in a process that no seal started. */
static const char *program;

/*
 * A process may start others before the shim's own constructor ran: from another object's constructor, or .preinit_array.
 * Its argument strings say who it is, or its environment's where the program itself was executed.
 */
static void require_self(void) {
  static int looked;
  uint64_t fields[STAT_FIELDS];
  if (self.id[0] || looked) return;
  looked = 1;
  if (!read_stat(fields)) return;
  const char *argument = (const char *)(uintptr_t)fields[48], *arguments_end = (const char *)(uintptr_t)fields[49];
  for (int i = 0; argument < arguments_end && i < 8; i++) {
    size_t size = text_length(argument);
    if (size >= TRAILER_LENGTH && holds_trailer(argument + size - TRAILER_LENGTH)) {
      copy_trailer(&self, argument + size - TRAILER_LENGTH);
      program = argument + size + 1;
      return;
    }
    argument += size + 1;
  }
  const char *entry = (const char *)(uintptr_t)fields[50], *environ_end = (const char *)(uintptr_t)fields[51];
  for (; entry < environ_end; entry += text_length(entry) + 1)
    if (bytes_equal_text(entry, SPAWN_VARIABLE, sizeof SPAWN_VARIABLE - 1)) {
      copy_trailer(&self, entry + sizeof SPAWN_VARIABLE - 1 - 4);
      program = entry + sizeof SPAWN_VARIABLE - 1 + ID_LENGTH + TOKEN_LENGTH + 1;
      if (!*program) program = 0;
      return;
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
