/*
 * Every function by which a process starts another program: the target is looked at, and started through a sealed
 * loader where it has a libc to choose. Each does otherwise what libc's own does, by calling it.
 */
#ifndef GLIBC_MATRIX_EXEC_H
#define GLIBC_MATRIX_EXEC_H

#include <stdarg.h>

#include "start.h"

static int make_execve(const struct call *call, const char *path, char *const argv[], char *const envp[]) {
  int result;
  (void)call;
  require_libc();
  /* A signal may end the wait for the accountant; execve(2) itself knows no EINTR. */
  do result = libc.execve ? libc.execve(path, argv, envp) : (int)fail_as_kernel(SYS3(__NR_execve, path, argv, envp));
  while (result == -1 && &__errno_location && *__errno_location() == 4 /* EINTR */);
  return result;
}

static int make_posix_spawn(const struct call *call, const char *path, char *const argv[], char *const envp[]) {
  require_libc();
  return libc.posix_spawn ? libc.posix_spawn(call->pid, path, call->actions, call->attributes, argv, envp) : 38;
}

/* execve answers only when it failed, so nothing that it answers means success. */
static const struct call execve_call = {.make = make_execve, .replaces = 1, .succeeded = 0, .refuse = fail_as_kernel};

EXPORT int execve(const char *path, char *const argv[], char *const envp[]) {
  return start(&execve_call, path, argv, envp);
}
EXPORT int execv(const char *path, char *const argv[]) { return execve(path, argv, environ); }

/* execvp's walk through PATH (exec(3)): the first file that can be executed; 0 when libc shall find out why there is none. */
static int find_in_path(const char *file, char *found, size_t size) {
  const char *path = find_variable(environ, "PATH");
  if (!path) path = "/bin:/usr/bin";
  for (;;) {
    const char *end = path;
    struct line l = {found, 0, size - 1, 0};
    struct stat st;
    while (*end && *end != ':') end++;
    for (const char *at = path; at < end; at++) put_char(&l, *at);
    if (end > path) put_char(&l, '/');
    put(&l, file);
    found[l.length] = 0;
    if (!l.overflow && SYS4(__NR_newfstatat, AT_FDCWD, found, &st, 0) == 0 && S_ISREG(st.st_mode) &&
        SYS3(__NR_faccessat, AT_FDCWD, found, 1 /* X_OK */) == 0)
      return 1;
    if (!*end) return 0;
    path = end + 1;
  }
}

/* A text without `#!` is a script of /bin/sh to the p-functions alone. */
static int start_or_interpret(const struct call *call, const char *path, char *const argv[], char *const envp[]) {
  struct target t;
  look_at(path, &t);
  if (t.kind != TEXT || !argv || !argv[0]) return start(call, path, argv, envp);
  size_t n = count_arguments(argv);
  char *all[n + 3];
  all[0] = "/bin/sh";
  all[1] = (char *)path;
  for (size_t i = 1; i <= n; i++) all[i + 1] = argv[i];
  return start(call, "/bin/sh", all, envp);
}

EXPORT int execvpe(const char *file, char *const argv[], char *const envp[]) {
  char found[PATH_SIZE];
  require_libc();
  if (file && has_slash(file)) return start_or_interpret(&execve_call, file, argv, envp);
  if (file && *file && find_in_path(file, found, sizeof found)) return start_or_interpret(&execve_call, found, argv, envp);
  return libc.execvpe ? libc.execvpe(file, argv, envp) : -1;
}
EXPORT int execvp(const char *file, char *const argv[]) { return execvpe(file, argv, environ); }

/* posix_spawn_file_actions_t of musl (include/spawn.h, src/process/fdop.h). */
static int changes_directory_in_musl(const void *actions) {
  const struct {
    int unused[2];
    const struct action {
      const struct action *next, *previous;
      int command;
    } *list;
  } *a = actions;
  for (const struct action *one = a ? a->list : 0; one; one = one->next)
    if (one->command == 4 || one->command == 5) return 1;
  return 0;
}

/* posix_spawn_file_actions_t of glibc (posix/spawn.h, posix/spawn_int.h): a chdir among them moves a relative path. */
static int changes_directory(const void *actions) {
  const struct {
    int allocated, used;
    const struct {
      int tag;
      void *rest[3];
    } *list;
  } *a = actions;
  if (!is_in_glibc()) return changes_directory_in_musl(actions);
  for (int i = 0; a && i < a->used; i++)
    if (a->list[i].tag == 3 || a->list[i].tag == 4) return 1;
  return 0;
}

static int spawn(void *pid, const char *path, const void *actions, const void *attributes, char *const argv[],
                 char *const envp[], int interpret) {
  struct call call = {.make = make_posix_spawn, .pid = pid, .actions = actions, .attributes = attributes};
  if (path && path[0] != '/' && changes_directory(actions)) {
    struct trailer trailer = next_trailer('x');
    struct target t = {.reason = "is looked up in a directory that posix_spawn changes to"};
    return start_announced(&call, &trailer, "plain", &t, path, argv, envp);
  }
  return interpret ? start_or_interpret(&call, path, argv, envp) : start(&call, path, argv, envp);
}

EXPORT int posix_spawn(void *pid, const char *path, const void *actions, const void *attributes, char *const argv[],
                       char *const envp[]) {
  return spawn(pid, path, actions, attributes, argv, envp, 0);
}
EXPORT int posix_spawnp(void *pid, const char *file, const void *actions, const void *attributes, char *const argv[],
                        char *const envp[]) {
  char found[PATH_SIZE];
  require_libc();
  if (file && has_slash(file)) return spawn(pid, file, actions, attributes, argv, envp, 1);
  if (file && *file && find_in_path(file, found, sizeof found)) return spawn(pid, found, actions, attributes, argv, envp, 1);
  return libc.posix_spawnp ? libc.posix_spawnp(pid, file, actions, attributes, argv, envp) : 38;
}

