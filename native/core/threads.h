// parallel_for: the one way a kernel uses more than one core.
//
// Tasks are independent outputs, never parts of one sum, so results don't depend on how many threads there are or which
// takes what. In WebAssembly, and when the pool is busy with another caller, the tasks run one after the other.
// Compiled once for all builds (threads.cc), hence outside the build namespaces.
#pragma once
#include <stddef.h>

#include "core/simd.h"

namespace gibbsite {

// Calls task(context, i) for every i < count, on up to thread_count() threads, and returns when all are done.
void run_tasks(size_t count, void (*task)(void* context, size_t i), void* context);

// Threads a kernel may use, the caller's included; set_thread_count(0) restores the number of cores.
int thread_count();
void set_thread_count(int count);

namespace GIBBSITE_TARGET {

// body(i) for every i < count.
template <class Body>
GIBBSITE_INLINE void parallel_for(size_t count, const Body& body) {
  if (count == 1) return body(size_t{0});
  run_tasks(count, [](void* context, size_t i) { (*static_cast<const Body*>(context))(i); }, const_cast<Body*>(&body));
}

}  // namespace GIBBSITE_TARGET
}  // namespace gibbsite
