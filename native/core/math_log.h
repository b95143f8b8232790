// log and log1p. See core/math.h for what is promised.
#pragma once
#include "core/math_constants.h"

namespace gibbsite::GIBBSITE_TARGET {

// x = 2^k m for a normal positive x, with sqrt(1/2) <= m < sqrt(2): returns m; *exponent has the bits of 2^k.
template <class V>
GIBBSITE_INLINE V log_reduce(V x, V* k, bits_of<V>* exponent) {
  using S = scalar_of<V>;
  using F = float_format<S>;
  using B = typename F::bits;
  constexpr B one = B{F::bias} << F::mantissa_bits;
  constexpr B root_half = math_constants<S>::root_half_bits;
  constexpr B mantissa = (B{1} << F::mantissa_bits) - 1;
  constexpr S magic = S(B{1} << F::mantissa_bits);
  const bits_of<V> moved = bit_cast<bits_of<V>>(x) + (one - root_half);
  *exponent = moved & ~mantissa;
  // The exponent field as the low bits of 2^mantissa_bits: a conversion to floating point without a conversion.
  *k = bit_cast<V>(moved >> F::mantissa_bits | bit_cast<B>(magic)) - (magic + F::bias);
  return bit_cast<V>((moved & mantissa) + root_half);
}

// log(1 + f) - f by log(1 + f) = 2 atanh s, s = f / (2 + f), where series(s^2) = (2 atanh s - 2 s) / s^3. A polynomial
// in f would need twice the terms, and the division runs beside other work. The caller adds f, the larger part, last.
template <class V, class Series>
GIBBSITE_INLINE V log_tail(V f, Series series) {
  using S = scalar_of<V>;
  const V s = f / (2 + f), z = s * s, half = S(0.5) * f * f;
  return s * (half + z * series(z)) - half;
}

// k ln 2 + log(1 + f).
template <class V>
GIBBSITE_INLINE V log_of_parts(V k, V f) {
  using C = math_constants<scalar_of<V>>;
  const V tail = log_tail(f, [](V z) __attribute__((always_inline)) { return C::log_series(z); });
  return k * C::ln2_high + (f + (tail + k * C::ln2_low));
}

// log x - offset * log 2 for normal positive finite x, which it does not check.
template <class V>
GIBBSITE_INLINE V log_of_normal(V x, scalar_of<V> offset = 0) {
  V k;
  bits_of<V> exponent;
  const V m = log_reduce(x, &k, &exponent);
  return log_of_parts(k - offset, m - 1);
}

// The lanes where log is not a finite number: x is `positive ? +inf : zero ? -inf : NaN`.
template <class V, class M>
GIBBSITE_INLINE V log_limits(V x, M positive, M zero) {
  using S = scalar_of<V>;
  const V infinity = splat<V>(S(__builtin_inf())), nan = splat<V>(S(__builtin_nan("")));
  return select(positive, x, select(zero, -infinity, nan));
}

// The natural logarithm; log 0 = -inf, log of a negative number is NaN.
template <class V>
GIBBSITE_INLINE V log(V x) {
  using S = scalar_of<V>;
  using F = float_format<S>;
  V result = log_of_normal(x);
  if (all((x >= F::smallest_normal) & (x <= F::largest))) [[likely]]
    return result;
  constexpr int lift = F::mantissa_bits;
  result = select(x < F::smallest_normal, log_of_normal(x * power_of_two<S>(lift), S(lift)), result);
  return select((x > 0) & (x <= F::largest), result, log_limits(x, x > 0, x == 0));
}

// log(1 + x), accurate for tiny x too; log1p(-1) = -inf, below it is NaN.
template <class V>
GIBBSITE_INLINE V log1p(V x) {
  using S = scalar_of<V>;
  using F = float_format<S>;
  using B = typename F::bits;
  V k;
  bits_of<V> exponent;
  const V u = 1 + x, m = log_reduce(u, &k, &exponent);
  // 2^-k (1 + x) - 1, rounded once, without the rounding error of u. A huge u has no normal 2^-k, and needs none.
  const V down = bit_cast<V>((B{2 * F::bias} << F::mantissa_bits) - exponent);
  const V f = select(u < power_of_two<S>(F::bias - 1), (down - 1) + x * down, m - 1);
  const V result = log_of_parts(k, f);
  if (all((x > -1) & (x <= F::largest))) [[likely]]
    return result;
  return select((x > -1) & (x <= F::largest), result, log_limits(x, x > -1, x == -1));
}

}  // namespace gibbsite::GIBBSITE_TARGET
