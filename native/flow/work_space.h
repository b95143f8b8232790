// Work memory of a layer: as scratch.h, but what a small network needs for a few rows comes from the stack, since one
// row through it takes less time than an allocation or two.
#pragma once
#include "core/scratch.h"

namespace gibbsite::GIBBSITE_TARGET {

class work_space {
 public:
  explicit work_space(size_t floats) : heap_(floats > here ? floats : 0) {}
  float* data() const { return heap_.data() != nullptr ? heap_.data() : const_cast<float*>(stack_); }

 private:
  static constexpr size_t here = 2048;
  const scratch<float> heap_;
  alignas(64) float stack_[here];
};

}  // namespace gibbsite::GIBBSITE_TARGET
