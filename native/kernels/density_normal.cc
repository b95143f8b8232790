#include "kernels/density_normal.h"

#include "kernels/packed_triangle.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

struct normal_numbers {
  double constant;
  bool diagonal;
  const double *mean, *factor;

  normal_numbers(const double* numbers, size_t dim)
      : constant(numbers[0]), diagonal(numbers[1] != 0), mean(numbers + 2), factor(mean + dim) {}
};

void diagonal_block(const normal_numbers& numbers, size_t dim, size_t width, const double* x, double* log_density,
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

// x - mean, and U (x - mean) for the gradient.
size_t normal_work(const density& d, size_t width) { return (d.dim + padded_rows(d.dim)) * width; }

size_t normal_size(const double* numbers, size_t dim) {
  return 2 + dim + (numbers[1] != 0 ? dim : packed_triangle_size(dim));
}

void normal_block(const double* numbers, size_t dim, size_t width, const double* x, double* log_density,
                  double* gradient, double* work) {
  const normal_numbers n(numbers, dim);
  if (n.diagonal) return diagonal_block(n, dim, width, x, log_density, gradient);
  double *z = work, *y = gradient == nullptr ? nullptr : work + dim * width;
  for (size_t i = 0; i < dim; i++) {
    for (size_t w = i * width; w < (i + 1) * width; w += f64_lanes) store(z + w, load<f64x>(x + w) - n.mean[i]);
  }
  triangle_squares(n.factor, dim, width, z, nullptr, y, log_density);
  for (size_t w = 0; w < width; w += f64_lanes) {
    store(log_density + w, n.constant - 0.5 * load<f64x>(log_density + w));
  }
  if (gradient == nullptr) return;
  const auto store_slope = [&](size_t j, size_t w, f64x value) { store(gradient + j * width + w, -value); };
  triangle_transposed(n.factor, dim, width, y, store_slope);
}

void normal_density(const density& d, size_t width, const double* x, double* log_density, double* gradient,
                    double* work) {
  normal_block(d.numbers.data(), d.dim, width, x, log_density, gradient, work);
}

}  // namespace gibbsite::GIBBSITE_TARGET
