/*
 * The shim: a freestanding object that a sealed loader preloads into a rerouted process. It gives the process back its
 * own name, points libc's built-in gconv and locale directories at the sysroot, and appends one line to the worker's
 * journal that says which files are mapped. It needs no library, so it loads into any glibc.
 */
#include <sys/prctl.h>

#include "accounting.h"
#include "arrival.h"
#include "by-hand.h"
#include "compiler.h"
#include "exec.h"
#include "opening.h"
#include "own-map.h"

extern char *program_invocation_name __attribute__((weak));
extern char *program_invocation_short_name __attribute__((weak));

/* comm is the name of what was executed, argv[0] and program_invocation_name(3) are what the caller gave. */
static void restore_names(char **argv, char *name) {
  SYS2(__NR_prctl, PR_SET_NAME, self.comm);
  argv[0] = name;
  if (!&program_invocation_name || !&program_invocation_short_name) return;
  program_invocation_name = name;
  program_invocation_short_name = (char *)last_name(name);
}

static int is_configured_libc(const struct object *o) {
  if (!config.libc_build_id[0]) return 0;
  for (size_t i = 0; i < o->build_id_length && 2 * i + 1 < sizeof config.libc_build_id; i++) {
    if (config.libc_build_id[2 * i] != "0123456789abcdef"[o->build_id[i] >> 4]) return 0;
    if (config.libc_build_id[2 * i + 1] != "0123456789abcdef"[o->build_id[i] & 15]) return 0;
  }
  return o->build_id_length > 0;
}

