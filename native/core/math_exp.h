// exp, expm1, sigmoid, softplus and tanh. See core/math.h for what is promised.
#pragma once
#include "core/math_log.h"

namespace gibbsite::GIBBSITE_TARGET {

// x = n ln 2 + r with the integer n = rint(x / ln 2): returns r; the low bits of *exponent are n + offset.
template <class V>
GIBBSITE_INLINE V exp_reduce(V x, int offset, bits_of<V>* exponent) {
  using S = scalar_of<V>;
  using C = math_constants<S>;
  const S magic = round_magic<S> + static_cast<S>(offset);
  const V shifted = x * C::log2e + magic;
  const V n = shifted - magic;
  *exponent = bit_cast<bits_of<V>>(shifted);
  return (x - n * C::ln2_high) - n * C::ln2_low;
}

// The integer n + bias, in the low bits of `exponent`, as the floating-point number 2^n.
template <class V>
GIBBSITE_INLINE V scale_of(bits_of<V> exponent) {
  return bit_cast<V>(exponent << float_format<scalar_of<V>>::mantissa_bits);
}

// e^r - 1 for |r| <= ln 2 / 2.
template <class V>
GIBBSITE_INLINE V exp_rest(V r) {
  return r + r * r * math_constants<scalar_of<V>>::exp_tail(r);
}

// 2^(n + exp_lift) is a normal number for the smallest n that exp meets.
template <class S>
constexpr int exp_lift = float_format<S>::mantissa_bits + 2;

// e^x.
template <class V>
GIBBSITE_INLINE V exp(V x) {
  using S = scalar_of<V>;
  using C = math_constants<S>;
  using F = float_format<S>;
  bits_of<V> exponent;
  const V r = exp_reduce(at_most(at_least(x, C::exp_lowest), C::exp_highest), 2 * F::bias, &exponent);
  // 2^n in two factors, since n runs from -1076 to 1024 (-150 to 128): only the last multiplication can round.
  const bits_of<V> half = exponent >> 1;
  return (1 + exp_rest(r)) * scale_of<V>(half) * scale_of<V>(exponent - half);
}

// e^x - 1, accurate for tiny x too. With 2^n in half, so that n = 1024 (128) doesn't overflow before the result does.
template <class V>
GIBBSITE_INLINE V expm1(V x) {
  using S = scalar_of<V>;
  bits_of<V> exponent;
  // Below -50 the result is -1.
  const V r =
      exp_reduce(at_most(at_least(x, -50), math_constants<S>::exp_highest), float_format<S>::bias - 1, &exponent);
  const V half = scale_of<V>(exponent);
  const V result = 2 * ((half - S(0.5)) + half * exp_rest(r));
  // Halving would round subnormal numbers.
  return select(absolute(x) < power_of_two<S>(-float_format<S>::mantissa_bits - 2), x, result);
}

// e^-a for a >= 0, where it is at least 2^-1021 (double): for terms that are added to 1.
template <class V>
GIBBSITE_INLINE V exp_minus(V a) {
  using S = scalar_of<V>;
  bits_of<V> exponent;
  // ln 2 times the least exponent of normal numbers, about.
  const S lowest = -S(0.69) * (float_format<S>::bias - 1);
  const V r = exp_reduce(at_least(-a, lowest), float_format<S>::bias, &exponent);
  const V scale = scale_of<V>(exponent);
  return scale + scale * exp_rest(r);
}

// 1 / (1 + e^-x). Numerator and denominator are scaled by 2^-exp_lift, so that the denominator doesn't overflow before
// the result has underflown. What the sum 1 + 2^n loses is added back, so the denominator has hardly more than one
// rounding error.
template <class V>
GIBBSITE_INLINE V sigmoid(V x) {
  using S = scalar_of<V>;
  constexpr S one = power_of_two<S>(-exp_lift<S>);
  bits_of<V> exponent;
  const V minus_x = at_most(at_least(-x, -40), -math_constants<S>::exp_lowest);
  const V r = exp_reduce(minus_x, float_format<S>::bias - exp_lift<S>, &exponent);
  const V scale = scale_of<V>(exponent), sum = one + scale, lost = one - (sum - scale);
  return one / (sum + (lost + scale * exp_rest(r)));
}

// log(1 + e^x) = max(x, 0) + log(1 + z), z = e^-|x|.
template <class V>
GIBBSITE_INLINE V softplus(V x) {
  using S = scalar_of<V>;
  using C = math_constants<S>;
  bits_of<V> exponent;
  const V r = exp_reduce(at_least(-absolute(x), C::exp_lowest), float_format<S>::bias + exp_lift<S>, &exponent);
  // 2^n, exact down to the smallest subnormal number.
  const V scale = scale_of<V>(exponent) * power_of_two<S>(-exp_lift<S>);
  const V rest = scale * exp_rest(r), z = scale + rest;
  const V tail = log_tail(z, [](V w) __attribute__((always_inline)) { return C::log1p_series(w); });
  // z + tail with the larger part of z last, so that the rounding error of z counts only in tail, whose derivative is
  // -z / (1 + z), nearly -z / 2 where it matters.
  const V lost = (scale - z) + rest;
  return scale + (((at_least(x, 0) + rest) - lost * (S(0.5) * z)) + tail);
}

// tanh x: an odd polynomial near zero, else 1 - 2 / (e^2|x| + 1) with the sign of x.
template <class V>
GIBBSITE_INLINE V tanh(V x) {
  using C = math_constants<scalar_of<V>>;
  const V a = absolute(x), square = a * a;
  bits_of<V> exponent;
  const V r = exp_reduce(at_most(a + a, 40), float_format<scalar_of<V>>::bias, &exponent);
  const V scale = scale_of<V>(exponent);
  const V large = 1 - 2 / ((1 + scale) + scale * exp_rest(r));
  const V small = a + a * square * C::tanh_tail(square);
  return flip_sign(select(a < scalar_of<V>(0.5625), small, large), sign_bit_of(x));
}

}  // namespace gibbsite::GIBBSITE_TARGET
