/* /proc/self/maps (proc_pid_maps(5)): the kernel's own word on which files this process mapped. */
#ifndef GLIBC_MATRIX_MAPS_H
#define GLIBC_MATRIX_MAPS_H

#include <fcntl.h>
#include <sys/mman.h>

#include "loaded.h"
#include "syscalls.h"
#include "text.h"

struct mapping {
  uintptr_t start, end;
  uint64_t offset, inode;
  uint32_t major, minor;
  int readable;
  const char *path; /* ends with NUL; empty where the file's beginning isn't mapped */
  size_t path_length;
};

/* The file mappings of this process, and the room that they, their paths and at last a line about them are written to. */
struct maps {
  struct mapping *list;
  int count, most; /* a count of -1: they could not be read whole, and there is no proof */
  char *text;
  size_t text_used, text_size;
  uint64_t first_break; /* the end of the data segment (brk(2)) when it is known that nobody moved it yet; 0 otherwise */
  int is_queried; /* the kernel was asked for each mapping (PROCMAP_QUERY) */
  void *memory; /* mapped for the time, or null */
};

#define MAPS_MEMORY (320 * 1024)

/* Close together, since each page that is touched costs as much as some system calls. */
static void divide_room(struct maps *m, char *memory, size_t size, int most) {
  size_t list_size = (size_t)most * sizeof *m->list;
  if (list_size > size / 2) list_size = size / 2;
  m->list = (struct mapping *)memory;
  m->most = (int)(list_size / sizeof *m->list);
  m->text = memory + list_size;
  m->text_size = size - list_size;
}

/* PROCMAP_QUERY of linux/fs.h (Linux 6.11): one mapping a call, where the text would name each file several times. */
struct map_query {
  uint64_t size, flags, address;
  uint64_t start, end, permissions, page_size, offset, inode;
  uint32_t major, minor, name_size, build_id_size;
  uint64_t name, build_id;
};
#define MAP_QUERY 0xc0686611ul
#define MAP_READABLE 1ul
#define MAP_OF_CODE 4ul
#define MAP_AT_OR_AFTER 0x10ul
#define MAP_OF_FILE 0x20ul

static long query(long fd, struct map_query *q, uint64_t flags, uint64_t address, char *name, size_t size) {
  *q = (struct map_query){.size = sizeof *q, .flags = flags, .address = address, .name_size = (uint32_t)size};
  q->name = (uintptr_t)name;
  return SYS3(__NR_ioctl, fd, MAP_QUERY, q);
}

/* Only where a file begins its name is asked for. -1 when the kernel can't be asked, or doesn't say all. */
static int query_maps(struct maps *m, long fd) {
  struct map_query q;
  int count = 0;
  long failed;
  for (uint64_t at = 0; (failed = query(fd, &q, MAP_AT_OR_AFTER | MAP_OF_FILE, at, 0, 0)) == 0; at = q.end) {
    char *name = m->text + m->text_used;
    if (q.offset == 0 && query(fd, &q, 0, q.start, name, m->text_size - m->text_used) != 0) return -1;
    size_t named = q.name ? q.name_size : 0;
    if (named && name[0] != '/') continue;
    if (count == m->most) return -1;
    m->list[count++] = (struct mapping){q.start, q.end, q.offset, q.inode, q.major, q.minor,
                                        (q.permissions & MAP_READABLE) != 0, name, named ? named - 1 : 0};
    m->text_used += named;
  }
  return failed == -2 /* ENOENT: no more */ ? count : -1;
}

static int list_segments(struct maps *m, const struct loaded_object *o, const struct map_query *q, const char *name) {
  int before = m->count;
  for (int i = 0; i < o->segment_count; i++) {
    const ELF(Phdr) *segment = &o->segments[i];
    int is_first = m->count == before, readable = (segment->p_flags & PF_R) != 0;
    uint64_t start = o->base + segment->p_vaddr;
    if (segment->p_type != PT_LOAD) continue;
    if (m->count == m->most || (is_first && (segment->p_offset != 0 || !readable))) return 0;
    m->list[m->count++] = (struct mapping){start, start + segment->p_filesz, segment->p_offset, q->inode, q->major, q->minor,
                                           readable, name, is_first ? q->name_size - 1 : 0};
  }
  return 1;
}

/*
 * Where ld.so has loaded all that can be executed, one question for each file is enough: whose code it is, by the kernel's
 * word; its other segments lie where its header says. 0 when that isn't all, so that every mapping must be asked for.
 */
