#include "kernels/density_linear_regression.h"

#include "core/math.h"
#include "kernels/packed_triangle.h"

namespace gibbsite::GIBBSITE_TARGET {

// R b - q, and |R b - q|^2.
size_t linear_regression_work(const density& d, size_t width) { return (padded_rows(d.dim - 1) + 1) * width; }

void linear_regression_density(const density& d, size_t width, const double* x, double* log_density, double* gradient,
                               double* work) {
  const size_t inputs = d.dim - 1;
  const double c = d.numbers[0], n = d.numbers[1], rest = d.numbers[2], precision = d.numbers[3], rate = d.numbers[4];
  const double *offset = d.numbers.data() + 5, *factor = offset + padded_rows(inputs), *log_sigma = x + inputs * width;
  double *squares = work, *y = work + width;
  triangle_squares(factor, inputs, width, x, offset, y, squares);
  for (size_t w = 0; w < width; w += f64_lanes) {
    const f64x s = load<f64x>(log_sigma + w), per_variance = exp(at_most(-2 * s, 709)), penalty = rate * exp(s);
    const f64x misfit = (rest + load<f64x>(squares + w)) * per_variance;
    f64x size{};
    for (size_t i = w; i < inputs * width; i += width) size += load<f64x>(x + i) * load<f64x>(x + i);
    store(log_density + w, c - (n - 1) * s - 0.5 * misfit - (0.5 * precision) * size - penalty);
    if (gradient != nullptr) store(gradient + inputs * width + w, (misfit - (n - 1)) - penalty);
    store(squares + w, per_variance);
  }
  if (gradient == nullptr) return;
  triangle_transposed(factor, inputs, width, y, [&](size_t j, size_t w, f64x value) {
    store(gradient + j * width + w, -(value * load<f64x>(squares + w) + precision * load<f64x>(x + j * width + w)));
  });
}

}  // namespace gibbsite::GIBBSITE_TARGET
