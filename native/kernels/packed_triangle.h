// An upper triangular matrix U [n][n], packed for its products with columns: y = U z, |y|^2 and U' y.
//
// Two parts, one after the other, both of tiles with four coefficients beside each other. The first has U by four rows
// i ... i + 3, for each of them columns i ... n - 1; the second U' by four columns j ... j + 3 of U, for each of them
// rows 0 ... min(j + 3, n - 1). Coefficients outside of the triangle are zeros. (src/sampling/targets/triangle.ts.)
#pragma once
#include "core/column_product.h"

namespace gibbsite::GIBBSITE_TARGET {

// Rows that y must have room for.
GIBBSITE_INLINE size_t padded_rows(size_t n) { return (n + product_rows - 1) / product_rows * product_rows; }

// Doubles of the first part, and of the second.
GIBBSITE_INLINE size_t packed_rows_size(size_t n) {
  size_t terms = 0;
  for (size_t i = 0; i < n; i += product_rows) terms += n - i;
  return product_rows * terms;
}
GIBBSITE_INLINE size_t packed_columns_size(size_t n) {
  size_t terms = 0;
  for (size_t j = 0; j < n; j += product_rows) terms += j + product_rows < n ? j + product_rows : n;
  return product_rows * terms;
}
GIBBSITE_INLINE size_t packed_triangle_size(size_t n) { return packed_rows_size(n) + packed_columns_size(n); }

// squares [width] = |y|^2 for y = U z - offset, z [n][width]. Where they are not null: offset [padded_rows(n)] is taken
// off, y [padded_rows(n)][width] kept.
inline void triangle_squares(const double* packed, size_t n, size_t width, const double* z, const double* offset,
                             double* y, double* squares) {
  for_columns(width, [&]<int vectors>(size_t column) {
    const double* a = packed;
    f64x total[vectors] = {};
    for (size_t i = 0; i < n; i += product_rows) {
      f64x sum[product_rows][vectors] = {};
      add_products<vectors>(a, 1, product_rows, z + i * width + column, width, n - i, sum);
      a += product_rows * (n - i);
#pragma GCC unroll 4
      for (size_t r = 0; r < product_rows; r++) {
#pragma GCC unroll 4
        for (int v = 0; v < vectors; v++) {
          if (offset != nullptr) sum[r][v] -= offset[i + r];
          total[v] += sum[r][v] * sum[r][v];
          if (y != nullptr) store(y + (i + r) * width + column + v * f64_lanes, sum[r][v]);
        }
      }
    }
    for (int v = 0; v < vectors; v++) store(squares + column + v * f64_lanes, total[v]);
  });
}

// each(j, column, value) with the vectors of value = U' y, row j, columns column ... column + f64_lanes - 1.
template <class Each>
GIBBSITE_INLINE void triangle_transposed(const double* packed, size_t n, size_t width, const double* y,
                                         const Each& each) {
  for_columns(width, [&]<int vectors>(size_t column) {
    const double* a = packed + packed_rows_size(n);
    for (size_t j = 0; j < n; j += product_rows) {
      const size_t terms = j + product_rows < n ? j + product_rows : n;
      f64x sum[product_rows][vectors] = {};
      add_products<vectors>(a, 1, product_rows, y + column, width, terms, sum);
      a += product_rows * terms;
      for (size_t r = 0; r < product_rows && j + r < n; r++) {
        for (int v = 0; v < vectors; v++) each(j + r, column + v * f64_lanes, sum[r][v]);
      }
    }
  });
}

}  // namespace gibbsite::GIBBSITE_TARGET
