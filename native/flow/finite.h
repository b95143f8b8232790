// Whether numbers are finite, without a look at each.
#pragma once
#include "core/simd.h"

namespace gibbsite::GIBBSITE_TARGET {

inline bool all_finite(const float* values, size_t count) {
  i32x bad{};
  size_t j = 0;
  for (; j + f32_lanes <= count; j += f32_lanes) {
    const f32x x = load<f32x>(values + j);
    bad |= (x - x) != f32x{};
  }
  bool fine = mask_bits(bad) == 0;
  for (; j < count; j++) fine = fine && __builtin_isfinite(values[j]);
  return fine;
}

}  // namespace gibbsite::GIBBSITE_TARGET
