// Products of real-valued rows with a matrix in panels, in the order of bit_product.h: rows that happen to hold only 0
// and 1 give the same bits either way, so `product` may take the fast one for them.
#pragma once
#include "core/bit_product.h"

namespace gibbsite::GIBBSITE_TARGET {

// sums = bias + x * weights for one row and one panel.
inline void multiply_row(const float* x, const panels& weights, size_t panel, const float* bias, float* sums) {
  panel_row sum = load_row(bias);
  const float* w = weights.at(panel, 0);
  for (size_t i = 0; i < weights.rows; i += group_size) {
    panel_row group{};
    for (size_t k = i; k < i + group_size && k < weights.rows; k++) {
      const panel_row row = load_row(w + k * panel_width);
      for (int j = 0; j < panel_vectors; j++) group.part[j] += row.part[j] * x[k];
    }
    sum = sum + group;
  }
  store_row(sums, sum);
}

inline bool all_binary(const float* values, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (values[i] != 0.0f && values[i] != 1.0f) return false;
  }
  return true;
}

inline void pack_binary(const float* values, const bit_matrix& to) {
  for (size_t w = 0; w < to.word_count(); w++) {
    const size_t width = to.columns - 32 * w < 32 ? to.columns - 32 * w : 32;
    for (size_t r = 0; r < to.rows; r++) {
      uint32_t word = 0;
      for (size_t j = 0; j < width; j++)
        word |= static_cast<uint32_t>(values[r * to.columns + 32 * w + j] != 0.0f) << j;
      to.word(w)[r] = word;
    }
  }
}

// For every tile of values [rows, weights.rows] * weights + bias calls finish(panel, first row, rows, sums), on all
// threads.
template <class Finish>
void product(const float* values, size_t rows, const panels& weights, const float* bias, const Finish& finish) {
  const size_t inputs = weights.rows;
  if (all_binary(values, rows * inputs)) {
    const bit_matrix bits(rows, inputs);
    pack_binary(values, bits);
    return bit_product(bits, weights, bias, finish);
  }
  const size_t row_tiles = (rows + tile_rows - 1) / tile_rows;
  parallel_for(weights.count() * row_tiles, [&](size_t task) {
    alignas(64) float sums[tile_rows * panel_width];
    const size_t panel = task / row_tiles, first = task % row_tiles * tile_rows;
    const size_t count = rows - first < tile_rows ? rows - first : tile_rows;
    for (size_t r = 0; r < count; r++) {
      multiply_row(values + (first + r) * inputs, weights, panel, bias + panel * panel_width, sums + r * panel_width);
    }
    finish(panel, first, count, sums);
  });
}

}  // namespace gibbsite::GIBBSITE_TARGET
