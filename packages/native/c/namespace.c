/*
 * The namespace helper: starts a command in whose tree, and for nobody else, the paths of programs show other bytes.
 * `namespace COPY TARGET [COPY TARGET ...] -- PATH ARGV...`: each COPY is mounted read-only over its TARGET, a program's
 * real path, in a mount namespace of its own, then PATH is executed. It execs, so pid, signals and status are the
 * command's. Without `--` it tries all but the exec. `namespace --worker PLACE PATH ARGV...` executes PATH in such a namespace
 * and leaves a broker there that shows copies on demand (broker.h). Freestanding.
 */
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/mount.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <sys/statfs.h>

#include "entry.h"
#include "syscalls.h"
#include "text.h"

#define REFUSED 126 /* as of a shell that found a program and could not start it */
#define EPERM 1
#define ENOSYS 38

/* Of Linux 5.12, which older headers don't know. */
#ifndef __NR_mount_setattr
#define __NR_mount_setattr 442
#endif
struct attributes {
  uint64_t set, clear, propagation, user_namespace;
};

static long refuse(const char *target, const char *step, long result) {
  char bytes[4096 + 128];
  struct line l = {bytes, 0, sizeof bytes, 0};
  put(&l, "glibc-matrix: ");
  put(&l, target);
  put(&l, " could not be started in a mount namespace: ");
  put(&l, step);
  put(&l, " failed with errno ");
  put_unsigned(&l, (uint64_t)-result, 10);
  put_char(&l, '\n');
  SYS3(__NR_write, 2, l.bytes, l.length);
  return result;
}

static long write_file(const char *path, const char *text) {
  long fd = SYS4(__NR_openat, AT_FDCWD, path, O_WRONLY | O_CLOEXEC, 0);
  if (fd < 0) return fd;
  long written = SYS3(__NR_write, fd, text, text_length(text));
  SYS1(__NR_close, fd);
  return written < 0 ? written : 0;
}

/* user_namespaces(7): one line, the same id inside and outside. */
static long map_same(const char *path, long id) {
  char text[64];
  struct line l = {text, 0, sizeof text - 1, 0};
  put_unsigned(&l, (uint64_t)id, 10);
  put_char(&l, ' ');
  put_unsigned(&l, (uint64_t)id, 10);
  put(&l, " 1");
  text[l.length] = 0;
  return write_file(path, text);
}

static uint64_t capabilities(void) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2] = {{0, 0, 0}, {0, 0, 0}};
  if (SYS2(__NR_capget, &header, data) != 0) return 0;
  return data[0].permitted | (uint64_t)data[1].permitted << 32;
}

/*
 * A user namespace gives every capability inside of it, of which exec leaves uid 0 those of the bounding set, and any
 * other uid none (capabilities(7)): nobody keeps more than it came with.
 */
static long enter_user_namespace(const char *target, uint64_t had) {
  long uid = SYS1(__NR_geteuid, 0), gid = SYS1(__NR_getegid, 0), result;
  if ((result = SYS1(__NR_unshare, CLONE_NEWUSER | CLONE_NEWNS)) != 0) return refuse(target, "unshare", result);
  write_file("/proc/self/setgroups", "deny");
  if ((result = map_same("/proc/self/uid_map", uid)) != 0) return refuse(target, "uid_map", result);
  if ((result = map_same("/proc/self/gid_map", gid)) != 0) return refuse(target, "gid_map", result);
  for (int i = 0; i < 64; i++)
    if (!((had >> i) & 1)) SYS2(__NR_prctl, PR_CAPBSET_DROP, i);
  return 0;
}

/* Who may do it keeps the user namespace it is in, and with it the names of all owners and groups. */
static long enter(const char *target) {
  uint64_t had = capabilities();
  if ((had >> CAP_SYS_ADMIN) & 1 && SYS1(__NR_unshare, CLONE_NEWNS) == 0) return 0;
  return enter_user_namespace(target, had);
}

/* Before Linux 5.12 a remount must repeat what the file system already refuses, nosuid among it, or it fails. */
static long make_read_only(const char *target) {
  struct attributes attributes = {.set = MOUNT_ATTR_RDONLY};
  struct statfs st;
  long result = SYS5(__NR_mount_setattr, AT_FDCWD, target, 0, &attributes, sizeof attributes);
  if (result != -ENOSYS && result != -EPERM) return result;
  if ((result = SYS2(__NR_statfs, target, &st)) != 0) return result;
  /* ST_ of statfs(2) and MS_ of mount(2) are the same bits, relatime apart. */
  unsigned long kept = (unsigned long)st.f_flags & (MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME | MS_NODIRATIME);
  if (st.f_flags & 0x1000 /* ST_RELATIME */) kept |= MS_RELATIME;
  return SYS5(__NR_mount, 0, target, 0, MS_REMOUNT | MS_BIND | MS_RDONLY | kept, 0);
}

/* A slave hears of later mounts of the machine, and tells it of none (mount_namespaces(7)). */
static long leave_others_alone(const char *target) {
  long result = enter(target);
  if (result == 0 && (result = SYS5(__NR_mount, 0, "/", 0, MS_SLAVE | MS_REC, 0)) != 0) refuse(target, "mount slave", result);
  return result;
}

static long show(const char *copy, const char *target) {
  char value[64];
  long result;
  if (SYS4(__NR_getxattr, target, "security.capability", value, sizeof value) > 0)
    return refuse(target, "keeping its file capabilities", -EPERM);
  if ((result = SYS5(__NR_mount, copy, target, 0, MS_BIND, 0)) != 0) return refuse(target, "mount bind", result);
  if ((result = make_read_only(target)) != 0) return refuse(target, "mount read-only", result);
  return 0;
}

#include "broker.h"

/* The first argument after the pairs: `--`, or the end. 0 when they are no pairs. */
static long end_of_pairs(long argc, char **argv) {
  long at = 1;
  while (at < argc && !texts_equal(argv[at], "--")) at++;
  return at > 1 && at % 2 == 1 ? at : 0;
}

static void begin(long *stack) {
  long argc = stack[0], status = 2;
  char **argv = (char **)(stack + 1), **environment = argv + argc + 1;
  long end = end_of_pairs(argc, argv), path = end + 1;
  if (argc > 4 && texts_equal(argv[1], "--worker")) {
    status = REFUSED;
    if (leave_others_alone(argv[3]) == 0 && start_broker(argv[2], argv[3]) == 0)
      refuse(argv[3], "execve", SYS3(__NR_execve, argv[3], argv + 4, environment));
  } else if (end && (end == argc || path + 1 < argc)) {
    long result = leave_others_alone(argv[2]);
    for (long at = 1; at < end && result == 0; at += 2) result = show(argv[at], argv[at + 1]);
    status = result == 0 ? 0 : REFUSED;
    if (status == 0 && path < argc) {
      refuse(argv[path], "execve", SYS3(__NR_execve, argv[path], argv + path + 1, environment));
      status = REFUSED;
    }
  }
  SYS1(__NR_exit_group, status);
  __builtin_unreachable();
}
