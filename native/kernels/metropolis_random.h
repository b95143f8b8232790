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

using i32half = int32_t __attribute__((vector_size(vector_bytes / 2)));

// The decisions of a block: whether log u < change, u = (high, low) of 52 bits.
//
// The high word alone tells log u to 2^-19 where u is above 2^-11: its 31 bits err by 2^-31, single precision by 2^-24
// of u and by a unit in the last place of the logarithm. Only where the change is as near as that, some ten times in a
// million, or u smaller, are all bits looked at; the decisions are theirs.
struct decision_words {
  alignas(64) uint32_t high[most_columns];
  alignas(64) uint32_t low[most_columns];

  // yes[0 ... f32_lanes] = -1 or 0 for the columns from `at` on.
  GIBBSITE_INLINE void decide(size_t at, const double* change, int32_t* yes) const {
    alignas(64) float narrow[f32_lanes];
    for (int k = 0; k < f32_lanes; k += f64_lanes) store(narrow + k, convert<f32half>(load<f64x>(change + k)));
    const u32x word = load<u32x>(high + at);
    const f32x limit = load<f32x>(narrow), log_u = log_of_normal(fine_uniform(word));
    const i32x unsure = (absolute(log_u - limit) <= 0x1p-18f * (1.0f - log_u)) | bit_cast<i32x>(word < (1u << 21));
    store(yes, log_u < limit);
    if (!all(~unsure)) decide_exactly(at, change, yes);
  }

 private:
  __attribute__((noinline)) void decide_exactly(size_t at, const double* change, int32_t* yes) const {
    for (int k = 0; k < f32_lanes; k += f64_lanes) {
      const u64x bits = convert<u64x>(load<u32half>(high + at + k)) << 32 | convert<u64x>(load<u32half>(low + at + k));
      const i64x below = log_of_normal(open_uniform(bits)) < load<f64x>(change + k);
      store(yes + k, convert<i32half>(below));
    }
  }
};

// z [words rounded up to two][float_stride(width)]: standard normals; log_u [float_stride(width)]: log of the
// decision's u.
GIBBSITE_INLINE void step_numbers(const chain_source& source, uint64_t iteration, const chain_columns& columns,
                                  size_t width, size_t words, float* z, decision_words* decisions) {
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
          store(decisions->high + at, made.word[2 * half]);
          store(decisions->low + at, made.word[2 * half + 1]);
        }
      }
    }
  }
}

}  // namespace gibbsite::GIBBSITE_TARGET
