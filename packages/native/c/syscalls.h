/* Raw system calls: the shim may not call any libc, since the one it meets is the one under test. */
#ifndef GLIBC_MATRIX_SYSCALLS_H
#define GLIBC_MATRIX_SYSCALLS_H

#include <asm/unistd.h>

static inline long syscall6(long n, long a, long b, long c, long d, long e, long f) {
#if defined(__x86_64__)
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  long result;
  __asm__ volatile("syscall" : "=a"(result) : "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
#elif defined(__aarch64__)
  register long x8 __asm__("x8") = n;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = e;
  register long x5 __asm__("x5") = f;
  __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory", "cc");
  return x0;
#elif defined(__s390x__)
  register long r1 __asm__("r1") = n;
  register long r2 __asm__("r2") = a;
  register long r3 __asm__("r3") = b;
  register long r4 __asm__("r4") = c;
  register long r5 __asm__("r5") = d;
  register long r6 __asm__("r6") = e;
  register long r7 __asm__("r7") = f;
  __asm__ volatile("svc 0" : "+d"(r2) : "d"(r1), "d"(r3), "d"(r4), "d"(r5), "d"(r6), "d"(r7) : "memory", "cc");
  return r2;
#elif defined(__riscv) && __riscv_xlen == 64
  register long a7 __asm__("a7") = n;
  register long a0 __asm__("a0") = a;
  register long a1 __asm__("a1") = b;
  register long a2 __asm__("a2") = c;
  register long a3 __asm__("a3") = d;
  register long a4 __asm__("a4") = e;
  register long a5 __asm__("a5") = f;
  __asm__ volatile("ecall" : "+r"(a0) : "r"(a7), "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5) : "memory");
  return a0;
#elif defined(__arm__)
  register long r7 __asm__("r7") = n;
  register long r0 __asm__("r0") = a;
  register long r1 __asm__("r1") = b;
  register long r2 __asm__("r2") = c;
  register long r3 __asm__("r3") = d;
  register long r4 __asm__("r4") = e;
  register long r5 __asm__("r5") = f;
  __asm__ volatile("svc #0" : "+r"(r0) : "r"(r7), "r"(r1), "r"(r2), "r"(r3), "r"(r4), "r"(r5) : "memory", "cc");
  return r0;
#elif defined(__i386__)
  long result;
  __asm__ volatile("pushl %[f]\n pushl %%ebp\n movl 4(%%esp),%%ebp\n int $0x80\n popl %%ebp\n addl $4,%%esp"
                   : "=a"(result) : "a"(n), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e), [f] "g"(f) : "memory", "cc");
  return result;
#else
#error "the shim is written for x86-64, i386, arm64, 32-bit arm, s390x and riscv64"
#endif
}

#define SYS1(n, a) syscall6(n, (long)(a), 0, 0, 0, 0, 0)
#define SYS2(n, a, b) syscall6(n, (long)(a), (long)(b), 0, 0, 0, 0)
#define SYS3(n, a, b, c) syscall6(n, (long)(a), (long)(b), (long)(c), 0, 0, 0)
#define SYS4(n, a, b, c, d) syscall6(n, (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)
#define SYS5(n, a, b, c, d, e) syscall6(n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), 0)

/* Of 32-bit machines, with the names that others have. */
#if !defined(__NR_newfstatat) && defined(__NR_fstatat64)
#define __NR_newfstatat __NR_fstatat64
#endif

/* pread(2). A number of 64 bits takes two registers of arm, the first an even one (syscall(2)). */
static inline long read_file_at(long fd, void *to, unsigned long size, unsigned long long at) {
#if defined(__arm__)
  return syscall6(__NR_pread64, fd, (long)to, (long)size, 0, (long)(at & 0xffffffff), (long)(at >> 32));
#elif defined(__i386__)
  return syscall6(__NR_pread64, fd, (long)to, (long)size, (long)(at & 0xffffffff), (long)(at >> 32), 0);
#else
  return syscall6(__NR_pread64, fd, (long)to, (long)size, (long)at, 0, 0);
#endif
}

/* mmap(2). That of s390x takes its arguments from memory, those of 32-bit machines count the offset in pages of 4096 bytes. */
static inline long map_memory(void *at, unsigned long size, long protection, long flags, long fd, long offset) {
#if defined(__s390x__)
  long arguments[6] = {(long)at, (long)size, protection, flags, fd, offset};
  return syscall6(__NR_mmap, (long)arguments, 0, 0, 0, 0, 0);
#elif defined(__arm__) || defined(__i386__)
  return syscall6(__NR_mmap2, (long)at, (long)size, protection, flags, fd, offset >> 12);
#else
  return syscall6(__NR_mmap, (long)at, (long)size, protection, flags, fd, offset);
#endif
}

#endif
