// Families that are functions of an exponential variable E = -ln P(X > x): exponential, Weibull, Rayleigh, Pareto,
// geometric, and Gumbel's, of -ln P(X <= x).
//
// A family has, for vectors of doubles: the support [low, high]; quantile<upper>(t), t the probability below or above;
// cdf<upper>(x) for x within the support, infinities included; log_pdf(x) for finite x within the support.
#pragma once
#include "core/math.h"

namespace gibbsite::GIBBSITE_TARGET {

constexpr double infinity = __builtin_inf();

// -ln of the probability above, and of that below, from either.
template <bool upper, class V>
GIBBSITE_INLINE V minus_log_above(V t) {
  if constexpr (upper) return 0 - log(t);
  return 0 - log1p(-t);
}
template <bool upper, class V>
GIBBSITE_INLINE V minus_log_below(V t) {
  return minus_log_above<!upper>(t);
}
// The probability above or below, from its -ln above.
template <bool upper, class V>
GIBBSITE_INLINE V probability_of(V minus_log) {
  if constexpr (upper) return exp(-minus_log);
  return 0 - expm1(-minus_log);
}

// c ln x, which is 0 for c = 0 whatever x is.
template <class V>
GIBBSITE_INLINE V times_log(double c, V x) {
  return c == 0 ? splat<V>(0.0) : c * log(x);
}

struct exponential_family {
  explicit exponential_family(const double* p) : rate(p[0]), log_rate(log(p[0])) {}
  template <bool upper, class V>
  GIBBSITE_INLINE V quantile(V t) const {
    return minus_log_above<upper>(t) / rate;
  }
  template <bool upper, class V>
  GIBBSITE_INLINE V cdf(V x) const {
    return probability_of<upper>(rate * x);
  }
  template <class V>
  GIBBSITE_INLINE V log_pdf(V x) const {
    return log_rate - rate * x;
  }
  double low = 0, high = infinity, rate, log_rate;
};

// P(X > x) = exp(-(x / scale)^shape).
struct weibull_family {
  explicit weibull_family(const double* p) : shape(p[0]), scale(p[1]), log_factor(log(p[0]) - log(p[1])) {}
  template <bool upper, class V>
  GIBBSITE_INLINE V quantile(V t) const {
    return scale * exp(log(minus_log_above<upper>(t)) / shape);
  }
  template <bool upper, class V>
  GIBBSITE_INLINE V cdf(V x) const {
    return probability_of<upper>(exp(shape * log(x / scale)));
  }
  template <class V>
  GIBBSITE_INLINE V log_pdf(V x) const {
    const V z = x / scale;
    return log_factor + times_log(shape - 1, z) - exp(shape * log(z));
  }
  double low = 0, high = infinity, shape, scale, log_factor;
};

// P(X <= x) = exp(-exp(-(x - location) / scale)).
struct gumbel_family {
  explicit gumbel_family(const double* p) : location(p[0]), scale(p[1]), log_scale(log(p[1])) {}
  template <bool upper, class V>
  GIBBSITE_INLINE V quantile(V t) const {
    return location - scale * log(minus_log_below<upper>(t));
  }
  template <bool upper, class V>
  GIBBSITE_INLINE V cdf(V x) const {
    return probability_of<!upper>(exp((location - x) / scale));
  }
  template <class V>
  GIBBSITE_INLINE V log_pdf(V x) const {
    const V z = (x - location) / scale;
    return -log_scale - (z + exp(-z));
  }
  double low = -infinity, high = infinity, location, scale, log_scale;
};

// P(X > x) = (scale / x)^shape for x >= scale.
struct pareto_family {
  explicit pareto_family(const double* p) : low(p[1]), shape(p[0]), scale(p[1]), log_factor(log(p[0]) - log(p[1])) {}
  template <bool upper, class V>
  GIBBSITE_INLINE V quantile(V t) const {
    return scale * exp(minus_log_above<upper>(t) / shape);
  }
  // ln(x / scale), accurate where x is near the scale.
  template <class V>
  GIBBSITE_INLINE V log_ratio(V x) const {
    return log1p((x - scale) / scale);
  }
  template <bool upper, class V>
  GIBBSITE_INLINE V cdf(V x) const {
    return probability_of<upper>(shape * log_ratio(x));
  }
  template <class V>
  GIBBSITE_INLINE V log_pdf(V x) const {
    return log_factor - (shape + 1) * log_ratio(x);
  }
  double low, high = infinity, shape, scale, log_factor;
};

// P(X > x) = exp(-x^2 / (2 scale^2)).
struct rayleigh_family {
  explicit rayleigh_family(const double* p) : scale(p[0]), log_scale(log(p[0])) {}
  template <bool upper, class V>
  GIBBSITE_INLINE V quantile(V t) const {
    return scale * sqrt(2 * minus_log_above<upper>(t));
  }
  template <bool upper, class V>
  GIBBSITE_INLINE V cdf(V x) const {
    const V z = x / scale;
    return probability_of<upper>(0.5 * z * z);
  }
  template <class V>
  GIBBSITE_INLINE V log_pdf(V x) const {
    const V z = x / scale;
    return log(z) - log_scale - 0.5 * z * z;
  }
  double low = 0, high = infinity, scale, log_scale;
};

// Rounded down and up, for |x| < 2^51; larger numbers as they are.
template <class V>
GIBBSITE_INLINE V round_down(V x) {
  const V nearest = (x + round_magic<double>)-round_magic<double>;
  return select(absolute(x) < 0x1p51, select(nearest > x, nearest - 1, nearest), x);
}
template <class V>
GIBBSITE_INLINE V round_up(V x) {
  return -round_down(-x);
}

// Trials up to the first success: P(X > k) = (1 - p)^k for k = 1, 2 ...
struct geometric_family {
  explicit geometric_family(const double* p) : log_failure(log1p(-p[0])), log_success(log(p[0])) {}
  // The smallest k that the probabilities, as they are computed, allow.
  template <bool upper, class V>
  GIBBSITE_INLINE V quantile(V t) const {
    const V guess = at_least(round_up(minus_log_above<upper>(t) / -log_failure), 1);
    const V less = guess - 1;
    const V k = select((less >= 1) & reaches<upper>(less, t), less, guess);
    return select(reaches<upper>(k, t), k, k + 1);
  }
  template <bool upper, class V>
  GIBBSITE_INLINE auto reaches(V k, V t) const {
    if constexpr (upper) return tail<true>(k) <= t;
    return tail<false>(k) >= t;
  }
  template <bool upper, class V>
  GIBBSITE_INLINE V tail(V k) const {
    return probability_of<upper>(select(k > 0, -log_failure * k, splat<V>(0.0)));
  }
  template <bool upper, class V>
  GIBBSITE_INLINE V cdf(V x) const {
    return tail<upper>(round_down(x));
  }
  template <class V>
  GIBBSITE_INLINE V log_pdf(V x) const {
    const V failures = x - 1;
    const V value = log_success + select(failures > 0, failures * log_failure, splat<V>(0.0));
    return select((x >= 1) & (round_down(x) == x), value, splat<V>(-infinity));
  }
  // The distribution function is 0 below 1, and the formula says so at 0.
  double low = 0, high = infinity, log_failure, log_success;
};

}  // namespace gibbsite::GIBBSITE_TARGET
