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
#include "entry.h"
#include "exec-notice.h"
#include "peer.h"
#include "syscalls.h"
#include "text.h"

#define TREES_MAX 20000

/* What poll(2) watches: standard input, the sockets for lines and for listeners, then the listeners. */
enum { INPUT, LINES, TREES, FIRST_TREE };
static struct pollfd watched[TREES_MAX + FIRST_TREE];
static char ids[TREES_MAX + FIRST_TREE][ID_LENGTH + 1];
static int count = FIRST_TREE;

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

struct control {
  char bytes[CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(struct peer))] __attribute__((aligned(8)));
};

/* The listener that came with a message, -1 without one, and who sent it (unix(7), SCM_RIGHTS and SCM_CREDENTIALS). */
static int read_control(const struct control *c, size_t length, struct peer *sender) {
  int listener = -1;
  for (size_t at = 0; at + sizeof(struct cmsghdr) <= length;) {
    const struct cmsghdr *header = (const struct cmsghdr *)(c->bytes + at);
    if (header->cmsg_len < sizeof *header || header->cmsg_len > length - at) break;
    if (header->cmsg_type == SCM_RIGHTS && header->cmsg_len >= CMSG_LEN(sizeof(int)))
      listener = *(const int *)CMSG_DATA(header);
    if (header->cmsg_type == PEER_MESSAGE && header->cmsg_len >= CMSG_LEN(sizeof *sender))
      *sender = *(const struct peer *)CMSG_DATA(header);
    at += CMSG_ALIGN(header->cmsg_len);
  }
  return listener;
}

/* A shim sends its listener and its id, and goes on. */
static void accept_tree(void) {
  char id[ID_LENGTH];
  struct control control;
  struct peer sender = {0, ~0u, ~0u};
  struct iovec text = {.iov_base = id, .iov_len = sizeof id};
  struct msghdr message = {.msg_iov = &text, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  long got = SYS3(__NR_recvmsg, watched[TREES].fd, &message, 0x40000040 /* MSG_CMSG_CLOEXEC, MSG_DONTWAIT */);
  if (got < 0) return;
  int listener = read_control(&control, message.msg_controllen, &sender);
  /* One that has ended meanwhile has no ancestors any more, but its journal. */
  int is_known = got == ID_LENGTH && is_id(id) && (is_ours(&sender, session) || owns_journal(id, sender.uid));
  if (listener >= 0 && is_known) take_tree(listener, id);
  else if (listener >= 0) SYS1(__NR_close, listener);
}

/* A shim connects, sends a line, and waits for one byte. */
static void accept_line(void) {
  static char bytes[80 * 1024];
  struct line l = {bytes, 0, sizeof bytes, 0};
  long connection = SYS4(__NR_accept4, watched[LINES].fd, 0, 0, SOCK_CLOEXEC);
  if (connection < 0) return;
  struct peer sender;
  if (!peer_of(connection, &sender) || !is_ours(&sender, session)) {
    SYS1(__NR_close, connection);
    return;
  }
  struct timeval patience = {.tv_sec = 2};
  SYS5(__NR_setsockopt, connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  take_line(connection, &l);
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

static long bind_at(int type, const char *path, const char *ending) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  struct line l = {address.sun_path, 0, sizeof address.sun_path - 1, 0};
  put(&l, path);
  put(&l, ending);
  long fd = SYS3(__NR_socket, AF_UNIX, type | SOCK_CLOEXEC, 0);
  if (l.overflow || fd < 0 || SYS3(__NR_bind, fd, &address, sizeof address) != 0) return -1;
  return fd;
}

/* The session waits for the socket for lines, so it comes last. */
static int open_sockets(const char *path) {
  long trees = bind_at(SOCK_DGRAM, path, "t"), lines = bind_at(SOCK_STREAM, path, "");
  watched[INPUT] = (struct pollfd){.fd = 0, .events = POLLIN};
  watched[LINES] = (struct pollfd){.fd = (int)lines, .events = POLLIN};
  watched[TREES] = (struct pollfd){.fd = (int)trees, .events = POLLIN};
  int one = 1;
  if (SYS5(__NR_setsockopt, trees, SOL_SOCKET, SO_PASSCRED, &one, sizeof one) != 0) return 0;
  return trees >= 0 && lines >= 0 && SYS2(__NR_listen, lines, 4096) == 0;
}

/* Its work can wait for that of the processes that it hears of: it shall not take the processor from one (sched(7)). */
static void stand_back(void) {
  int priority = 0;
  SYS3(__NR_sched_setscheduler, 0, 3 /* SCHED_BATCH */, &priority);
}

static int run(const char *socket_path) {
  char byte[64];
  int open_ended = 1, most = TREES_MAX + FIRST_TREE;
  struct rlimit files;
  if (SYS4(__NR_prlimit64, 0, RLIMIT_NOFILE, 0, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    SYS4(__NR_prlimit64, 0, RLIMIT_NOFILE, &files, 0);
    if (files.rlim_max < (uint64_t)most + 16) most = files.rlim_max > 32 ? (int)files.rlim_max - 16 : 16;
  }
  if (!open_sockets(socket_path)) return 1;
  stand_back();
  SYS3(__NR_write, 1, "ready\n", 6);
  while (open_ended || count > FIRST_TREE) {
    /* A listener that nobody holds makes execs fail (ENOSYS): without room for one more, shims wait to be taken. */
    watched[TREES].events = count < most ? POLLIN : 0;
    if (SYS5(__NR_ppoll, watched, count, 0, 0, 0) < 0) continue;
    if (watched[INPUT].revents && SYS3(__NR_read, 0, byte, sizeof byte) <= 0) {
      watched[INPUT].fd = -1;
      open_ended = 0;
    }
    for (int i = count - 1; i >= FIRST_TREE; i--)
      if (watched[i].revents && !serve(&watched[i], ids[i])) forget(i);
    if (watched[LINES].revents & POLLIN) accept_line();
    if (watched[TREES].revents & POLLIN) accept_tree();
  }
  return 0;
}

static void begin(long *stack) {
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
