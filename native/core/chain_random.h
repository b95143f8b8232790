// Random numbers of many chains that move together: uniforms and normals that are functions of (key, purpose, chain,
// iteration, site), made with lanes = chains. So a chain run alone, a run cut into pieces and a run on many threads
// draw the same.
//
// Counter: c0 = block of sites, c1 = iteration (low), c2 = chain, c3 = purpose | iteration (high 16 bits) << 16. A
// block holds four words, read in one of two ways, so a purpose under one key is read in one way only:
//
//   doubles   site s is words 2 (s % 2), 2 (s % 2) + 1 of block s / 2; normals 2 k and 2 k + 1 are one pair of Box &
//   Muller floats    site s is word s % 4 of block s / 4; normals 2 k and 2 k + 1 are one pair
//
// Cost of a block of four words: some 80 instructions of Philox for half a vector of chains; a pair of normals another
// 60 (double) for a vector of f64_lanes, or (float) of f32_lanes chains.
#pragma once
#include "core/box_muller.h"
#include "core/math.h"
#include "core/philox.h"

namespace gibbsite::GIBBSITE_TARGET {

// Chains in a block at most; a multiple of f32_lanes on every build.
constexpr size_t most_columns = 32;

// What a draw depends on besides iteration, chain and site. The key's schedule is made once for many iterations.
struct chain_source {
  chain_source(philox_key key, uint32_t purpose) : key(key), purpose(purpose), schedule(key) {}
  uint32_t low(uint64_t iteration) const { return static_cast<uint32_t>(iteration); }
  uint32_t high(uint64_t iteration) const { return purpose | static_cast<uint32_t>(iteration >> 32) << 16; }

  philox_key key;
  uint32_t purpose;
  philox_schedule schedule;
};

// Whose chain each column of a block is, and the number of its first block of sites: 0, or, where several copies of a
// chain move together, one that is far enough from the others'.
struct chain_columns {
  chain_columns() = default;
  explicit chain_columns(uint32_t first_chain) {
    for (uint32_t i = 0; i < most_columns; i++) chain[i] = first_chain + i, first_block[i] = 0;
  }
  alignas(64) uint32_t chain[most_columns];
  alignas(64) uint32_t first_block[most_columns];
};

// 64 random bits of the sites 4 quad ... 4 quad + 3, for the columns at ... at + f64_lanes.
struct chain_bits {
  u64x site[4];
};

using u32half = uint32_t __attribute__((vector_size(vector_bytes / 2)));
using f32half = float __attribute__((vector_size(vector_bytes / 2)));

#if defined(GIBBSITE_WASM)

// Both blocks of the quad in one vector: lanes 0 and 1 are the columns at block 2 quad, lanes 2 and 3 at the next.
GIBBSITE_INLINE chain_bits chain_doubles(const chain_source& source, uint64_t iteration, const chain_columns& columns,
                                         size_t at, uint32_t quad) {
  const uint32_t* first = columns.first_block + at;
  const uint32_t* chain = columns.chain + at;
  const uint32_t block = 2 * quad;
  const u32x c0 = u32x{first[0], first[1], first[0] + 1, first[1] + 1} + block;
  const u32x c2 = u32x{chain[0], chain[1], chain[0], chain[1]};
  const philox_words w =
      philox(c0, splat<u32x>(source.low(iteration)), c2, splat<u32x>(source.high(iteration)), source.schedule);
  const auto low = [](u32x a, u32x b) { return bit_cast<u64x>((u32x)wasm_i32x4_shuffle(a, b, 0, 4, 1, 5)); };
  const auto high = [](u32x a, u32x b) { return bit_cast<u64x>((u32x)wasm_i32x4_shuffle(a, b, 2, 6, 3, 7)); };
  return {
      {low(w.word[0], w.word[1]), low(w.word[2], w.word[3]), high(w.word[0], w.word[1]), high(w.word[2], w.word[3])}};
}

#else

GIBBSITE_INLINE chain_bits chain_doubles(const chain_source& source, uint64_t iteration, const chain_columns& columns,
                                         size_t at, uint32_t quad) {
  const u64x c0 = convert<u64x>(load<u32half>(columns.first_block + at)) + uint64_t{2 * quad};
  const u64x c1 = splat<u64x>(uint64_t{source.low(iteration)}), c3 = splat<u64x>(uint64_t{source.high(iteration)});
  const u64x c2 = convert<u64x>(load<u32half>(columns.chain + at));
  const u64x low_half = splat<u64x>(uint64_t{0xffffffff});
  chain_bits bits;
  for (int k = 0; k < 2; k++) {
    const philox_half w = philox(philox_half{c0 + uint64_t(k), c1, c2, c3}, source.schedule);
    bits.site[2 * k] = (w.c0 & low_half) | w.c1 << 32;
    bits.site[2 * k + 1] = (w.c2 & low_half) | w.c3 << 32;
  }
  return bits;
}

#endif

// to [sites][width] = uniforms on (0, 1), 52 bits, of sites 0, 1 ...; width is a multiple of f64_lanes.
inline void chain_uniforms(const chain_source& source, uint64_t iteration, const chain_columns& columns, size_t width,
                           size_t sites, double* to) {
  for (size_t at = 0; at < width; at += f64_lanes) {
    for (size_t s = 0; s < sites; s += 4) {
      const chain_bits bits = chain_doubles(source, iteration, columns, at, static_cast<uint32_t>(s / 4));
      for (size_t k = 0; k < 4 && s + k < sites; k++) store(to + (s + k) * width + at, open_uniform(bits.site[k]));
    }
  }
}

// to [sites][width] = standard normals of sites 0, 1 ...; width is a multiple of f64_lanes.
inline void chain_normals(const chain_source& source, uint64_t iteration, const chain_columns& columns, size_t width,
                          size_t sites, double* to) {
  for (size_t at = 0; at < width; at += f64_lanes) {
    for (size_t s = 0; s < sites; s += 4) {
      const chain_bits bits = chain_doubles(source, iteration, columns, at, static_cast<uint32_t>(s / 4));
      f64x z[4];
      box_muller(bits.site[0], bits.site[1], &z[0], &z[1]);
      box_muller(bits.site[2], bits.site[3], &z[2], &z[3]);
      for (size_t k = 0; k < 4 && s + k < sites; k++) store(to + (s + k) * width + at, z[k]);
    }
  }
}

// One uniform, one normal: the same numbers, for a chain that goes its own way. first_block as in chain_columns.
inline double chain_uniform(const chain_source& source, uint64_t iteration, uint32_t chain, size_t site,
                            uint32_t first_block = 0) {
  const uint32_t at[4] = {first_block + static_cast<uint32_t>(site / 2), source.low(iteration), chain,
                          source.high(iteration)};
  uint32_t words[4];
  philox(at, source.key, words);
  const size_t k = 2 * (site % 2);
  const uint64_t bits = words[k] | uint64_t{words[k + 1]} << 32;
  return open_uniform(splat<u64x>(bits))[0];
}
inline double chain_normal(const chain_source& source, uint64_t iteration, uint32_t chain, size_t site) {
  const double u1 = chain_uniform(source, iteration, chain, site & ~size_t{1});
  const double u2 = chain_uniform(source, iteration, chain, site | 1);
  const double radius = sqrt(splat<f64x>(-2.0 * log(u1)))[0];
  double sine, cosine;
  sincos_turns(u2, &sine, &cosine);
  return radius * (site % 2 == 0 ? cosine : sine);
}

}  // namespace gibbsite::GIBBSITE_TARGET
