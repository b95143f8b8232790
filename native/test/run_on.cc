// run_on <build> <program> [arguments]: runs the program where the processor has the build's instructions, else
// returns 77.
#include <unistd.h>

#include <cstdio>
#include <cstring>

static bool can_run(const char* build) {
#if defined(__x86_64__)
  if (!strcmp(build, "avx2")) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (!strcmp(build, "avx512")) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  }
#endif
  return !strcmp(build, "baseline");
}

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  if (!can_run(argv[1])) {
    printf("skipped: this processor can't run the %s build\n", argv[1]);
    return 77;
  }
  execv(argv[2], argv + 2);
  perror(argv[2]);
  return 2;
}
