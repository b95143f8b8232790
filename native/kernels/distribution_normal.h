// Families around the normal distribution: normal, log-normal, half-normal, truncated normal. What a family has:
// distribution_exponential.h.
#pragma once
#include "core/math_normal.h"
#include "kernels/distribution_symmetric.h"

namespace gibbsite::GIBBSITE_TARGET {

template <bool upper, class V>
GIBBSITE_INLINE V normal_quantile_of(V t) {
  const smaller_tail<V> at = smaller_tail_of<upper>(t);
  return normal_quantile(at.side * (0.5 - at.tail), at.tail);
}
template <bool upper, class V>
GIBBSITE_INLINE V normal_cdf(V z) {
  return normal_upper(upper ? z : -z);
}

struct normal_family {
  explicit normal_family(const double* p) : mean(p[0]), sd(p[1]), log_peak(-log_root_two_pi - log(p[1])) {}
  template <bool upper, class V>
  GIBBSITE_INLINE V quantile(V t) const {
    return mean + sd * normal_quantile_of<upper>(t);
  }
  template <bool upper, class V>
  GIBBSITE_INLINE V cdf(V x) const {
    return normal_cdf<upper>((x - mean) / sd);
  }
  template <class V>
  GIBBSITE_INLINE V log_pdf(V x) const {
    const V z = (x - mean) / sd;
    return log_peak - 0.5 * z * z;
  }
  double low = -infinity, high = infinity, mean, sd, log_peak;
};

// ln X is normal.
struct log_normal_family {
  explicit log_normal_family(const double* p) : logarithm(p) {}
  template <bool upper, class V>
  GIBBSITE_INLINE V quantile(V t) const {
    return exp(logarithm.quantile<upper>(t));
  }
  template <bool upper, class V>
  GIBBSITE_INLINE V cdf(V x) const {
    return logarithm.cdf<upper>(log(x));
  }
  template <class V>
  GIBBSITE_INLINE V log_pdf(V x) const {
    const V y = log(x);
    return select(x > 0, logarithm.log_pdf(y) - y, splat<V>(-infinity));
  }
  double low = 0, high = infinity;
  normal_family logarithm;
};

// |Z| scale.
struct half_normal_family {
  explicit half_normal_family(const double* p) : scale(p[0]), log_peak(log(2.0) - log_root_two_pi - log(p[0])) {}
  template <bool upper, class V>
  GIBBSITE_INLINE V quantile(V t) const {
    const V half = 0.5 * t;
    return scale * (upper ? normal_quantile(0.5 - half, half) : normal_quantile(half, 0.5 - half));
  }
  template <bool upper, class V>
  GIBBSITE_INLINE V cdf(V x) const {
    const V z = x / scale;
    return at_most(2 * (upper ? normal_tail(z) : normal_half(z)), 1);
  }
  template <class V>
  GIBBSITE_INLINE V log_pdf(V x) const {
    const V z = x / scale;
    return log_peak - 0.5 * z * z;
  }
  double low = 0, high = infinity, scale, log_peak;
};

// A normal variable given that it lies in [low, high], accurate wherever the interval is. Everything is done for the
// interval or its mirror image whose middle is not below the mean; [a, b] are its ends in standard deviations.
//
// Near the mean, probabilities between the ends are inverted. Far in the tail (a > 5), where they would underflow, the
// ratio P(Z > x) / P(Z > a) = exp(-(x - a) (x + a) / 2) mills(x) / mills(a) takes their place, and Newton's method on
// its logarithm, which is concave, theirs of the quantile.
struct truncated_normal_family {
  explicit truncated_normal_family(const double* p) : low(p[2]), high(p[3]), mean(p[0]), sd(p[1]) {
    const double left = (low - mean) / sd, right = (high - mean) / sd;
    mirrored = left + right < 0;
    a = mirrored ? -right : left, b = mirrored ? -left : right;
    far = a > 5;
    if (far) {
      mills_a = mills_ratio(a);
      log_ratio_b = log_ratio(b);
      log_peak = -log(sd) - log(mills_a) - log(0 - expm1(log_ratio_b));
    } else {
      lower_a = normal_lower(a), upper_a = normal_upper(a), lower_b = normal_lower(b), upper_b = normal_upper(b);
      mass = a > 0 ? upper_a - upper_b : lower_b - lower_a;
      log_peak = -log_root_two_pi - log(sd) - log(mass);
    }
  }

