// Instructions of a tape with a matrix of constants. See expression_tape.h.
//
// Matrices lie as core/column_product.h wants them, by four rows. What belongs to a row of a tile of four has a partial
// sum for its place in the tile, and the four are added as a tree.
#pragma once
#include "core/column_product.h"
#include "kernels/expression_rows.h"

namespace gibbsite::GIBBSITE_TARGET {

static_assert(product_rows == row_parts);

GIBBSITE_INLINE size_t rows_of_tile(size_t first, size_t rows) {
  return rows - first < product_rows ? rows - first : product_rows;
}

inline void matvec(size_t rows, size_t columns, size_t width, const double* matrix, const row_operand& x, double* to) {
  for_columns(width, [&]<int vectors>(size_t j) {
    const double* a = matrix;
    for (size_t i = 0; i < rows; i += product_rows, a += product_rows * columns) {
      f64x product[product_rows][vectors] = {};
      add_products<vectors>(a, 1, product_rows, x.data + j, x.stride, columns, product);
      for (size_t r = 0; r < rows_of_tile(i, rows); r++) {
        double* row = to + (i + r) * width + j;
        for (int v = 0; v < vectors; v++) store(row + v * f64_lanes, product[r][v]);
      }
    }
  });
}

// x' A x for a lower triangular A.
inline void quadratic(size_t n, size_t width, const double* matrix, const row_operand& x, double* to) {
  for_columns(width, [&]<int vectors>(size_t j) {
    const double* a = matrix;
    f64x part[product_rows][vectors] = {};
    for (size_t i = 0; i < n; i += product_rows, a += product_rows * n) {
      const size_t rows = rows_of_tile(i, n);
      f64x product[product_rows][vectors] = {};
      add_products<vectors>(a, 1, product_rows, x.data + j, x.stride, i + rows, product);
      for (size_t r = 0; r < rows; r++) {
        for (int v = 0; v < vectors; v++) {
          part[r][v] += product[r][v] * load<f64x>(x.data + (i + r) * x.stride + j + v * f64_lanes);
        }
      }
    }
    for (int v = 0; v < vectors; v++) {
      store(to + j + v * f64_lanes, (part[0][v] + part[1][v]) + (part[2][v] + part[3][v]));
    }
  });
}

// Row i of the result from the rows before it (or after it, for an upper triangle), which are in `to` already.
inline void solve_row(size_t i, size_t first, size_t end, size_t n, size_t width, const double* matrix,
                      const row_operand& x, double* to) {
  const double* a = matrix + i * n;
  for_columns(width, [&]<int vectors>(size_t j) {
    f64x rest[vectors];
    for (int v = 0; v < vectors; v++) rest[v] = read<false>(x, i, j + v * f64_lanes);
    for (size_t k = first; k < end; k++) {
      for (int v = 0; v < vectors; v++) rest[v] -= a[k] * load<f64x>(to + k * width + j + v * f64_lanes);
    }
    for (int v = 0; v < vectors; v++) store(to + i * width + j + v * f64_lanes, rest[v] * a[i]);
  });
}

inline void solve_lower(size_t n, size_t width, const double* matrix, const row_operand& x, double* to) {
  for (size_t i = 0; i < n; i++) solve_row(i, 0, i, n, width, matrix, x, to);
}

inline void solve_upper(size_t n, size_t width, const double* matrix, const row_operand& x, double* to) {
  for (size_t i = n; i-- > 0;) solve_row(i, i + 1, n, n, width, matrix, x, to);
}

// The sum of log(1 + e^t) = max(t, 0) + log(1 + e^-|t|) over many t: the factors 1 + e^-|t|, at most 2, are multiplied
// and one logarithm is taken of some hundred of them.
template <int vectors>
class softplus_sums {
 public:
  GIBBSITE_INLINE softplus_sums() { restart(); }

  // Returns the derivative, sigma(t).
  GIBBSITE_INLINE f64x add(size_t part, int v, f64x t) {
    const f64x z = exp_minus(absolute(t)), factor = 1.0 + z;
    positive_[part][v] += at_least(t, 0.0);
    product_[part][v] *= factor;
    return select(t >= 0.0, splat<f64x>(1.0), z) / factor;
  }
  // After each tile of rows.
  GIBBSITE_INLINE void next() {
    if (++tiles_ == tiles_a_logarithm) take_logs();
  }
  // The last one.
  GIBBSITE_INLINE void store_totals(double* to) {
    take_logs();
    for (int v = 0; v < vectors; v++) {
      const f64x positive = (positive_[0][v] + positive_[1][v]) + (positive_[2][v] + positive_[3][v]);
      store(to + v * f64_lanes, positive + logs_[v]);
    }
  }

 private:
  static constexpr int tiles_a_logarithm = 64;

  GIBBSITE_INLINE void take_logs() {
    for (int v = 0; v < vectors; v++) {
      logs_[v] += log((product_[0][v] * product_[1][v]) * (product_[2][v] * product_[3][v]));
    }
    restart();
  }
  GIBBSITE_INLINE void restart() {
    for (size_t r = 0; r < product_rows; r++) {
      for (int v = 0; v < vectors; v++) product_[r][v] = splat<f64x>(1.0);
    }
    tiles_ = 0;
  }

  f64x positive_[product_rows][vectors] = {}, product_[product_rows][vectors], logs_[vectors] = {};
  int tiles_ = 0;
};

// gradient[k] += sum over the rows r of a tile of a[k][r] slope[r].
template <int vectors>
GIBBSITE_INLINE void add_slopes(const double* a, size_t columns, const f64x slope[product_rows][vectors],
                                double* gradient, size_t width) {
  for (size_t k = 0; k < columns; k++, a += product_rows) {
    for (int v = 0; v < vectors; v++) {
      const f64x sum = (a[0] * slope[0][v] + a[1] * slope[1][v]) + (a[2] * slope[2][v] + a[3] * slope[3][v]);
      double* to = gradient + k * width + v * f64_lanes;
      store(to, load<f64x>(to) + sum);
    }
  }
}

// The sum of log(1 + exp((A x)_i)) to one row; gradient, unless it is null, is [columns][width].
inline void softplus_sum(size_t rows, size_t columns, size_t width, const double* matrix, const row_operand& x,
                         double* to, double* gradient) {
  if (gradient != nullptr) memset(gradient, 0, columns * width * sizeof(double));
  for_columns(width, [&]<int vectors>(size_t j) {
    softplus_sums<vectors> sums;
    const double* a = matrix;
    for (size_t i = 0; i < rows; i += product_rows, a += product_rows * columns) {
      f64x t[product_rows][vectors] = {};
      add_products<vectors>(a, 1, product_rows, x.data + j, x.stride, columns, t);
      for (size_t r = 0; r < rows_of_tile(i, rows); r++) {
        for (int v = 0; v < vectors; v++) t[r][v] = sums.add(r, v, t[r][v]);
      }
      sums.next();
      if (gradient != nullptr) add_slopes<vectors>(a, columns, t, gradient + j, width);
    }
    sums.store_totals(to + j);
  });
}

}  // namespace gibbsite::GIBBSITE_TARGET
