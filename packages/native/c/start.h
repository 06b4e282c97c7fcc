/* Starts another program the way the hook would: through a sealed loader, announced in the journal. */
#ifndef GLIBC_MATRIX_START_H
#define GLIBC_MATRIX_START_H

#include "identity.h"
#include "start-page.h"
#include "target.h"
#include "trailer.h"

/* A process that ends by another program owes a list of what it opened before. */
static void settle_opening(void);
static void settle_at_last(void);

/* execve or posix_spawn with what else it was given; answers what that call answers. */
struct call {
  int (*make)(const struct call *, const char *path, char *const argv[], char *const envp[]);
  void *pid;
  const void *actions, *attributes;
  int replaces; /* this very process becomes the program */
  int succeeded; /* what `make` answers when a program was started and the call returns */
  long (*refuse)(long error); /* answers for the kernel where there is no such file; null: it is asked all the same */
  const struct trailer *given; /* what the hook of this very process announced the start by; null: it is for us to announce */
};

static struct trailer trailer_of(const struct call *call, char kind) {
  struct trailer t = call->given ? *call->given : next_trailer(kind);
  t.kind = kind;
  return t;
}

static int is_in_start_page(const char *path) { return has_start_page && (uintptr_t)path - config.start_page < START_PAGE_SIZE; }

/* `quiet`: the kernel won't report it, since it is told apart by its pointer. */
static void announce(const char *type, const struct trailer *trailer, const char *how, const char *path,
                     const char *reason, int quiet) {
  char bytes[2400];
  struct line l = {bytes, 0, sizeof bytes, 0};
  put_head(&l, type, trailer);
  if (path) {
    put(&l, ",\"how\":\"");
    put(&l, how);
    put(&l, "\",\"program\":");
    size_t length = text_length(path);
    put_json_bytes(&l, path, length < 340 ? length : 340);
    put(&l, ",\"reason\":");
    put_json_bytes(&l, reason ? reason : "", reason ? text_length(reason) : 0);
    if (quiet) put(&l, ",\"quiet\":true");
  }
  put(&l, "}\n");
  append_line(&l);
}

/* Announces, starts, and takes the announcement back when nothing was started. */
static int start_announced(const struct call *call, struct trailer *trailer, const char *how, const struct target *t,
                           const char *path, char *const argv[], char *const envp[]) {
  if (!call->given) announce("exec", trailer, how, t->real[0] ? t->real : path, t->reason, is_in_start_page(path));
  int result = call->make(call, path, argv, envp);
  if (result != call->succeeded && !call->given) announce("unstarted", trailer, 0, 0, 0, 0);
  return result;
}

static const char *find_variable(char *const envp[], const char *name) {
  size_t length = text_length(name);
  for (; envp && *envp; envp++)
    if (bytes_equal_text(*envp, name, length) && (*envp)[length] == '=') return *envp + length + 1;
  return 0;
}

static size_t count_arguments(char *const argv[]) {
  size_t n = 0;
  while (argv[n]) n++;
  return n;
}

/*
 * musl's loader preloads no list of its own, and its --preload takes the place of LD_PRELOAD; its argv[0] names where it lies,
 * since it looks for the list of library directories from there (ldso/dynlink.c).
 */
static int start_musl(const struct call *call, const struct target *t, const char *named, char *const argv[],
                      char *const envp[]) {
  size_t n = count_arguments(argv), length = text_length(argv[0]), used = 0;
  struct trailer trailer = trailer_of(call, 'p');
  name_trailer(&trailer, named);
  char told[length + TRAILER_LENGTH + 1];
  bytes_copy(told, argv[0], length);
  write_trailer(told + length, &trailer, length);

  const char *own = find_variable(envp, "LD_PRELOAD"), *shim = config.column_library_path;
  size_t shim_length = text_length(shim), own_length = own && *own ? text_length(own) + 1 : 0;
  char preloaded[shim_length + own_length + 1];
  bytes_copy(preloaded, shim, shim_length + 1);
  if (own_length) {
    preloaded[shim_length] = ':';
    bytes_copy(preloaded + shim_length + 1, own, own_length);
  }

  char *all[n + 12];
  if (config.emulator[0]) {
    all[used++] = (char *)config.emulator;
    all[used++] = "-L";
    all[used++] = "/";
    all[used++] = "-0";
    all[used++] = (char *)config.column_loader;
  }
  all[used++] = (char *)config.column_loader;
  all[used++] = "--preload";
  all[used++] = preloaded;
  all[used++] = "--argv0";
  all[used++] = told;
  all[used++] = (char *)t->real;
  for (size_t i = 1; i <= n; i++) all[used++] = argv[i];
  const char *loader = program_starter();
  if (require_start_page()) loader = (const char *)start_page_path(1);
  return start_announced(call, &trailer, "program", t, loader, all, envp);
}

