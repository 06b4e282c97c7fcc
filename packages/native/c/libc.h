/* The functions of the process's own libc that the shim stands before. */
#ifndef GLIBC_MATRIX_LIBC_H
#define GLIBC_MATRIX_LIBC_H

#include "journal.h"
#include "symbols.h"

#define EXPORT __attribute__((visibility("default")))

extern char **environ __attribute__((weak));
extern int *__errno_location(void) __attribute__((weak));

static struct {
  struct symbols symbols; /* of the libc that a list of mappings showed */
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
  void *(*dlopen)(const char *, int);
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

static void resolve_libc(void) {
  libc.execve = find_function(&libc.symbols, "execve");
  libc.execvpe = find_function(&libc.symbols, "execvpe");
  libc.fexecve = find_function(&libc.symbols, "fexecve");
  libc.execveat = find_function(&libc.symbols, "execveat");
  libc.posix_spawn = find_function(&libc.symbols, "posix_spawn");
  libc.posix_spawnp = find_function(&libc.symbols, "posix_spawnp");
  libc.system = find_function(&libc.symbols, "system");
  libc.popen = find_function(&libc.symbols, "popen");
  libc.realpath = find_function(&libc.symbols, "realpath");
  libc.dlopen = find_function(&libc.symbols, "dlopen");
  libc.resolved = 1;
}

static void find_libc(void) {
  struct maps m;
  read_maps(&m);
  for (int i = 0; i < m.count && !libc.symbols.table; i++) {
    struct object o;
    if (read_object(&m, i, &o) && is_libc(&o)) libc.symbols = symbols_of(&m, &o);
  }
  leave_maps(&m);
}

/* Most programs start no other. Another object's constructor may do so before the shim's own ran. */
static void require_libc(void) {
  if (libc.resolved) return;
  if (!libc.symbols.table) find_libc();
  if (libc.symbols.table) resolve_libc();
}

#endif
