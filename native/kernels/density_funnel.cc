#include "kernels/density_funnel.h"

#include "core/math.h"

namespace gibbsite::GIBBSITE_TARGET {

size_t funnel_work(const density&, size_t) { return 0; }

void funnel_density(const density& d, size_t width, const double* x, double* log_density, double* gradient, double*) {
  const double c = d.numbers[0], precision = d.numbers[1], half = 0.5 * static_cast<double>(d.dim - 1);
  for (size_t w = 0; w < width; w += f64_lanes) {
    const f64x v = load<f64x>(x + w);
    // Finite, so that a coordinate of 0 adds 0.
    const f64x per_variance = exp(at_most(-v, 709));
    f64x squares{};
    for (size_t i = width + w; i < d.dim * width; i += width) {
      const f64x xi = load<f64x>(x + i);
      squares += xi * xi;
      if (gradient != nullptr) store(gradient + i, -per_variance * xi);
    }
    const f64x spread = 0.5 * (per_variance * squares);
    store(log_density + w, c - (0.5 * precision) * (v * v) - half * v - spread);
    if (gradient != nullptr) store(gradient + w, (spread - half) - precision * v);
  }
}

}  // namespace gibbsite::GIBBSITE_TARGET