/* ld.so, its options, the real path, the caller's arguments: packages/core/src/reroute/loader.ts does the same. */
static int start_sealed(const struct call *call, const struct target *t, const char *named, char *const argv[],
                        char *const envp[]) {
  int is_program = t->kind == PROGRAM;
  size_t n = count_arguments(argv), length = text_length(argv[0]), used = 0;
  struct trailer trailer = trailer_of(call, is_program ? 'p' : 't');
  name_trailer(&trailer, named);
  char told[length + TRAILER_LENGTH + 1];
  bytes_copy(told, argv[0], length);
  write_trailer(told + length, &trailer, length);

  const char *library_path = is_program ? config.column_library_path : "";
  const char *own = *library_path ? find_variable(envp, "LD_LIBRARY_PATH") : 0;
  size_t own_length = own && *own ? text_length(own) + 1 : 0;
  char merged[own_length + text_length(library_path) + 1];
  if (own_length) {
    bytes_copy(merged, own, own_length - 1);
    merged[own_length - 1] = ':';
  }
  bytes_copy(merged + own_length, library_path, text_length(library_path) + 1);

  char *all[n + 12];
  all[used++] = *library_path ? argv[0] : told;
  if (is_program && config.emulator[0]) {
    /* Options of qemu-user: no prefix to look for files in, the argv[0] that the loader gets. */
    all[used++] = "-L";
    all[used++] = "/";
    all[used++] = "-0";
    all[used] = all[0];
    used++;
    all[used++] = (char *)config.column_loader;
  }
  if (*library_path) {
    all[used++] = "--library-path";
    all[used++] = merged;
    all[used++] = "--inhibit-rpath";
    all[used++] = told;
  }
  all[used++] = (char *)t->real;
  for (size_t i = 1; i <= n; i++) all[used++] = argv[i];
  const char *loader = is_program ? program_starter() : config.host_loader;
  if (require_start_page()) loader = (const char *)start_page_path(is_program);
  return start_announced(call, &trailer, is_program ? "program" : "tool", t, loader, all, envp);
}

static int is_static_of_column(const struct target *t) {
  return config.emulator[0] && t->reason && texts_equal(t->reason, "is static") && is_of_machine(t, &config.column_machine);
}

/* It has no libc to choose, but the kernel can't run it. */
static int start_static(const struct call *call, const struct target *t, char *const argv[], char *const envp[]) {
  struct trailer trailer = trailer_of(call, 'x');
  size_t n = count_arguments(argv), used = 5;
  char *all[n + 6];
  all[0] = (char *)config.emulator;
  all[1] = "-L";
  all[2] = "/";
  all[3] = "-0";
  all[4] = argv[0];
  all[used++] = (char *)t->real;
  for (size_t i = 1; i <= n; i++) all[used++] = argv[i];
  return start_announced(call, &trailer, "plain", t, config.emulator, all, envp);
}

/* The kernel will start the column's loader by itself; what it must know goes by the variable that trailer.h takes out. */
static int start_itself(const struct call *call, const struct target *t, char *const argv[], char *const envp[]) {
  size_t n = 0, name_length = sizeof SPAWN_VARIABLE - 1;
  struct trailer trailer = trailer_of(call, 'p');
  char variable[sizeof SPAWN_VARIABLE + ID_LENGTH + TOKEN_LENGTH + 1];
  bytes_copy(variable, SPAWN_VARIABLE, name_length);
  bytes_copy(variable + name_length, trailer.id, ID_LENGTH);
  bytes_copy(variable + name_length + ID_LENGTH, trailer.token, TOKEN_LENGTH);
  bytes_copy(variable + name_length + ID_LENGTH + TOKEN_LENGTH, "p", 2);
  while (envp && envp[n]) n++;
  char *all[n + 2];
  for (size_t i = 0; i < n; i++) all[i] = envp[i];
  all[n] = variable;
  all[n + 1] = 0;
  return start_announced(call, &trailer, "itself", t, path_in_start_page(t->real), argv, all);
}

