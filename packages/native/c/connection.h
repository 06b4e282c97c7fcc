/*
 * The session's accountant, as a shim reaches it: for lines that it can't write itself, and for a tree's listener
 * (accounting.h), which takes no connection and so a socket of its own.
 */
#ifndef GLIBC_MATRIX_CONNECTION_H
#define GLIBC_MATRIX_CONNECTION_H

#include <sys/socket.h>
#include <sys/un.h>

#include "config.h"
#include "syscalls.h"
#include "text.h"

#define TREES_SOCKET "t" /* what the accountant's other socket is called, behind the first one's name */

static long connect_to_accountant(int type, const char *ending) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  struct line path = {address.sun_path, 0, sizeof address.sun_path - 1, 0};
  if (!config.accountant[0]) return -1;
  put(&path, config.accountant);
  put(&path, ending);
  if (path.overflow) return -1;
  long connection = SYS3(__NR_socket, AF_UNIX, type | SOCK_CLOEXEC, 0);
  if (connection < 0) return -1;
  if (SYS3(__NR_connect, connection, &address, sizeof address) == 0) return connection;
  SYS1(__NR_close, connection);
  return -1;
}

/* 1 when the accountant says that it has written the line: it knows neither our file-size limit nor our user. */
static int send_line(const struct line *l) {
  char answer;
  long connection = connect_to_accountant(SOCK_STREAM, "");
  if (connection < 0) return 0;
  long sent = syscall6(__NR_sendto, connection, (long)l->bytes, (long)l->length, 0x4000 /* MSG_NOSIGNAL */, 0, 0);
  SYS2(__NR_shutdown, connection, SHUT_WR);
  int written = sent == (long)l->length && SYS3(__NR_read, connection, &answer, 1) == 1;
  SYS1(__NR_close, connection);
  return written;
}

#endif
