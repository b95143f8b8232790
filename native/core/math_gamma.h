// The logarithm of the gamma function and its derivative, for positive arguments:
//
//   log_gamma(x)   digamma(x) = d log_gamma(x) / dx
//
// In double precision and written like the functions of core/math.h: from + - * / and log, in one order, the same bits
// on every build. Arguments below 8 are lifted by the recurrence Gamma(x + 1) = x Gamma(x); above, Stirling's series
// (Abramowitz & Stegun 1964, 6.1.41 and 6.3.18) is good to 2^-53. Errors are below 8e-15 max(1, |result|) for
// 1e-10 < x < 1e10 (native/test/math_gamma_test.cc); relative to the result they grow near the zeros, at 1 and 2, and
// at 1.46. Negative arguments give NaN, zero gives +inf and -inf.
#pragma once
#include "core/math.h"

namespace gibbsite::GIBBSITE_TARGET {

// Gamma(x + n) = product Gamma(x) with the least n from 0 to 8 for which x + n >= 8; slope is d product / dx.
template <class V>
struct lifted {
  V argument, product, slope;

  explicit GIBBSITE_INLINE lifted(V x) : argument(x), product(splat<V>(1.0)), slope(splat<V>(0.0)) {
#pragma GCC unroll 8
    for (int n = 0; n < 8; n++) {
      const auto low = argument < 8.0;
      slope = select(low, slope * argument + product, slope);
      product = select(low, product * argument, product);
      argument = select(low, argument + 1.0, argument);
    }
  }
};

template <class V>
GIBBSITE_INLINE V nan_below_zero(V x, V value) {
  return select(x < 0.0, splat<V>(__builtin_nan("")), value);
}

template <class V>
GIBBSITE_INLINE V log_gamma(V x) {
  constexpr double half_log_two_pi_less_half = 0x1.acfe390c97d69p-2;
  const lifted<V> up(x);
  const V z = up.argument, r = 1.0 / z;
  const V series = r * polynomial(r * r, 1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680, 1.0 / 1188, -691.0 / 360360,
                                  1.0 / 156, -3617.0 / 122400);
  const V stirling = (z - 0.5) * (log(z) - 1.0) + (series + half_log_two_pi_less_half);
  return nan_below_zero(x, stirling - log(up.product));
}

template <class V>
GIBBSITE_INLINE V digamma(V x) {
  const lifted<V> up(x);
  const V z = up.argument, r = 1.0 / z, square = r * r;
  const V series = square * polynomial(square, 1.0 / 12, -1.0 / 120, 1.0 / 252, -1.0 / 240, 1.0 / 132, -691.0 / 32760,
                                       1.0 / 12, -3617.0 / 8160);
  return nan_below_zero(x, (log(z) - (0.5 * r + series)) - up.slope / up.product);
}

}  // namespace gibbsite::GIBBSITE_TARGET
