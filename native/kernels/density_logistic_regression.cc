#include "kernels/density_logistic_regression.h"

#include "core/column_product.h"
#include "core/math.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

// Rows of data at a time: their slopes stay in the first-level cache, and 2^128 is far from overflow.
constexpr size_t chunk_rows = 128;

// Adds the log likelihood of some rows to log_density; slopes [count][width] = sigma(-m) where it is not null.
void add_rows(const double* rows, size_t count, size_t dim, size_t width, const double* b, double* log_density,
              double* slopes) {
  for_columns(width, [&]<int vectors>(size_t column) __attribute__((always_inline)) {
    f64x sum[vectors] = {}, product[vectors];
    for (int v = 0; v < vectors; v++) product[v] = splat<f64x>(1.0);
    for (size_t i = 0; i < count; i += product_rows) {
      f64x margin[product_rows][vectors] = {};
      add_products<vectors>(rows + i * dim, dim, 1, b + column, width, dim, margin);
#pragma GCC unroll 4
      for (size_t r = 0; r < product_rows; r++) {
        if (i + r >= count) break;
#pragma GCC unroll 4
        for (int v = 0; v < vectors; v++) {
          const f64x m = margin[r][v], z = exp_minus(absolute(m)), factor = 1 + z;
          sum[v] += at_most(m, 0);
          product[v] *= factor;
          if (slopes == nullptr) continue;
          store(slopes + (i + r) * width + column + v * f64_lanes, select(m >= 0, z, splat<f64x>(1.0)) / factor);
        }
      }
    }
    for (int v = 0; v < vectors; v++) {
      double* to = log_density + column + v * f64_lanes;
      store(to, load<f64x>(to) + (sum[v] - log(product[v])));
    }
  });
}

// gradient [dim][width] += rows' slopes.
void add_slopes(const double* rows, size_t count, size_t dim, size_t width, const double* slopes, double* gradient) {
  for_columns(width, [&]<int vectors>(size_t column) __attribute__((always_inline)) {
    for (size_t j = 0; j < dim; j += product_rows) {
      f64x sum[product_rows][vectors] = {};
      // The tile may read up to three numbers beyond the row: those of the next one, or of the rows of zeros.
      add_products<vectors>(rows + j, 1, dim, slopes + column, width, count, sum);
      for (size_t r = 0; r < product_rows && j + r < dim; r++) {
        for (int v = 0; v < vectors; v++) {
          double* to = gradient + (j + r) * width + column + v * f64_lanes;
          store(to, load<f64x>(to) + sum[r][v]);
        }
      }
    }
  });
}

}  // namespace

size_t logistic_regression_work(const density&, size_t width) { return chunk_rows * width; }

void logistic_regression_density(const density& d, size_t width, const double* x, double* log_density, double* gradient,
                                 double* work) {
  const double c = d.numbers[0], precision = d.numbers[1];
  const size_t n = static_cast<size_t>(d.numbers[2]);
  const double* rows = d.numbers.data() + 3;
  for (size_t w = 0; w < width; w += f64_lanes) {
    f64x squares{};
    for (size_t i = w; i < d.dim * width; i += width) {
      const f64x b = load<f64x>(x + i);
      squares += b * b;
      if (gradient != nullptr) store(gradient + i, -precision * b);
    }
    store(log_density + w, c - (0.5 * precision) * squares);
  }
  for (size_t i = 0; i < n; i += chunk_rows) {
    const size_t count = n - i < chunk_rows ? n - i : chunk_rows;
    double* slopes = gradient == nullptr ? nullptr : work;
    add_rows(rows + i * d.dim, count, d.dim, width, x, log_density, slopes);
    if (slopes != nullptr) add_slopes(rows + i * d.dim, count, d.dim, width, slopes, gradient);
  }
}

}  // namespace gibbsite::GIBBSITE_TARGET