  // ln(P(Z > z) / P(Z > a)), z >= a.
  template <class V>
  GIBBSITE_INLINE V log_ratio(V z) const {
    const V step = z - a, mills = mills_ratio(at_most(z, 1e20));
    return log1p((mills - mills_a) / mills_a) - step * (a + 0.5 * step);
  }

  template <bool upper, class V>
  GIBBSITE_INLINE V quantile_far(V t) const {
    const double lost = 0 - expm1(log_ratio_b), kept = exp(log_ratio_b);
    // -ln of the ratio wanted.
    const V wanted = upper ? 0 - log(kept + t * lost) : 0 - log1p(-(t * lost));
    V z = at_most(sqrt(a * a + 2 * wanted), b);
    for (int i = 0; i < 4; i++) {
      // Of -ln of the ratio the derivative is 1 / mills.
      z = at_least(z + (log_ratio(z) + wanted) * mills_ratio(at_most(z, 1e20)), a);
    }
    return z;
  }
  template <bool upper, class V>
  GIBBSITE_INLINE V quantile_near(V t) const {
    const V below = upper ? lower_b - t * mass : lower_a + t * mass;
    const V above = upper ? upper_b + t * mass : upper_a - t * mass;
    const V tail = at_least(smaller(below, above), 0);
    return normal_quantile(select(below < above, tail - 0.5, 0.5 - tail), tail);
  }
  template <bool upper, class V>
  GIBBSITE_INLINE V cdf_far(V z) const {
    const double lost = 0 - expm1(log_ratio_b);
    const V ratio = log_ratio(z);
    if constexpr (upper) return select(z < b, 0 - exp(ratio) * expm1(log_ratio_b - ratio), splat<V>(0.0)) / lost;
    return (0 - expm1(ratio)) / lost;
  }
  template <bool upper, class V>
  GIBBSITE_INLINE V cdf_near(V z) const {
    const V below = select(z < 0, normal_lower(z) - lower_a, upper_a - normal_upper(z));
    const V above = select(z < 0, lower_b - normal_lower(z), normal_upper(z) - upper_b);
    return (upper ? above : below) / mass;
  }

  template <bool upper, class V>
  GIBBSITE_INLINE V quantile_upright(V t) const {
    return far ? quantile_far<upper>(t) : quantile_near<upper>(t);
  }
  template <bool upper, class V>
  GIBBSITE_INLINE V quantile(V t) const {
    const V z = mirrored ? -quantile_upright<!upper>(t) : quantile_upright<upper>(t);
    return at_most(at_least(mean + sd * z, low), high);
  }
  template <bool upper, class V>
  GIBBSITE_INLINE V cdf_upright(V z) const {
    const V within = at_most(at_least(z, a), b);
    return at_most(at_least(far ? cdf_far<upper>(within) : cdf_near<upper>(within), 0), 1);
  }
  template <bool upper, class V>
  GIBBSITE_INLINE V cdf(V x) const {
    const V z = (x - mean) / sd;
    return mirrored ? cdf_upright<!upper>(-z) : cdf_upright<upper>(z);
  }
  template <class V>
  GIBBSITE_INLINE V log_pdf(V x) const {
    const V z = absolute(x - mean) / sd;
    return log_peak - (far ? (z - a) * (0.5 * (z + a)) : 0.5 * z * z);
  }

  double low, high, mean, sd, a, b, mills_a = 1, log_ratio_b = 0, mass = 1, log_peak;
  double lower_a = 0, upper_a = 0, lower_b = 0, upper_b = 0;
  bool mirrored, far;
};

}  // namespace gibbsite::GIBBSITE_TARGET