/* A descriptor is executed by the path it was opened by, as long as that path still names the same file. */
static int start_descriptor(const struct call *call, int fd, char *const argv[], char *const envp[]) {
  char real[PATH_SIZE];
  struct stat by_path, by_fd;
  if (real_path(fd, real) && SYS4(__NR_newfstatat, AT_FDCWD, real, &by_path, 0) == 0 &&
      SYS4(__NR_newfstatat, fd, "", &by_fd, 0x1000 /* AT_EMPTY_PATH */) == 0 && by_path.st_ino == by_fd.st_ino &&
      by_path.st_dev == by_fd.st_dev)
    return start(call, real, argv, envp);
  struct trailer trailer = next_trailer('x');
  struct target t = {.reason = "has no path"};
  return start_announced(call, &trailer, "plain", &t, "(a file descriptor)", argv, envp);
}

struct descriptor_call {
  struct call call;
  int fd, flags;
  const char *path;
};

static int make_fexecve(const struct call *call, const char *path, char *const argv[], char *const envp[]) {
  const struct descriptor_call *d = (const struct descriptor_call *)call;
  if (path[0] == '/') return make_execve(call, path, argv, envp);
  return (int)fail_as_kernel(SYS5(__NR_execveat, d->fd, d->path, argv, envp, d->flags));
}

EXPORT int fexecve(int fd, char *const argv[], char *const envp[]) {
  struct descriptor_call d = {.call = {.make = make_fexecve, .replaces = 1}, .fd = fd, .path = "", .flags = 0x1000};
  return start_descriptor(&d.call, fd, argv, envp);
}
EXPORT int execveat(int fd, const char *path, char *const argv[], char *const envp[], int flags) {
  struct descriptor_call d = {.call = {.make = make_fexecve, .replaces = 1}, .fd = fd, .path = path, .flags = flags};
  if (path && flags == 0 && (path[0] == '/' || fd == AT_FDCWD)) return execve(path, argv, envp);
  if (path && !*path && (flags & 0x1000)) return start_descriptor(&d.call, fd, argv, envp);
  struct trailer trailer = next_trailer('x');
  struct target t = {.reason = "is relative to a descriptor"};
  return start_announced(&d.call, &trailer, "plain", &t, path ? path : "?", argv, envp);
}

/*
 * system(3) and popen(3) start /bin/sh inside of libc, out of reach. Their command becomes one that hands over to the
 * same shell behind the host's sealed loader; the first shell does nothing else.
 */
static char *hand_over(const char *command, size_t *size) {
  struct target shell = {.kind = KERNEL_REFUSES};
  require_self();
  struct trailer trailer = next_trailer('t');
  name_trailer(&trailer, "sh");
  look_at("/bin/sh", &shell);
  if (!self.id[0] || shell.kind != TOOL) return 0;
  *size = 4 * text_length(command) + PATH_SIZE + 1024;
  long memory = map_memory(0, *size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory < 0 && memory > -4096) return 0;
  char told[2 + TRAILER_LENGTH + 1] = "sh";
  write_trailer(told + 2, &trailer, 2);
  announce("exec", &trailer, "tool", shell.real, 0, 0);
  struct line l = {(char *)memory, 0, *size - 1, 0};
  put(&l, "exec '");
  put(&l, config.host_loader);
  put(&l, "' --inhibit-rpath '");
  put(&l, told);
  put(&l, "' '");
  put(&l, shell.real);
  put(&l, "' -c '");
  for (; *command; command++) {
    if (*command == '\'') put(&l, "'\\''");
    else put_char(&l, *command);
  }
  put_char(&l, '\'');
  return (char *)memory;
}

EXPORT int system(const char *command) {
  size_t size;
  require_libc();
  char *other = command ? hand_over(command, &size) : 0;
  int status = libc.system ? libc.system(other ? other : command) : -1;
  if (other) SYS2(__NR_munmap, other, size);
  return status;
}
EXPORT void *popen(const char *command, const char *mode) {
  size_t size;
  require_libc();
  char *other = command ? hand_over(command, &size) : 0;
  void *stream = libc.popen ? libc.popen(other ? other : command, mode) : 0;
  if (other) SYS2(__NR_munmap, other, size);
  return stream;
}

/* The list forms become vectors (exec(3)); `list` stands behind the terminating null pointer afterwards. */
#define COLLECT(first)                                                     \
  va_list list;                                                            \
  size_t n = 1;                                                            \
  va_start(list, first);                                                   \
  while (va_arg(list, char *)) n++;                                        \
  va_end(list);                                                            \
  char *argv[n + 1];                                                       \
  argv[0] = (char *)first;                                                 \
  va_start(list, first);                                                   \
  for (size_t i = 1; i <= n; i++) argv[i] = va_arg(list, char *)

EXPORT int execl(const char *path, const char *first, ...) {
  COLLECT(first);
  va_end(list);
  return execve(path, argv, environ);
}
EXPORT int execlp(const char *file, const char *first, ...) {
  COLLECT(first);
  va_end(list);
  return execvpe(file, argv, environ);
}
EXPORT int execle(const char *path, const char *first, ...) {
  COLLECT(first);
  char *const *envp = va_arg(list, char *const *);
  va_end(list);
  return execve(path, argv, envp);
}

#endif
