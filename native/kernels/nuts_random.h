// Random numbers of chains that are each in their own iteration; the counters of core/chain_random.h.
#pragma once
#include "core/chain_random.h"

namespace gibbsite::GIBBSITE_TARGET {

// Uses of random numbers under the key of a sampler; the trials of a step size count on from theirs.
namespace nuts_purpose {
constexpr uint32_t momentum = 0, decision = 1, trial = 2;
}

// to [sites] = standard normals of one chain: chain_normal(source, iteration, chain, site), with lanes = sites.
inline void row_normals(const chain_source& source, uint64_t iteration, uint32_t chain, size_t sites, double* to) {
  constexpr size_t blocks = f32_lanes;
  const u32x c1 = splat<u32x>(source.low(iteration)), c2 = splat<u32x>(chain), c3 = splat<u32x>(source.high(iteration));
  for (size_t s = 0; s < sites; s += 2 * blocks) {
    const philox_words made = philox(lane_indices() + static_cast<uint32_t>(s / 2), c1, c2, c3, source.schedule);
    uint32_t words[4][blocks];
    for (int k = 0; k < 4; k++) store(words[k], made.word[k]);
    uint64_t bits[2][blocks];
    for (size_t b = 0; b < blocks; b++) {
      for (int k = 0; k < 2; k++) bits[k][b] = words[2 * k][b] | uint64_t{words[2 * k + 1][b]} << 32;
    }
    double z[2][blocks];
    for (size_t b = 0; b < blocks && s + 2 * b < sites; b += f64_lanes) {
      f64x z1, z2;
      box_muller(load<u64x>(bits[0] + b), load<u64x>(bits[1] + b), &z1, &z2);
      store(z[0] + b, z1);
      store(z[1] + b, z2);
    }
    for (size_t j = 0; j < 2 * blocks && s + j < sites; j++) to[s + j] = z[j % 2][j / 2];
  }
}

// 64 random bits of sites 2 block and 2 block + 1, for lanes at different blocks and iterations (whole numbers below
// 2^32 and 2^48).
struct decision_bits {
  u64x site[2];
};

// The whole number in the low bits of a lane.
GIBBSITE_INLINE u64x whole(f64x number) { return bit_cast<u64x>(number + 0x1p52); }

inline decision_bits decisions(const chain_source& source, f64x iteration, f64x chain, f64x block) {
  const u64x c0 = whole(block), c1 = whole(iteration), c2 = whole(chain);
  const u64x c3 = ((c1 >> 32 & uint64_t{0xffff}) << 16) | uint64_t{source.purpose};
#if defined(GIBBSITE_WASM)
  const auto narrow = [](u64x v) { return (u32x)wasm_i32x4_shuffle((v128_t)v, (v128_t)v, 0, 2, 0, 2); };
  const auto pair = [](u32x a, u32x b) {
    return bit_cast<u64x>((u32x)wasm_i32x4_shuffle((v128_t)a, (v128_t)b, 0, 4, 1, 5));
  };
  const philox_words w = philox(narrow(c0), narrow(c1), narrow(c2), narrow(c3), source.schedule);
  return {{pair(w.word[0], w.word[1]), pair(w.word[2], w.word[3])}};
#else
  // What is left in the upper halves does no harm there.
  const philox_half w = philox(philox_half{c0, c1, c2, c3}, source.schedule);
  const u64x low_half = splat<u64x>(uint64_t{0xffffffff});
  return {{(w.c0 & low_half) | w.c1 << 32, (w.c2 & low_half) | w.c3 << 32}};
#endif
}

}  // namespace gibbsite::GIBBSITE_TARGET
