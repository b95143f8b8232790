// How a unit of a Boltzmann machine decides, as a comparison of integers (coupling_table.h).
//
//   heat bath    P(on | rest) = sigma(f z / T), f = 2 for spins, 1 for binary units: on iff  z > logit(u) T / f
//   Metropolis   a flip raises the energy by f y z (y = +1 on, -1 off): done iff             y z < -log(u) T / f
//
// The right-hand sides do not depend on the state: they are made for many units at once, and rounded (down, up) to
// units of the field, which changes no comparison with an integer. So a decision is exact for u, a number of 32 bits:
// the probabilities are multiples of 2^-32 but for the rounding of u and of the logarithm to floats.
#pragma once
#include "core/unit_sampler.h"

namespace gibbsite::GIBBSITE_TARGET {

// Purposes of random words under one key (unit_sampler.h). One number is used once in the whole library.
enum boltzmann_tag : uint32_t { tag_update = 6, tag_choice = 7, tag_coin = 18 };

struct visit_rule {
  bool metropolis;
  float scale;  // T / f in units of the field

  visit_rule(bool binary, bool metropolis, double unit, double temperature)
      : metropolis(metropolis), scale(static_cast<float>(temperature / (binary ? unit : 2 * unit))) {}
};

// The largest float below 2^31; fields come within 127 of it only where one of them exceeds all others together.
constexpr float largest_threshold = 2147483520.0f;

// To the integer below or at x (downward) or above or at x; what is out of range, to the end of the range.
template <bool downward>
GIBBSITE_INLINE i32x round_threshold(f32x x) {
  const f32x most = splat<f32x>(largest_threshold);
  // An infinite temperature times log 1 (u as a float may be 1, or logit 0) is NaN. Upward it is taken for the upper
  // end, as u itself is below 1: at that temperature Metropolis' rule does every flip.
  if (downward) x = select(x > -most, x, -most);
  x = select(x < most, x, most);
  if (!downward) x = select(x > -most, x, -most);
  const i32x whole = convert<i32x>(x);
  const f32x back = convert<f32x>(whole);
  return downward ? whole + (back > x) : whole - (back < x);
}

// logit(u) for u = (w + 1/2) / 2^32, from the nearer end of the interval: both tails are as fine.
GIBBSITE_INLINE f32x logit_of_word(u32x w) {
  const u32x upper = bit_cast<u32x>(bit_cast<i32x>(w) < 0), top = splat<u32x>(uint32_t{0x80000000});
  const f32x v = (convert<f32x>(bit_cast<i32x>((w ^ upper) & ~top)) + 0.5f) * 0x1p-32f;
  return bit_cast<f32x>(bit_cast<u32x>(log_of_normal((1.0f - v) / v)) ^ (~upper & top));
}

// log of the same u.
GIBBSITE_INLINE f32x log_of_word(u32x w) { return log_of_normal(fine_uniform(w)); }

// What the fields are compared with.
GIBBSITE_INLINE i32x threshold_of(const visit_rule& rule, u32x word) {
  if (rule.metropolis) {
    const i32x most = round_threshold<false>(-log_of_word(word) * rule.scale), one = splat<i32x>(1);
    return select(most > one, most, one);
  }
  return round_threshold<true>(logit_of_word(word) * rule.scale);
}

// thresholds [count] of words [count], a whole number of panels.
inline void make_thresholds(const visit_rule& rule, const uint32_t* words, size_t count, int32_t* thresholds) {
  for (size_t i = 0; i < count; i += f32_lanes) store(thresholds + i, threshold_of(rule, load<u32x>(words + i)));
}

// Bit i of the result: unit i of a word of 32 units with these fields and thresholds would flip.
template <bool metropolis>
GIBBSITE_INLINE uint32_t flips_of(const i32x* fields, const i32x* thresholds, uint32_t word) {
  uint32_t up = 0, down = 0;
#pragma GCC unroll 8
  for (int v = 0; v < panel_vectors; v++) {
    up |= mask_bits(metropolis ? -fields[v] < thresholds[v] : fields[v] > thresholds[v]) << (v * f32_lanes);
    if (metropolis) down |= mask_bits(fields[v] < thresholds[v]) << (v * f32_lanes);
  }
  return metropolis ? up ^ (word & (up ^ down)) : word ^ up;
}

// The same for one unit.
GIBBSITE_INLINE bool flips(const visit_rule& rule, int32_t field, int32_t threshold, bool on) {
  if (rule.metropolis) return (on ? field : -field) < threshold;
  return (field > threshold) != on;
}

}  // namespace gibbsite::GIBBSITE_TARGET
