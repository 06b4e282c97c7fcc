/* What the seal writes into its private copy of the shim; packages/core/src/reroute/shim-config.ts knows this layout. */
#ifndef GLIBC_MATRIX_CONFIG_H
#define GLIBC_MATRIX_CONFIG_H

#include <stdint.h>

#define PATCHES_MAX 8

/* A string of libc.so.6, by its offset in the file, that names a directory of the host, and what it becomes in memory. */
struct patch {
  uint64_t offset;
  uint32_t length;
  char text[52];
};

struct config {
  char magic[16];
  uint32_t patch_count;
  uint32_t reserved;
  char journals[192];
  char libc_build_id[48];
  struct patch patches[PATCHES_MAX];
};

/* In .data, so that the bytes are in the file, and volatile, so that the compiler doesn't fold them. */
__attribute__((used, section(".data.config"))) static volatile struct config config = {
    .magic = "glibc-matrix/cfg",
};

#endif
