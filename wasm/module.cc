// The kernel table as a WASM module without JavaScript glue. src/backend/wasm-instance.ts reads the table out of the
// memory, puts arguments into slots and calls by index; besides these it uses `memory`, `malloc` and `free`.
#include "abi/kernel.h"

namespace gibbsite::GIBBSITE_TARGET {

#define EXPORTED(name) __attribute__((export_name(#name), used))

EXPORTED(kernel_count) extern "C" uint32_t kernel_count() { return kernel_table().count; }

EXPORTED(kernel_at) extern "C" const kernel_entry* kernel_at(uint32_t index) { return &kernel_table().entries[index]; }

EXPORTED(kernel_call) extern "C" double kernel_call(uint32_t index, const kernel_slot* arguments) {
  return kernel_table().entries[index].call(arguments);
}

}  // namespace gibbsite::GIBBSITE_TARGET
