// Products of binary rows with a real matrix: fields = bias + bits * weights.
//
// The inputs of a row are taken in groups of four. The 16 possible sums of a group are tabulated for 32 outputs at a
// time (the Method of Four Russians: Arlazarov, Dinic, Kronrod, Faradzev 1970), and a row costs one look-up and one
// addition a group where a dense product takes four multiplications and additions.
//
// The order of a sum is part of the contract, so that every path gives the same bits (a row alone, a thousand rows,
// real-valued inputs that happen to be 0 and 1): a group is summed from its lowest input up, groups are added to the
// bias in order:
//     field = (((bias + g_0) + g_1) + ...),   g = (((x_0 w_0) + x_1 w_1) + x_2 w_2) + x_3 w_3.
// Adding the zero of an empty group changes no bit that a later operation can tell (only the sign of a zero), so
// empty words are skipped.
#pragma once
#include "core/panels.h"

namespace gibbsite::GIBBSITE_TARGET {

constexpr size_t group_size = 4, groups_per_word = 8, group_entries = 16;
// Rows of a tile: their sums (128 bytes a row) stay in the first-level cache beside a word's tables (16 KiB).
constexpr size_t tile_rows = 256;
// From so many rows up the tables pay for themselves; below, sums are formed for each row on its own.
constexpr size_t table_rows = 16;

constexpr int panel_vectors = panel_width / f32_lanes;

// One panel row in registers.
struct panel_row {
  f32x part[panel_vectors];
};

GIBBSITE_INLINE panel_row load_row(const float* from) {
  panel_row row;
  for (int i = 0; i < panel_vectors; i++) row.part[i] = load<f32x>(from + i * f32_lanes);
  return row;
}
GIBBSITE_INLINE void store_row(float* to, const panel_row& row) {
  for (int i = 0; i < panel_vectors; i++) store(to + i * f32_lanes, row.part[i]);
}
GIBBSITE_INLINE panel_row operator+(panel_row a, const panel_row& b) {
  for (int i = 0; i < panel_vectors; i++) a.part[i] += b.part[i];
  return a;
}

// table[e] = sum of the weight rows whose bit is set in e, lowest first.
GIBBSITE_INLINE void build_group_table(const float* weights, float* table) {
  for (int i = 0; i < panel_vectors; i++) {
    f32x entry[group_entries];
    entry[0] = f32x{};
    for (size_t bit = 0; bit < group_size; bit++) {
      const f32x w = load<f32x>(weights + bit * panel_width + i * f32_lanes);
      for (size_t e = 0; e < (size_t{1} << bit); e++) entry[(size_t{1} << bit) + e] = entry[e] + w;
    }
    for (size_t e = 0; e < group_entries; e++) store(table + e * panel_width + i * f32_lanes, entry[e]);
  }
}

// sums[r] += the look-ups of one word of bits for every row; `groups` of its groups have inputs.
template <class Groups>
GIBBSITE_INLINE void add_word_from_tables(const float* tables, const uint32_t* words, size_t rows, Groups groups,
                                          float* sums) {
  for (size_t r = 0; r < rows; r++) {
    const uint32_t word = words[r];
    if (word == 0) continue;
    panel_row sum = load_row(sums + r * panel_width);
    for (size_t g = 0; g < groups; g++) {
      const size_t entry = (word >> (group_size * g)) & (group_entries - 1);
      sum = sum + load_row(tables + (g * group_entries + entry) * panel_width);
    }
    store_row(sums + r * panel_width, sum);
  }
}

// A number of groups that the compiler knows, so that it unrolls the loop over them.
struct full_word {
  constexpr operator size_t() const { return groups_per_word; }
};

// The same sums for a single row, straight from the weights.
inline void add_word_directly(const float* weights, uint32_t word, float* sums) {
  panel_row sum = load_row(sums);
  for (; word != 0; word >>= group_size, weights += group_size * panel_width) {
    uint32_t bits = word & (group_entries - 1);
    if (bits == 0) continue;
    panel_row group = load_row(weights + static_cast<size_t>(__builtin_ctz(bits)) * panel_width);
    for (bits &= bits - 1; bits != 0; bits &= bits - 1) {
      group = group + load_row(weights + static_cast<size_t>(__builtin_ctz(bits)) * panel_width);
    }
    sum = sum + group;
  }
  store_row(sums, sum);
}

// sums[r] = bias + bits[first + r] * weights for one panel; bias has 32 entries.
inline void multiply_tile(const bit_matrix& bits, size_t first, size_t rows, const panels& weights, size_t panel,
                          const float* bias, float* sums) {
  alignas(64) float tables[groups_per_word * group_entries * panel_width];
  const panel_row start = load_row(bias);
  for (size_t r = 0; r < rows; r++) store_row(sums + r * panel_width, start);
  for (size_t w = 0; w < bits.word_count(); w++) {
    const float* block = weights.at(panel, w * 32);
    const uint32_t* words = bits.word(w) + first;
    if (rows < table_rows) {
      for (size_t r = 0; r < rows; r++) add_word_directly(block, words[r], sums + r * panel_width);
      continue;
    }
    const size_t inputs = bits.columns - w * 32, groups = (inputs + group_size - 1) / group_size;
    for (size_t g = 0; g < groups && g < groups_per_word; g++) {
      build_group_table(block + g * group_size * panel_width, tables + g * group_entries * panel_width);
    }
    if (groups >= groups_per_word)
      add_word_from_tables(tables, words, rows, full_word{}, sums);
    else
      add_word_from_tables(tables, words, rows, groups, sums);
  }
}

// For every tile of results calls finish(panel, first row, rows, sums), on all threads; sums may be changed. bias is
// padded to whole panels.
template <class Finish>
void bit_product(const bit_matrix& bits, const panels& weights, const float* bias, const Finish& finish) {
  const size_t row_tiles = (bits.rows + tile_rows - 1) / tile_rows;
  parallel_for(weights.count() * row_tiles, [&](size_t task) {
    alignas(64) float sums[tile_rows * panel_width];
    const size_t panel = task / row_tiles, first = task % row_tiles * tile_rows;
    const size_t rows = bits.rows - first < tile_rows ? bits.rows - first : tile_rows;
    multiply_tile(bits, first, rows, weights, panel, bias + panel * panel_width, sums);
    finish(panel, first, rows, sums);
  });
}

}  // namespace gibbsite::GIBBSITE_TARGET
