// Products with many columns, tile by tile through blocks of terms (Goto and van de Geijn, 2008). Factors whose lines
// run the right way are read where they lie: at 64 x 64 as at 1000 x 1000 a plain W X copies nothing.
#pragma once
#include "core/gemm_pack.h"
#include "core/gemm_tile.h"
#include "core/scratch.h"

namespace gibbsite::GIBBSITE_TARGET {

// Lines of B so far apart meet in few sets of a cache. Then a copy of the block pays from this many rows on.
constexpr size_t far_lines = 1024, copied_rows = 16 * tile_rows;

// Rows of A and the terms of a block: element (r, k) is data[r * row + k * term].
struct left_block {
  const float* data;
  size_t row, term;
};

// The terms of a block and some columns of B, where they lie or packed tile by tile, [tile][block_terms][tile_columns].
// What is left of a vector at the right edge is a copy with zeros, [block_terms][f32_lanes].
struct right_block {
  const float* data;
  size_t term, tile;
  const float* edge;

  const float* at(size_t column) const { return data + column / tile_columns * tile + column % tile_columns; }
};

// Fetches the rows of the block that comes next, a few cache lines with each tile of this one: weights come from far
// away, and the first tile that reads them would wait for all of them.
class left_fetch {
 public:
  // `lines` cache lines in each of `count` rows of memory, `step` numbers apart, spread over so many tiles.
  left_fetch(const float* from, size_t count, size_t step, size_t lines, size_t tiles)
      : row_(from), count_(count), step_(step), lines_(lines), each_(count * lines / tiles + 1) {}

  GIBBSITE_INLINE void tile() {
    for (size_t i = 0; i < each_ && count_ > 0; i++) {
      __builtin_prefetch(row_ + line_ * line_floats);
      if (++line_ < lines_) continue;
      line_ = 0, row_ += step_, count_--;
    }
  }

 private:
  static constexpr size_t line_floats = 16;

