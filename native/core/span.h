// span<T>: pointer and length, what kernels take instead of arrays. span<const T> is read, span<T> is written.
// Own type and not std::span, so that its inline functions belong to one build of the library (see target.h).
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "core/target.h"

namespace gibbsite::GIBBSITE_TARGET {

template <class T>
class span {
 public:
  constexpr span() = default;
  constexpr span(T* data, size_t size) : data_(data), size_(size) {}

  constexpr T* data() const { return data_; }
  constexpr size_t size() const { return size_; }
  constexpr bool empty() const { return size_ == 0; }
  constexpr T& operator[](size_t i) const { return data_[i]; }
  constexpr T* begin() const { return data_; }
  constexpr T* end() const { return data_ + size_; }
  constexpr span subspan(size_t offset, size_t count) const { return {data_ + offset, count}; }

 private:
  T* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace gibbsite::GIBBSITE_TARGET
