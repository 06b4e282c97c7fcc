/* Who is at the other end of the accountant's socket: another user of the machine shall not be able to speak for a tree. */
#ifndef GLIBC_MATRIX_PEER_H
#define GLIBC_MATRIX_PEER_H

#include <fcntl.h>
#include <sys/socket.h>

#include "syscalls.h"
#include "text.h"

#define ANCESTORS_MAX 4096

/* struct ucred, which sys/socket.h has for GNU sources alone (unix(7)). */
struct peer {
  int pid;
  unsigned uid, gid;
};

#define PEER_MESSAGE 2 /* SCM_CREDENTIALS, likewise */

static int peer_of(long connection, struct peer *peer) {
  int size = sizeof *peer;
  return SYS5(__NR_getsockopt, connection, SOL_SOCKET, SO_PEERCRED, peer, &size) == 0;
}

/* Field 4 of proc_pid_stat(5); the name before it may hold anything, a parenthesis too. 0 when it can't be read. */
static long parent_of(long pid) {
  char text[512];
  struct line path = {text, 0, sizeof text, 0};
  put(&path, "/proc/");
  put_unsigned(&path, (uint64_t)pid, 10);
  put(&path, "/stat");
  put_char(&path, 0);
  long fd = SYS4(__NR_openat, AT_FDCWD, text, O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0) return 0;
  long length = SYS3(__NR_read, fd, text, sizeof text), at = length;
  SYS1(__NR_close, fd);
  while (at > 0 && text[at - 1] != ')') at--;
  if (at <= 0 || at + 3 >= length) return 0;
  const char *number = text + at + 3;
  return (long)read_number(&number, text + length, 10);
}

/*
 * Our own user may do anything here; a process of another one is heard if it descends from the process that opened the
 * session (root may start such children). One that lost its parents is not: its tree stays unproven.
 */
static int is_ours(const struct peer *peer, long session) {
  if (peer->uid == (unsigned)SYS1(__NR_geteuid, 0)) return 1;
  long pid = peer->pid;
  for (int i = 0; i < ANCESTORS_MAX && pid > 1; i++) {
    if (pid == session) return 1;
    pid = parent_of(pid);
  }
  return 0;
}

#endif
