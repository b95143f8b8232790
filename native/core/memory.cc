#include "core/memory.h"

#include <stdint.h>
#include <stdlib.h>

// In WebAssembly memory never goes back to the system, and malloc keeps it; and AddressSanitizer sees most when every
// block is its own.
#if !defined(__wasm__) && !defined(__SANITIZE_ADDRESS__)
#define GIBBSITE_KEEP_MEMORY 1
#include <mutex>
#endif

namespace gibbsite {
namespace {

// Stands in front of each block, which is aligned behind it.
struct alignas(64) header {
  void* allocation;
  size_t bytes;
};

void* allocate(size_t bytes) {
  void* allocation = malloc(bytes + sizeof(header) + alignof(header));
  if (allocation == nullptr) __builtin_trap();
  const uintptr_t start = (reinterpret_cast<uintptr_t>(allocation) + alignof(header) - 1) & ~(alignof(header) - 1);
  header* const block = reinterpret_cast<header*>(start);
  *block = {allocation, bytes};
  return block + 1;
}

header* header_of(void* block) { return static_cast<header*>(block) - 1; }

#if !defined(GIBBSITE_KEEP_MEMORY)

void* take_kept(size_t) { return nullptr; }
bool keep(void*) { return false; }

#else

// Smaller blocks are malloc's business; more than this would be the user's memory, not ours.
constexpr size_t smallest_kept = size_t{64} << 10, most_kept_bytes = size_t{64} << 20;
constexpr int most_kept = 32;

// Free blocks for whoever asks next. Never destroyed: kernels may run on other threads while the process ends.
struct shelf {
  std::mutex lock;
  void* blocks[most_kept];
  int count;
  size_t bytes;
};
constinit shelf kept{};

// The smallest block that fits and is not twice too large.
void* take_kept(size_t bytes) {
  if (bytes < smallest_kept) return nullptr;
  const std::lock_guard<std::mutex> guard(kept.lock);
  int best = -1;
  for (int i = 0; i < kept.count; i++) {
    const size_t size = header_of(kept.blocks[i])->bytes;
    if (size < bytes || size > 2 * bytes) continue;
    if (best < 0 || size < header_of(kept.blocks[best])->bytes) best = i;
  }
  if (best < 0) return nullptr;
  void* const block = kept.blocks[best];
  kept.blocks[best] = kept.blocks[--kept.count];
  kept.bytes -= header_of(block)->bytes;
  return block;
}

bool keep(void* block) {
  const size_t bytes = header_of(block)->bytes;
  if (bytes < smallest_kept) return false;
  const std::lock_guard<std::mutex> guard(kept.lock);
  if (kept.count == most_kept || kept.bytes + bytes > most_kept_bytes) return false;
  kept.blocks[kept.count++] = block;
  kept.bytes += bytes;
  return true;
}

#endif

}  // namespace

void* take_memory(size_t bytes) {
  void* const block = take_kept(bytes);
  return block != nullptr ? block : allocate(bytes);
}

void give_memory(void* block) {
  if (!keep(block)) free(header_of(block)->allocation);
}

}  // namespace gibbsite
