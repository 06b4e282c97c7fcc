/*
 * Exact accounting: the first process of a tree asks the kernel to report every execve and execveat of itself and its
 * descendants (seccomp_unotify(2)), and hands the descriptor to the session's accountant. A process that starts another
 * by a raw system call, or that no shim can enter, is then known.
 */
#ifndef GLIBC_MATRIX_ACCOUNTING_H
#define GLIBC_MATRIX_ACCOUNTING_H

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

#include "connection.h"
#include "journal.h"
#include "start-page.h"

#if defined(__x86_64__)
#define OWN_ARCH AUDIT_ARCH_X86_64
#elif defined(__s390x__)
#define OWN_ARCH AUDIT_ARCH_S390X
#elif defined(__i386__)
#define OWN_ARCH AUDIT_ARCH_I386
#elif defined(__arm__)
#define OWN_ARCH AUDIT_ARCH_ARM
#elif defined(__riscv)
#define OWN_ARCH AUDIT_ARCH_RISCV64
#else
#define OWN_ARCH AUDIT_ARCH_AARCH64
#endif

/* Linux 5.19: once the accountant has a notification, only a fatal signal ends the wait, so no execve fails with EINTR. */
#define WAIT_KILLABLE_RECV (1ul << 5)

/* Before Linux 5.16 a filter without SPEC_ALLOW turns a speed-up of the processor off for all that the program does. */
static long install(const struct sock_fprog *program) {
  unsigned long flags = SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_SPEC_ALLOW;
  long fd = SYS3(__NR_seccomp, SECCOMP_SET_MODE_FILTER, flags | WAIT_KILLABLE_RECV, program);
  return fd == -22 /* EINVAL */ ? SYS3(__NR_seccomp, SECCOMP_SET_MODE_FILTER, flags, program) : fd;
}

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, __builtin_offsetof(struct seccomp_data, field))
#define LOAD_HIGH(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, __builtin_offsetof(struct seccomp_data, field) + 4)
#define IF_EQUAL(value, then, otherwise) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), then, otherwise)
#define IF_ABOVE(value, then, otherwise) BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, (uint32_t)(value), then, otherwise)
#define ANSWER(action) BPF_STMT(BPF_RET | BPF_K, action)

/*
 * execve and execveat of this architecture, of x32, and of the 32-bit one that the kernel also runs (int 0x80, compat
 * arm): numbers of arch/x86/entry/syscalls and of arm's table. An execve of this architecture whose path lies where the
 * start page has one is not reported. Both architectures are little-endian: the low half comes first.
 * The kernel runs the filter for every number as it is installed (seccomp_cache_prepare, kernel/seccomp.c), so most are
 * allowed after a comparison or two.
 */
/* What the tree starts gets no privilege any more from set-user-ID bits or file capabilities: told in the record. */
static int took_privileges;

static long open_listener(void) {
  struct sock_filter filter[] = {
      LOAD(nr),
      IF_ABOVE(__NR_execve, 3, 0),
      IF_EQUAL(__NR_execve, 9, 0),
      IF_EQUAL(11, 8, 0),
      ANSWER(SECCOMP_RET_ALLOW),
      IF_ABOVE(__NR_execveat - 1, 1, 0),
      ANSWER(SECCOMP_RET_ALLOW),
      IF_EQUAL(__NR_execveat, 4, 0),
      IF_EQUAL(358, 3, 0),
      IF_EQUAL(387, 2, 0),
      IF_ABOVE(0x40000000, 1, 0),
      ANSWER(SECCOMP_RET_ALLOW),
      /* an exec of some architecture */
      LOAD(arch),
      IF_EQUAL(OWN_ARCH, 0, 5),
      LOAD(nr),
      IF_EQUAL(__NR_execve, 8, 0),
      IF_EQUAL(__NR_execveat, 13, 0),
      IF_EQUAL(0x40000000 + 520, 12, 0),
      IF_EQUAL(0x40000000 + 545, 11, 4),
      /* of the other one */
      LOAD(nr),
      IF_EQUAL(11, 9, 0),
      IF_EQUAL(358, 8, 0),
      IF_EQUAL(387, 7, 0),
      ANSWER(SECCOMP_RET_ALLOW),
      /* our own execve */
      LOAD_HIGH(args[0]),
      IF_EQUAL(config.start_page ? config.start_page >> 32 : ~0u, 0, 4),
      LOAD(args[0]),
      BPF_STMT(BPF_ALU | BPF_AND | BPF_K, ~(uint32_t)START_PLACE_MASK),
      IF_EQUAL(config.start_page, 0, 1),
      ANSWER(SECCOMP_RET_ALLOW),
      ANSWER(SECCOMP_RET_USER_NOTIF),
  };
  struct sock_fprog program = {.len = sizeof filter / sizeof *filter, .filter = filter};
  long fd = install(&program);
  if (fd != -13 /* EACCES: without CAP_SYS_ADMIN it takes no_new_privs */) return fd;
  took_privileges = SYS5(__NR_prctl, PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0;
  SYS5(__NR_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  return install(&program);
}

/* Sends the listener and the id of the tree, and doesn't wait: what the kernel reports is kept until the accountant looks. */
static int hand_to_accountant(long connection, long listener) {
  char control[CMSG_SPACE(sizeof(int))] __attribute__((aligned(8)));
  struct iovec text = {.iov_base = self.id, .iov_len = ID_LENGTH};
  struct msghdr message = {.msg_iov = &text, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  struct cmsghdr *header = (struct cmsghdr *)control;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  *(int *)CMSG_DATA(header) = (int)listener;
  return SYS3(__NR_sendmsg, connection, &message, 0x4000 /* MSG_NOSIGNAL */) == ID_LENGTH;
}

/* The kernel counts this tree, and the accountant will say when it has ended: told in the record (report, shim.c). */
static int is_accounted;

/*
 * Only in the first process of a tree. Without an accountant, or where the kernel refuses, the shims' own announcements
 * are all there is, and no record says otherwise. An exec without a listener fails (ENOSYS), so the filter comes after
 * the connection, which there is only while the accountant lives.
 */
static void begin_accounting(void) {
  if (is_of_other_machine() || !begins_tree()) return;
  long connection = connect_to_accountant(SOCK_DGRAM, TREES_SOCKET);
  if (connection < 0) return;
  long listener = open_listener();
  if (listener >= 0) {
    is_accounted = hand_to_accountant(connection, listener);
    SYS1(__NR_close, listener);
  }
  SYS1(__NR_close, connection);
}

#endif
