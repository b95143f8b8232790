// scratch<T>: a 64-byte aligned work buffer that lives as long as one kernel call.
#pragma once
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/target.h"

namespace gibbsite::GIBBSITE_TARGET {

template <class T>
class scratch {
 public:
  explicit scratch(size_t count) {
    // An exhausted memory ends the process as a failed `new` would: kernels are noexcept and the sizes are checked
    // above.
    block_ = malloc(count * sizeof(T) + 64);
    if (block_ == nullptr) __builtin_trap();  // not abort(): in WASM that would be an import
    data_ = reinterpret_cast<T*>((reinterpret_cast<uintptr_t>(block_) + 63) & ~uintptr_t{63});
  }
  ~scratch() { free(block_); }
  scratch(const scratch&) = delete;
  scratch& operator=(const scratch&) = delete;

  T* data() const { return data_; }
  T& operator[](size_t i) const { return data_[i]; }

 private:
  void* block_ = nullptr;
  T* data_ = nullptr;
};

}  // namespace gibbsite::GIBBSITE_TARGET
