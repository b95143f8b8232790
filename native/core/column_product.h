// Products of small matrices with a block of columns, where a column is a chain: what log densities spend their time
// in.
//
// A lane is a column, so a column's sums have one order, term after term, whatever the width of the vectors and however
// many columns there are. Tiles of four rows and a few vectors of columns keep their sums in registers: each
// coefficient and each vector that is loaded serves several multiplications, and arithmetic is what bounds the speed.
#pragma once
#include "core/simd.h"

namespace gibbsite::GIBBSITE_TARGET {

constexpr size_t product_rows = 4;
#if defined(GIBBSITE_AVX512)
constexpr int product_vectors = 4;
#else
constexpr int product_vectors = 2;
#endif

// sum[r][v] += sum over k < terms of a[r * row_step + k * term_step] x[k][v], where x [terms][width].
template <int vectors>
GIBBSITE_INLINE void add_products(const double* a, size_t row_step, size_t term_step, const double* x, size_t width,
                                  size_t terms, f64x sum[product_rows][vectors]) {
  for (size_t k = 0; k < terms; k++, a += term_step, x += width) {
#pragma GCC unroll 4
    for (int v = 0; v < vectors; v++) {
      const f64x column = load<f64x>(x + v * f64_lanes);
#pragma GCC unroll 4
      for (size_t r = 0; r < product_rows; r++) sum[r][v] += splat<f64x>(a[r * row_step]) * column;
    }
  }
}

// body.operator()<vectors>(first) for the columns first ... first + vectors * f64_lanes - 1, until all `width` are
// done.
template <class Body>
GIBBSITE_INLINE void for_columns(size_t width, const Body& body) {
  constexpr size_t most = product_vectors * f64_lanes;
  size_t column = 0;
  for (; column + most <= width; column += most) body.template operator()<product_vectors>(column);
  for (; column < width; column += f64_lanes) body.template operator()<1>(column);
}

}  // namespace gibbsite::GIBBSITE_TARGET
