#include "kernels/density_normal.h"

#include "kernels/packed_triangle.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

struct normal_numbers {
  double constant;
  bool diagonal;
  const double *mean, *factor;

  explicit normal_numbers(const density& d)
      : constant(d.numbers[0]), diagonal(d.numbers[1] != 0), mean(d.numbers.data() + 2), factor(mean + d.dim) {}
};

void diagonal_density(const normal_numbers& numbers, size_t dim, size_t width, const double* x, double* log_density,
                      double* gradient) {
  for (size_t w = 0; w < width; w += f64_lanes) {
    f64x squares{};
    for (size_t i = 0; i < dim; i++) {
      const double u = numbers.factor[i];
      const f64x y = (load<f64x>(x + i * width + w) - numbers.mean[i]) * u;
      squares += y * y;
      if (gradient != nullptr) store(gradient + i * width + w, y * -u);
    }
    store(log_density + w, numbers.constant - 0.5 * squares);
  }
}

}  // namespace

// x - mean and U (x - mean).
size_t normal_work(const density& d, size_t width) { return (d.dim + padded_rows(d.dim)) * width; }

void normal_density(const density& d, size_t width, const double* x, double* log_density, double* gradient,
                    double* work) {
  const normal_numbers numbers(d);
  if (numbers.diagonal) return diagonal_density(numbers, d.dim, width, x, log_density, gradient);
  double *z = work, *y = gradient == nullptr ? nullptr : work + d.dim * width;
  for (size_t i = 0; i < d.dim; i++) {
    for (size_t w = 0; w < width; w += f64_lanes) {
      store(z + i * width + w, load<f64x>(x + i * width + w) - numbers.mean[i]);
    }
  }
  triangle_squares(numbers.factor, d.dim, width, z, y, log_density);
  for (size_t w = 0; w < width; w += f64_lanes) {
    store(log_density + w, numbers.constant - 0.5 * load<f64x>(log_density + w));
  }
  if (gradient == nullptr) return;
  triangle_transposed(numbers.factor, d.dim, width, y,
                      [&](size_t j, size_t column, f64x value) { store(gradient + j * width + column, -value); });
}

}  // namespace gibbsite::GIBBSITE_TARGET
