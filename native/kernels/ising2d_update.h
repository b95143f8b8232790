// Heat bath of many lanes at once: new spins from four neighbours and random bits. See ising2d.h.
#pragma once
#include "core/math.h"
#include "core/philox.h"
#include "core/span.h"

namespace gibbsite::GIBBSITE_TARGET {

// Purposes of random words (philox.h). One number is used once in the whole library.
enum ising_tag : uint32_t { tag_ising = 8, tag_ising_shared = 9, tag_ising_rest = 10 };

constexpr int neighbour_counts = 5, threshold_bits = 32;
// Bits of u that every lane has of its own.
constexpr uint32_t own_bits = 8;

// p 2^32, rounded, for 0 to 4 neighbours that are up; and its bits, highest first, as masks.
struct ising_thresholds {
  uint32_t value[neighbour_counts];
  uint32_t rest[neighbour_counts];  // without its first own_bits
  uint32_t mask[threshold_bits][neighbour_counts];

  ising_thresholds(double field, double temperature) {
    for (int up = 0; up < neighbour_counts; up++) {
      const double p = 1.0 / (1.0 + exp(-2.0 * (2.0 * up - 4.0 + field) / temperature));
      const double scaled = p * 0x1p32 + 0.5;
      value[up] = scaled >= 0x1p32 ? 0xffffffffu : static_cast<uint32_t>(scaled);
      rest[up] = value[up] & (0xffffffffu >> own_bits);
      for (int bit = 0; bit < threshold_bits; bit++) mask[bit][up] = 0u - (value[up] >> (31 - bit) & 1);
    }
  }
};

// classes[n]: the lanes with n neighbours up.
struct neighbour_classes {
  u32x lanes[neighbour_counts];

  GIBBSITE_INLINE neighbour_classes(u32x a, u32x b, u32x c, u32x d) {
    const u32x ab = a ^ b, both_ab = a & b, cd = c ^ d, both_cd = c & d;
    const u32x one = ab ^ cd, carry = ab & cd;
    const u32x two = both_ab ^ both_cd ^ carry;
    lanes[4] = both_ab & both_cd;
    lanes[3] = one & two;
    lanes[2] = two & ~one;
    lanes[1] = one & ~two;
    lanes[0] = ~(one | two | lanes[4]);
  }

  // The lanes of each class whose mask is set.
  GIBBSITE_INLINE u32x choose(const uint32_t mask[neighbour_counts]) const {
    u32x chosen = lanes[0] & mask[0];
#pragma GCC unroll 4
    for (int n = 1; n < neighbour_counts; n++) chosen |= lanes[n] & mask[n];
    return chosen;
  }
};

struct ising_source {
  philox_schedule keys;
  uint64_t sweep;
  uint32_t group;

  GIBBSITE_INLINE philox_words words(uint32_t tag, u32x counter) const {
    const u32x c1 = splat<u32x>(static_cast<uint32_t>(sweep));
    const u32x c3 = splat<u32x>(tag | static_cast<uint32_t>(sweep >> 32) << 16);
    return philox(counter, c1, splat<u32x>(group), c3, keys);
  }
};

// Bits of a counter that number a site's word; those above number four bits of u.
constexpr uint32_t ising_site_bits = 29;

// Comparisons bit by bit: lanes known to be below their thresholds, and lanes whose bits have all been equal.
struct ising_comparison {
  u32x below{}, open = ~u32x{};

  // The next four bits.
  GIBBSITE_INLINE void look(const neighbour_classes& classes, const ising_thresholds& thresholds,
                            const ising_source& source, u32x site, uint32_t part) {
    const philox_words random = source.words(tag_ising, site + (part << ising_site_bits));
#pragma GCC unroll 4
    for (uint32_t k = 0; k < 4; k++) {
      const u32x limit = classes.choose(thresholds.mask[4 * part + k]);
      below |= open & limit & ~random.word[k];
      open &= ~(limit ^ random.word[k]);
    }
  }

  // Decides the words with one open lane, whose other bits are those of `rest`.
  GIBBSITE_INLINE void decide_single(const neighbour_classes& classes, const ising_thresholds& thresholds, u32x rest) {
    const u32x single = open & bit_cast<u32x>((open & (open - 1)) == 0);
    u32x limit{};
#pragma GCC unroll 5
    for (int n = 0; n < neighbour_counts; n++) {
      limit |= bit_cast<u32x>((classes.lanes[n] & single) != 0) & thresholds.rest[n];
    }
    below |= single & bit_cast<u32x>((rest >> own_bits) < limit);
    open ^= single;
  }
};

// The lanes that are up now, of the words of sites first, first + 1 ...; `rest` has a number for each word.
GIBBSITE_INLINE u32x heat_bath(const neighbour_classes& classes, const ising_thresholds& thresholds,
                               const ising_source& source, uint32_t first, u32x rest) {
  const u32x site = lane_indices() + first;
  ising_comparison u;
  uint32_t part = 0;
  for (; part < own_bits / 4; part++) u.look(classes, thresholds, source, site, part);
  u.decide_single(classes, thresholds, rest);
  for (; part < threshold_bits / 4 && mask_bits(u.open != 0) != 0; part++) {
    u.look(classes, thresholds, source, site, part);
  }
  return u.below;
}

// The same with one u for all lanes of a word.
GIBBSITE_INLINE u32x shared_heat_bath(const neighbour_classes& classes, const ising_thresholds& thresholds, u32x u) {
  u32x up{};
#pragma GCC unroll 5
  for (int n = 0; n < neighbour_counts; n++) {
    up |= classes.lanes[n] & bit_cast<u32x>(u < splat<u32x>(thresholds.value[n]));
  }
  return up;
}

// Numbers of the words of 64 sites, one each: word 16 k + l of a tile is word k of counter l.
constexpr size_t site_tile = 64;
inline void tile_numbers(const ising_source& source, uint32_t tag, uint32_t tile, uint32_t u[site_tile]) {
  for (uint32_t l = 0; l < 16; l += f32_lanes) {
    const philox_words random = source.words(tag, lane_indices() + (tile * 16 + l));
    for (uint32_t k = 0; k < 4; k++) store(u + 16 * k + l, random.word[k]);
  }
}

}  // namespace gibbsite::GIBBSITE_TARGET
