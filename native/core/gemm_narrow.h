// Products with few columns: lanes are rows, so the rows of a term have to lie side by side. Those of a packed factor
// and of a transposed matrix do; of others a block at a time is turned over.
#pragma once
#include "core/gemm_pack.h"
#include "core/gemm_tile.h"

namespace gibbsite::GIBBSITE_TARGET {

// Vectors of rows at most, so that enough sums are under way when there is one column; and of one panel.
constexpr size_t narrow_vectors = 4, panel_vectors = left_panel / f32_lanes;
constexpr size_t narrow_rows = narrow_vectors * f32_lanes;
// Columns of a narrow product at most, and of those that share a load of the rows.
constexpr size_t narrow_columns = 15, narrow_tile = tile_rows == 8 ? 4 : 2;

// Rows as lanes: row r of term k is data[r / left_panel * panel + r % left_panel + k * term].
struct lane_block {
  const float* data;
  size_t term, panel;
};

// sums[j][row] += a(row, k) b(k, j), where b(k, j) is b[k * b_term + j * b_column].
template <size_t columns, size_t vectors>
GIBBSITE_INLINE void add_lanes(size_t terms, const lane_block& a, const float* b, size_t b_term, size_t b_column,
                               float* sums) {
  constexpr size_t rows = vectors * f32_lanes;
  f32x sum[columns][vectors];
#pragma GCC unroll 4
  for (size_t j = 0; j < columns; j++) {
#pragma GCC unroll 4
    for (size_t v = 0; v < vectors; v++) sum[j][v] = load<f32x>(sums + j * rows + v * f32_lanes);
  }
  const float* left = a.data;
  for (size_t k = 0; k < terms; k++, left += a.term, b += b_term) {
#pragma GCC unroll 4
    for (size_t v = 0; v < vectors; v++) {
      const size_t row = v * f32_lanes;
      const f32x lanes = load<f32x>(left + row / left_panel * a.panel + row % left_panel);
#pragma GCC unroll 4
      for (size_t j = 0; j < columns; j++) sum[j][v] += lanes * splat<f32x>(b[j * b_column]);
    }
  }
#pragma GCC unroll 4
  for (size_t j = 0; j < columns; j++) {
#pragma GCC unroll 4
    for (size_t v = 0; v < vectors; v++) store(sums + j * rows + v * f32_lanes, sum[j][v]);
  }
}

template <size_t vectors>
void add_block(const gemm_job& job, size_t first, const lane_block& a, float* sums) {
  const matrix_view& b = job.b;
  const float* const from = b.data + first * b.row;
  const size_t terms = job.terms(first), rows = vectors * f32_lanes;
  size_t j = 0;
  for (; j + narrow_tile <= job.n; j += narrow_tile)
    add_lanes<narrow_tile, vectors>(terms, a, from + j * b.column, b.row, b.column, sums + j * rows);
  for (; j < job.n; j++) add_lanes<1, vectors>(terms, a, from + j * b.column, b.row, b.column, sums + j * rows);
}

// `count` rows from i on, in `space` [block_terms][rows] where they have to be copied.
template <size_t rows>
lane_block lanes_of(const gemm_job& job, size_t i, size_t count, size_t first, float* space) {
  if (job.packed != nullptr) return {job.packed + i * job.k + first * left_panel, left_panel, job.k * left_panel};
  const float* const from = job.a.data + i * job.a.row + first * job.a.column;
  if (job.a.row == 1 && count == rows) return {from, job.a.column, left_panel};
  pack_lines(from, job.a.column, job.a.row, job.terms(first), count, space, rows);
  return {space, rows, left_panel};
}

inline void start_sums(const gemm_job& job, size_t i, size_t count, float* sums, size_t rows) {
  memset(sums, 0, job.n * rows * sizeof(float));
  if (!job.end.accumulate) return;
  for (size_t r = 0; r < count; r++) {
    for (size_t j = 0; j < job.n; j++) sums[j * rows + r] = job.c[(i + r) * job.c_stride + j];
  }
}

inline void finish_sums(const gemm_job& job, size_t i, size_t count, float* sums, size_t rows) {
  float bias[narrow_rows] = {};
  if (job.end.bias != nullptr) memcpy(bias, job.end.bias + i, count * sizeof(float));
  for (size_t j = 0; j < job.n; j++) {
    for (size_t r = 0; r < rows; r += f32_lanes) {
      float* const at = sums + j * rows + r;
      const f32x sum = load<f32x>(at);
      store(at, activated(job.end.act, job.end.bias == nullptr ? sum : sum + load<f32x>(bias + r)));
    }
    if (job.c_stride == 1) {
      memcpy(job.c + i, sums, count * sizeof(float));
      continue;
    }
    for (size_t r = 0; r < count; r++) job.c[(i + r) * job.c_stride + j] = sums[j * rows + r];
  }
}

template <size_t vectors>
void multiply_lanes(const gemm_job& job, size_t i, size_t count) {
  constexpr size_t rows = vectors * f32_lanes;
  alignas(64) float sums[narrow_columns * rows], space[block_terms * rows];
  start_sums(job, i, count, sums, rows);
  for (size_t first = 0; first < job.k; first += block_terms)
    add_block<vectors>(job, first, lanes_of<rows>(job, i, count, first, space), sums);
  finish_sums(job, i, count, sums, rows);
}

// Rows [i, i + rows) of C; i is a multiple of left_panel.
inline void multiply_narrow(const gemm_job& job, size_t i, size_t rows) {
  const size_t end = i + rows;
  for (; i + narrow_rows <= end; i += narrow_rows) multiply_lanes<narrow_vectors>(job, i, narrow_rows);
  for (; i < end; i += left_panel) multiply_lanes<panel_vectors>(job, i, end - i < left_panel ? end - i : left_panel);
}

}  // namespace gibbsite::GIBBSITE_TARGET
