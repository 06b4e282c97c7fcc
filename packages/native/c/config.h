/* What the seal writes into its private copy of the shim; packages/core/src/reroute/shim-config.ts knows this layout. */
#ifndef GLIBC_MATRIX_CONFIG_H
#define GLIBC_MATRIX_CONFIG_H

#include <elf.h>
#include <stddef.h>
#include <stdint.h>

#define PATCHES_MAX 8

/* A string of libc.so.6, by its offset in the file, that names a directory of the host, and what it becomes in memory. */
struct patch {
  uint64_t offset;
  uint32_t length;
  char text[52];
};

/* What tells the machine of an ELF file: e_ident[EI_CLASS], e_ident[EI_DATA], e_machine (elf(5)). */
struct machine {
  unsigned char width, order;
  uint16_t number;
};

/* A list is a run of strings, each ended by NUL, the last followed by one more. */
struct config {
  char magic[16];
  uint32_t patch_count;
  uint32_t programs_only; /* 1: only what `programs` matches counts */
  char journals[192];
  char libc_build_id[48];
  struct patch patches[PATCHES_MAX];
  char column_loader[128];        /* starts programs under test */
  char column_library_path[256];  /* for --library-path, where the loader could not be sealed whole; else empty.
                                     In a column of musl the shim itself, for --preload */
  char host_loader[128];          /* starts the host's tools, so that they are followed */
  char root[512];                 /* the project's root, which relative globs begin at */
  char node[512];                 /* real path of the host's Node */
  char system_directories[1024];  /* list; a program below one is a tool of the host */
  char programs[2048];            /* list of globs */
  char exclude[2048];             /* list of globs */
  char accountant[108];           /* socket of the session's accountant; empty: none */
  uint32_t column_is_musl;        /* 1: programs under test are musl's */
  uint64_t start_page;            /* where the sealed loaders' paths lie in every process (start-page.h); 0: nowhere */
  struct machine column_machine;  /* of programs under test */
  struct machine host_machine;    /* of tools */
  char emulator[256];             /* runs programs under test, where the two differ (qemu-user); else empty */
};

/* The same numbers stand in shim-config.ts: a field that moves on any machine does not compile. */
#define PLACED(field, offset) _Static_assert(offsetof(struct config, field) == offset, #field)
PLACED(patch_count, 16);
PLACED(programs_only, 20);
PLACED(journals, 24);
PLACED(libc_build_id, 216);
PLACED(patches, 264);
PLACED(column_loader, 776);
PLACED(column_library_path, 904);
PLACED(host_loader, 1160);
PLACED(root, 1288);
PLACED(node, 1800);
PLACED(system_directories, 2312);
PLACED(programs, 3336);
PLACED(exclude, 5384);
PLACED(accountant, 7432);
PLACED(column_is_musl, 7540);
PLACED(start_page, 7544);
PLACED(column_machine, 7552);
PLACED(host_machine, 7556);
PLACED(emulator, 7560);
#undef PLACED
_Static_assert(sizeof(struct patch) == 64 && offsetof(struct patch, text) == 12, "struct patch");

/* Its bytes are in the file, and what they are when the compiler sees them says nothing. */
__attribute__((used)) static const struct config empty_config = {
    .magic = "glibc-matrix/cfg",
};
static inline const struct config *own_config(void) {
  const struct config *own = &empty_config;
  __asm__("" : "+r"(own));
  return own;
}
#define config (*own_config())

#if defined(__x86_64__)
#define OWN_MACHINE EM_X86_64
#elif defined(__i386__)
#define OWN_MACHINE EM_386
#elif defined(__aarch64__)
#define OWN_MACHINE EM_AARCH64
#elif defined(__s390x__)
#define OWN_MACHINE EM_S390
#elif defined(__riscv)
#define OWN_MACHINE 243 /* EM_RISCV */
#elif defined(__arm__)
#define OWN_MACHINE EM_ARM
#endif

/* A process of another machine than its system's: what the kernel counts is arranged before it begins (emulate.c). */
static inline int is_of_other_machine(void) { return config.host_machine.number != OWN_MACHINE; }

#endif
