/*
 * One read-only page, at the same address in every followed process, that holds the paths of the two sealed loaders (of the
 * emulator, where programs need one), and of programs that are started as they are. An announced start executes one of them
 * from there, so that the kernel's filter can tell it by the pointer alone (accounting.h): what it reports is then what nobody announced, and an announced start costs no switch of context.
 */
#ifndef GLIBC_MATRIX_START_PAGE_H
#define GLIBC_MATRIX_START_PAGE_H

#include <sys/mman.h>

#include "config.h"
#include "syscalls.h"
#include "text.h"

#define START_PAGE_SIZE 4096
#define START_PAGE_HALF (START_PAGE_SIZE / 2)
#define START_PLACE_SIZE 512
#define START_PLACES (START_PAGE_SIZE / START_PLACE_SIZE)
/* The bits by which the pointers that the kernel's filter knows differ. */
#define START_PLACE_MASK (START_PAGE_SIZE - START_PLACE_SIZE)

/* Linux 4.17; an older kernel takes the address for a hint. */
#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

/* What execve(2) gets for a program under test. */
static const char *program_starter(void) { return config.emulator[0] ? config.emulator : config.column_loader; }

static uintptr_t start_page_path(int is_program) { return (uintptr_t)config.start_page + (is_program ? 0 : START_PAGE_HALF); }

static int has_start_page;

static int wait_for_start_page(void) {
  for (int tries = 0; tries < 1000 && !__atomic_load_n(&has_start_page, __ATOMIC_ACQUIRE); tries++)
    SYS1(__NR_sched_yield, 0);
  return has_start_page;
}

/*
 * Mapped at the first start, since most programs make none. 0 when the address is taken: then the kernel reports the
 * start. Another thread, or a child of vfork(2), may be at it: it has the address, and will be done soon.
 */
static int require_start_page(void) {
  uint64_t at = config.start_page;
  int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;
  if (!at || has_start_page) return has_start_page;
  long memory = map_memory((void *)(uintptr_t)at, START_PAGE_SIZE, PROT_READ | PROT_WRITE, flags, -1, 0);
  if (memory == -17 /* EEXIST */) return wait_for_start_page();
  if (memory < 0 && memory > -4096) return 0;
  if ((uint64_t)memory != at) {
    SYS2(__NR_munmap, memory, START_PAGE_SIZE);
    return 0;
  }
  bytes_copy((char *)start_page_path(1), program_starter(), text_length(program_starter()) + 1);
  bytes_copy((char *)start_page_path(0), (const char *)config.host_loader, sizeof config.host_loader);
  if (SYS3(__NR_mprotect, memory, START_PAGE_SIZE, PROT_READ) != 0) return 0;
  __atomic_store_n(&has_start_page, 1, __ATOMIC_RELEASE);
  return 1;
}

static char *start_place(int index) { return (char *)(uintptr_t)config.start_page + index * START_PLACE_SIZE; }

/*
 * Where a path lies in the page, put there if there is room; else `path` itself, and the kernel reports the start. What was
 * written stays, since another thread may be about to execute it; and nobody waits, since who writes may never come back.
 */
static const char *path_in_start_page(const char *path) {
  static int is_taken[START_PLACES], busy;
  size_t size = text_length(path) + 1;
  int free = 0;
  if (size > START_PLACE_SIZE || !require_start_page()) return path;
  for (int i = 1; i < START_PLACES; i++) {
    if (i == START_PLACES / 2) continue;
    if (__atomic_load_n(&is_taken[i], __ATOMIC_ACQUIRE)) {
      if (texts_equal(start_place(i), path)) return start_place(i);
    } else if (!free) free = i;
  }
  if (!free || __atomic_exchange_n(&busy, 1, __ATOMIC_ACQUIRE)) return path;
  int is_writable = !is_taken[free] && SYS3(__NR_mprotect, config.start_page, START_PAGE_SIZE, PROT_READ | PROT_WRITE) == 0;
  if (is_writable) {
    bytes_copy(start_place(free), path, size);
    SYS3(__NR_mprotect, config.start_page, START_PAGE_SIZE, PROT_READ);
    __atomic_store_n(&is_taken[free], 1, __ATOMIC_RELEASE);
  }
  __atomic_store_n(&busy, 0, __ATOMIC_RELEASE);
  return is_writable ? start_place(free) : path;
}

#endif
