#include "kernels/density_normal_mixture.h"

#include "core/math.h"
#include "kernels/density_normal.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

// Adds a component to p(x) = exp(most) sum: both parts are scaled down to the larger of the two exponents. `gradient`
// holds the sum of the components' gradients, each times its part of `sum`.
void add_component(size_t dim, size_t width, const double* value, const double* slope, double* most, double* sum,
                   double* gradient) {
  for (size_t w = 0; w < width; w += f64_lanes) {
    const f64x before = load<f64x>(most + w), component = load<f64x>(value + w), now = larger(before, component);
    const f64x old_part = exp(before - now), new_part = exp(component - now);
    store(most + w, now);
    store(sum + w, load<f64x>(sum + w) * old_part + new_part);
    if (gradient == nullptr) continue;
    for (size_t i = w; i < dim * width; i += width) {
      store(gradient + i, load<f64x>(gradient + i) * old_part + load<f64x>(slope + i) * new_part);
    }
  }
}

}  // namespace

// A component's own, its log density and its gradient, and the two parts of p(x).
size_t normal_mixture_work(const density& d, size_t width) {
  return normal_work(d, width) + width + d.dim * width + 2 * width;
}

void normal_mixture_density(const density& d, size_t width, const double* x, double* log_density, double* gradient,
                            double* work) {
  double* value = work + normal_work(d, width);
  double *most = value + width, *sum = most + width, *slope = sum + width;
  for (size_t w = 0; w < width; w++) most[w] = -float_format<double>::largest, sum[w] = 0;
  if (gradient != nullptr) memset(gradient, 0, d.dim * width * sizeof(double));
  const double* numbers = d.numbers.data() + 1;
  for (double k = 0; k < d.numbers[0]; k++, numbers += normal_size(numbers, d.dim)) {
    normal_block(numbers, d.dim, width, x, value, gradient == nullptr ? nullptr : slope, work);
    add_component(d.dim, width, value, slope, most, sum, gradient);
  }
  for (size_t w = 0; w < width; w += f64_lanes) {
    const f64x total = load<f64x>(sum + w);
    store(log_density + w, load<f64x>(most + w) + log(total));
    if (gradient == nullptr) continue;
    for (size_t i = w; i < d.dim * width; i += width) store(gradient + i, load<f64x>(gradient + i) / total);
  }
}

}  // namespace gibbsite::GIBBSITE_TARGET
