/*
 * The shim: a freestanding object that a sealed loader preloads into a rerouted process. It gives the process back its
 * own name, points libc's built-in gconv and locale directories at the sysroot, and appends one line to the worker's
 * journal that says which files are mapped. It needs no library, so it loads into any glibc.
 */
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "config.h"
#include "objects.h"

/* The hook starts `ld.so` with argv[0] = name + trailer; reroute/loader.ts writes it. */
#define TRAILER_MARK "\001gm1"
#define ID_LENGTH 16
#define TRAILER_LENGTH (4 + ID_LENGTH + 8)

extern char *program_invocation_name __attribute__((weak));
extern char *program_invocation_short_name __attribute__((weak));

static char line_bytes[64 * 1024];

struct identity {
  char id[ID_LENGTH + 1];
  char *name;
};

/*
 * The kernel lays argument strings one after the other (fs/exec.c, copy_strings), so the string that the loader skipped
 * ends right before the program's path.
 */
static int read_identity(char **argv, struct identity *found) {
  const char *program = argv[0];
  char *trailer = (char *)program - 1 - TRAILER_LENGTH;
  if (!bytes_equal(trailer, TRAILER_MARK, 4)) return 0;
  bytes_copy(found->id, trailer + 4, ID_LENGTH);
  found->id[ID_LENGTH] = 0;
  const char *digits = trailer + 4 + ID_LENGTH;
  size_t length = (size_t)read_number(&digits, trailer + TRAILER_LENGTH, 16);
  found->name = trailer - length;
  trailer[0] = 0;
  return 1;
}

static const char *base_name(const char *path) {
  const char *base = path;
  for (const char *at = path; *at; at++)
    if (*at == '/') base = at + 1;
  return base;
}

/* comm is the file's name (execve(2)), argv[0] and program_invocation_name(3) are what the caller gave. */
static void restore_names(char **argv, const struct identity *identity) {
  SYS2(__NR_prctl, PR_SET_NAME, base_name(argv[0]));
  argv[0] = identity->name;
  if (!&program_invocation_name || !&program_invocation_short_name) return;
  program_invocation_name = identity->name;
  program_invocation_short_name = (char *)base_name(identity->name);
}

static int is_configured_libc(const struct object *o) {
  if (!config.libc_build_id[0]) return 0;
  for (size_t i = 0; i < o->build_id_length && 2 * i + 1 < sizeof config.libc_build_id; i++) {
    if (config.libc_build_id[2 * i] != "0123456789abcdef"[o->build_id[i] >> 4]) return 0;
    if (config.libc_build_id[2 * i + 1] != "0123456789abcdef"[o->build_id[i] & 15]) return 0;
  }
  return o->build_id_length > 0;
}

static uintptr_t address_of_offset(const struct object *o, int count, uint64_t offset) {
  for (int i = 0; i < count; i++)
    if (same_file(&maps[i], o->first) && offset >= maps[i].offset && offset - maps[i].offset < maps[i].end - maps[i].start)
      return maps[i].start + (offset - maps[i].offset);
  return 0;
}

/* mprotect(2) wants the page's start; an address aligned to less than the real page size answers EINVAL. */
static int make_writable(uintptr_t at, size_t length, uintptr_t *page) {
  for (uintptr_t size = 0x1000; size <= 0x10000; size *= 4) {
    *page = at & ~(size - 1);
    if (SYS3(__NR_mprotect, *page, at + length - *page, PROT_READ | PROT_WRITE) == 0) return 1;
  }
  return 0;
}

/* Private memory alone changes: the file, and with it the identity of the libc, stays what the sysroot holds. */
static void patch_libc(const struct object *o, int count) {
  if (!is_configured_libc(o)) return;
  for (uint32_t i = 0; i < config.patch_count && i < PATCHES_MAX; i++) {
    size_t length = config.patches[i].length;
    uintptr_t page, at = address_of_offset(o, count, config.patches[i].offset);
    if (!at || length > sizeof config.patches[i].text || !readable_in(o->first, count, at, length)) continue;
    if (!make_writable(at, length, &page)) continue;
    bytes_copy((void *)at, (const void *)config.patches[i].text, length);
    SYS3(__NR_mprotect, page, at + length - page, PROT_READ);
  }
}

