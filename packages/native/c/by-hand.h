/*
 * Code of a file that a program maps itself (mmap(2), mprotect(2)): ld.so counts nothing then, and the list that was made
 * before main would stay the last. It is made again at once, as the program may be killed. What libc itself maps doesn't
 * come by here; of 32-bit machines, where an offset has two widths, only mprotect does.
 */
#ifndef GLIBC_MATRIX_BY_HAND_H
#define GLIBC_MATRIX_BY_HAND_H

#include "opening.h"

#define FILES_MAX 32
/* One that maps code all the time (a compiler of its own code in a file of memory) owes the rest at its end. */
#define LISTS_MAX 64

static struct {
  struct {
    uintptr_t start, end;
  } files[FILES_MAX];
  unsigned count, lists; /* more than there is room for: any of its memory may be a file's */
} by_hand;

#if __SIZEOF_POINTER__ == 8
static void remember_file(uintptr_t start, size_t size) {
  if (by_hand.count > FILES_MAX) return;
  unsigned i = __atomic_fetch_add(&by_hand.count, 1, __ATOMIC_RELAXED);
  if (i >= FILES_MAX) return;
  by_hand.files[i].start = start;
  __atomic_store_n(&by_hand.files[i].end, start + size, __ATOMIC_RELEASE);
}

static int may_be_file(uintptr_t start, size_t size) {
  unsigned count = by_hand.count;
  if (count > FILES_MAX) return 1;
  for (unsigned i = 0; i < count; i++)
    if (start < __atomic_load_n(&by_hand.files[i].end, __ATOMIC_ACQUIRE) && by_hand.files[i].start < start + size) return 1;
  return 0;
}
#else
static int may_be_file(uintptr_t start, size_t size) {
  (void)start;
  return size > 0;
}
#endif

static void code_was_mapped(void) {
  if (__atomic_fetch_add(&by_hand.lists, 1, __ATOMIC_RELAXED) < LISTS_MAX) list_now();
  else owes_list = 1;
}

struct search {
  const char *name;
  int has_passed_own;
  void *found;
};

static uintptr_t address_in(const struct phdr_info *info, uint64_t value) {
  return value && value < info->address ? value + info->address : value;
}

static struct symbols loaded_symbols(const struct phdr_info *info, const ELF(Dyn) *entry) {
  struct symbols s = {.base = info->address};
  for (; entry->d_tag != DT_NULL; entry++) {
    const void *at = (const void *)address_in(info, entry->d_un.d_val);
    if (entry->d_tag == DT_SYMTAB) s.table = at;
    if (entry->d_tag == DT_STRTAB) s.names = at;
    if (entry->d_tag == DT_VERSYM) s.versions = at;
    if (entry->d_tag == DT_GNU_HASH) s.gnu_hash = at;
    if (entry->d_tag == DT_HASH) s.sysv_hash = at;
  }
  return s;
}

static int find_behind_own(struct phdr_info *info, size_t size, void *to) {
  struct search *search = to;
  const ELF(Phdr) *segments = info->segments, *dynamic = 0;
  (void)size;
  for (int i = 0; i < info->segment_count; i++) {
    uintptr_t start = info->address + segments[i].p_vaddr, own = (uintptr_t)&by_hand;
    if (segments[i].p_type == PT_DYNAMIC) dynamic = &segments[i];
    if (segments[i].p_type != PT_LOAD || own < start || own >= start + segments[i].p_memsz) continue;
    search->has_passed_own = 1;
    return 0;
  }
  if (!search->has_passed_own || !dynamic) return 0;
  struct symbols s = loaded_symbols(info, (const ELF(Dyn) *)(info->address + dynamic->p_vaddr));
  search->found = find_function(&s, search->name);
  return search->found != 0;
}

/*
 * The next one that ld.so would find (dlsym(3), RTLD_NEXT), which need not be libc's: a sanitizer has its own. In musl libc
 * comes before the shim, and does no more than the system call; null then.
 */
static void *next_function(const char *name) {
  struct search search = {.name = name};
  if (&dl_iterate_phdr) dl_iterate_phdr(find_behind_own, &search);
  return search.found;
}

EXPORT int mprotect(void *at, size_t size, int protection) {
  static struct {
    int looked;
    int (*function)(void *, size_t, int);
  } next;
  if (!next.looked) next.function = next_function("mprotect"), next.looked = 1;
  long result = next.function ? next.function(at, size, protection)
                              : fail_as_kernel(SYS3(__NR_mprotect, at, size, protection));
  if (result == 0 && (protection & PROT_EXEC) && may_be_file((uintptr_t)at, size)) code_was_mapped();
  return (int)result;
}

#if __SIZEOF_POINTER__ == 8
EXPORT void *mmap(void *at, size_t size, int protection, int flags, int fd, long offset) {
  static struct {
    int looked;
    void *(*function)(void *, size_t, int, int, int, long);
  } next;
  if (!next.looked) next.function = next_function("mmap"), next.looked = 1;
  void *result = next.function ? next.function(at, size, protection, flags, fd, offset)
                               : (void *)fail_as_kernel(map_memory(at, size, protection, flags, fd, offset));
  if (result == MAP_FAILED || (flags & MAP_ANONYMOUS)) return result;
  remember_file((uintptr_t)result, size);
  if (protection & PROT_EXEC) code_was_mapped();
  return result;
}
EXPORT void *mmap64(void *at, size_t size, int protection, int flags, int fd, long offset) {
  return mmap(at, size, protection, flags, fd, offset);
}
#endif

#endif
