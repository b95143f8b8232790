// Work on the lines of a block (layer.h): a line is what one feature is in all columns, a whole number of vectors long.
//
// Sums have one order each, which neither the vector width nor the number of threads changes:
//
//   over columns         column j joins partial sum j % 16, the sixteen are added as a tree; float
//   a row's log-det      features in order within a column, then the row's columns (pixels) in order; double
#pragma once
#include "core/math.h"
#include "core/simd.h"
#include "flow/layer.h"

namespace gibbsite::GIBBSITE_TARGET {

// line[j] = f(line[j]) for vectors of a whole line; f maps f32x to f32x.
template <class F>
GIBBSITE_INLINE void map_line(float* line, size_t stride, const F& f) {
  for (size_t j = 0; j < stride; j += f32_lanes) store(line + j, f(load<f32x>(line + j)));
}

// line = line * scale + shift.
GIBBSITE_INLINE void scale_line(float* line, size_t stride, float scale, float shift) {
  map_line(line, stride, [=](f32x x) __attribute__((always_inline)) { return x * scale + shift; });
}

GIBBSITE_INLINE void copy_lines(const float* from, size_t count, float* to) { memcpy(to, from, count * sizeof(float)); }

// A vector of lanes first, first + 1 ...: below `end` they are x, from there on 0.
GIBBSITE_INLINE f32x lanes_before(f32x x, size_t first, size_t end) {
  i32x lane;
  for (int i = 0; i < f32_lanes; i++) lane[i] = i;
  return select(lane < splat<i32x>(static_cast<int32_t>(end - first)), x, f32x{});
}

constexpr size_t line_vectors = block_lanes / f32_lanes;

// part[0] ... part[15] as a tree: halves are added until one number is left.
GIBBSITE_INLINE float add_parts(const f32x part[line_vectors]) {
  // Four at a time on every build: the fewest instructions, and the same tree.
  using four = float __attribute__((vector_size(16)));
  four q[4];
  memcpy(q, part, sizeof q);
  const four sum = (q[0] + q[2]) + (q[1] + q[3]);
  return (sum[0] + sum[2]) + (sum[1] + sum[3]);
}

// The sum of terms(j) over the first `columns` columns; terms(j) is the f32x of the columns j, j + 1 ..., and is also
// called for what is left of the last sixteen, whose lanes past the end don't count.
template <class Terms>
GIBBSITE_INLINE float sum_columns(size_t columns, const Terms& terms) {
  f32x part[line_vectors] = {};
  const size_t whole = columns / block_lanes * block_lanes;
  for (size_t j = 0; j < whole; j += block_lanes) {
    for (size_t v = 0; v < line_vectors; v++) part[v] += terms(j + v * f32_lanes);
  }
  for (size_t v = 0, j = whole; j < columns; v++, j += f32_lanes) part[v] += lanes_before(terms(j), j, columns);
  return add_parts(part);
}

// The sum of a line.
GIBBSITE_INLINE float sum_line(const float* line, size_t columns) {
  return sum_columns(columns, [=](size_t j) __attribute__((always_inline)) { return load<f32x>(line + j); });
}

// The sum of the products of two lines: of a weight's gradient.
GIBBSITE_INLINE float dot_lines(const float* a, const float* b, size_t columns) {
  return sum_columns(columns,
                     [=](size_t j) __attribute__((always_inline)) { return load<f32x>(a + j) * load<f32x>(b + j); });
}

// The sum of one number a row, in the order of columns; reads nothing past the last row.
inline float sum_rows(const float* values, size_t rows) {
  float part[block_lanes] = {};
  for (size_t r = 0; r < rows; r++) part[r % block_lanes] += values[r];
  f32x vectors[line_vectors];
  memcpy(vectors, part, sizeof part);
  return add_parts(vectors);
}

// log_det[r] += the sum over features f < lines and the columns j of row r of terms(f, j), an f32x like in sum_columns.
// terms is called once for each vector of the lines, padding included, so it may do the layer's work as well.
template <class Terms>
GIBBSITE_INLINE void add_log_det(const flow_block& block, const flow_shape& shape, size_t lines, const Terms& terms) {
  const size_t columns = shape.columns(block.rows), stride = shape.stride(block.rows), pixels = shape.pixels();
  size_t row = 0, pixel = 0;
  for (size_t first = 0; first < stride; first += f32_lanes) {
    double sums[f32_lanes] = {};
    for (size_t f = 0; f < lines; f++) {
      const f32x term = terms(f, first);
      for (int i = 0; i < f32_lanes; i++) sums[i] += static_cast<double>(term[i]);
    }
    for (size_t j = first; j < columns && j < first + f32_lanes; j++) {
      block.log_det[row] += sums[j - first];
      if (++pixel == pixels) row++, pixel = 0;
    }
  }
}

// The same of lines that lie in memory, times `sign`: 1 or -1.
inline void add_log_det(const flow_block& block, const flow_shape& shape, size_t lines, const float* from, float sign) {
  const size_t stride = shape.stride(block.rows);
  add_log_det(block, shape, lines, [=](size_t f, size_t j) __attribute__((always_inline)) {
    return load<f32x>(from + f * stride + j) * sign;
  });
}

// log_det[r] += terms[r - first] for vectors, whose columns are the rows.
GIBBSITE_INLINE void add_log_det(const flow_block& block, size_t first, f32x terms) {
  double* const to = block.log_det + first;
  if (first + f32_lanes > block.rows) {
    for (size_t i = 0; first + i < block.rows; i++) to[i] += static_cast<double>(terms[i]);
    return;
  }
  using half = float __attribute__((vector_size(vector_bytes / 2)));
  half part[2];
  memcpy(part, &terms, sizeof part);
  store(to, load<f64x>(to) + convert<f64x>(part[0]));
  store(to + f64_lanes, load<f64x>(to + f64_lanes) + convert<f64x>(part[1]));
}

// A log-determinant that is the same for every row.
inline void add_log_det(const flow_block& block, double value) {
  for (size_t r = 0; r < block.rows; r++) block.log_det[r] += value;
}

// A line that holds, in every column of a row, the row's value (such as dL/dlog_det), and 0 past the end.
inline void spread_rows(const float* values, const flow_shape& shape, size_t rows, float* line) {
  const size_t pixels = shape.pixels(), columns = shape.columns(rows), stride = shape.stride(rows);
  for (size_t r = 0; r < rows; r++) {
    for (size_t p = 0; p < pixels; p++) line[r * pixels + p] = values[r];
  }
  for (size_t j = columns; j < stride; j++) line[j] = 0.0f;
}

// Makes the columns past the end copies of the last one again, after work that moved columns.
inline void pad_lines(float* lines, const flow_shape& shape, size_t rows) {
  const size_t columns = shape.columns(rows), stride = shape.stride(rows);
  for (size_t f = 0; f < shape.features; f++) {
    for (size_t j = columns; j < stride; j++) lines[f * stride + j] = lines[f * stride + columns - 1];
  }
}

// The same for cotangents: columns past the end are 0.
inline void clear_padding(float* lines, const flow_shape& shape, size_t rows) {
  const size_t columns = shape.columns(rows), stride = shape.stride(rows);
  for (size_t f = 0; f < shape.features; f++) {
    for (size_t j = columns; j < stride; j++) lines[f * stride + j] = 0.0f;
  }
}

}  // namespace gibbsite::GIBBSITE_TARGET
