/* Where a static helper starts: the kernel leaves argc, argv and the environment on the stack (execve(2), gABI "Process Initialization"). */
#ifndef GLIBC_MATRIX_ENTRY_H
#define GLIBC_MATRIX_ENTRY_H

/* `stack[0]` is argc. It never returns. */
__attribute__((used)) static void begin(long *stack);

#if defined(__x86_64__)
__asm__(".globl _start\n_start:\n xor %ebp,%ebp\n mov %rsp,%rdi\n and $-16,%rsp\n call begin\n");
#elif defined(__aarch64__)
__asm__(".globl _start\n_start:\n mov x29,xzr\n mov x0,sp\n bl begin\n");
#else
#error "the helpers are built for x86-64 and arm64"
#endif

#endif
