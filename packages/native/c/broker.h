/*
 * What stays behind in a worker's mount namespace and shows a copy at a program's path when the worker's hook asks: the
 * worker itself has no capability for it. Requests come by the FIFO PLACE.q, each "COPY\0TARGET\0" in one write(2);
 * the answer by PLACE.a is "ok\n" or "errno N\n". It ends with the worker.
 */
#ifndef GLIBC_MATRIX_BROKER_H
#define GLIBC_MATRIX_BROKER_H

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>

#ifndef __NR_close_range
#define __NR_close_range 436
#endif
#ifndef __NR_pidfd_open
#define __NR_pidfd_open 434
#endif
#define REQUEST_SIZE 4096 /* PIPE_BUF: what is written whole (pipe(7)) */

struct broker {
  char request_path[512], answer_path[512];
  long requests, answers, worker;
};

/* Open for both, so that it waits for nobody and no side hangs up before the worker ends. */
static long open_fifo(char *path, size_t size, const char *place, const char *ending) {
  struct line l = {path, 0, size - 1, 0};
  put(&l, place);
  put(&l, ending);
  path[l.length] = 0;
  if (l.overflow) return -36; /* ENAMETOOLONG */
  long result = SYS4(__NR_mknodat, AT_FDCWD, path, S_IFIFO | 0600, 0);
  if (result != 0) return result;
  return SYS4(__NR_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0);
}

static void answer(const struct broker *b, const char *request, long length) {
  char bytes[64];
  struct line l = {bytes, 0, sizeof bytes, 0};
  const char *target = request + text_length(request) + 1;
  long result = target < request + length ? SYS5(__NR_mount, request, target, 0, MS_BIND, 0) : -22;
  if (result == 0 && (result = make_read_only(target)) != 0) SYS2(__NR_umount2, target, 0);
  if (result == 0) put(&l, "ok\n");
  else {
    put(&l, "errno ");
    put_unsigned(&l, (uint64_t)-result, 10);
    put_char(&l, '\n');
  }
  SYS3(__NR_write, b->answers, l.bytes, l.length);
}

static void serve(const struct broker *b) {
  static char request[REQUEST_SIZE + 2];
  struct pollfd watched[] = {{.fd = (int)b->worker, .events = POLLIN}, {.fd = (int)b->requests, .events = POLLIN}};
  for (;;) {
    if (SYS5(__NR_ppoll, watched, 2, 0, 0, 0) < 0) continue;
    if (watched[1].revents & POLLIN) {
      long length = SYS3(__NR_read, b->requests, request, REQUEST_SIZE);
      if (length > 0) {
        request[length] = request[length + 1] = 0;
        answer(b, request, length);
      }
    }
    if (watched[0].revents) break;
  }
  SYS3(__NR_unlinkat, AT_FDCWD, b->request_path, 0);
  SYS3(__NR_unlinkat, AT_FDCWD, b->answer_path, 0);
}

/* Holds nothing of the worker's: a pipe of its output that stays open looks like a worker that still runs. */
static void close_others(const struct broker *b) {
  for (int fd = 0; fd < 1024; fd++)
    if (fd != b->requests && fd != b->answers && fd != b->worker) SYS1(__NR_close, fd);
}

static long fork_here(void) { return syscall6(__NR_clone, SIGCHLD, 0, 0, 0, 0, 0); }

/* The worker shall have no child that it didn't start: the broker is handed to init. */
static long start_broker(char *place, const char *target) {
  static struct broker b;
  b.requests = open_fifo(b.request_path, sizeof b.request_path, place, ".q");
  if (b.requests < 0) return refuse(target, "mkfifo", b.requests);
  b.answers = open_fifo(b.answer_path, sizeof b.answer_path, place, ".a");
  if (b.answers < 0) return refuse(target, "mkfifo", b.answers);
  b.worker = SYS2(__NR_pidfd_open, SYS1(__NR_getpid, 0), 0);
  if (b.worker < 0) return refuse(target, "pidfd_open", b.worker);
  long child = fork_here();
  if (child < 0) return refuse(target, "fork", child);
  if (child == 0) {
    if (fork_here() == 0) {
      SYS1(__NR_setsid, 0);
      close_others(&b);
      /* Every user can read our command line (proc_pid_cmdline(5)). */
      bytes_fill(place, '-', text_length(place));
      serve(&b);
    }
    SYS1(__NR_exit_group, 0);
    __builtin_unreachable();
  }
  SYS4(__NR_wait4, child, 0, 0, 0);
  return 0;
}

#endif
