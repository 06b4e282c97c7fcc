/*
 * One read-only page, at the same address in every followed process, that holds the paths of the two sealed loaders (of the emulator, where
 * programs need one). An
 * announced start executes one of them from there, so that the kernel's filter can tell it by the pointer alone
 * (accounting.h): what it reports is then what nobody announced, and an announced start costs no switch of context.
 */
#ifndef GLIBC_MATRIX_START_PAGE_H
#define GLIBC_MATRIX_START_PAGE_H

#include <sys/mman.h>

#include "config.h"
#include "syscalls.h"
#include "text.h"

#define START_PAGE_SIZE 4096
#define START_PAGE_HALF (START_PAGE_SIZE / 2)

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

#endif
