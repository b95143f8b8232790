#include "abi/dispatch.h"

#include <stdlib.h>
#include <string.h>

namespace gibbsite {

namespace baseline {
kernel_list kernel_table();
}
#if defined(__x86_64__)
namespace avx2 {
kernel_list kernel_table();
}
namespace avx512 {
kernel_list kernel_table();
}
#endif

namespace {

struct build {
  const char* name;
  bool supported;
  kernel_list (*table)();
};

active_build pick() {
#if defined(__x86_64__)
  // __builtin_cpu_supports also asks the operating system whether it saves the wide registers.
  __builtin_cpu_init();
  const bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool has_avx512 = has_avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                          __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  const build builds[] = {{"avx512", has_avx512, avx512::kernel_table},
                          {"avx2", has_avx2, avx2::kernel_table},
                          {"baseline", true, baseline::kernel_table}};
#else
  const build builds[] = {{"baseline", true, baseline::kernel_table}};
#endif
  const char* const wanted = getenv("GIBBSITE_SIMD");
  const build* widest = nullptr;
  for (const build& candidate : builds) {
    if (!candidate.supported) continue;
    if (wanted != nullptr && strcmp(wanted, candidate.name) == 0) return {candidate.name, candidate.table()};
    if (widest == nullptr) widest = &candidate;
  }
  return {widest->name, widest->table()};
}

}  // namespace

const active_build& choose_build() {
  static const active_build chosen = pick();
  return chosen;
}

}  // namespace gibbsite
