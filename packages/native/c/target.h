/* What a path would execute, and whose loader shall start it: the plan of packages/core/src/reroute, in small. */
#ifndef GLIBC_MATRIX_TARGET_H
#define GLIBC_MATRIX_TARGET_H

#include <elf.h>
#include <sys/stat.h>

#include "config.h"
#include "glob.h"
#include "maps.h"
#include "trailer.h"

#define PATH_SIZE 1024 /* longer paths are not followed: a thread that calls execve may have little stack */
#define HEAD_SIZE 300 /* more than the 256 bytes of a `#!` line (fs/binfmt_script.c) */

enum kind {
  KERNEL_REFUSES, /* missing, a directory, not executable: let the call fail as it would */
  PROGRAM,        /* starts on the column's libc */
  TOOL,           /* the host's own: starts on the host's libc, followed */
  SCRIPT,         /* begins with #! */
  TEXT,           /* neither ELF nor #!: execvp hands it to /bin/sh */
  NOT_FOLLOWED,   /* starts as it is; `reason` says why nobody can vouch for it */
};

struct target {
  enum kind kind;
  const char *reason;
  long error; /* why the kernel finds no file: ENOENT or ENOTDIR, negative; 0: it may find one */
  int is_sealed; /* its own interpreter is the column's loader: this mount namespace shows a patched copy here */
  char real[PATH_SIZE];
  char head[HEAD_SIZE];
  long length;
};

static long open_for_reading(const char *path) {
  return SYS4(__NR_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0);
}

/* The kernel's own name of an open file; every link on the way is followed. */
static int real_path(long fd, char *real) {
  char link[40];
  struct line l = {link, 0, sizeof link - 1, 0};
  put(&l, "/proc/self/fd/");
  put_unsigned(&l, (uint64_t)fd, 10);
  link[l.length] = 0;
  long length = SYS4(__NR_readlinkat, AT_FDCWD, link, real, PATH_SIZE - 1);
  if (length <= 0 || length == PATH_SIZE - 1) return 0;
  real[length] = 0;
  return 1;
}

/* A set-user-ID program or one with file capabilities loses its privilege under a loader (capabilities(7)). */
static int has_capabilities(const char *path) {
  char value[64];
  return SYS4(__NR_getxattr, path, "security.capability", value, sizeof value) > 0;
}

static int is_privileged(const char *path, const struct stat *st) {
  return (st->st_mode & (S_ISUID | S_ISGID)) || has_capabilities(path);
}

static int starts_with(const char *text, const char *prefix) { return bytes_equal_text(text, prefix, text_length(prefix)); }

/* Most of what is looked at lies in what was read first. */
static int read_at(long fd, const struct target *t, void *to, size_t size, uint64_t at) {
  if (at < (uint64_t)t->length && size <= (uint64_t)t->length - at) bytes_copy(to, t->head + at, size);
  else if (read_file_at(fd, to, size, at) != (long)size) return 0;
  return 1;
}

/* A number of the file's own byte order. */
static uint64_t number_at(const unsigned char *at, int size, int order) {
  uint64_t value = 0;
  for (int i = 0; i < size; i++) value = value << 8 | at[order == ELFDATA2MSB ? i : size - 1 - i];
  return value;
}

/* Reads PT_INTERP of a file of either class and byte order; 0 when there is none, -1 when the file can't be read so far. */
static int read_interpreter(long fd, const struct target *t, char *interpreter, size_t size) {
  const unsigned char *head = (const unsigned char *)t->head;
  int order = head[EI_DATA], wide = head[EI_CLASS] == ELFCLASS64, word = wide ? 8 : 4;
  uint64_t at = number_at(head + (wide ? 32 : 28), word, order);
  int count = (int)number_at(head + (wide ? 56 : 44), 2, order);
  for (int i = 0; i < count && i < 64; i++) {
    unsigned char segment[sizeof(Elf64_Phdr)];
    size_t entry = wide ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
    if (!read_at(fd, t, segment, entry, at + (uint64_t)i * entry)) return -1;
    if (number_at(segment, 4, order) != PT_INTERP) continue;
    uint64_t length = number_at(segment + (wide ? 32 : 16), word, order);
    if (length >= size) length = size - 1;
    if (!read_at(fd, t, interpreter, length, number_at(segment + word, word, order))) return -1;
    interpreter[length] = 0;
    return 1;
  }
  return 0;
}

static int is_of_machine(const struct target *t, const struct machine *m) {
  const unsigned char *head = (const unsigned char *)t->head;
  return head[EI_CLASS] == m->width && head[EI_DATA] == m->order && number_at(head + 18, 2, m->order) == m->number;
}

static int is_node(const char *real) {
  return bytes_equal(real, config.node, text_length(config.node) + 1) || texts_equal(last_name(real), "node");
}

