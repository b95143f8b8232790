// Binary units drawn from their fields: P(unit = 1) = sigma(beta z), one random word a unit.
//
// The word is a function of (key, tag, sweep, chain, unit), so a chain run alone, a run cut into pieces and a run on
// many threads draw the same. Counter: c0 = 8 panel + lane, c1 = sweep (low), c2 = chain, c3 = sweep (high 16 bits) and
// tag; word k of lane l belongs to unit 32 panel + 8 k + l.
//
// Chains under keys of their own (`streams`) draw the same words as chains of one key each.
#pragma once
#include "core/bit_product.h"
#include "core/math.h"
#include "core/philox.h"
#include "core/span.h"

namespace gibbsite::GIBBSITE_TARGET {

constexpr size_t counters_per_panel = 8;
// Rows whose random words are made at a time: 2 KiB, in the first-level cache.
constexpr size_t sampler_rows = 16;

// Words of a chain with a key of its own: the key's halves, and the chain's number.
constexpr size_t stream_words = 3;

// What a draw depends on besides chain and unit. Different purposes under one key use different tags.
struct unit_source {
  philox_key key;
  uint32_t tag;
  uint64_t sweep;
  uint32_t first_chain;
  // [chains, stream_words], which then stand in for key and first_chain; or empty.
  span<const uint32_t> streams = {};
};

constexpr uint32_t words_run = f32_lanes < counters_per_panel ? f32_lanes : counters_per_panel;

// Puts the words of counters i ... i + f32_lanes of some rows where they belong.
GIBBSITE_INLINE void place_words(const philox_words& words, uint32_t i, uint32_t* random) {
  constexpr uint32_t block = counters_per_panel;
  for (int k = 0; k < 4; k++) {
    uint32_t lanes[f32_lanes];
    store(lanes, words.word[k]);
    for (uint32_t l = 0; l < f32_lanes; l += words_run) {
      memcpy(random + (i + l) / block * panel_width + 8 * k + (i + l) % block, lanes + l, words_run * sizeof(uint32_t));
    }
  }
}

// panel_words of chains with keys of their own.
inline void stream_panel_words(const unit_source& source, size_t panel, size_t first, size_t rows, uint32_t* random) {
  constexpr uint32_t block = counters_per_panel;
  const u32x lane = lane_indices();
  const u32x c1 = splat<u32x>(static_cast<uint32_t>(source.sweep));
  const u32x c3 = splat<u32x>(source.tag | static_cast<uint32_t>(source.sweep >> 32) << 16);
  for (uint32_t i = 0; i < rows * block; i += f32_lanes) {
    alignas(64) uint32_t low[f32_lanes], high[f32_lanes], chain[f32_lanes];
    for (uint32_t l = 0; l < f32_lanes; l++) {
      const size_t row = (i + l) / block < rows ? (i + l) / block : rows - 1;
      const uint32_t* stream = source.streams.data() + (first + row) * stream_words;
      low[l] = stream[0], high[l] = stream[1], chain[l] = stream[2];
    }
    const u32x c0 = ((lane + i) & (block - 1)) + static_cast<uint32_t>(panel) * block;
    const philox_schedule keys(load<u32x>(low), load<u32x>(high));
    place_words(philox(c0, c1, load<u32x>(chain), c3, keys), i, random);
  }
}

// random[32 r + j] = the word of unit 32 panel + j of chain first_chain + first + r, for `sampler_rows` rows.
inline void panel_words(const unit_source& source, size_t panel, size_t first, size_t rows, uint32_t* random) {
  if (!source.streams.empty()) return stream_panel_words(source, panel, first, rows, random);
  constexpr uint32_t block = counters_per_panel;
  const u32x lane = lane_indices();
  const u32x c1 = splat<u32x>(static_cast<uint32_t>(source.sweep));
  const u32x c3 = splat<u32x>(source.tag | static_cast<uint32_t>(source.sweep >> 32) << 16);
  const uint32_t chain = source.first_chain + static_cast<uint32_t>(first);
  const philox_schedule keys(source.key);
  for (uint32_t i = 0; i < rows * block; i += f32_lanes) {
    const u32x index = lane + i;
    const philox_words words =
        philox((index & (block - 1)) + static_cast<uint32_t>(panel) * block, c1, (index >> 3) + chain, c3, keys);
    place_words(words, i, random);
  }
}

// The draw of one panel row, packed. A unit is on where u (1 + exp(-z)) < 1; u is in (0, 1], so a field of minus
// infinity never is.
GIBBSITE_INLINE uint32_t draw_row(const float* fields, float beta, const uint32_t* random) {
  uint32_t word = 0;
  for (int i = 0; i < panel_vectors; i++) {
    const f32x z = load<f32x>(fields + i * f32_lanes) * beta;
    const f32x u = fine_uniform(load<u32x>(random + i * f32_lanes));
    word |= less_bits(u * (1.0f + exp(-z)), splat<f32x>(1.0f)) << (i * f32_lanes);
  }
  return word;
}

// Draws a tile of units: words[first + r] for every row, masked to the units that exist. beta holds one factor a row.
inline void draw_tile(const unit_source& source, size_t panel, size_t first, size_t rows, const float* fields,
                      const float* beta, const bit_matrix& to) {
  alignas(64) uint32_t random[sampler_rows * panel_width];
  const uint32_t mask = word_mask(to.columns, panel);
  uint32_t* words = to.word(panel) + first;
  for (size_t r0 = 0; r0 < rows; r0 += sampler_rows) {
    const size_t count = rows - r0 < sampler_rows ? rows - r0 : sampler_rows;
    panel_words(source, panel, first + r0, count, random);
    for (size_t r = 0; r < count; r++) {
      words[r0 + r] = mask & draw_row(fields + (r0 + r) * panel_width, beta[first + r0 + r], random + r * panel_width);
    }
  }
}

}  // namespace gibbsite::GIBBSITE_TARGET
