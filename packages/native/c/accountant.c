/*
 * The accountant: one process of a session that hears of every execve of its trees from the kernel, writes it down and
 * lets it go on. `accountant SOCKET JOURNALS`; it ends when its standard input does and no tree is left. Freestanding.
 */
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "syscalls.h"
#include "text.h"

#define TREES_MAX 20000
#define ID_LENGTH 16
#define PATH_SIZE 4096

/* What poll(2) watches: 0 is standard input, 1 the socket, the rest listeners. */
#if defined(__x86_64__)
#define OWN_ARCH AUDIT_ARCH_X86_64
#else
#define OWN_ARCH AUDIT_ARCH_AARCH64
#endif

static struct pollfd watched[TREES_MAX + 2];
static char ids[TREES_MAX + 2][ID_LENGTH + 1];
static int count = 2;
static const char *journals;

static void append_line(const char *id, const struct line *l) {
  char path_bytes[512];
  struct line path = {path_bytes, 0, sizeof path_bytes - 1, 0};
  put(&path, journals);
  put_char(&path, '/');
  for (int i = 0; i < 8; i++) put_char(&path, id[i]);
  put(&path, ".jsonl");
  path_bytes[path.length] = 0;
  long fd = SYS4(__NR_openat, AT_FDCWD, path_bytes, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0);
  if (fd < 0) return;
  SYS3(__NR_write, fd, l->bytes, l->length);
  SYS1(__NR_close, fd);
}

static void put_tree(struct line *l, const char *type, const char *id) {
  put(l, "{\"type\":\"");
  put(l, type);
  put(l, "\",\"id\":\"");
  put(l, id);
  put_char(l, '"');
}

static void put_process_path(struct line *l, uint64_t pid, const char *rest) {
  put(l, "/proc/");
  put_unsigned(l, pid, 10);
  put(l, rest);
  put_char(l, 0);
}

/* Reads the caller's string page by page, since the next page may not be mapped. */
static int read_string(uint64_t pid, uint64_t address, char *text, size_t size) {
  char name[64];
  struct line path = {name, 0, sizeof name, 0};
  put_process_path(&path, pid, "/mem");
  long fd = SYS4(__NR_openat, AT_FDCWD, name, O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0) return 0;
  size_t length = 0;
  int whole = 0;
  while (length < size && !whole) {
    size_t part = 4096 - ((address + length) & 4095);
    if (part > size - length) part = size - length;
    long got = SYS4(__NR_pread64, fd, text + length, part, address + length);
    if (got <= 0) break;
    for (long i = 0; i < got && !whole; i++) whole = text[length + (size_t)i] == 0;
    length += (size_t)got;
  }
  SYS1(__NR_close, fd);
  return whole;
}

/* The file of a path as the calling process sees it: its own root may be another. */
static int is_startable(uint64_t pid, const char *from, const char *path) {
  char name[64 + PATH_SIZE];
  struct line l = {name, 0, sizeof name, 0};
  struct stat st;
  if (from) {
    put_process_path(&l, pid, from);
    l.length--;
  }
  put(&l, path);
  put_char(&l, 0);
  if (l.overflow) return 1;
  long result = SYS4(__NR_newfstatat, AT_FDCWD, name, &st, 0);
  if (result != 0) return result != -2 /* ENOENT */ && result != -20 /* ENOTDIR */;
  return S_ISREG(st.st_mode) && (st.st_mode & 0111);
}

static int has_own_root(uint64_t pid) {
  char name[64];
  struct line l = {name, 0, sizeof name, 0};
  struct stat theirs, ours;
  put_process_path(&l, pid, "/root/");
  if (SYS4(__NR_newfstatat, AT_FDCWD, name, &theirs, 0) != 0) return 0;
  if (SYS4(__NR_newfstatat, AT_FDCWD, "/", &ours, 0) != 0) return 0;
  return theirs.st_ino != ours.st_ino || theirs.st_dev != ours.st_dev;
}