static int start_as(const struct call *call, const char *path, const char *named, char *const argv[],
                    char *const envp[], int depth);

/* The kernel's rule (fs/binfmt_script.c): `#!interpreter [one argument]`, then the script's path as it was given. */
static int start_script(const struct call *call, const char *path, const char *named, struct target *t,
                        char *const argv[], char *const envp[], int depth) {
  char *at = t->head + 2, *argument = 0;
  size_t n = count_arguments(argv), used = 0;
  char *end = at;
  while (*end && *end != '\n') end++;
  *end = 0;
  while (end > at && (end[-1] == ' ' || end[-1] == '\t')) *--end = 0;
  while (*at == ' ' || *at == '\t') at++;
  char *interpreter = at;
  while (*at && *at != ' ' && *at != '\t') at++;
  if (*at) {
    *at++ = 0;
    while (*at == ' ' || *at == '\t') at++;
    if (*at) argument = at;
  }
  char *all[n + 4];
  all[used++] = interpreter;
  if (argument) all[used++] = argument;
  all[used++] = (char *)path;
  for (size_t i = 1; i <= (n ? n : 1); i++) all[used++] = n ? argv[i] : 0;
  return start_as(call, interpreter, named, all, envp, depth + 1);
}

/* `named` is what was asked for, and gives the process its comm: a script's interpreter has another path. */
static int start_as(const struct call *call, const char *path, const char *named, char *const argv[],
                    char *const envp[], int depth) {
  struct target t = {.kind = KERNEL_REFUSES};
  require_self();
  if (call->replaces) settle_at_last();
  else settle_opening();
  if (!self.id[0] || !path || !argv) return call->make(call, path, argv, envp);
  if (is_own_exe(path)) path = program;
  look_at(path, &t);
  if (t.kind == SCRIPT && depth < 5) return start_script(call, path, named, &t, argv, envp, depth);
  if (t.kind == PROGRAM && t.is_sealed) return start_itself(call, &t, argv, envp);
  if (t.kind == PROGRAM && config.column_is_musl && argv[0]) return start_musl(call, &t, named, argv, envp);
  if ((t.kind == PROGRAM || t.kind == TOOL) && argv[0]) return start_sealed(call, &t, named, argv, envp);
  /* A walk through PATH misses often, and the accountant need not hear of it. */
  if (t.kind == KERNEL_REFUSES && t.error && call->refuse) return (int)call->refuse(t.error);
  if (t.kind == KERNEL_REFUSES || t.kind == SCRIPT) return call->make(call, path, argv, envp);
  if (is_static_of_column(&t) && argv[0]) return start_static(call, &t, argv, envp);
  struct trailer trailer = trailer_of(call, 'x');
  if (!t.reason) t.reason = t.kind == TEXT ? "is neither ELF nor a script" : "has no argv[0]";
  return start_announced(call, &trailer, "plain", &t, path, argv, envp);
}

/* A hook in this process, a Node in the column, tells by the variable which tree the start begins; the child never sees it. */
static int start_given(const struct call *call, char *const *entry, const char *path, char *const argv[],
                       char *const envp[]) {
  size_t n = 0, name_length = sizeof SPAWN_VARIABLE - 1;
  while (envp[n]) n++;
  char *rest[n + 1];
  size_t kept = 0;
  for (size_t i = 0; i < n; i++)
    if (envp + i != entry) rest[kept++] = envp[i];
  rest[kept] = 0;
  struct trailer given = self;
  bytes_copy(given.id, *entry + name_length, ID_LENGTH);
  bytes_copy(given.token, *entry + name_length + ID_LENGTH, TOKEN_LENGTH);
  struct call told = *call;
  told.given = &given;
  return start_as(&told, path, is_own_exe(path) ? "exe" : path, argv, rest, 0);
}

static int start(const struct call *call, const char *path, char *const argv[], char *const envp[]) {
  size_t name_length = sizeof SPAWN_VARIABLE - 1;
  for (char *const *entry = envp; entry && *entry && self.id[0]; entry++)
    if (bytes_equal_text(*entry, SPAWN_VARIABLE, name_length) &&
        text_length(*entry) >= name_length + ID_LENGTH + TOKEN_LENGTH)
      return start_given(call, entry, path, argv, envp);
  return start_as(call, path, is_own_exe(path) ? "exe" : path, argv, envp, 0);
}

#endif
