// sincos and sincos_turns. See core/math.h for what is promised.
#pragma once
#include "core/math_constants.h"
#include "core/math_reduce.h"

namespace gibbsite::GIBBSITE_TARGET {

// Turns sine and cosine of the remainder by the quadrants in the low two bits of n.
template <class V>
GIBBSITE_INLINE void rotate(bits_of<V> n, V sine, V cosine, V* s, V* c) {
  using U = bits_of<V>;
  constexpr int top = 8 * sizeof(scalar_of<V>) - 2;
  const U odd = 0 - (n & 1);
  const U a = bit_cast<U>(sine), b = bit_cast<U>(cosine);
  const U swap = (a ^ b) & odd;
  *s = bit_cast<V>((a ^ swap) ^ ((n & 2) << top));
  *c = bit_cast<V>((b ^ swap) ^ (((n + 1) & 2) << top));
}

// Replaces remainder and quadrant in the lanes where |x| is above the limit.
template <class V>
__attribute__((noinline, cold)) void sincos_reduce_large(const V* x, V* remainder, bits_of<V>* quadrant) {
  using S = scalar_of<V>;
  constexpr int lanes = vector_traits<V>::lanes;
  S angles[lanes], remainders[lanes];
  typename float_format<S>::bits quadrants[lanes];
  memcpy(angles, x, sizeof angles);
  memcpy(remainders, remainder, sizeof angles);
  memcpy(quadrants, quadrant, sizeof angles);
  for (int i = 0; i < lanes; i++) {
    if (absolute(angles[i]) <= math_constants<S>::sincos_limit) continue;
    int n;
    remainders[i] = static_cast<S>(reduce_large(static_cast<double>(angles[i]), &n));
    quadrants[i] = static_cast<typename float_format<S>::bits>(n);
  }
  memcpy(remainder, remainders, sizeof angles);
  memcpy(quadrant, quadrants, sizeof angles);
}

// The sine and the cosine of x radians; of infinities NaN.
template <class V>
GIBBSITE_INLINE void sincos(V x, V* sine, V* cosine) {
  using S = scalar_of<V>;
  using C = math_constants<S>;
  const V shifted = x * C::two_over_pi + round_magic<S>;
  const V n = shifted - round_magic<S>;
  bits_of<V> quadrant = bit_cast<bits_of<V>>(shifted);
  // Cody & Waite: the first product and difference are exact, the second difference loses `error`.
  const V a = x - n * C::pio2_high, b = n * C::pio2_middle, difference = a - b;
  const V part = a - difference, error = (part - b) + (a - (difference + part));
  V r = difference + (error - n * C::pio2_low);
  if (!all(absolute(x) <= C::sincos_limit)) [[unlikely]]
    sincos_reduce_large(&x, &r, &quadrant);
  const V z = r * r;
  rotate(quadrant, r + r * z * C::sin_tail(z), 1 - (S(0.5) * z - z * z * C::cos_tail(z)), sine, cosine);
}

// The sine and the cosine of t turns, 2 pi t radians, for |t| <= round_magic / 16.
template <class V>
GIBBSITE_INLINE void sincos_few_turns(V t, V* sine, V* cosine) {
  using S = scalar_of<V>;
  using C = math_constants<S>;
  const V shifted = 4 * t + round_magic<S>;
  const V f = t - S(0.25) * (shifted - round_magic<S>);
  const V z = f * f;
  const V s = f * C::two_pi_high + f * (C::two_pi_low + z * C::sin_turns_tail(z));
  rotate(bit_cast<bits_of<V>>(shifted), s, 1 + z * C::cos_turns_tail(z), sine, cosine);
}

// The same for every t. The reduction is exact; of infinities NaN.
template <class V>
GIBBSITE_INLINE void sincos_turns(V t, V* sine, V* cosine) {
  using S = scalar_of<V>;
  constexpr S limit = round_magic<S> / 16;
  if (!all(absolute(t) <= limit)) [[unlikely]] {
    // Above 2^(mantissa_bits + 1) all numbers are whole turns; a - a is NaN for infinities.
    const V a = absolute(t), shifted = a + round_magic<S>, rest = a - (shifted - round_magic<S>);
    const V part = flip_sign(select(a <= 16 * limit, rest, a - a), sign_bit_of(t));
    t = select(a <= limit, t, part);
  }
  sincos_few_turns(t, sine, cosine);
}

}  // namespace gibbsite::GIBBSITE_TARGET
