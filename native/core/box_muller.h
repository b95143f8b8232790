// Two normal draws from two random words, G. E. P. Box and Mervin E. Muller (1958):
//   z1 = sqrt(-2 ln u1) cos(2 pi u2),   z2 = sqrt(-2 ln u1) sin(2 pi u2).
// |z| is at most 6.7 in float, where u1 has 32 bits, and 8.6 in double, where it has 53; all words give finite numbers.
#pragma once
#include "core/math.h"
#include "core/philox.h"

namespace gibbsite::GIBBSITE_TARGET {

// u2 enters as an angle from -1/2 to 1/2 turns, whose rounding is finest about 0.
GIBBSITE_INLINE void box_muller(u32x word1, u32x word2, f32x* z1, f32x* z2) {
  const f32x radius = sqrt(-2.0f * log_of_normal(fine_uniform(word1)));
  f32x sine, cosine;
  sincos_few_turns(convert<f32x>(bit_cast<i32x>(word2)) * 0x1p-32f, &sine, &cosine);
  *z1 = radius * cosine;
  *z2 = radius * sine;
}

GIBBSITE_INLINE void box_muller(u64x word1, u64x word2, f64x* z1, f64x* z2) {
  const f64x radius = sqrt(-2.0 * log_of_normal(open_uniform(word1)));
  f64x sine, cosine;
  sincos_few_turns(open_uniform(word2), &sine, &cosine);
  *z1 = radius * cosine;
  *z2 = radius * sine;
}

}  // namespace gibbsite::GIBBSITE_TARGET
