/* /proc/self/maps (proc_pid_maps(5)): the kernel's own word on which files this process mapped. */
#ifndef GLIBC_MATRIX_MAPS_H
#define GLIBC_MATRIX_MAPS_H

#include <fcntl.h>

#include "syscalls.h"
#include "text.h"

#define MAPS_MAX 1024
#define MAPS_TEXT (160 * 1024)

struct mapping {
  uintptr_t start, end;
  uint64_t offset, inode;
  uint32_t major, minor;
  int readable;
  const char *path; /* ends with NUL; empty where the file's beginning isn't mapped */
  size_t path_length;
};

static char maps_text[MAPS_TEXT];
static struct mapping maps[MAPS_MAX];

/* The end of the data segment (brk(2)) when it is known that nobody moved it yet; 0 otherwise. */
static uint64_t first_break;

/* PROCMAP_QUERY of linux/fs.h (Linux 6.11): one mapping a call, where the text would name each file several times. */
struct map_query {
  uint64_t size, flags, address;
  uint64_t start, end, permissions, page_size, offset, inode;
  uint32_t major, minor, name_size, build_id_size;
  uint64_t name, build_id;
};
#define MAP_QUERY 0xc0686611ul
#define MAP_READABLE 1ul
#define MAP_AT_OR_AFTER 0x10ul
#define MAP_OF_FILE 0x20ul

static long query(long fd, struct map_query *q, uint64_t flags, uint64_t address, char *name, size_t size) {
  *q = (struct map_query){.size = sizeof *q, .flags = flags, .address = address, .name_size = (uint32_t)size};
  q->name = (uintptr_t)name;
  return SYS3(__NR_ioctl, fd, MAP_QUERY, q);
}

/* Only where a file begins its name is asked for. -1 when the kernel can't be asked, or doesn't say all. */
static int query_maps(long fd) {
  struct map_query q;
  int count = 0;
  size_t used = 0;
  long failed;
  for (uint64_t at = 0; (failed = query(fd, &q, MAP_AT_OR_AFTER | MAP_OF_FILE, at, 0, 0)) == 0; at = q.end) {
    char *name = maps_text + used;
    if (q.offset == 0 && query(fd, &q, 0, q.start, name, MAPS_TEXT - used) != 0) return -1;
    size_t named = q.name ? q.name_size : 0;
    if (named && name[0] != '/') continue;
    if (count == MAPS_MAX) return -1;
    maps[count++] = (struct mapping){q.start, q.end, q.offset, q.inode, q.major, q.minor,
                                     (q.permissions & MAP_READABLE) != 0, name, named ? named - 1 : 0};
    used += named;
  }
  if (failed != -2 /* ENOENT: no more */) return -1;
  uint64_t end = (uint64_t)SYS1(__NR_brk, 0);
  first_break = query(fd, &q, 0, end - 1, 0, 0) == -2 ? end : 0;
  return count;
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
static int parse_maps(size_t length) {
  int count = 0;
  for (char *at = maps_text, *end = maps_text + length; at < end;) {
    char *eol = at;
    while (eol < end && *eol != '\n') eol++;
    if (count == MAPS_MAX || eol == end) return -1;
    *eol = 0;
    if (read_mapping(at, eol, &maps[count])) count++;
    at = eol + 1;
  }
  return count;
}

static int read_text(long fd) {
  size_t length = 0;
  long got = 0;
  while (length < MAPS_TEXT && (got = SYS3(__NR_read, fd, maps_text + length, MAPS_TEXT - length)) > 0)
    length += (size_t)got;
  return got < 0 || length == MAPS_TEXT ? -1 : parse_maps(length);
}

/* Fills `maps` with the file mappings of this process; -1 when they can't be read whole (then there is no proof). */
static int read_maps(void) {
  first_break = 0;
  long fd = SYS4(__NR_openat, AT_FDCWD, "/proc/self/maps", O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0) return -1;
  int count = query_maps(fd);
  if (count < 0) count = read_text(fd);
  SYS1(__NR_close, fd);
  return count;
}

#endif
