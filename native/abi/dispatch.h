// Which build of the kernel library this process uses.
#pragma once
#include "abi/kernel.h"

namespace gibbsite {

struct active_build {
  const char* name;  // "baseline", "avx2" or "avx512"
  kernel_list kernels;
};

// The widest build that the processor and the operating system support; chosen once a process. The environment variable
// GIBBSITE_SIMD=baseline|avx2|avx512 asks for a narrower one (an unsupported or unknown one is ignored).
const active_build& choose_build();

}  // namespace gibbsite
