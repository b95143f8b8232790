// Products of dense matrices in double precision, C += A B, in one order on every build: each entry of C takes its
// terms one after the other, k = 0, 1 ... Lanes are columns of C, so neither the vector width nor the tiles show.
//
// B is packed once into panels of 16 columns, [columns / 16][rows][16], padded with zeros, so that the inner loop reads
// it in a row. Blocked as by Goto and van de Geijn (2008): a stretch of k, then panels, then tiles of a few rows.
#pragma once
#include "core/scratch.h"
#include "core/simd.h"
#include "core/threads.h"

namespace gibbsite::GIBBSITE_TARGET {

constexpr size_t product_panel = 16;
// Terms that are added to a tile of C before the next tile: that much of a panel stays in the first-level cache.
constexpr size_t product_terms = 256;
// Rows that a task takes; with product_terms columns of A they stay in the second-level cache.
constexpr size_t product_rows = 48;
constexpr size_t product_tile_vectors = 2, product_tile_rows = f64_lanes == 8 ? 8 : 4;
constexpr size_t product_tile_columns = product_tile_vectors * f64_lanes;
static_assert(product_panel % product_tile_columns == 0);

constexpr size_t product_panels(size_t columns) { return (columns + product_panel - 1) / product_panel; }
constexpr size_t packed_size(size_t rows, size_t columns) { return product_panels(columns) * rows * product_panel; }

// from [rows, columns] with `stride` numbers from row to row.
inline void pack_product(const double* from, size_t stride, size_t rows, size_t columns, double* packed) {
  parallel_for(product_panels(columns), [&](size_t panel) {
    double* to = packed + panel * rows * product_panel;
    const size_t first = panel * product_panel, left = columns - first;
    const size_t width = left < product_panel ? left : product_panel;
    for (size_t k = 0; k < rows; k++, to += product_panel) {
      memcpy(to, from + k * stride + first, width * sizeof(double));
      memset(to + width, 0, (product_panel - width) * sizeof(double));
    }
  });
}

// One tile of C, stored with `stride`, from `terms` columns of A and rows of a panel.
template <size_t rows>
GIBBSITE_INLINE void multiply_tile(const double* a, size_t a_stride, const double* panel, size_t terms, double* c,
                                   size_t stride) {
  f64x sum[rows][product_tile_vectors];
  for (size_t r = 0; r < rows; r++) {
    for (size_t v = 0; v < product_tile_vectors; v++) sum[r][v] = load<f64x>(c + r * stride + v * f64_lanes);
  }
  for (size_t k = 0; k < terms; k++, panel += product_panel) {
    f64x b[product_tile_vectors];
    for (size_t v = 0; v < product_tile_vectors; v++) b[v] = load<f64x>(panel + v * f64_lanes);
#pragma GCC unroll 8
    for (size_t r = 0; r < rows; r++) {
      const f64x factor = splat<f64x>(a[r * a_stride + k]);
      for (size_t v = 0; v < product_tile_vectors; v++) sum[r][v] += factor * b[v];
    }
  }
  for (size_t r = 0; r < rows; r++) {
    for (size_t v = 0; v < product_tile_vectors; v++) store(c + r * stride + v * f64_lanes, sum[r][v]);
  }
}

// The same for a tile at the right edge of C, which is narrower, in a copy.
template <size_t rows>
inline void multiply_edge(const double* a, size_t a_stride, const double* panel, size_t terms, double* c, size_t stride,
                          size_t width) {
  double tile[rows * product_tile_columns] = {};
  for (size_t r = 0; r < rows; r++) memcpy(tile + r * product_tile_columns, c + r * stride, width * sizeof(double));
  multiply_tile<rows>(a, a_stride, panel, terms, tile, product_tile_columns);
  for (size_t r = 0; r < rows; r++) memcpy(c + r * stride, tile + r * product_tile_columns, width * sizeof(double));
}

template <size_t rows>
inline void multiply_row_tiles(const double* a, size_t a_stride, const double* panel, size_t terms, double* c,
                               size_t stride, size_t width) {
  size_t j = 0;
  for (; j + product_tile_columns <= width; j += product_tile_columns)
    multiply_tile<rows>(a, a_stride, panel + j, terms, c + j, stride);
  if (j < width) multiply_edge<rows>(a, a_stride, panel + j, terms, c + j, stride, width - j);
}

// C [rows, columns] += A [rows, terms] B, B packed. Strides are numbers from row to row. C overlaps neither A nor B.
inline void add_product(const double* a, size_t a_stride, const double* packed, size_t rows, size_t terms,
                        size_t columns, double* c, size_t c_stride) {
  const size_t parts = (rows + product_rows - 1) / product_rows;
  parallel_for(parts, [&](size_t part) {
    const size_t first = part * product_rows;
    const size_t end = first + product_rows < rows ? first + product_rows : rows;
    for (size_t k = 0; k < terms; k += product_terms) {
      const size_t count = terms - k < product_terms ? terms - k : product_terms;
      for (size_t p = 0; p < product_panels(columns); p++) {
        const double* panel = packed + (p * terms + k) * product_panel;
        const size_t j = p * product_panel, width = columns - j < product_panel ? columns - j : product_panel;
        size_t i = first;
        for (; i + product_tile_rows <= end; i += product_tile_rows) {
          multiply_row_tiles<product_tile_rows>(a + i * a_stride + k, a_stride, panel, count, c + i * c_stride + j,
                                                c_stride, width);
        }
        for (; i < end; i++)
          multiply_row_tiles<1>(a + i * a_stride + k, a_stride, panel, count, c + i * c_stride + j, c_stride, width);
      }
    }
  });
}

}  // namespace gibbsite::GIBBSITE_TARGET
