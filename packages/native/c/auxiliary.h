/* The kernel's own words behind the environment (getauxval(3)), found before anything is taken out of that. */
#ifndef GLIBC_MATRIX_AUXILIARY_H
#define GLIBC_MATRIX_AUXILIARY_H

#include "elf-class.h"

static ELF(auxv_t) *auxiliary;

static void find_auxiliary(char **envp) {
  while (*envp) envp++;
  auxiliary = (ELF(auxv_t) *)(envp + 1);
}

static ELF(auxv_t) *auxiliary_of(uint64_t type) {
  for (ELF(auxv_t) *entry = auxiliary; entry->a_type != AT_NULL; entry++)
    if (entry->a_type == type) return entry;
  return 0;
}

static uint64_t auxiliary_value(uint64_t type) {
  ELF(auxv_t) *entry = auxiliary_of(type);
  return entry ? entry->a_un.a_val : 0;
}

#endif