/* As packages/core/src/reroute/launchers.ts has it. */
static int is_emulator(const char *name) {
  static const char names[][12] = {"img", "nbd", "io", "ga", "edid", "keymap"};
  if (!starts_with(name, "qemu-"))
    return texts_equal(name, "box64") || texts_equal(name, "box86") || starts_with(name, "FEXInterpreter") ||
           starts_with(name, "FEXLoader");
  name += 5;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (texts_equal(name, names[i])) return 0;
  while (*name && *name != '-') name++;
  return !*name || texts_equal(name, "-static");
}

/* As packages/core/src/reroute/scope.ts has it. */
static enum kind kind_in_scope(struct target *t) {
  if (list_names(config.exclude, t->real, config.root)) return TOOL;
  if (is_node(t->real) && node_is_program()) return PROGRAM;
  t->reason = "is an emulator";
  if (is_emulator(last_name(t->real)) && !list_names_explicitly(config.programs, t->real, config.root)) return NOT_FOLLOWED;
  t->reason = 0;
  if (config.programs[0] && list_names(config.programs, t->real, config.root)) return PROGRAM;
  int own = below(t->real, config.root) && list_holds_directory_of(config.system_directories, config.root);
  if (!own && list_holds_directory_of(config.system_directories, t->real)) return TOOL;
  return is_node(t->real) || config.programs_only ? TOOL : PROGRAM;
}

static int is_loader_of_glibc(const char *name) {
  return starts_with(name, "ld-linux") || starts_with(name, "ld64.so") || starts_with(name, "ld.so") || starts_with(name, "ld-2.");
}

/* libc.so is its own name, the other a link to it. */
static int is_loader_of_musl(const char *name) { return starts_with(name, "ld-musl-") || texts_equal(name, "libc.so"); }

/* Each libc's programs need its own loader, whatever the column: the other's is `reason` for a cell that is no tick. */
static enum kind kind_by_loader(struct target *t, const char *loader, int is_columns, int is_hosts) {
  int is_musl = is_loader_of_musl(loader);
  if (!is_musl && !is_loader_of_glibc(loader)) {
    t->reason = "has no loader of glibc";
    return NOT_FOLLOWED;
  }
  enum kind kind = kind_in_scope(t);
  if (kind == NOT_FOLLOWED) return kind;
  int is_machines = kind == PROGRAM ? is_columns : is_hosts;
  if (is_machines && is_musl == (kind == PROGRAM && config.column_is_musl)) return kind;
  t->reason = !is_machines ? "is of another machine" : is_musl ? "is linked to musl" : "is linked to glibc";
  return NOT_FOLLOWED;
}

static enum kind kind_of_elf(long fd, struct target *t) {
  char interpreter[256];
  int is_columns = is_of_machine(t, &config.column_machine), is_hosts = is_of_machine(t, &config.host_machine);
  t->reason = "is of another machine";
  if (t->length < (long)sizeof(Elf64_Ehdr) || !(is_columns || is_hosts)) return NOT_FOLLOWED;
  t->reason = 0;
  int found = read_interpreter(fd, t, interpreter, sizeof interpreter);
  t->is_sealed = found == 1 && texts_equal(interpreter, config.column_loader);
  if (t->is_sealed) return PROGRAM;
  if (found == 1) return kind_by_loader(t, last_name(interpreter), is_columns, is_hosts);
  t->reason = found != 0 ? "can't be read" : "is static";
  /* Only by the user's word: an emulator is static too, and runs programs without executing them. */
  if (found == 0 && list_names(config.exclude, t->real, config.root)) t->reason = "is static and excluded";
  return NOT_FOLLOWED;
}

/* Fills `t` for a path as execve(2) would take it. Uses the stack alone: a child of vfork(2) shares its parent's memory. */
static void look_at(const char *path, struct target *t) {
  struct stat st;
  t->kind = KERNEL_REFUSES;
  t->reason = 0;
  t->is_sealed = 0;
  long failed = SYS4(__NR_newfstatat, AT_FDCWD, path, &st, 0);
  t->error = failed == -2 || failed == -20 ? failed : 0;
  if (failed || !S_ISREG(st.st_mode)) return;
  if (SYS3(__NR_faccessat, AT_FDCWD, path, 1 /* X_OK */) != 0) return;

  t->kind = NOT_FOLLOWED;
  if (is_privileged(path, &st)) {
    t->reason = "is privileged";
    return;
  }
  long fd = open_for_reading(path);
  t->reason = "can't be read";
  if (fd < 0) return;
  t->length = SYS3(__NR_read, fd, t->head, HEAD_SIZE - 1);
  struct stat by_name;
  int named = t->length >= 0 && real_path(fd, t->real) && SYS4(__NR_newfstatat, AT_FDCWD, t->real, &by_name, 0) == 0;
  if (named && by_name.st_ino == st.st_ino && by_name.st_dev == st.st_dev) {
    t->reason = 0;
    t->head[t->length] = 0;
    if (t->length >= SELFMAG && bytes_equal(t->head, ELFMAG, SELFMAG)) t->kind = kind_of_elf(fd, t);
    else t->kind = t->length >= 2 && t->head[0] == '#' && t->head[1] == '!' ? SCRIPT : TEXT;
  }
  SYS1(__NR_close, fd);
}

#endif
