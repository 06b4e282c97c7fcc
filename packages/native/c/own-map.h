/*
 * What the kernel keeps of this process's address space and PR_SET_MM_MAP (prctl(2)) wants told as a whole, from what is
 * in memory: /proc/self/stat says the same, and costs as much as opening all of a program's libraries.
 */
#ifndef GLIBC_MATRIX_OWN_MAP_H
#define GLIBC_MATRIX_OWN_MAP_H

#include "auxiliary.h"
#include "config.h"
#include "environ.h"
#include "identity.h"
#include "objects.h"

static const struct mapping *own_loader(const struct maps *m) {
  for (int i = 0; i < m->count; i++) {
    const struct mapping *one = &m->list[i];
    if (one->offset == 0 && one->path_length > 0 &&
        (texts_equal(one->path, config.column_loader) || texts_equal(one->path, config.host_loader)))
      return one;
  }
  return 0;
}

/* As load_elf_binary (fs/binfmt_elf.c) finds them in the segments of what was executed. */
static void find_code(const struct mapping *executed, uint64_t *f) {
  const ELF(Ehdr) *header = (const ELF(Ehdr) *)executed->start;
  const ELF(Phdr) *segment = (const ELF(Phdr) *)(executed->start + header->e_phoff);
  int is_first = 1;
  uint64_t base = 0;
  f[26] = ~(uint64_t)0;
  f[27] = f[45] = f[46] = 0;
  for (int i = 0; i < header->e_phnum; i++) {
    if (segment[i].p_type != PT_LOAD) continue;
    if (is_first) base = executed->start - (segment[i].p_vaddr - segment[i].p_offset);
    is_first = 0;
    uint64_t start = base + segment[i].p_vaddr, end = start + segment[i].p_filesz;
    if ((segment[i].p_flags & PF_X) && start < f[26]) f[26] = start;
    if ((segment[i].p_flags & PF_X) && end > f[27]) f[27] = end;
    if (start > f[45]) f[45] = start;
    if (end > f[46]) f[46] = end;
  }
}

/* Older loaders leave argc, and argv[0] and what else they skipped, below what they hand on. */
static uint64_t first_stack(int argc, char **argv) {
  for (int skipped = 5; skipped > 0; skipped--)
    if ((uintptr_t)argv[-1 - skipped] == (uintptr_t)(argc + skipped)) return (uintptr_t)(argv - 1 - skipped);
  return (uintptr_t)(argv - 1);
}

/*
 * The strings lie one after the other: arguments, environment, the executed path (fs/exec.c). Fields by their number in
 * proc_pid_stat(5). 0 where something has changed since, so that the kernel itself must be asked.
 */
static int find_own_map(const struct maps *m, int argc, char **argv, char **envp, uint64_t *f) {
  const struct mapping *loader = own_loader(m);
  const char *last = 0, *end = argv[argc - 1] + text_length(argv[argc - 1]) + 1;
  if (!m->first_break || !loader) return 0;
  if (envp[0] && envp[0] != end) return 0;
  f[49] = f[50] = (uintptr_t)end;
  for (char **entry = envp; *entry; entry++) last = *entry;
  if (last) end = last + text_length(last) + 1;
  if (end < argv[0] || !texts_equal(end, loader->path)) return 0;
  f[51] = (uintptr_t)end;
  f[47] = m->first_break;
  f[28] = first_stack(argc, argv);
  find_code(loader, f);
  return 1;
}

/* With CAP_SYS_RESOURCE one field can be set alone. */
static int begin_arguments_at(const struct maps *m, const char *text, int argc, char **argv, char **envp) {
  uint64_t f[STAT_FIELDS];
  if (SYS5(__NR_prctl, PR_SET_MM, PR_SET_MM_ARG_START, text, 0, 0) == 0) return 1;
  if (!find_own_map(m, argc, argv, envp, f) && !read_stat(f)) return 0;
  f[48] = (uintptr_t)text;
  return set_map(f);
}

/* The shim's own room stays what it is, and lies where memory was touched already. */
static char *place_for_path(struct maps *m, size_t size) {
  char *place = m->text + m->text_used;
  if (m->memory || size > m->text_size - m->text_used) return own_path;
  m->text_used += size;
  return place;
}

/*
 * /proc/self/cmdline shall begin with argv[0], and before it the kernel has what ld.so was told (proc_pid_cmdline(5)). The
 * name moves to where the arguments follow it, over the program's path, and the kernel is told that they begin there.
 */
static char *move_name(struct maps *m, int argc, char **argv, char **envp, char *name) {
  size_t length = text_length(name), path_length = text_length(program);
  char *to = argv[0] + path_length - length;
  if (path_length >= sizeof own_path || to <= name || !begin_arguments_at(m, to, argc, argv, envp)) return name;
  program = bytes_copy(place_for_path(m, path_length + 1), program, path_length + 1);
  for (size_t i = length + 1; i-- > 0;) ((volatile char *)to)[i] = name[i];
  return to;
}

/* Of a program that was executed itself, its headers are where the kernel says (AT_PHDR of getauxval(3)). */
static const struct mapping *own_program(const struct maps *m) {
  uint64_t headers = auxiliary_value(AT_PHDR);
  for (int i = 0; i < m->count; i++) {
    const struct mapping *one = &m->list[i];
    if (one->offset != 0 || !one->readable || headers < one->start || headers >= one->end) continue;
    return headers - one->start == ((const ELF(Ehdr) *)one->start)->e_phoff ? one : 0;
  }
  return 0;
}

/* The environment ends where the last of it was taken out. 0 where the kernel itself must be asked. */
static int end_environ_here(const struct maps *m, int argc, char **argv, const char *executed) {
  uint64_t f[STAT_FIELDS];
  if (taken + taken_length + 1 != executed) return 0;
  if (SYS5(__NR_prctl, PR_SET_MM, PR_SET_MM_ENV_END, taken, 0, 0) == 0) return 1;
  const struct mapping *own = m && m->first_break && argc > 0 ? own_program(m) : 0;
  if (!own) return 0;
  f[47] = m->first_break;
  f[28] = (uintptr_t)(argv - 1);
  f[48] = (uintptr_t)argv[0];
  f[49] = f[50] = (uintptr_t)argv[argc - 1] + text_length(argv[argc - 1]) + 1;
  f[51] = (uintptr_t)taken;
  find_code(own, f);
  return set_map(f);
}

/* What was taken is not in /proc/self/environ either. `executed` is the path that execve(2) got, as the kernel keeps it. */
static void end_environ(const struct maps *m, int argc, char **argv, const char *executed) {
  if (taken && !end_environ_here(m, argc, argv, executed)) end_environ_at(taken, taken_length);
}

#endif
