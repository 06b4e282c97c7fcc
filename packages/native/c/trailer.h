/* The string that the hook, or a shim, hides before a program's path: whose process this is, and what argv[0] shall be. */
#ifndef GLIBC_MATRIX_TRAILER_H
#define GLIBC_MATRIX_TRAILER_H

#include <time.h>

#include "environ.h"
#include "syscalls.h"
#include "text.h"

#define ID_LENGTH 16
#define TOKEN_LENGTH 16
#define TRAILER_MARK "\001gm2"
#define COMM_LENGTH 15
/* mark, id of the spawn, token of this start, kind, comm, length of the name in 8 hex digits; loader.ts writes the same */
#define TRAILER_LENGTH (4 + ID_LENGTH + TOKEN_LENGTH + 1 + COMM_LENGTH + 8)

struct trailer {
  char id[ID_LENGTH + 1];
  char token[TOKEN_LENGTH + 1];
  char kind; /* p: a program under test, t: a tool of the host, x: started as it is */
  char comm[COMM_LENGTH + 1]; /* last name of the path that was executed: of a link, or of a script (proc_pid_comm(5)) */
};

static int holds_trailer(const char *trailer) { return bytes_equal(trailer, TRAILER_MARK, 4); }

static void copy_trailer(struct trailer *t, const char *trailer) {
  bytes_copy(t->id, trailer + 4, ID_LENGTH);
  bytes_copy(t->token, trailer + 4 + ID_LENGTH, TOKEN_LENGTH);
  t->kind = trailer[4 + ID_LENGTH + TOKEN_LENGTH];
  bytes_copy(t->comm, trailer + 5 + ID_LENGTH + TOKEN_LENGTH, COMM_LENGTH);
  for (int i = 0; i < COMM_LENGTH; i++)
    if (t->comm[i] == '/') t->comm[i] = 0;
}

/* Who this process is: the spawn of the hook that its tree began with; a fork keeps it. Empty when no seal started it. */
static struct trailer self;

/* The hook's own start, which no shim announced. */
static int begins_tree(void) { return bytes_equal(self.token, "0000000000000000", TOKEN_LENGTH); }

/* The counter in an id has its highest bit set where Node counts as a program under test (loader.ts, spawnId). */
static int node_is_program(void) { return self.id[ID_LENGTH / 2] >= '8'; }

static void write_hex(char *to, uint64_t value, int digits) {
  for (int i = digits - 1; i >= 0; i--, value >>= 4) to[i] = "0123456789abcdef"[value & 15];
}

/* A token is new in the tree: pid, and the clock mixed with a counter that a vforked child shares with its parent. */
static struct trailer next_trailer(char kind) {
  static unsigned count;
  struct timespec now = {0, 0};
  struct trailer next = self;
  SYS2(__NR_clock_gettime, CLOCK_MONOTONIC, &now);
  write_hex(next.token, (uint64_t)SYS1(__NR_getpid, 0), 8);
  write_hex(next.token + 8, (uint64_t)now.tv_nsec ^ ((uint64_t)++count << 26) ^ ((uint64_t)now.tv_sec << 30), 8);
  next.kind = kind;
  return next;
}

/* As the kernel does (fs/exec.c, begin_new_exec): the last name of the path, cut to fit. */
static void name_trailer(struct trailer *t, const char *path) {
  const char *name = path;
  for (; path && *path; path++)
    if (*path == '/') name = path + 1;
  bytes_fill(t->comm, 0, sizeof t->comm);
  for (int i = 0; i < COMM_LENGTH && name && name[i]; i++) t->comm[i] = name[i];
}

static void write_trailer(char *to, const struct trailer *t, size_t name_length) {
  bytes_copy(to, TRAILER_MARK, 4);
  bytes_copy(to + 4, t->id, ID_LENGTH);
  bytes_copy(to + 4 + ID_LENGTH, t->token, TOKEN_LENGTH);
  to[4 + ID_LENGTH + TOKEN_LENGTH] = t->kind;
  char *comm = to + 5 + ID_LENGTH + TOKEN_LENGTH;
  bytes_fill(comm, '/', COMM_LENGTH);
  for (int i = 0; i < COMM_LENGTH && t->comm[i]; i++) comm[i] = t->comm[i];
  write_hex(to + TRAILER_LENGTH - 8, name_length, 8);
  to[TRAILER_LENGTH] = 0;
}

/*
 * The kernel lays argument strings one after the other (fs/exec.c, copy_strings), so the string that the loader skipped
 * ends right before the program's path. Answers the caller's argv[0] and fills `self`; null without a trailer.
 */
static char *read_trailer(const char *path) {
  char *trailer = (char *)path - 1 - TRAILER_LENGTH;
  if (!holds_trailer(trailer)) return 0;
  copy_trailer(&self, trailer);
  const char *digits = trailer + TRAILER_LENGTH - 8;
  size_t length = (size_t)read_number(&digits, trailer + TRAILER_LENGTH, 16);
  trailer[0] = 0;
  return trailer - length;
}

/* The program's real path, where it must be kept; in zeros. Behind all other data, of which it shares a page (shim.ld). */
static char own_path[4096] __attribute__((section(".bss.name")));

#define SPAWN_VARIABLE "GLIBC_MATRIX_SPAWN="

/*
 * Where the program itself was executed there is no string before its path, and the same comes in a variable: id, token,
 * kind, and the real path that the program shall be known by (packages/core/src/reroute/strategies/strategy.ts). Takes
 * the variable out of the array in place, so that environ is the caller's; fills `self`, answers the path, null without it.
 */
static const char *take_variable(char **envp) {
  size_t name_length = sizeof SPAWN_VARIABLE - 1, head = ID_LENGTH + TOKEN_LENGTH + 1;
  char **found = envp;
  while (*found && !bytes_equal_text(*found, SPAWN_VARIABLE, name_length)) found++;
  if (!*found || text_length(*found) < name_length + head) return 0;
  char *value = *found + name_length;
  size_t length = text_length(value + head);
  bytes_copy(self.id, value, ID_LENGTH);
  bytes_copy(self.token, value + ID_LENGTH, TOKEN_LENGTH);
  self.kind = value[ID_LENGTH + TOKEN_LENGTH];
  bytes_copy(own_path, value + head, length < sizeof own_path - 1 ? length : sizeof own_path - 1);
  bytes_fill(*found, 0, name_length + head + length);
  taken = *found;
  taken_length = name_length + head + length;
  for (; *found; found++) found[0] = found[1];
  return own_path;
}

#endif
