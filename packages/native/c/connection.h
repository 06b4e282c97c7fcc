/* The session's accountant, as a shim reaches it: for a tree's listener (accounting.h), and for lines it can't write itself. */
#ifndef GLIBC_MATRIX_CONNECTION_H
#define GLIBC_MATRIX_CONNECTION_H

#include <sys/socket.h>
#include <sys/un.h>

#include "config.h"
#include "syscalls.h"
#include "text.h"

static long connect_to_accountant(void) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (!config.accountant[0]) return -1;
  bytes_copy(address.sun_path, config.accountant, sizeof address.sun_path - 1);
  long connection = SYS3(__NR_socket, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connection < 0) return -1;
  if (SYS3(__NR_connect, connection, &address, sizeof address) == 0) return connection;
  SYS1(__NR_close, connection);
  return -1;
}

/* 1 when the accountant says that it has written the line: it knows neither our file-size limit nor our user. */
static int send_line(const struct line *l) {
  char answer;
  long connection = connect_to_accountant();
  if (connection < 0) return 0;
  long sent = syscall6(__NR_sendto, connection, (long)l->bytes, (long)l->length, 0x4000 /* MSG_NOSIGNAL */, 0, 0);
  SYS2(__NR_shutdown, connection, SHUT_WR);
  int written = sent == (long)l->length && SYS3(__NR_read, connection, &answer, 1) == 1;
  SYS1(__NR_close, connection);
  return written;
}

#endif
