// Work memory of kernels. Fresh memory from the system costs a page fault every 4 KiB, some milliseconds for the tables
// of a large model, so a few large blocks are kept between calls. Compiled once for all builds (memory.cc).
#pragma once
#include <stddef.h>

namespace gibbsite {

// At least `bytes` bytes, aligned to 64. Never null: an exhausted memory ends the process as a failed `new` would.
void* take_memory(size_t bytes);
void give_memory(void* block);

}  // namespace gibbsite
