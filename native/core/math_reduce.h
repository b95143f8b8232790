// The remainder of a large angle modulo pi / 2, exactly (Payne & Hanek, 1983), for the rare lanes where sincos needs
// it.
#pragma once
#include "core/math_base.h"

namespace gibbsite::GIBBSITE_TARGET {

// The bits of 2 / pi behind the point, 32 at a time; a double needs them up to 971 + 190.
inline constexpr uint32_t two_over_pi_limbs[] = {
    0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0, 0xdb629599, 0x3c439041, 0xfe5163ab, 0xdebbc561,
    0xb7246e3a, 0x424dd2e0, 0x06492eea, 0x09d1921c, 0xfe1deb1c, 0xb129a73e, 0xe88235f5, 0x2ebb4484,
    0xe99c7026, 0xb45f7e41, 0x3991d639, 0x835339f4, 0x9c845f8b, 0xbdf9283b, 0x1ff897ff, 0xde05980f,
    0xef2f118b, 0x5a0a6d1f, 0x6d367ecf, 0x27cb09b7, 0x4f463f66, 0x9e5fea2d, 0x7527bac7, 0xebe5f17b,
    0x3d0739f7, 0x8a5292ea, 0x6bfb5fb1, 0x1f8d5d08, 0x56033046};

struct uint128 {
  uint64_t high, low;
};

// 32 bits of 2 / pi from bit `first` on; bit 0 has the weight 1/2, and bits before it are zero.
inline uint64_t two_over_pi_bits(int first) {
  if (first <= -32) return 0;
  if (first < 0) return two_over_pi_limbs[0] >> -first;
  const uint64_t pair = uint64_t{two_over_pi_limbs[first / 32]} << 32 | two_over_pi_limbs[first / 32 + 1];
  return pair << (first % 32) >> 32;
}

// The upper half of the 128-bit product.
inline uint64_t multiply_high(uint64_t a, uint64_t b) {
  const uint64_t a0 = a & 0xffffffff, a1 = a >> 32, b0 = b & 0xffffffff, b1 = b >> 32;
  const uint64_t middle = a1 * b0 + (a0 * b0 >> 32), other = a0 * b1 + (middle & 0xffffffff);
  return a1 * b1 + (middle >> 32) + (other >> 32);
}

// mantissa * 2^exponent * 2 / pi modulo 4 in fixed point, 126 bits behind the point. The bits of 2 / pi whose products
// are multiples of 4 are skipped and the 192 after them used: a double is never closer than 2^-62 to a multiple of pi /
// 2, so 64 significant bits remain.
inline uint128 quadrants(uint64_t mantissa, int exponent) {
  uint64_t limbs[6] = {};
  for (int shift = 0; shift < 2; shift++) {
    const uint64_t m = mantissa >> (32 * shift) & 0xffffffff;
    uint64_t carry = 0;
    for (int i = 5 - shift; i >= 0; i--) {
      const uint64_t sum = limbs[i] + m * two_over_pi_bits(exponent - 2 + 32 * (i + shift)) + carry;
      limbs[i] = sum & 0xffffffff;
      carry = sum >> 32;
    }
  }
  return {limbs[0] << 32 | limbs[1], limbs[2] << 32 | limbs[3]};
}

// x - n pi / 2 for the nearest integer n, in radians, rounded once; *quadrant = n modulo 4. For finite |x| >= 1 (NaN
// else).
__attribute__((noinline, cold)) inline double reduce_large(double x, int* quadrant) {
  const uint64_t bits = bit_cast<uint64_t>(absolute(x));
  const int exponent = static_cast<int>(bits >> 52) - 1023 - 52;
  *quadrant = 0;
  if (exponent > 971) return x - x;
  uint128 turn = quadrants((bits & 0xfffffffffffff) | 0x10000000000000, exponent);
  const uint64_t nearest = (turn.high + (uint64_t{1} << 61)) >> 62;
  turn.high -= nearest << 62;
  const bool above = turn.high >> 63;  // the nearest multiple is above |x|
  if (above) turn = {~turn.high + (turn.low == 0), -turn.low};
  int zeros = 0;
  if (turn.high == 0) turn = {turn.low, 0}, zeros = 64;
  const int more = __builtin_clzll(turn.high | 1);
  const uint64_t top = more == 0 ? turn.high : turn.high << more | turn.low >> (64 - more);
  const uint64_t scale = static_cast<uint64_t>(1023 + 3 - 64 - zeros - more) << 52;
  constexpr uint64_t quarter_pi = 0xc90fdaa22168c234;  // pi / 4 * 2^64
  const double r = static_cast<double>(multiply_high(top, quarter_pi)) * bit_cast<double>(scale);
  *quadrant = static_cast<int>(x < 0 ? -nearest & 3 : nearest & 3);
  return above != (x < 0) ? -r : r;
}

}  // namespace gibbsite::GIBBSITE_TARGET
