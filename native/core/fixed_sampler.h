// Draws of a layer in fixed point (fixed_layer.h): coarse sums for a tile of rows, decisions, and the full sum where it
// matters.
#pragma once
#include "core/fixed_layer.h"
#include "core/unit_sampler.h"

namespace gibbsite::GIBBSITE_TARGET {

constexpr int coarse_vectors = panel_width / i16_lanes;
// Two panels share the offsets of a row's look-ups. So many rows that making the tables costs little beside using them,
// though their sums then pass through the second-level cache.
constexpr size_t coarse_panels = 2, coarse_rows = 512;
// Up to so many rows the full sums of all units cost less than the tables.
constexpr size_t exact_rows = 8;
static_assert(exact_rows <= sampler_rows);

// Modulo 2^16. The entries of a table and partial sums may wrap; the whole sum fits (segment_range), so it comes out
// right.
GIBBSITE_INLINE i16x wrapping_add(i16x a, i16x b) { return bit_cast<i16x>(bit_cast<u16x>(a) + bit_cast<u16x>(b)); }

struct coarse_row {
  i16x part[coarse_vectors];
};

GIBBSITE_INLINE coarse_row load_coarse(const int16_t* from) {
  coarse_row row;
  for (int i = 0; i < coarse_vectors; i++) row.part[i] = load<i16x>(from + i * i16_lanes);
  return row;
}
GIBBSITE_INLINE void store_coarse(int16_t* to, const coarse_row& row) {
  for (int i = 0; i < coarse_vectors; i++) store(to + i * i16_lanes, row.part[i]);
}

// table[e] = the sum of the weights of the bits of e, rounded once: high parts add exactly, low parts are rounded at
// the end.
GIBBSITE_INLINE void build_coarse_table(const int16_t* high, const int16_t* low, int16_t* table) {
  for (int i = 0; i < coarse_vectors; i++) {
    i16x high_sum[group_entries], low_sum[group_entries];
    high_sum[0] = i16x{};
    low_sum[0] = splat<i16x>(static_cast<int16_t>(1 << (coarse_shift - 1)));
    for (size_t bit = 0; bit < group_size; bit++) {
      const i16x h = load<i16x>(high + bit * panel_width + i * i16_lanes);
      const i16x l = load<i16x>(low + bit * panel_width + i * i16_lanes);
      for (size_t e = 0; e < (size_t{1} << bit); e++) {
        high_sum[(size_t{1} << bit) + e] = wrapping_add(high_sum[e], h);
        low_sum[(size_t{1} << bit) + e] = low_sum[e] + l;
      }
    }
    for (size_t e = 0; e < group_entries; e++) {
      store(table + e * panel_width + i * i16_lanes, wrapping_add(high_sum[e], low_sum[e] >> coarse_shift));
    }
  }
}

// Where a row's look-ups are in the tables of a word: eight offsets a word, shared by all panels. Made anew for each
// state of the inputs, in memory that is kept from sweep to sweep.
struct lookup_offsets {
  size_t rows;
  scratch<uint16_t> data;

  lookup_offsets(size_t rows, size_t inputs) : rows(rows), data(panel_count(inputs) * rows * groups_per_word) {}

