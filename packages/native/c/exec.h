/*
 * Watches a rerouted process start other programs: each start is a line in the journal, since a tick speaks for the
 * whole tree. Every function does what libc's own does, by calling it.
 */
#ifndef GLIBC_MATRIX_EXEC_H
#define GLIBC_MATRIX_EXEC_H

#include <stdarg.h>

#include "journal.h"
#include "symbols.h"

#define EXPORT __attribute__((visibility("default")))

extern char **environ __attribute__((weak));

static struct {
  int resolved;
  int (*execve)(const char *, char *const *, char *const *);
  int (*execvp)(const char *, char *const *);
  int (*execvpe)(const char *, char *const *, char *const *);
  int (*fexecve)(int, char *const *, char *const *);
  int (*execveat)(int, const char *, char *const *, char *const *, int);
  int (*posix_spawn)(void *, const char *, const void *, const void *, char *const *, char *const *);
  int (*posix_spawnp)(void *, const char *, const void *, const void *, char *const *, char *const *);
  int (*system)(const char *);
  void *(*popen)(const char *, const char *);
} libc;

static void resolve_libc(const struct object *o, int count) {
  libc.execve = find_function(o, count, "execve");
  libc.execvp = find_function(o, count, "execvp");
  libc.execvpe = find_function(o, count, "execvpe");
  libc.fexecve = find_function(o, count, "fexecve");
  libc.execveat = find_function(o, count, "execveat");
  libc.posix_spawn = find_function(o, count, "posix_spawn");
  libc.posix_spawnp = find_function(o, count, "posix_spawnp");
  libc.system = find_function(o, count, "system");
  libc.popen = find_function(o, count, "popen");
  libc.resolved = 1;
}

/* Another object's constructor may start a program before the shim's own constructor ran. */
static void require_libc(void) {
  if (libc.resolved) return;
  int count = read_maps();
  for (int i = 0; i < count && !libc.resolved; i++) {
    struct object o;
    if (read_object(i, count, &o) && o.soname && bytes_equal(o.soname, "libc.so.6", 10)) resolve_libc(&o, count);
  }
}

/* On the stack alone: a child of vfork(2) shares its parent's memory. */
static void announce(const char *program) {
  char bytes[4600];
  struct line l = {bytes, 0, sizeof bytes, 0};
  if (!spawn_id[0] || !program) return;
  put_head(&l, "exec");
  put(&l, ",\"program\":");
  size_t length = text_length(program);
  put_json_bytes(&l, program, length < 700 ? length : 700);
  put(&l, "}\n");
  append_line(&l);
}

#define STARTS(program, function, unavailable, ...) \
  require_libc();                                   \
  announce(program);                                \
  return libc.function ? libc.function(__VA_ARGS__) : unavailable

EXPORT int execve(const char *path, char *const argv[], char *const envp[]) {
  STARTS(path, execve, -1, path, argv, envp);
}
EXPORT int execv(const char *path, char *const argv[]) { STARTS(path, execve, -1, path, argv, environ); }
EXPORT int execvp(const char *file, char *const argv[]) { STARTS(file, execvp, -1, file, argv); }
EXPORT int execvpe(const char *file, char *const argv[], char *const envp[]) {
  STARTS(file, execvpe, -1, file, argv, envp);
}
EXPORT int fexecve(int fd, char *const argv[], char *const envp[]) {
  STARTS("(a file descriptor)", fexecve, -1, fd, argv, envp);
}
EXPORT int execveat(int fd, const char *path, char *const argv[], char *const envp[], int flags) {
  STARTS(path, execveat, -1, fd, path, argv, envp, flags);
}
EXPORT int posix_spawn(void *pid, const char *path, const void *actions, const void *attributes, char *const argv[],
                       char *const envp[]) {
  STARTS(path, posix_spawn, 38 /* ENOSYS */, pid, path, actions, attributes, argv, envp);
}
EXPORT int posix_spawnp(void *pid, const char *file, const void *actions, const void *attributes, char *const argv[],
                        char *const envp[]) {
  STARTS(file, posix_spawnp, 38 /* ENOSYS */, pid, file, actions, attributes, argv, envp);
}
EXPORT int system(const char *command) { STARTS(command ? "/bin/sh" : 0, system, -1, command); }
EXPORT void *popen(const char *command, const char *mode) { STARTS("/bin/sh", popen, 0, command, mode); }

/* The list forms become vectors (exec(3)); `after` is what follows the terminating null pointer. */
#define COLLECT(first)                                                            \
  va_list list;                                                                   \
  size_t n = 1;                                                                   \
  va_start(list, first);                                                          \
  while (va_arg(list, char *)) n++;                                               \
  va_end(list);                                                                   \
  char *argv[n + 1];                                                              \
  argv[0] = (char *)first;                                                        \
  va_start(list, first);                                                          \
  for (size_t i = 1; i <= n; i++) argv[i] = va_arg(list, char *);                 \
  char *const *after __attribute__((unused)) = 0

EXPORT int execl(const char *path, const char *first, ...) {
  COLLECT(first);
  va_end(list);
  return execv(path, argv);
}
EXPORT int execlp(const char *file, const char *first, ...) {
  COLLECT(first);
  va_end(list);
  return execvp(file, argv);
}
EXPORT int execle(const char *path, const char *first, ...) {
  COLLECT(first);
  after = va_arg(list, char *const *);
  va_end(list);
  return execve(path, argv, after);
}

#endif