static uintptr_t address_of_offset(const struct maps *m, const struct object *o, uint64_t offset) {
  for (int i = 0; i < m->count; i++) {
    const struct mapping *one = &m->list[i];
    if (same_file(one, o->first) && offset >= one->offset && offset - one->offset < one->end - one->start)
      return one->start + (offset - one->offset);
  }
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

struct span {
  uintptr_t start, end;
};

/* Where the patches of libc go, as one span; empty when there is nothing to patch. */
static struct span span_of_patches(const struct maps *m, const struct object *o) {
  struct span span = {~(uintptr_t)0, 0};
  for (uint32_t i = 0; i < config.patch_count && i < PATCHES_MAX; i++) {
    size_t length = config.patches[i].length;
    uintptr_t at = address_of_offset(m, o, config.patches[i].offset);
    if (!at || length > sizeof config.patches[i].text) return (struct span){0, 0};
    if (at < span.start) span.start = at;
    if (at + length > span.end) span.end = at + length;
  }
  return span.end && readable_in(m, o->first, span.start, span.end - span.start) ? span : (struct span){0, 0};
}

/* The whole read-only segment around: to split it would cost a mapping on either side, and each end of the process more. */
static struct span segment_around(const struct object *o, struct span span) {
  const ELF(Ehdr) *header = (const ELF(Ehdr) *)o->first->start;
  const ELF(Phdr) *segment = (const ELF(Phdr) *)(o->first->start + header->e_phoff);
  for (int i = 0; i < header->e_phnum; i++) {
    uintptr_t start = o->base + segment[i].p_vaddr, end = start + segment[i].p_filesz;
    if (segment[i].p_type == PT_LOAD && segment[i].p_flags == PF_R && start <= span.start && end >= span.end)
      return (struct span){start, end};
  }
  return span;
}

/*
 * Private memory alone changes: the file, and with it the identity of the libc, stays what the sysroot holds. The strings
 * are read-only data of one segment, which becomes writable once; where that is too much for a limit (RLIMIT_DATA), their part.
 */
static void patch_libc(const struct maps *m, const struct object *o) {
  if (!is_configured_libc(o)) return;
  struct span span = span_of_patches(m, o), around;
  uintptr_t page;
  if (!span.end) return;
  around = segment_around(o, span);
  if (make_writable(around.start, around.end - around.start, &page)) span = around;
  else if (!make_writable(span.start, span.end - span.start, &page)) return;
  for (uint32_t i = 0; i < config.patch_count && i < PATCHES_MAX; i++)
    bytes_copy((void *)address_of_offset(m, o, config.patches[i].offset), (const void *)config.patches[i].text,
               config.patches[i].length);
  SYS3(__NR_mprotect, page, span.end - page, PROT_READ);
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

/* What distinguishes one set of mapped files from another. */
static uint64_t mapped_sum, mapped_opening;

/* Started by a way that no shim is in, but to be followed from here on. */
static int has_arrived;

/*
 * Writes the mappings that were just read, unless the last line said the same and no opening waits for it. 0 when they
 * could not be read, or need more room.
 */
static int report(int first, const struct maps *m) {
  struct line l = {m->text + m->text_used, 0, m->text_size - m->text_used, 0};
  put_head(&l, "mapped", &self);
  put(&l, self.kind == 't' ? ",\"kind\":\"tool\"" : ",\"kind\":\"program\"");
  if (is_accounted) put(&l, ",\"accounted\":true");
  if (took_privileges) put(&l, ",\"noNewPrivs\":true");
  /* What a shim starts was looked at (target.h). */
  if (first && self.kind != 't' && (begins_tree() || has_arrived) && has_capabilities(program)) put(&l, ",\"capabilities\":true");
  put(&l, ",\"ppid\":");
  put_unsigned(&l, (uint64_t)SYS1(__NR_getppid, 0), 10);
  put(&l, ",\"program\":");
  put_json_bytes(&l, program, text_length(program));
  put(&l, ",\"opening\":");
  put_unsigned(&l, opening.settled, 10);
  put(&l, ",\"objects\":[");
  uint64_t sum = 0;
  int objects = 0;
  for (int i = 0; i < m->count; i++) {
    struct object o;
    if (!read_object(m, i, &o)) continue;
    if (first) patch_libc(m, &o);
    if (is_libc(&o) && !libc.symbols.table) libc.symbols = symbols_of(m, &o);
    if (objects++) put_char(&l, ',');
    sum += (o.first->inode + 1) * (o.major * 4096 + o.minor + 1);
    put_object(&l, &o);
  }
  put(&l, "]}\n");
  if (m->count < 0 || (l.overflow && !m->memory)) return 0;
  if (first || sum != mapped_sum || opening.settled != mapped_opening) append_line(&l);
  mapped_sum = sum;
  mapped_opening = opening.settled;
  return 1;
}

static int report_again(void) {
  struct maps m;
  read_maps(&m);
  int is_whole = report(0, &m);
  leave_maps(&m);
  return is_whole;
}

static unsigned long long adds_before_main, subs_before_main;

/* Enough for most programs, and so near to the shim's other data that it costs a page of memory at most (shim.ld). */
static char room[6144] __attribute__((section(".bss.room"), aligned(16)));

/* Before main ld.so has loaded everything, as a rule: for the rest every mapping is asked for. */
static void read_first_maps(struct maps *m) {
  struct loaded loaded;
  read_loaded(&loaded);
  adds_before_main = loaded.adds;
  subs_before_main = loaded.subs;
  if (!read_maps_of(m, &loaded, auxiliary_value(AT_SYSINFO_EHDR), room, sizeof room)) read_maps(m);
}

/* execve(2) was given the copy's path, and that is what the kernel tells the program by AT_EXECFN. */
static void restore_execfn(const char *path) {
  ELF(auxv_t) *entry = auxiliary_of(AT_EXECFN);
  if (entry) entry->a_un.a_val = (uintptr_t)path;
}

/* What was executed lies elsewhere than the program. */
static int is_copy;

/* The program itself was executed: argv[0] is right. An empty path means that the kernel's own answer is right too. */
static const char *begin_itself(char **envp) {
  const char *path = take_variable(envp);
  if (path && *path) {
    is_copy = 1;
    restore_execfn(path);
    return path;
  }
  if (SYS4(__NR_readlinkat, AT_FDCWD, "/proc/self/exe", own_path, sizeof own_path - 1) <= 0) return 0;
  if (!path) has_arrived = take_arrival(own_path);
  return path || has_arrived ? own_path : 0;
}

/*
 * glibc gives constructors main's arguments (elf/dl-init.c); musl gives none. Its environ is still where the kernel put
 * it, behind argv and its count (execve(2), the stack of a new process).
 */
static int find_arguments(int *argc, char ***argv, char ***envp) {
  if (is_in_glibc()) return 1;
  if (!&environ || !environ) return 0;
  long *end = (long *)environ - 1;
  for (long n = 0; n < 1 << 20; n++)
    if (end[-n - 1] == n) {
      *argc = (int)n;
      *argv = (char **)end - n;
      *envp = environ;
      return 1;
    }
  return 0;
}

/*
 * musl's --argv0 has taken the place of the program's path, which is the string behind it (ldso/dynlink.c). Answers the
 * caller's argv[0]; null when it carries no trailer.
 */
static char *take_argv0(char **argv) {
  size_t length = text_length(argv[0]);
  char *name = argv[0], *trailer = name + length - TRAILER_LENGTH;
  if (length < TRAILER_LENGTH || !holds_trailer(trailer)) return 0;
  copy_trailer(&self, trailer);
  trailer[0] = 0;
  argv[0] = name + length + 1;
  return name;
}

/*
 * musl knows the program by the string that it was told to load or that was executed (dladdr(3), dl_iterate_phdr(3)): the one
 * over which its argv[0] has moved, or the copy's path. Its objects begin as a link_map does (link.h), the program the first.
 */
static void restore_list(void) {
  struct {
    uintptr_t address;
    const char *name;
  } *first;
  require_libc();
  first = libc.dlopen ? libc.dlopen(0, 1) : 0;
  if (first) first->name = program;
}

__attribute__((constructor)) static void begin(int argc, char **argv, char **envp) {
  struct maps m;
  if (!find_arguments(&argc, &argv, &envp)) return;
  char *name = 0;
  find_auxiliary(envp);
  const char *executed = (const char *)(uintptr_t)auxiliary_value(AT_EXECFN);
  if (argc > 0 && argv[0]) name = is_in_glibc() ? read_trailer(argv[0]) : take_argv0(argv);
  program = name ? argv[0] : begin_itself(envp);
  if (!program) return end_environ(0, argc, argv, executed);
  read_first_maps(&m);
  if (name) restore_names(argv, move_name(&m, argc, argv, envp, name));
  else end_environ(&m, argc, argv, executed);
  /* glibc's loader corrects it; musl's leaves its own there. */
  if (name && !is_in_glibc()) restore_execfn(program);
  if (!is_in_glibc() && (name || is_copy)) restore_list();
  if (!map_loss()) return;
  if (has_arrived) announce("exec", &self, "arrived", program, "", 0);
  begin_accounting();
  if (!report(1, &m) && !m.memory) {
    read_maps(&m);
    report(1, &m);
  }
  leave_maps(&m);
  if (closed_early) mark_loss();
}

/*
 * A library opened later may have brought another libc: then what was written before main is no longer the truth. Where
 * none was, no system call is made: the process may have forbidden them.
 */
__attribute__((destructor)) static void end(void) {
  struct loaded now;
  settle_at_last();
  if (!program || !loss) return;
  read_loaded(&now);
  if (now.adds == adds_before_main && now.subs == subs_before_main) return;
  if (!report_again()) mark_loss();
}
