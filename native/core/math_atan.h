// The arc tangent in double precision. As in core/math.h: from + - * / alone, the same bits in every lane and build.
#pragma once
#include "core/math_base.h"

namespace gibbsite::GIBBSITE_TARGET {

// (atan w - w) / w^3 in z = w^2 for |w| <= sqrt(2) - 1: Chebyshev interpolation, 2^-62.
template <class V>
GIBBSITE_INLINE V atan_tail(V z) {
  return polynomial(z, -0x1.5555555555555p-2, 0x1.9999999999953p-3, -0x1.249249248d7eep-3, 0x1.c71c71c304b68p-4,
                    -0x1.745d165df3f95p-4, 0x1.3b1392d9e785cp-4, -0x1.110e880a7a521p-4, 0x1.e19a13b9fc6dfp-5,
                    -0x1.ac7a938b69c93p-5, 0x1.74ddd408bb4c1p-5, -0x1.1b33b923aa954p-5, 0x1.0ad36a455cafbp-6);
}

// The arc tangent of a / b for a >= 0, b >= 0, not both 0 and not both infinite: from 0 to pi / 2, relatively accurate
// down to 0. Largest error 1.9 ulp.
template <class V>
GIBBSITE_INLINE V atan_of_ratio(V a, V b) {
  constexpr double half_pi_high = 0x1.921fb54442d18p+0, half_pi_low = 0x1.1a62633145c07p-54;
  // With t = smaller / larger in [0, 1]: atan t is its own series, or pi / 4 + atan((t - 1) / (t + 1)).
  const V small = smaller(a, b), large = larger(a, b);
  const auto near_zero = small <= 0.41421356237309503 * large;
  const V w = select(near_zero, small, small - large) / select(near_zero, large, small + large), z = w * w;
  const V arc = w + w * z * atan_tail(z);
  const V sum = select(near_zero, arc, (0.5 * half_pi_low + arc) + 0.5 * half_pi_high);
  return select(a > b, half_pi_high - (sum - half_pi_low), sum);
}

}  // namespace gibbsite::GIBBSITE_TARGET
