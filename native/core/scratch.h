// scratch<T>: a 64-byte aligned work buffer that lives as long as one kernel call. Its contents are undefined at first.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "core/memory.h"
#include "core/target.h"

namespace gibbsite::GIBBSITE_TARGET {

template <class T>
class scratch {
 public:
  explicit scratch(size_t count) : data_(count == 0 ? nullptr : static_cast<T*>(take_memory(count * sizeof(T)))) {}
  ~scratch() {
    if (data_ != nullptr) give_memory(data_);
  }
  scratch(const scratch&) = delete;
  scratch& operator=(const scratch&) = delete;

  T* data() const { return data_; }
  T& operator[](size_t i) const { return data_[i]; }

 private:
  T* data_;
};

}  // namespace gibbsite::GIBBSITE_TARGET
