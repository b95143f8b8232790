#include "kernels/density_eight_schools.h"

#include "core/math.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

// The parts of the log density and of its derivatives that come from the schools.
struct school_sums {
  f64x misfit{}, spread{}, pull{}, stretch{};
};

// gradient points at the row of the first school, or is null.
GIBBSITE_INLINE school_sums centred_schools(size_t schools, size_t width, const double* y, const double* weight,
                                            f64x mu, f64x log_tau, const double* theta, double* gradient) {
  const f64x per_variance = exp(at_most(-2 * log_tau, 709));
  school_sums sums;
  for (size_t j = 0; j < schools; j++, theta += width) {
    const f64x th = load<f64x>(theta), off = th - mu, gap = y[j] - th;
    sums.misfit += weight[j] * (gap * gap);
    sums.spread += off * off;
    sums.pull += off;
    if (gradient != nullptr) store(gradient + j * width, weight[j] * gap - per_variance * off);
  }
  sums.pull *= per_variance;
  sums.spread *= per_variance;
  sums.stretch = sums.spread - static_cast<double>(schools);
  return sums;
}

GIBBSITE_INLINE school_sums non_centred_schools(size_t schools, size_t width, const double* y, const double* weight,
                                                f64x mu, f64x tau, const double* eta, double* gradient) {
  school_sums sums;
  for (size_t j = 0; j < schools; j++, eta += width) {
    const f64x e = load<f64x>(eta), gap = y[j] - (mu + tau * e), force = weight[j] * gap;
    sums.misfit += force * gap;
    sums.spread += e * e;
    sums.pull += force;
    sums.stretch += force * e;
    if (gradient != nullptr) store(gradient + j * width, tau * force - e);
  }
  sums.stretch *= tau;
  return sums;
}

}  // namespace

size_t eight_schools_work(const density&, size_t) { return 0; }

void eight_schools_density(const density& d, size_t width, const double* x, double* log_density, double* gradient,
                           double*) {
  const size_t schools = d.dim - 2;
  const double c = d.numbers[0], precision = d.numbers[2], per_scale = d.numbers[3];
  const bool centred = d.numbers[1] != 0;
  const double *y = d.numbers.data() + 4, *weight = y + schools;
  for (size_t w = 0; w < width; w += f64_lanes) {
    const f64x mu = load<f64x>(x + w), log_tau = load<f64x>(x + width + w), tau = exp(log_tau);
    const double* rest = x + 2 * width + w;
    double* slopes = gradient == nullptr ? nullptr : gradient + 2 * width + w;
    const school_sums sums = centred ? centred_schools(schools, width, y, weight, mu, log_tau, rest, slopes)
                                     : non_centred_schools(schools, width, y, weight, mu, tau, rest, slopes);
    const f64x ratio = per_scale * tau, square = ratio * ratio;
    const f64x jacobian = centred ? (1 - static_cast<double>(schools)) * log_tau : log_tau;
    store(log_density + w,
          c - (0.5 * precision) * (mu * mu) + (jacobian - log1p(square)) - 0.5 * (sums.spread + sums.misfit));
    if (gradient == nullptr) continue;
    store(gradient + w, sums.pull - precision * mu);
    store(gradient + width + w, sums.stretch + (2 / (1 + square) - 1));
  }
}

}  // namespace gibbsite::GIBBSITE_TARGET
