/*
 * The accountant: one process of a session that hears of every execve of its trees from the kernel, writes it down and
 * lets it go on. `accountant SOCKET JOURNALS`, both relative to its directory, which others shall not read from /proc; it
 * ends when its standard input does and no tree is left. Freestanding.
 */
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "accountant-journal.h"
#include "exec-notice.h"
#include "peer.h"
#include "syscalls.h"
#include "text.h"

#define TREES_MAX 20000

/* What poll(2) watches: 0 is standard input, 1 the socket, the rest listeners. */
static struct pollfd watched[TREES_MAX + 2];
static char ids[TREES_MAX + 2][ID_LENGTH + 1];
static int count = 2;

/* A listener whose last process is gone hangs up. */
static int serve(struct pollfd *listener, const char *id) {
  struct seccomp_notif notification;
  struct seccomp_notif_resp answer;
  if (listener->revents & POLLIN) {
    bytes_fill(&notification, 0, sizeof notification);
    if (SYS3(__NR_ioctl, listener->fd, SECCOMP_IOCTL_NOTIF_RECV, &notification) != 0) return 1;
    /* Only an exec of this architecture's own is written down by name. */
    write_exec(id, &notification);
    bytes_fill(&answer, 0, sizeof answer);
    answer.id = notification.id;
    answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    SYS3(__NR_ioctl, listener->fd, SECCOMP_IOCTL_NOTIF_SEND, &answer);
    return 1;
  }
  return !(listener->revents & (POLLHUP | POLLERR | POLLNVAL));
}

/* What a shim could not write itself, up to where it shuts its side down. */
static void take_line(long connection, struct line *l) {
  long got;
  while ((got = SYS3(__NR_read, connection, l->bytes + l->length, l->capacity - l->length)) > 0) l->length += (size_t)got;
  if (got == 0 && write_line(l)) syscall6(__NR_sendto, connection, (long)"", 1, 0x4000 /* MSG_NOSIGNAL */, 0, 0);
}

static void take_tree(int listener, const char *id) {
  watched[count] = (struct pollfd){.fd = listener, .events = POLLIN};
  bytes_copy(ids[count], id, ID_LENGTH);
  ids[count++][ID_LENGTH] = 0;
}

/* The process that opened the session and started us. */
static long session;

/* A shim connects, sends its listener and its id, and goes on; or a line, and waits for one byte. */
static void accept_shim(void) {
  static char bytes[80 * 1024];
  char control[CMSG_SPACE(sizeof(int))] __attribute__((aligned(8)));
  long connection = SYS4(__NR_accept4, watched[1].fd, 0, 0, SOCK_CLOEXEC);
  if (connection < 0) return;
  if (!is_ours(connection, session)) {
    SYS1(__NR_close, connection);
    return;
  }
  struct timeval patience = {.tv_sec = 2};
  SYS5(__NR_setsockopt, connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  struct iovec text = {.iov_base = bytes, .iov_len = sizeof bytes};
  struct msghdr message = {.msg_iov = &text, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  long got = SYS3(__NR_recvmsg, connection, &message, 0x40000000 /* MSG_CMSG_CLOEXEC */);
  struct line l = {bytes, got > 0 ? (size_t)got : 0, sizeof bytes, 0};
  if (got == ID_LENGTH && message.msg_controllen >= CMSG_LEN(sizeof(int)))
    take_tree(*(int *)CMSG_DATA((struct cmsghdr *)control), bytes);
  else if (got > 0 && message.msg_controllen == 0) take_line(connection, &l);
  SYS1(__NR_close, connection);
}

/* The last process of the tree is gone. */
static void forget(int index) {
  char bytes[256];
  struct line l = {bytes, 0, sizeof bytes, 0};
  put_tree(&l, "ended", ids[index]);
  put(&l, "}\n");
  append_line(ids[index], &l);
  SYS1(__NR_close, watched[index].fd);
  count--;
  watched[index] = watched[count];
  bytes_copy(ids[index], ids[count], ID_LENGTH + 1);
}

static long listen_at(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  size_t length = text_length(path);
  if (length >= sizeof address.sun_path) return -1;
  bytes_copy(address.sun_path, path, length + 1);
  long fd = SYS3(__NR_socket, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || SYS3(__NR_bind, fd, &address, sizeof address) != 0 || SYS2(__NR_listen, fd, 4096) != 0) return -1;
  return fd;
}

static int run(const char *socket_path) {
  char byte[64];
  int open_ended = 1, most = TREES_MAX + 2;
  struct rlimit files;
  if (SYS4(__NR_prlimit64, 0, RLIMIT_NOFILE, 0, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    SYS4(__NR_prlimit64, 0, RLIMIT_NOFILE, &files, 0);
    if (files.rlim_max < (uint64_t)most + 16) most = files.rlim_max > 32 ? (int)files.rlim_max - 16 : 16;
  }
  watched[0] = (struct pollfd){.fd = 0, .events = POLLIN};
  watched[1] = (struct pollfd){.fd = (int)listen_at(socket_path), .events = POLLIN};
  if (watched[1].fd < 0) return 1;
  SYS3(__NR_write, 1, "ready\n", 6);
  while (open_ended || count > 2) {
    /* A listener that nobody holds makes execs fail (ENOSYS): without room for one more, shims wait to be taken. */
    watched[1].events = count < most ? POLLIN : 0;
    if (SYS5(__NR_ppoll, watched, count, 0, 0, 0) < 0) continue;
    if (watched[0].revents && SYS3(__NR_read, 0, byte, sizeof byte) <= 0) {
      watched[0].fd = -1;
      open_ended = 0;
    }
    for (int i = count - 1; i >= 2; i--)
      if (watched[i].revents && !serve(&watched[i], ids[i])) forget(i);
    if (watched[1].revents & POLLIN) accept_shim();
  }
  return 0;
}

__attribute__((used)) static void begin(long *stack) {
  char **argv = (char **)(stack + 1);
  int status = 2;
  if (stack[0] == 3) {
    journals = argv[2];
    session = SYS1(__NR_getppid, 0);
    status = run(argv[1]);
  }
  SYS1(__NR_exit_group, status);
  __builtin_unreachable();
}

#if defined(__x86_64__)
__asm__(".globl _start\n_start:\n xor %ebp,%ebp\n mov %rsp,%rdi\n and $-16,%rsp\n call begin\n");
#else
__asm__(".globl _start\n_start:\n mov x29,xzr\n mov x0,sp\n bl begin\n");
#endif
