// Triangular systems T X = Y of a block's lines, solved in place: no matrix is ever inverted.
#pragma once
#include "flow/lines.h"

namespace gibbsite::GIBBSITE_TARGET {

// Element (i, k) is data[i * row + k * column]; what lies beyond the triangle is not read.
struct triangle {
  const float* data;
  size_t size, row, column;
  bool lower;

  float at(size_t i, size_t k) const { return data[i * row + k * column]; }
  // The row that is solved in step s, and the rows before it.
  size_t solved(size_t s) const { return lower ? s : size - 1 - s; }
  triangle transposed() const { return {data, size, column, row, !lower}; }
};

// x_i = (y_i - sum over the solved rows k, in the order of their solution, of T_ik x_k) / T_ii for `vectors` vectors of
// columns.
template <int vectors>
GIBBSITE_INLINE void solve_columns(const triangle& t, float* lines, size_t stride) {
  for (size_t s = 0; s < t.size; s++) {
    const size_t i = t.solved(s);
    f32x sum[vectors];
    for (int v = 0; v < vectors; v++) sum[v] = load<f32x>(lines + i * stride + v * f32_lanes);
    for (size_t before = 0; before < s; before++) {
      const size_t k = t.solved(before);
      const float weight = t.at(i, k);
      for (int v = 0; v < vectors; v++) sum[v] -= load<f32x>(lines + k * stride + v * f32_lanes) * weight;
    }
    const f32x divisor = splat<f32x>(t.at(i, i));
    for (int v = 0; v < vectors; v++) store(lines + i * stride + v * f32_lanes, sum[v] / divisor);
  }
}

// For `columns` columns, a multiple of block_lanes.
inline void solve(const triangle& t, float* lines, size_t stride, size_t columns) {
  constexpr size_t wide = 4 * f32_lanes;
  size_t j = 0;
  for (; j + wide <= columns; j += wide) solve_columns<4>(t, lines + j, stride);
  for (; j < columns; j += f32_lanes) solve_columns<1>(t, lines + j, stride);
}

// The same of one column in double precision.
inline void solve(const triangle& t, double* x) {
  for (size_t s = 0; s < t.size; s++) {
    const size_t i = t.solved(s);
    for (size_t before = 0; before < s; before++) {
      const size_t k = t.solved(before);
      x[i] -= static_cast<double>(t.at(i, k)) * x[k];
    }
    x[i] /= static_cast<double>(t.at(i, i));
  }
}

}  // namespace gibbsite::GIBBSITE_TARGET
