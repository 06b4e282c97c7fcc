/* The ELF types of this machine's class, which are named after their widths. */
#ifndef GLIBC_MATRIX_ELF_CLASS_H
#define GLIBC_MATRIX_ELF_CLASS_H

#include <elf.h>

#if __SIZEOF_POINTER__ == 8
#define ELF(type) Elf64_##type
#define OWN_CLASS ELFCLASS64
#else
#define ELF(type) Elf32_##type
#define OWN_CLASS ELFCLASS32
#endif

#endif
