// The random numbers of a Metropolis step.
//
// A random walk needs no more of its increments than that z and -z are equally likely, so its normals are single
// precision: word s is normal s, from two words two of them. The words after the last normal decide: u = (high, low) of
// 52 bits.
#pragma once
#include "kernels/metropolis_block.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace metropolis_purpose {
constexpr uint32_t step = 1;    // words: increments of a random walk, decisions, coordinates to flip
constexpr uint32_t normal = 2;  // doubles: increments of Langevin proposals
constexpr uint32_t swap = 3;    // doubles: decisions about swaps of temperatures
}  // namespace metropolis_purpose

// Rows of floats of a block this wide: whole vectors.
constexpr size_t float_stride(size_t width) { return round_up(width, f32_lanes); }

// Word of the decision behind this many words.
constexpr size_t decision_word(size_t words) { return round_up(words, 2); }

// to[lane] = log u, u of the words (high, low).
GIBBSITE_INLINE void store_log_uniforms(u32x high, u32x low, double* to) {
  alignas(64) uint32_t highs[f32_lanes], lows[f32_lanes];
  store(highs, high);
  store(lows, low);
  for (int k = 0; k < f32_lanes; k += f64_lanes) {
    const u64x bits = convert<u64x>(load<u32half>(highs + k)) << 32 | convert<u64x>(load<u32half>(lows + k));
    store(to + k, log_of_normal(open_uniform(bits)));
  }
}

// z [words rounded up to two][float_stride(width)]: standard normals; log_u [float_stride(width)]: log of the
// decision's u.
GIBBSITE_INLINE void step_numbers(const chain_source& source, uint64_t iteration, const chain_columns& columns,
                                  size_t width, size_t words, float* z, double* log_u) {
  const size_t stride = float_stride(width), decision = decision_word(words);
  const u32x c1 = splat<u32x>(source.low(iteration)), c3 = splat<u32x>(source.high(iteration));
  for (size_t at = 0; at < width; at += f32_lanes) {
    const u32x c0 = load<u32x>(columns.first_block + at), c2 = load<u32x>(columns.chain + at);
    for (size_t block = 0; block <= decision / 4; block++) {
      const philox_words made = philox(c0 + static_cast<uint32_t>(block), c1, c2, c3, source.schedule);
#pragma GCC unroll 2
      for (size_t half = 0; half < 2; half++) {
        const size_t word = 4 * block + 2 * half;
        if (word < decision) {
          f32x z1, z2;
          box_muller(made.word[2 * half], made.word[2 * half + 1], &z1, &z2);
          store(z + word * stride + at, z1);
          store(z + (word + 1) * stride + at, z2);
        } else if (word == decision) {
          store_log_uniforms(made.word[2 * half], made.word[2 * half + 1], log_u + at);
        }
      }
    }
  }
}

}  // namespace gibbsite::GIBBSITE_TARGET
