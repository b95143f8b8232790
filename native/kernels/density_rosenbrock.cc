#include "kernels/density_rosenbrock.h"

namespace gibbsite::GIBBSITE_TARGET {

size_t rosenbrock_work(const density&, size_t) { return 0; }

void rosenbrock_density(const density& d, size_t width, const double* x, double* log_density, double* gradient,
                        double*) {
  const double c = d.numbers[0], a = d.numbers[1], b = d.numbers[2], per_scale = d.numbers[3];
  for (size_t w = 0; w < width; w += f64_lanes) {
    f64x sum{};
    for (size_t i = w; i < d.dim * width; i += 2 * width) {
      const f64x first = load<f64x>(x + i), from_a = a - first, off_ridge = load<f64x>(x + i + width) - first * first;
      sum += from_a * from_a + b * (off_ridge * off_ridge);
      if (gradient == nullptr) continue;
      const f64x pull = (2 * b * per_scale) * off_ridge;
      store(gradient + i, (2 * per_scale) * from_a + 2 * first * pull);
      store(gradient + i + width, -pull);
    }
    store(log_density + w, c - sum * per_scale);
  }
}

}  // namespace gibbsite::GIBBSITE_TARGET