  void set(const bit_matrix& bits) const {
    parallel_for(bits.word_count(), [&](size_t w) {
      for (size_t r = 0; r < rows; r++) {
        const uint32_t word = bits.word(w)[r];
        uint16_t* to = data.data() + (w * rows + r) * groups_per_word;
        for (uint32_t g = 0; g < groups_per_word; g++) {
          const uint32_t entry = g * group_entries + (word >> (group_size * g) & (group_entries - 1));
          to[g] = static_cast<uint16_t>(entry * panel_width);
        }
      }
    });
  }
  const uint16_t* at(size_t word, size_t row) const { return data.data() + (word * rows + row) * groups_per_word; }
};

// The sums of `count` neighbouring panels for the rows of a tile.
struct coarse_sums {
  alignas(64) int32_t total[coarse_panels][coarse_rows * panel_width];
  alignas(64) int16_t segment[coarse_panels][coarse_rows * panel_width];
};

template <size_t count>
void add_coarse_word(const fixed_layer& layer, const uint32_t* words, const uint16_t* offsets, size_t w, size_t rows,
                     size_t panel, coarse_sums& sums) {
  alignas(64) int16_t tables[count][groups_per_word * group_entries * panel_width];
  for (size_t g = 0; g < groups_per_word; g++) {
    for (size_t p = 0; p < count; p++) {
      const size_t input = w * 32 + g * group_size;
      build_coarse_table(layer.high_at(panel + p, input), layer.low_at(panel + p, input),
                         tables[p] + g * group_entries * panel_width);
    }
  }
  for (size_t r = 0; r < rows; r++, offsets += groups_per_word) {
    if (words[r] == 0) continue;
    coarse_row sum[count];
    for (size_t p = 0; p < count; p++) sum[p] = load_coarse(sums.segment[p] + r * panel_width);
    for (size_t g = 0; g < groups_per_word; g++) {
      for (size_t p = 0; p < count; p++) {
        for (int i = 0; i < coarse_vectors; i++) {
          sum[p].part[i] = wrapping_add(sum[p].part[i], load<i16x>(tables[p] + offsets[g] + i * i16_lanes));
        }
      }
    }
    for (size_t p = 0; p < count; p++) store_coarse(sums.segment[p] + r * panel_width, sum[p]);
  }
}

// Begins a segment's sums, after adding those of the one before to the totals.
template <size_t count>
void next_segment(const fixed_layer& layer, size_t segment, size_t rows, size_t panel, coarse_sums& sums) {
  for (size_t p = 0; p < count; p++) {
    const int16_t* start = layer.start.data() + segment * padded(layer.outputs) + (panel + p) * panel_width;
    for (size_t r = 0; r < rows; r++) {
      int32_t* total = sums.total[p] + r * panel_width;
      int16_t* part = sums.segment[p] + r * panel_width;
      for (size_t i = 0; i < panel_width; i += f32_lanes) {
        if (segment == 0)
          store(total + i, i32x{});
        else
          store(total + i, load<i32x>(total + i) + convert<i32x>(load<i16half>(part + i)));
      }
      if (segment < segment_count(layer.inputs)) memcpy(part, start, panel_width * sizeof(int16_t));
    }
  }
}

template <size_t count>
void coarse_tile(const fixed_layer& layer, const bit_matrix& bits, const lookup_offsets& offsets, size_t first,
                 size_t rows, size_t panel, coarse_sums& sums) {
  for (size_t w = 0; w < bits.word_count(); w++) {
    if (w % segment_words == 0) next_segment<count>(layer, w / segment_words, rows, panel, sums);
    add_coarse_word<count>(layer, bits.word(w) + first, offsets.at(w, first), w, rows, panel, sums);
  }
  next_segment<count>(layer, segment_count(layer.inputs), rows, panel, sums);
}

// The canonical decision, from the full field.
GIBBSITE_INLINE bool is_on(float field, float beta, uint32_t random) {
  return fine_uniform(random) * (1.0f + exp(-(field * beta))) < 1.0f;
}

// exp(error) and exp(-error) of one panel's outputs for fields scaled by at most `beta`.
struct error_factors {
  alignas(64) float grow[panel_width], shrink[panel_width];
  error_factors(const fixed_layer& layer, size_t panel, float beta) {
    for (size_t i = 0; i < panel_width; i += f32_lanes) {
      // The slack covers the rounding of both sides of the comparison.
      const f32x error = load<f32x>(layer.error.data() + panel * panel_width + i) * beta + 1e-5f;
      store(grow + i, exp(error));
      store(shrink + i, exp(-error));
    }
  }
};

// Draws one panel row: bits that the coarse field decides, and in *open those that it doesn't.
GIBBSITE_INLINE uint32_t draw_coarse_row(const fixed_layer& layer, size_t panel, const int32_t* sums, float beta,
                                         const uint32_t* random, const error_factors& factors, uint32_t* open) {
  uint32_t on = 0, maybe = 0;
  for (size_t i = 0; i < panel_width; i += f32_lanes) {
    const f32x sum = convert<f32x>(load<i32x>(sums + i));
    const size_t j = panel * panel_width + i;
    const f32x z = (sum * load<f32x>(layer.step.data() + j) + load<f32x>(layer.coarse_bias.data() + j)) * beta;
    const f32x u = fine_uniform(load<u32x>(random + i)), odds = u * exp(-z), one = splat<f32x>(1.0f);
    on |= less_bits(u + odds * load<f32x>(factors.grow + i), one) << i;
    maybe |= less_bits(u + odds * load<f32x>(factors.shrink + i), one) << i;
  }
  *open = maybe & ~on;
  return on;
}

// The same as draw_tile (unit_sampler.h), from coarse sums; `from` holds the inputs for the units that need their full
// field.
inline void draw_coarse_tile(const fixed_layer& layer, const unit_source& source, size_t panel, size_t first,
                             size_t rows, const int32_t* sums, const float* beta, float largest_beta,
                             const bit_matrix& from, const bit_matrix& to) {
  alignas(64) uint32_t random[sampler_rows * panel_width];
  const error_factors factors(layer, panel, largest_beta);
  const uint32_t mask = word_mask(to.columns, panel);
  for (size_t r0 = 0; r0 < rows; r0 += sampler_rows) {
    const size_t count = rows - r0 < sampler_rows ? rows - r0 : sampler_rows;
    panel_words(source, panel, first + r0, count, random);
    for (size_t r = 0; r < count; r++) {
      const size_t row = first + r0 + r;
      const uint32_t* words = random + r * panel_width;
      uint32_t open;
      uint32_t drawn = draw_coarse_row(layer, panel, sums + (r0 + r) * panel_width, beta[row], words, factors, &open);
      for (open &= mask; open != 0; open &= open - 1) {
        const int j = __builtin_ctz(open);
        const float field =
            layer.field(panel * panel_width + static_cast<size_t>(j), from.words.data() + row, from.rows);
        drawn |= static_cast<uint32_t>(is_on(field, beta[row], words[j])) << j;
      }
      to.word(panel)[row] = drawn & mask;
    }
  }
}

// Rows too few for tables: every unit from its full field.
inline void draw_exact_tile(const fixed_layer& layer, const unit_source& source, size_t panel, const float* beta,
                            const bit_matrix& from, const bit_matrix& to) {
  alignas(64) uint32_t random[sampler_rows * panel_width];
  panel_words(source, panel, 0, from.rows, random);
  for (size_t r = 0; r < from.rows; r++) {
    uint32_t drawn = 0;
    for (size_t j = 0; j < panel_width && panel * panel_width + j < layer.outputs; j++) {
      const float field = layer.field(panel * panel_width + j, from.words.data() + r, from.rows);
      drawn |= static_cast<uint32_t>(is_on(field, beta[r], random[r * panel_width + j])) << j;
    }
    to.word(panel)[r] = drawn;
  }
}

// Draws all outputs of every row given its input bits (offsets: memory for rows x inputs), and calls done(panel, first
// row, rows) for each finished tile.
template <class Done>
void draw_fixed_layer(const bit_matrix& from, const fixed_layer& layer, const lookup_offsets& offsets,
                      const float* beta, float largest_beta, const unit_source& source, const bit_matrix& to,
                      const Done& done) {
  const size_t panels = panel_count(layer.outputs);
  if (from.rows <= exact_rows) {
    return parallel_for(panels, [&](size_t panel) {
      draw_exact_tile(layer, source, panel, beta, from, to);
      done(panel, 0, from.rows);
    });
  }
  offsets.set(from);
  const size_t row_tiles = (from.rows + coarse_rows - 1) / coarse_rows, pairs = (panels + 1) / coarse_panels;
  parallel_for(pairs * row_tiles, [&](size_t task) {
    coarse_sums sums;
    const size_t panel = task / row_tiles * coarse_panels, first = task % row_tiles * coarse_rows;
    const size_t rows = from.rows - first < coarse_rows ? from.rows - first : coarse_rows;
    const bool single = panel + 1 == panels;
    if (single)
      coarse_tile<1>(layer, from, offsets, first, rows, panel, sums);
    else
      coarse_tile<coarse_panels>(layer, from, offsets, first, rows, panel, sums);
    for (size_t p = 0; p < (single ? 1 : coarse_panels); p++) {
      draw_coarse_tile(layer, source, panel + p, first, rows, sums.total[p], beta, largest_beta, from, to);
      done(panel + p, first, rows);
    }
  });
}

}  // namespace gibbsite::GIBBSITE_TARGET
