/* What the compiler may call without being asked, even freestanding (GCC's manual, Standards); a libc's is not to be needed. */
#ifndef GLIBC_MATRIX_COMPILER_H
#define GLIBC_MATRIX_COMPILER_H

#include "text.h"

void *memset(void *to, int value, size_t n) {
  bytes_fill(to, (unsigned char)value, n);
  return to;
}

void *memcpy(void *to, const void *from, size_t n) {
  bytes_copy(to, from, n);
  return to;
}

/* Where a processor need not know division, libgcc divides, and would raise a signal of libc for a divisor of 0. */
#if defined(__arm__)
long long __aeabi_ldiv0(long long value) { return value; }
int __aeabi_idiv0(int value) { return value; }
void __aeabi_unwind_cpp_pr0(void) {}
#endif

#endif