static void put_object(struct line *l, const struct object *o) {
  put(l, "{\"path\":");
  put_json_bytes(l, o->first->path, o->first->path_length);
  put(l, ",\"soname\":");
  if (o->soname) put_json_bytes(l, o->soname, text_length(o->soname));
  else put(l, "null");
  put(l, ",\"device\":\"");
  put_unsigned(l, o->major, 16);
  put_char(l, ':');
  put_unsigned(l, o->minor, 16);
  put(l, "\",\"inode\":\"");
  put_unsigned(l, o->first->inode, 10);
  put(l, "\",\"buildId\":");
  if (o->build_id) {
    put_char(l, '"');
    for (size_t i = 0; i < o->build_id_length; i++) {
      put_char(l, "0123456789abcdef"[o->build_id[i] >> 4]);
      put_char(l, "0123456789abcdef"[o->build_id[i] & 15]);
    }
    put_char(l, '"');
  } else put(l, "null");
  put_char(l, '}');
}

static void put_journal_path(struct line *l, const char *id) {
  for (size_t i = 0; i < sizeof config.journals && config.journals[i]; i++) put_char(l, config.journals[i]);
  put_char(l, '/');
  for (int i = 0; i < 8; i++) put_char(l, id[i]);
  put(l, ".jsonl");
  put_char(l, 0);
}

/* One write(2) with O_APPEND is one whole line. SIGXFSZ of a file-size limit is held back and taken, never delivered. */
static void append(const char *path, const struct line *l) {
  long fd = SYS4(__NR_openat, AT_FDCWD, path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0);
  if (fd < 0) return;
  uint64_t block = 1ull << (SIGXFSZ - 1), before = 0;
  SYS4(__NR_rt_sigprocmask, SIG_BLOCK, &block, &before, sizeof block);
  if (SYS3(__NR_write, fd, l->bytes, l->length) < 0) {
    long now[2] = {0, 0};
    SYS4(__NR_rt_sigtimedwait, &block, 0, now, sizeof block);
  }
  SYS4(__NR_rt_sigprocmask, SIG_SETMASK, &before, 0, sizeof before);
  SYS1(__NR_close, fd);
}

__attribute__((constructor)) static void report(int argc, char **argv) {
  struct identity identity;
  if (argc < 1 || !argv[0] || !read_identity(argv, &identity)) return;
  const char *program = argv[0];
  restore_names(argv, &identity);

  struct line l = {line_bytes, 0, sizeof line_bytes, 0};
  put(&l, "{\"type\":\"mapped\",\"id\":\"");
  put(&l, identity.id);
  put(&l, "\",\"pid\":");
  put_unsigned(&l, (uint64_t)SYS1(__NR_getpid, 0), 10);
  put(&l, ",\"ppid\":");
  put_unsigned(&l, (uint64_t)SYS1(__NR_getppid, 0), 10);
  put(&l, ",\"program\":");
  put_json_bytes(&l, program, text_length(program));
  put(&l, ",\"objects\":[");
  int count = read_maps();
  if (count < 0) return;
  for (int i = 0, objects = 0; i < count; i++) {
    struct object o;
    if (!read_object(i, count, &o)) continue;
    patch_libc(&o, count);
    if (objects++) put_char(&l, ',');
    put_object(&l, &o);
  }
  put(&l, "]}\n");

  char path_bytes[256];
  struct line path = {path_bytes, 0, sizeof path_bytes, 0};
  put_journal_path(&path, identity.id);
  if (!l.overflow && !path.overflow) append(path_bytes, &l);
}