  const float* row_;
  size_t count_, step_, lines_, each_, line_ = 0;
};

// The columns of C that don't fill a vector, in a copy.
template <size_t rows>
GIBBSITE_INLINE void multiply_edge(size_t terms, const left_block& a, const float* b, size_t width, float* c,
                                   size_t stride, const block_end& end) {
  float tile[rows * f32_lanes] = {};
  for (size_t r = 0; r < rows; r++) memcpy(tile + r * f32_lanes, c + r * stride, width * sizeof(float));
  multiply_tile<rows, 1>(terms, a.data, a.row, a.term, b, f32_lanes, tile, f32_lanes, end);
  for (size_t r = 0; r < rows; r++) memcpy(c + r * stride, tile + r * f32_lanes, width * sizeof(float));
}

template <size_t rows>
void multiply_rows(size_t terms, const left_block& a, const right_block& b, size_t columns, float* c, size_t stride,
                   const block_end& end, left_fetch& fetch) {
  size_t j = 0;
  for (; j + tile_columns <= columns; j += tile_columns) {
    fetch.tile();
    multiply_tile<rows, tile_vectors>(terms, a.data, a.row, a.term, b.at(j), b.term, c + j, stride, end);
  }
  for (; j + f32_lanes <= columns; j += f32_lanes)
    multiply_tile<rows, 1>(terms, a.data, a.row, a.term, b.at(j), b.term, c + j, stride, end);
  if (j < columns) multiply_edge<rows>(terms, a, b.edge, columns - j, c + j, stride, end);
}

// `count` rows: in tiles of `rows`, the rest in lower ones.
template <size_t rows>
void multiply_panel(size_t terms, size_t count, left_block a, const right_block& b, size_t columns, float* c,
                    size_t stride, block_end end, left_fetch& fetch) {
  for (; count >= rows; count -= rows, a.data += rows * a.row, c += rows * stride) {
    multiply_rows<rows>(terms, a, b, columns, c, stride, end, fetch);
    if (end.bias != nullptr) end.bias += rows;
  }
  if constexpr (rows > 1) {
    if (count > 0) multiply_panel<rows / 2>(terms, count, a, b, columns, c, stride, end, fetch);
  }
}

// `count` rows from i on, in `space` [block_terms][left_panel] where they have to be copied.
inline left_block left_of(const gemm_job& job, size_t i, size_t count, size_t first, float* space) {
  if (job.packed != nullptr) return {job.packed + i * job.k + first * left_panel, 1, left_panel};
  const float* const from = job.a.data + i * job.a.row + first * job.a.column;
  if (job.a.column == 1) return {from, job.a.row, 1};
  pack_lines(from, job.a.column, job.a.row, job.terms(first), count, space, left_panel);
  return {space, 1, left_panel};
}

// Where left_of reads `count` rows, for a block that the tiles of `columns` columns come before.
inline left_fetch fetch_left(const gemm_job& job, size_t i, size_t count, size_t first, size_t columns) {
  const size_t tiles = left_panel / tile_rows * (columns / tile_columns + 1), terms = job.terms(first);
  if (job.packed != nullptr) return {job.packed + i * job.k + first * left_panel, terms, left_panel, 1, tiles};
  const float* const from = job.a.data + i * job.a.row + first * job.a.column;
  if (job.a.column == 1) return {from, count, job.a.row, parts_of(terms, 16), tiles};
  return {from + (count - 1), terms, job.a.column, 1, tiles};
}

// Whether `rows` rows of C take B from a copy.
inline bool copies_right(const gemm_job& job, size_t rows) {
  return job.b.column != 1 || (job.b.row >= far_lines && rows >= copied_rows);
}

// `count` columns from j on, in `space` if there is any.
inline right_block right_of(const gemm_job& job, size_t j, size_t count, size_t first, float* space, float* edge) {
  const matrix_view& b = job.b;
  const float* const from = b.data + first * b.row + j * b.column;
  const size_t left = count % f32_lanes, terms = job.terms(first);
  if (left != 0) pack_lines(from + (count - left) * b.column, b.row, b.column, terms, left, edge, f32_lanes);
  if (space == nullptr) return {from, b.row, tile_columns, edge};
  for (size_t c = 0; c < count; c += tile_columns) {
    const size_t width = count - c < tile_columns ? count - c : tile_columns;
    pack_lines(from + c * b.column, b.row, b.column, terms, width, space + c * block_terms, tile_columns);
  }
  return {space, tile_columns, tile_columns * block_terms, edge};
}

// What follows the panel of row r: the next panel, or the first one with the next terms.
inline left_fetch next_fetch(const gemm_job& job, size_t i, size_t rows, size_t r, size_t first, size_t columns) {
  const size_t next = r + left_panel, end = i + rows;
  if (next < end) return fetch_left(job, next, end - next < left_panel ? end - next : left_panel, first, columns);
  if (first + block_terms >= job.k) return {nullptr, 0, 0, 0, 1};
  return fetch_left(job, i, rows < left_panel ? rows : left_panel, first + block_terms, columns);
}

// Rows [i, i + rows) and columns [j, j + columns) of C.
inline void multiply_wide(const gemm_job& job, size_t i, size_t rows, size_t j, size_t columns) {
  alignas(64) float left[block_terms * left_panel], edge[block_terms * f32_lanes];
  const bool copies = copies_right(job, rows);
  const scratch<float> right(copies ? block_terms * rounded_up(columns, tile_columns) : 0);
  for (size_t first = 0; first == 0 || first < job.k; first += block_terms) {
    const size_t terms = job.terms(first);
    const right_block b = right_of(job, j, columns, first, copies ? right.data() : nullptr, edge);
    const bool from_zero = first == 0 && !job.end.accumulate, last = first + block_terms >= job.k;
    for (size_t r = i; r < i + rows; r += left_panel) {
      const size_t count = i + rows - r < left_panel ? i + rows - r : left_panel;
      const left_block a = left_of(job, r, count, first, left);
      const block_end end{from_zero, last, job.end.bias == nullptr ? nullptr : job.end.bias + r, job.end.act};
      left_fetch fetch = next_fetch(job, i, rows, r, first, columns);
      multiply_panel<tile_rows>(terms, count, a, b, columns, job.c + r * job.c_stride + j, job.c_stride, end, fetch);
    }
  }
}

}  // namespace gibbsite::GIBBSITE_TARGET
