/*
 * Starts a program of another machine so that the kernel counts its tree: inside of an emulator nobody can ask for that, since
 * qemu-user has no seccomp(2), and a 32-bit process would ask for its own system calls alone. `emulate ID ARGV...` executes the
 * emulator, or the column's loader where the kernel runs it, counted or not: a line in the journal says so. The seal writes the
 * same settings into it as into a shim. Freestanding.
 */
#include "accounting.h"
#include "compiler.h"
#include "entry.h"
#include "text.h"

#define NOT_STARTED 127 /* as of a shell that could not start a program */

static void tell_counted(void) {
  char bytes[256];
  struct line l = {bytes, 0, sizeof bytes, 0};
  put_head(&l, "counted", &self);
  if (took_privileges) put(&l, ",\"noNewPrivs\":true");
  put(&l, "}\n");
  append_line(&l);
}

/* Executed by its path in the start page it is no start that the kernel reports. */
static void start(const char *id, char **argv, char **envp) {
  const char *path = program_starter();
  bytes_copy(self.id, id, ID_LENGTH);
  bytes_fill(self.token, '0', TOKEN_LENGTH);
  if (map_loss() && require_start_page()) {
    begin_accounting();
    if (is_accounted) tell_counted();
    path = (const char *)start_page_path(1);
  }
  SYS3(__NR_execve, path, argv, envp);
}

static void begin(long *stack) {
  long argc = stack[0];
  char **argv = (char **)(stack + 1);
  if (argc > 2 && text_length(argv[1]) == ID_LENGTH) start(argv[1], argv + 2, argv + argc + 1);
  SYS1(__NR_exit_group, NOT_STARTED);
  __builtin_unreachable();
}
