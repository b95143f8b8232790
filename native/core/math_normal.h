// The normal distribution in double precision, accurate in both tails: probabilities, Mills' ratio, quantiles.
//
//   normal_lower(x) = P(Z <= x)    normal_upper(x) = P(Z > x)    normal_half(x) = P(Z <= x) - 1/2
//   mills_ratio(x) = P(Z > x) / density(x), x >= 0
//   normal_quantile(offset, tail)  the z with P(Z <= z) = 1/2 + offset, where tail = min(P(Z <= z), P(Z > z))
//
// As in core/math.h: from + - * / and sqrt alone, the same bits in every lane and build. Relative errors are below
// 1e-15, of probabilities in the tail too, down to the smallest normal number (native/test/special_test.cc).
// The rational functions interpolate the exact ones at Chebyshev points of a stretched interval, 45 digits; all their
// coefficients are positive, so that nothing cancels.
#pragma once
#include "core/math.h"

namespace gibbsite::GIBBSITE_TARGET {

constexpr double root_half_pi = 0x1.40d931ff62706p+0, inverse_root_two_pi = 0x1.9884533d43651p-2;
constexpr double log_root_two_pi = 0x1.d67f1c864beb5p-1;

template <class V, class... S>
GIBBSITE_INLINE V rational(V numerator, V x, S... denominator) {
  return numerator / polynomial(x, denominator...);
}

// P(Z > x) / density(x) for 0 <= x < 1e25: 2^-55.
template <class V>
GIBBSITE_INLINE V mills_ratio(V x) {
  const V p = polynomial(x, 0x1.40d931ff62706p+0, 0x1.1436e775b874bp+1, 0x1.d5bca6892bbc9p+0, 0x1.ff6740f11fa93p-1,
                         0x1.8793ec065fe02p-2, 0x1.b71573c302da5p-4, 0x1.6ce8ba824572ep-6, 0x1.bcd545b15c60cp-9,
                         0x1.7e86e55097e6ap-12, 0x1.a6d5799a5cd12p-16, 0x1.cf95777e2166ep-21);
  return rational(p, x, 0x1.0p+0, 0x1.42843850bf9bdp+1, 0x1.7cba954127d2dp+1, 0x1.16929c986eaf1p+1,
                  0x1.1978a7104760ep+0, 0x1.9da577ad50d7fp-2, 0x1.c4c743422e357p-4, 0x1.72db97c19d9a4p-6,
                  0x1.c022f0a491f25p-9, 0x1.7f6eb00c56efcp-12, 0x1.a6d5799a5cd15p-16, 0x1.cf95777e2166ep-21);
}

// e^(-x^2 / 2) for 0 <= x <= 40, with the square in two parts so that its rounding error doesn't count.
template <class V>
GIBBSITE_INLINE V bell(V x) {
  using U = bits_of<V>;
  const V head = bit_cast<V>(bit_cast<U>(x) & ~uint64_t{0x7ffffff});
  const V rest = -0.5 * ((x - head) * (x + head));
  return exp(-0.5 * (head * head)) * (1 + rest * (1 + rest * (0.5 + rest * (1.0 / 6))));
}

// P(Z > x) for x >= 0.
template <class V>
GIBBSITE_INLINE V normal_tail(V x) {
  const V within = at_most(x, 40);
  return bell(within) * (inverse_root_two_pi * mills_ratio(within));
}

template <class V>
GIBBSITE_INLINE V normal_upper(V x) {
  const V tail = normal_tail(absolute(x));
  return select(x < 0, 1 - tail, tail);
}
template <class V>
GIBBSITE_INLINE V normal_lower(V x) {
  return normal_upper(-x);
}

// P(0 < Z <= x) for x >= 0, relatively accurate near 0.
template <class V>
GIBBSITE_INLINE V normal_half(V x) {
  const V square = x * x;
  const V series =
      x * polynomial(square, 0x1.9884533d43651p-2, -0x1.1058377e2cee0p-4, 0x1.46d04297691dap-7, -0x1.37403f6ba10f3p-10,
                     0x1.e42b0d5216634p-14, -0x1.3ce8fac13d8afp-17, 0x1.658a216ec5f57p-21, -0x1.622268a7b752bp-25,
                     0x1.3878837d5d698p-29, -0x1.f0fec712c8fb6p-34, 0x1.6738e62f46fdap-38, -0x1.d35fd1e69a498p-43,
                     0x1.d17b87405d815p-48);
  return select(x < 1, series, 0.5 - normal_tail(x));
}

// The quantile over its offset from the median, at 0.425^2 - offset^2 >= 0: 2^-57.
template <class V>
GIBBSITE_INLINE V normal_quantile_centre(V v) {
  const V p = polynomial(v, 0x1.b18d91e9eef76p+1, 0x1.3b762cda725c5p+7, 0x1.69b98005b8e5ep+11, 0x1.9ff7392a19f4fp+14,
                         0x1.f9d4d437b3b68p+16, 0x1.3b488a2e1c650p+18, 0x1.67a40199c397bp+18, 0x1.1fce4a2b6afb1p+17,
                         0x1.1e1018f4c4fadp+13);
  return rational(p, v, 0x1.0p+0, 0x1.8c954f43deaf5p+5, 0x1.eaa2ba770264ap+9, 0x1.361bccc136173p+13,
                  0x1.a9f7659c27cf0p+15, 0x1.38d5ce51f3683p+17, 0x1.c414512b4bb61p+17, 0x1.0a420ef399c2ap+17,
                  0x1.41066f9ce5040p+14);
}

// The z with P(Z > z) = e^(-s^2 / 2), for s from 2.27 to 8.75, which is all that 53 random bits reach: 2^-56.
template <class V>
GIBBSITE_INLINE V normal_quantile_tail(V s) {
  const V x = s - 2.25;
  const V p = polynomial(x, 0x1.68755b078ad70p+0, 0x1.a2ae803bb0ce2p+1, 0x1.76c40fc77ab10p+1, 0x1.5a8b50a206942p+0,
                         0x1.6f78589bd6a5dp-2, 0x1.cd3d1a1e81d6dp-5, 0x1.4d06ee7ec2041p-8, 0x1.eaee2e5d9a499p-13,
                         0x1.09280674252eep-18);
  return rational(p, x, 0x1.0p+0, 0x1.76dd32dc80aa7p+0, 0x1.bb7a0501b635bp-1, 0x1.128abfe04e6a4p-2,
                  0x1.80353591732bbp-5, 0x1.2d4a256789cf1p-8, 0x1.d862985c639bbp-13, 0x1.0922b27735a05p-18,
                  0x1.e2c08503ba661p-40);
}

// The same for s from 8.7 to 38.7, where the smallest subnormal number is: 2^-59.
template <class V>
GIBBSITE_INLINE V normal_quantile_far_tail(V s) {
  const V x = s - 8.5;
  const V p = polynomial(x, 0x1.04581154433fap+3, 0x1.0b2887aff1911p+2, 0x1.bdece86e47aaep-1, 0x1.85bd4871a4ff3p-4,
                         0x1.7ebffafb1f992p-8, 0x1.a547eb901de26p-13, 0x1.e95112de6b2e4p-19, 0x1.0449dc1e805fep-25,
                         0x1.673e55cc9d11cp-34);
  return rational(p, x, 0x1.0p+0, 0x1.8bcdfdbb0376ep-2, 0x1.df0031cbfe566p-5, 0x1.1fe6b4431f813p-8,
                  0x1.6924019889bc5p-13, 0x1.c79f6d1333601p-19, 0x1.fca6b7eebadf2p-26, 0x1.673e3d2ccf693p-34);
}

// Both arguments say the same, each where it is exact: the offset near the median, the tail far from it. A tail of 0
// gives an infinity with the sign of the offset.
template <class V>
GIBBSITE_INLINE V normal_quantile(V offset, V tail) {
  constexpr double edge = 0.425, reach = 8.75;
  const V centre = offset * normal_quantile_centre(larger(edge * edge - offset * offset, splat<V>(0.0)));
  const auto central = absolute(offset) <= edge;
  if (all(central)) return centre;
  const V s = sqrt(-2 * log(tail));
  V z = normal_quantile_tail(at_least(s, 2.27));
  if (!all(s <= reach)) [[unlikely]] {
    z = select(s <= reach, z, normal_quantile_far_tail(s));
    z = select(tail > 0, z, s);
  }
  return select(central, centre, flip_sign(z, sign_bit_of(offset)));
}

}  // namespace gibbsite::GIBBSITE_TARGET