/* False for what the kernel will refuse anyway, such as the misses of a walk through PATH. */
static int can_start(const struct seccomp_notif *n, int at_descriptor, const char *path) {
  if (path[0] != '/') return at_descriptor || is_startable(n->pid, "/cwd/", path);
  /* These name what only the calling process has. */
  if (bytes_equal_text(path, "/proc/", 6) || bytes_equal_text(path, "/dev/", 5)) return 1;
  return is_startable(n->pid, 0, path) || is_startable(n->pid, "/root", path);
}

static void write_exec(const char *id, const struct seccomp_notif *n) {
  static char path[PATH_SIZE];
  static char bytes[6 * PATH_SIZE + 256];
  struct line l = {bytes, 0, sizeof bytes, 0};
  int native = n->data.arch == OWN_ARCH && (n->data.nr == __NR_execve || n->data.nr == __NR_execveat);
  int at_descriptor = n->data.nr == __NR_execveat;
  int known = native && read_string(n->pid, n->data.args[at_descriptor ? 1 : 0], path, sizeof path);
  if (known && !can_start(n, at_descriptor, path)) return;
  put_tree(&l, "kernel", id);
  put(&l, ",\"pid\":");
  put_unsigned(&l, n->pid, 10);
  put(&l, ",\"program\":");
  /* In another root the same path is another file. */
  if (known && has_own_root(n->pid)) known = 0;
  put_json_bytes(&l, known ? path : "?", known ? text_length(path) : 1);
  put(&l, "}\n");
  if (!l.overflow) append_line(id, &l);
}

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

/* A shim connects, sends its listener and its id, and goes on. */
static void accept_tree(void) {
  char control[CMSG_SPACE(sizeof(int))] __attribute__((aligned(8)));
  long connection = SYS4(__NR_accept4, watched[1].fd, 0, 0, SOCK_CLOEXEC);
  if (connection < 0) return;
  struct timeval patience = {.tv_sec = 2};
  SYS5(__NR_setsockopt, connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  char *id = ids[count];
  struct iovec text = {.iov_base = id, .iov_len = ID_LENGTH};
  struct msghdr message = {.msg_iov = &text, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  if (SYS3(__NR_recvmsg, connection, &message, 0x40000000 /* MSG_CMSG_CLOEXEC */) == ID_LENGTH &&
      message.msg_controllen >= CMSG_LEN(sizeof(int))) {
    watched[count] = (struct pollfd){.fd = *(int *)CMSG_DATA((struct cmsghdr *)control), .events = POLLIN};
    id[ID_LENGTH] = 0;
    count++;
  }
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
  if (fd < 0 || SYS3(__NR_bind, fd, &address, sizeof address) != 0 || SYS2(__NR_listen, fd, 128) != 0) return -1;
  return fd;
}

static int run(const char *socket_path) {
  char byte[64];
  int open_ended = 1;
  struct rlimit files;
  if (SYS4(__NR_prlimit64, 0, RLIMIT_NOFILE, 0, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    SYS4(__NR_prlimit64, 0, RLIMIT_NOFILE, &files, 0);
  }
  watched[0] = (struct pollfd){.fd = 0, .events = POLLIN};
  watched[1] = (struct pollfd){.fd = (int)listen_at(socket_path), .events = POLLIN};
  if (watched[1].fd < 0) return 1;
  SYS3(__NR_write, 1, "ready\n", 6);
  while (open_ended || count > 2) {
    if (SYS5(__NR_ppoll, watched, count, 0, 0, 0) < 0) continue;
    if (watched[0].revents && SYS3(__NR_read, 0, byte, sizeof byte) <= 0) {
      watched[0].fd = -1;
      open_ended = 0;
    }
    for (int i = count - 1; i >= 2; i--)
      if (watched[i].revents && !serve(&watched[i], ids[i])) forget(i);
    if (watched[1].revents & POLLIN) accept_tree();
  }
  return 0;
}

__attribute__((used)) static void begin(long *stack) {
  char **argv = (char **)(stack + 1);
  int status = 2;
  if (stack[0] == 3) {
    journals = argv[2];
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
