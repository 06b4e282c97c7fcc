/* The functions of the process's own libc that the shim stands before. */
#ifndef GLIBC_MATRIX_LIBC_H
#define GLIBC_MATRIX_LIBC_H

#include "journal.h"
#include "symbols.h"

#define EXPORT __attribute__((visibility("default")))

extern char **environ __attribute__((weak));
extern int *__errno_location(void) __attribute__((weak));

static struct {
  int resolved;
  int (*execve)(const char *, char *const *, char *const *);
  int (*execvpe)(const char *, char *const *, char *const *);
  int (*fexecve)(int, char *const *, char *const *);
  int (*execveat)(int, const char *, char *const *, char *const *, int);
  int (*posix_spawn)(void *, const char *, const void *, const void *, char *const *, char *const *);
  int (*posix_spawnp)(void *, const char *, const void *, const void *, char *const *, char *const *);
  int (*system)(const char *);
  void *(*popen)(const char *, const char *);
  char *(*realpath)(const char *, char *);
} libc;

/* Of musl libc and loader are one file: libc.so by its SONAME, or named after the machine, or without one. */
static int is_musl(const struct object *o) {
  const char *name = o->first->path + o->first->path_length;
  while (name > o->first->path && name[-1] != '/') name--;
  size_t length = (size_t)(o->first->path + o->first->path_length - name);
  if (o->soname) return texts_equal(o->soname, "libc.so") || bytes_equal_text(o->soname, "libc.musl-", 10);
  return (length == 7 && bytes_equal(name, "libc.so", 7)) || (length > 8 && bytes_equal(name, "ld-musl-", 8));
}

extern const char *gnu_get_libc_version(void) __attribute__((weak));

/* Whose libc this very process has. */
static int is_in_glibc(void) { return &gnu_get_libc_version != 0; }

static int is_libc(const struct object *o) {
  return (o->soname && texts_equal(o->soname, "libc.so.6")) || is_musl(o);
}

static void resolve_libc(const struct object *o, int count) {
  struct symbols symbols = symbols_of(o, count);
  libc.execve = find_function(&symbols, "execve");
  libc.execvpe = find_function(&symbols, "execvpe");
  libc.fexecve = find_function(&symbols, "fexecve");
  libc.execveat = find_function(&symbols, "execveat");
  libc.posix_spawn = find_function(&symbols, "posix_spawn");
  libc.posix_spawnp = find_function(&symbols, "posix_spawnp");
  libc.system = find_function(&symbols, "system");
  libc.popen = find_function(&symbols, "popen");
  libc.realpath = find_function(&symbols, "realpath");
  libc.resolved = 1;
}

/* Another object's constructor may call one of these before the shim's own constructor ran. */
static void require_libc(void) {
  if (libc.resolved) return;
  int count = read_maps();
  for (int i = 0; i < count && !libc.resolved; i++) {
    struct object o;
    if (read_object(i, count, &o) && is_libc(&o)) resolve_libc(&o, count);
  }
}

#endif