static int query_code(struct maps *m, long fd, const struct loaded *l, uint64_t vdso) {
  struct map_query q;
  uint64_t seen = 0;
  long failed;
  for (int i = 0; i < l->count; i++) /* the kernel's own object (vdso(7)) is no file */
    if ((uintptr_t)l->objects[i].segments - vdso < 4096) seen |= 1ull << i;
  for (uint64_t at = 0;; at = q.end) {
    char *name = m->text + m->text_used;
    failed = query(fd, &q, MAP_AT_OR_AFTER | MAP_OF_FILE | MAP_OF_CODE, at, name, m->text_size - m->text_used);
    if (failed) break;
    int owner = q.name_size && name[0] == '/' ? owner_of_code(l, q.start, q.end, q.offset) : -1;
    if (owner < 0 || (seen >> owner & 1) || !list_segments(m, &l->objects[owner], &q, name)) return 0;
    seen |= 1ull << owner;
    m->text_used += q.name_size;
  }
  return failed == -2 /* ENOENT: no more */ && seen == (1ull << l->count) - 1;
}

static uint64_t find_first_break(long fd) {
  struct map_query q;
  uint64_t end = (uint64_t)SYS1(__NR_brk, 0);
  return query(fd, &q, 0, end - 1, 0, 0) == -2 ? end : 0;
}

static int read_mapping(const char *at, const char *end, struct mapping *m) {
  m->start = read_number(&at, end, 16);
  at++;
  m->end = read_number(&at, end, 16);
  if (end - at < 7) return 0;
  m->readable = at[1] == 'r';
  at += 6;
  m->offset = read_number(&at, end, 16);
  at++;
  m->major = (uint32_t)read_number(&at, end, 16);
  at++;
  m->minor = (uint32_t)read_number(&at, end, 16);
  at++;
  m->inode = read_number(&at, end, 10);
  while (at < end && *at == ' ') at++;
  m->path = at;
  m->path_length = (size_t)(end - at);
  return m->inode != 0 && m->path_length > 0 && at[0] == '/';
}

/* Text is NUL-terminated where a path ends. */
static int parse_maps(struct maps *m, size_t length) {
  int count = 0;
  for (char *at = m->text, *end = m->text + length; at < end;) {
    char *eol = at;
    while (eol < end && *eol != '\n') eol++;
    if (count == m->most || eol == end) return -1;
    *eol = 0;
    if (read_mapping(at, eol, &m->list[count])) count++;
    at = eol + 1;
  }
  return count;
}

static int read_text(struct maps *m, long fd) {
  size_t length = 0, most = m->text_size / 4 * 3;
  long got = 0;
  while (length < most && (got = SYS3(__NR_read, fd, m->text + length, most - length)) > 0) length += (size_t)got;
  m->text_used = length;
  return got < 0 || length == most ? -1 : parse_maps(m, length);
}

static long open_maps(void) { return SYS4(__NR_openat, AT_FDCWD, "/proc/self/maps", O_RDONLY | O_CLOEXEC, 0); }

/* Of a process that has loaded these and no others. 0 when it has, or the room is too small: then there is `read_maps`. */
static int read_maps_of(struct maps *m, const struct loaded *l, uint64_t vdso, char *memory, size_t size) {
  *m = (struct maps){.count = -1};
  if (!is_all_loaded(l)) return 0;
  divide_room(m, memory, size, 5 * l->count);
  long fd = open_maps();
  if (fd < 0) return 0;
  m->count = 0;
  m->is_queried = query_code(m, fd, l, vdso);
  if (m->is_queried) m->first_break = find_first_break(fd);
  SYS1(__NR_close, fd);
  return m->is_queried;
}

/* Every mapping, into memory that `leave_maps` gives back: a thread may have little stack. */
static void read_maps(struct maps *m) {
  long memory = map_memory(0, MAPS_MEMORY, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  *m = (struct maps){.count = -1};
  if (memory < 0 && memory > -4096) return;
  m->memory = (void *)memory;
  divide_room(m, m->memory, MAPS_MEMORY, 1024);
  long fd = open_maps();
  if (fd < 0) return;
  m->count = query_maps(m, fd);
  m->is_queried = m->count >= 0;
  if (m->is_queried) m->first_break = find_first_break(fd);
  else m->count = read_text(m, fd);
  SYS1(__NR_close, fd);
}

static void leave_maps(const struct maps *m) {
  if (m->memory) SYS2(__NR_munmap, m->memory, MAPS_MEMORY);
}

#endif
