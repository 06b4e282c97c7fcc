/*
 * Libraries that the process opens itself (dlopen(3)): one may bring another libc, and a process that is killed or leaves
 * by _exit(2) runs no destructor. So each opening is announced before it happens, and settled by a fresh list of what is
 * mapped at the next occasion: the look-up of a symbol in what was opened, the question why nothing was, another opening,
 * a closing, a start, or an exit.
 */
#ifndef GLIBC_MATRIX_OPENING_H
#define GLIBC_MATRIX_OPENING_H

#include "start.h"

static int report_again(void);

static struct {
  uint64_t count, settled;
  long pid, thread; /* who owes a list; 0: nobody */
  int overlaps; /* threads that open at a time owe one until the process ends */
  long busy; /* who reads the maps now */
} opening;

static long own_pid(void) { return SYS1(__NR_getpid, 0); }
static long own_thread(void) { return SYS1(__NR_gettid, 0); }

/* One at a time writes down what is mapped. A holder that a fork left behind, or that waits for us, is not waited for. */
static int take_turn(long pid) {
  for (int tries = 0; tries < 2000; tries++) {
    long holder = 0;
    if (__atomic_compare_exchange_n(&opening.busy, &holder, pid, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) return 1;
    if (holder != pid && __atomic_compare_exchange_n(&opening.busy, &holder, pid, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
      return 1;
    SYS1(__NR_sched_yield, 0);
  }
  return 0;
}

/* A child of fork(2) or vfork(2) leaves to its parent what that one opened. */
static void list_mapped(int settles) {
  if (!opening.pid || !program || !loss) return;
  long pid = own_pid();
  if (opening.pid != pid) return;
  if (!take_turn(pid)) return mark_loss();
  if (opening.pid == pid) {
    if (settles) {
      opening.pid = 0;
      opening.settled = opening.count;
    }
    if (!report_again()) mark_loss();
  }
  __atomic_store_n(&opening.busy, 0, __ATOMIC_RELEASE);
}

/* What another thread opens may not be mapped yet. */
static int is_opened_here(void) { return !opening.overlaps && opening.thread == own_thread(); }

static void settle_opening(void) {
  if (opening.pid && is_opened_here()) list_mapped(1);
}

static void list_now(void) {
  long pid = own_pid();
  if (!program || !loss) return;
  if (!take_turn(pid)) return mark_loss();
  if (!report_again()) mark_loss();
  __atomic_store_n(&opening.busy, 0, __ATOMIC_RELEASE);
}

/* Code was mapped since the last list (by-hand.h). */
static int owes_list;

/* The process ends, or becomes another program: nothing will be mapped any more. */
static void settle_at_last(void) {
  list_mapped(1);
  if (!owes_list) return;
  owes_list = 0;
  list_now();
}

/* By a constructor that ran before ours. */
static int closed_early;

/* Constructors have run, on which libc can't be seen afterwards: whoever opened it. */
static void list_before_close(void) {
  if (!program) closed_early = 1;
  if (opening.pid) list_mapped(is_opened_here());
}

static void announce_opening(void) {
  char bytes[256];
  struct line l = {bytes, 0, sizeof bytes, 0};
  if (!program || !loss) return;
  settle_opening();
  opening.overlaps = opening.pid == own_pid();
  opening.pid = own_pid();
  opening.thread = own_thread();
  put_head(&l, "opening", &self);
  put(&l, ",\"opening\":");
  put_unsigned(&l, __atomic_add_fetch(&opening.count, 1, __ATOMIC_RELAXED), 10);
  put(&l, "}\n");
  append_line(&l);
}

static struct {
  void *dlopen, *dlmopen, *dlsym, *dlvsym, *dlerror, *dlclose;
} real;

/* libc.so.6 has them from 2.34 on, libdl.so.2 before. */
static void resolve_opening(void) {
  if (!take_turn(own_pid())) return;
  struct maps m;
  read_maps(&m);
  for (int i = 0; i < m.count && !real.dlvsym; i++) {
    struct object o;
    if (!read_object(&m, i, &o)) continue;
    if (!is_libc(&o) && !(o.soname && texts_equal(o.soname, "libdl.so.2"))) continue;
    struct symbols symbols = symbols_of(&m, &o);
    real.dlopen = find_function(&symbols, "dlopen");
    real.dlmopen = find_function(&symbols, "dlmopen");
    real.dlsym = find_function(&symbols, "dlsym");
    real.dlvsym = find_function(&symbols, "dlvsym");
    real.dlerror = find_function(&symbols, "dlerror");
    real.dlclose = find_function(&symbols, "dlclose");
  }
  leave_maps(&m);
  __atomic_store_n(&opening.busy, 0, __ATOMIC_RELEASE);
}

static void *none(void) { return 0; }

/* They get the arguments of what they come before. Without a name the program itself is meant: nothing is opened. */
#define BEFORE(name, parameters, act)                                       \
  __attribute__((used)) static void *before_##name parameters {             \
    act;                                                                    \
    if (!real.name) resolve_opening();                                      \
    return real.name ? real.name : (void *)none;                            \
  }
BEFORE(dlopen, (const char *file), if (file) announce_opening())
BEFORE(dlmopen, (long name_space, const char *file), (void)name_space; if (file) announce_opening())
BEFORE(dlsym, (void), settle_opening())
BEFORE(dlvsym, (void), settle_opening())
BEFORE(dlerror, (void), settle_opening())
BEFORE(dlclose, (void), list_before_close())

/* These look at their return address to know who asks (RPATH, namespace, RTLD_NEXT), so libc's own are jumped to. */
#if defined(__x86_64__)
#define JUMP(name)                                                                                     \
  __asm__(".text\n.globl " #name "\n.type " #name ",@function\n" #name ":\n endbr64\n"                 \
          " push %rdi\n push %rsi\n push %rdx\n push %rcx\n sub $8,%rsp\n call before_" #name "\n"     \
          " add $8,%rsp\n pop %rcx\n pop %rdx\n pop %rsi\n pop %rdi\n jmp *%rax\n.size " #name ",.-" #name "\n")
#elif defined(__s390x__)
/* The caller's frame has room for its registers from the second on (ELF ABI supplement, Register save area). */
#define JUMP(name)                                                                                     \
  __asm__(".text\n.globl " #name "\n.type " #name ",@function\n" #name ":\n"                           \
          " stmg %r2,%r15,16(%r15)\n aghi %r15,-160\n brasl %r14,before_" #name "\n"                   \
          " lgr %r1,%r2\n lmg %r2,%r15,176(%r15)\n br %r1\n.size " #name ",.-" #name "\n")
#elif defined(__i386__)
/* Two arguments are all that any of them looks at. */
#define JUMP(name)                                                                                     \
  __asm__(".text\n.globl " #name "\n.type " #name ",@function\n" #name ":\n sub $12,%esp\n"            \
          " mov 16(%esp),%eax\n mov %eax,(%esp)\n mov 20(%esp),%eax\n mov %eax,4(%esp)\n"              \
          " call before_" #name "\n add $12,%esp\n jmp *%eax\n.size " #name ",.-" #name "\n")
#elif defined(__arm__)
#define JUMP(name)                                                                                     \
  __asm__(".text\n.arm\n.globl " #name "\n.type " #name ",%function\n" #name ":\n push {r0-r4,lr}\n"     \
          " bl before_" #name "\n mov ip,r0\n pop {r0-r4,lr}\n bx ip\n.size " #name ",.-" #name "\n")
#elif defined(__riscv)
#define JUMP(name)                                                                                     \
  __asm__(".text\n.globl " #name "\n.type " #name ",@function\n" #name ":\n addi sp,sp,-48\n"          \
          " sd a0,0(sp)\n sd a1,8(sp)\n sd a2,16(sp)\n sd a3,24(sp)\n sd ra,32(sp)\n"                 \
          " call before_" #name "\n mv t1,a0\n ld ra,32(sp)\n ld a3,24(sp)\n ld a2,16(sp)\n"          \
          " ld a1,8(sp)\n ld a0,0(sp)\n addi sp,sp,48\n jr t1\n.size " #name ",.-" #name "\n")
#else
#define JUMP(name)                                                                                     \
  __asm__(".text\n.globl " #name "\n.type " #name ",%function\n" #name ":\n"                           \
          " stp x0,x1,[sp,#-48]!\n stp x2,x3,[sp,#16]\n str x30,[sp,#32]\n bl before_" #name "\n"      \
          " mov x16,x0\n ldr x30,[sp,#32]\n ldp x2,x3,[sp,#16]\n ldp x0,x1,[sp],#48\n br x16\n"        \
          ".size " #name ",.-" #name "\n")
#endif
JUMP(dlopen);
JUMP(dlmopen);
JUMP(dlsym);
JUMP(dlvsym);
JUMP(dlerror);
JUMP(dlclose);

EXPORT __attribute__((noreturn)) void _exit(int status) {
  settle_at_last();
  for (;;) SYS1(__NR_exit_group, status);
}
EXPORT __attribute__((noreturn)) void _Exit(int status) { _exit(status); }

#endif
