/*
 * cpu-of-starts ROUNDS NAME FILE ARGV0 ARGUMENT... -- NAME FILE ...: starts each command once a round, in another order each
 * time, and prints "NAME\tTIME\tTIME…", one for each round, in microseconds of processor time (wait4(2)), which a busy
 * machine changes little.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST = 16, WARM_UP = 20 };

static int cpu_of(char **command) {
  struct rusage usage;
  int status;
  pid_t pid = vfork();
  if (pid == 0) {
    execv(command[1], command + 2);
    _exit(127);
  }
  if (pid < 0 || wait4(pid, &status, 0, &usage) != pid || status != 0) {
    fprintf(stderr, "%s ended with status %x\n", command[0], status);
    exit(1);
  }
  return (int)((usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

int main(int argc, char **argv) {
  int rounds = atoi(argv[1]), count = 1;
  char **commands[MOST] = {argv + 2};
  int *times[MOST];
  for (int i = 3; i < argc; i++)
    if (strcmp(argv[i], "--") == 0 && count < MOST) {
      argv[i] = NULL;
      commands[count++] = argv + i + 1;
    }
  for (int i = 0; i < count; i++) times[i] = malloc(sizeof(int) * (size_t)rounds);
  for (int round = -WARM_UP; round < rounds; round++)
    for (int turn = 0; turn < count; turn++) {
      int which = (turn + round + WARM_UP) % count, time = cpu_of(commands[which]);
      if (round >= 0) times[which][round] = time;
    }
  for (int i = 0; i < count; i++) {
    printf("%s", commands[i][0]);
    for (int round = 0; round < rounds; round++) printf("\t%d", times[i][round]);
    printf("\n");
  }
}
