/* What ld.so says it has loaded (dl_iterate_phdr(3)): where the kernel's answers are to be looked for, and how many. */
#ifndef GLIBC_MATRIX_LOADED_H
#define GLIBC_MATRIX_LOADED_H

#include <stddef.h>
#include <stdint.h>

#include "elf-class.h"

#define LOADED_MAX 32

struct loaded_object {
  uintptr_t base;
  const ELF(Phdr) *segments;
  int segment_count;
};

struct loaded {
  int count; /* of this namespace of ld.so, those without room among `objects` too */
  struct loaded_object objects[LOADED_MAX];
  unsigned long long adds, subs; /* of all namespaces, from the process's beginning */
};

struct phdr_info {
  uintptr_t address;
  const char *name;
  const void *segments;
  uint16_t segment_count;
  unsigned long long adds, subs;
};
extern int dl_iterate_phdr(int (*)(struct phdr_info *, size_t, void *), void *) __attribute__((weak));

static int take_loaded(struct phdr_info *info, size_t size, void *to) {
  struct loaded *l = to;
  if (size < sizeof *info) return 1;
  l->adds = info->adds;
  l->subs = info->subs;
  if (l->count < LOADED_MAX)
    l->objects[l->count] = (struct loaded_object){info->address, info->segments, info->segment_count};
  l->count++;
  return 0;
}

static void read_loaded(struct loaded *l) {
  l->count = 0;
  l->adds = l->subs = 0;
  if (&dl_iterate_phdr) dl_iterate_phdr(take_loaded, l);
}

/* There are no others than those that are listed. */
static int is_all_loaded(const struct loaded *l) {
  return l->count > 0 && l->count <= LOADED_MAX && l->subs == 0 && l->adds == (unsigned long long)l->count;
}

/* Whose segment a mapping of code is; -1 when nobody's. */
static int owner_of_code(const struct loaded *l, uint64_t start, uint64_t end, uint64_t offset) {
  for (int i = 0; i < l->count; i++)
    for (int s = 0; s < l->objects[i].segment_count; s++) {
      const ELF(Phdr) *segment = &l->objects[i].segments[s];
      uint64_t at = l->objects[i].base + segment->p_vaddr;
      if (segment->p_type == PT_LOAD && (segment->p_flags & PF_X) && at >= start && at < end &&
          at - start == segment->p_offset - offset)
        return i;
    }
  return -1;
}

#endif
