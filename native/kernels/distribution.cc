#include "kernels/distribution.h"

#include "kernels/distribution_normal.h"
#include "kernels/distribution_special.h"
#include "kernels/distribution_values.h"
#include "kernels/random_fill.h"

namespace gibbsite::GIBBSITE_TARGET {
namespace {

// visit(family) with the family's type. The facade passes none of the numbers that are missing here.
template <class Visit>
void with_family(int32_t family, const double* parameters, const Visit& visit) {
  namespace f = distribution_family;
  switch (family) {
    case f::uniform:
      return visit(uniform_family(parameters));
    case f::exponential:
      return visit(exponential_family(parameters));
    case f::logistic:
      return visit(logistic_family(parameters));
    case f::laplace:
      return visit(laplace_family(parameters));
    case f::cauchy:
      return visit(cauchy_family(parameters));
    case f::weibull:
      return visit(weibull_family(parameters));
    case f::gumbel:
      return visit(gumbel_family(parameters));
    case f::pareto:
      return visit(pareto_family(parameters));
    case f::triangular:
      return visit(triangular_family(parameters));
    case f::geometric:
      return visit(geometric_family(parameters));
    case f::normal:
      return visit(normal_family(parameters));
    case f::log_normal:
      return visit(log_normal_family(parameters));
    case f::rayleigh:
      return visit(rayleigh_family(parameters));
    case f::half_normal:
      return visit(half_normal_family(parameters));
    case f::truncated_normal:
      return visit(truncated_normal_family(parameters));
  }
}

template <class Family>
GIBBSITE_INLINE f64x log_pdf_within(const Family& family, f64x x) {
  const auto inside = (x >= family.low) & (x <= family.high) & (absolute(x) <= float_format<double>::largest);
  return select(inside, family.log_pdf(x), splat<f64x>(-infinity));
}

}  // namespace

void distribution_sample(span<double> out, uint32_t key_low, uint32_t key_high, uint32_t stream_low,
                         uint32_t stream_high, uint64_t start, int32_t family, span<const double> parameters) {
  const random_stream stream{{key_low, key_high}, stream_low, stream_high};
  with_family(family, parameters.data(), [&](const auto& f) {
    fill<tile_doubles>(out, start, [&](uint64_t tile, double* to) __attribute__((always_inline)) {
      store_doubles(to, make_tile(stream, domain::doubles, tile),
                    [&](u64x x) { return f.template quantile<false>(open_uniform(x)); });
    });
  });
}

void distribution_quantile(int32_t family, span<const double> parameters, bool upper, span<double> values) {
  if (family >= distribution_family::gamma) return special_quantile(family, parameters, upper, values);
  with_family(family, parameters.data(), [&](const auto& f) {
    if (upper) {
      map_values(values, [&](f64x t) __attribute__((always_inline)) { return f.template quantile<true>(t); });
    } else {
      map_values(values, [&](f64x t) __attribute__((always_inline)) { return f.template quantile<false>(t); });
    }
  });
}

void distribution_cdf(int32_t family, span<const double> parameters, bool upper, span<double> values) {
  if (family >= distribution_family::gamma) return special_cdf(family, parameters, upper, values);
  with_family(family, parameters.data(), [&](const auto& f) {
    const auto within = [&](f64x x) __attribute__((always_inline)) { return at_most(at_least(x, f.low), f.high); };
    if (upper) {
      map_values(values, [&](f64x x) __attribute__((always_inline)) { return f.template cdf<true>(within(x)); });
    } else {
      map_values(values, [&](f64x x) __attribute__((always_inline)) { return f.template cdf<false>(within(x)); });
    }
  });
}

void distribution_log_pdf(int32_t family, span<const double> parameters, span<double> values) {
  if (family >= distribution_family::gamma) return special_log_pdf(family, parameters, values);
  with_family(family, parameters.data(), [&](const auto& f) {
    map_values(values, [&](f64x x) __attribute__((always_inline)) { return log_pdf_within(f, x); });
  });
}

}  // namespace gibbsite::GIBBSITE_TARGET
