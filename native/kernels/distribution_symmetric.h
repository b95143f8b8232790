// Families given by elementary functions of the smaller tail: uniform, triangular, logistic, Laplace, Cauchy. What a
// family has: distribution_exponential.h.
#pragma once
#include "core/math_atan.h"
#include "kernels/distribution_exponential.h"

namespace gibbsite::GIBBSITE_TARGET {

// A probability as the smaller of the two tails and its side.
template <class V>
struct smaller_tail {
  V tail;
  V side;  // -1: the tail is below, +1: above
};
template <bool upper, class V>
GIBBSITE_INLINE smaller_tail<V> smaller_tail_of(V t) {
  const auto small = t <= 0.5;
  const V minus = splat<V>(-1.0), plus = splat<V>(1.0);
  return {select(small, t, 1 - t), upper ? select(small, plus, minus) : select(small, minus, plus)};
}

struct uniform_family {
  explicit uniform_family(const double* p) : low(p[0]), high(p[1]), log_width(log(p[1] - p[0])) {}
  // From the nearer end, so that the rounding of the width doesn't matter there.
  template <bool upper, class V>
  GIBBSITE_INLINE V quantile(V t) const {
    const smaller_tail<V> at = smaller_tail_of<upper>(t);
    const V step = at.tail * (high - low);
    return at_most(at_least(select(at.side < 0, low + step, high - step), low), high);
  }
  template <bool upper, class V>
  GIBBSITE_INLINE V cdf(V x) const {
    return (upper ? high - x : x - low) / (high - low);
  }
  template <class V>
  GIBBSITE_INLINE V log_pdf(V) const {
    return splat<V>(-log_width);
  }
  double low, high, log_width;
};

struct triangular_family {
  explicit triangular_family(const double* p)
      : low(p[0]),
        mode(p[1]),
        high(p[2]),
        rising((p[2] - p[0]) * (p[1] - p[0])),
        falling((p[2] - p[0]) * (p[2] - p[1])),
        log_peak(log(2 / (p[2] - p[0]))) {}
  // On each side from its end or, beyond a quarter of its probability, from the mode, where 1 - sqrt(f) is taken as
  // (1 - f) / (1 + sqrt(f)): so neither the ends nor a mode at an end suffer from rounding.
  template <bool upper, class V>
  GIBBSITE_INLINE V quantile(V t) const {
    const double width = high - low, left = mode - low, right = high - mode;
    const V below = upper ? 1 - t : t, above = upper ? t : 1 - t;
    const V f = below * width / left, g = above * width / right;
    const V rest_f = upper ? (t * width - right) / left : 1 - f, rest_g = upper ? 1 - g : (t * width - left) / right;
    const V root_f = sqrt(f), root_g = sqrt(g);
    const V rising_side = select(f < 0.25, low + left * root_f, mode - left * (rest_f / (1 + root_f)));
    const V falling_side = select(g < 0.25, high - right * root_g, mode + right * (rest_g / (1 + root_g)));
    const V x = select(upper ? above * width >= right : below * width <= left, rising_side, falling_side);
    return at_most(at_least(x, low), high);
  }
  // Twice the area of the triangle beyond x on its own side is (distance to the end)^2 / (rising or falling).
  template <bool upper, class V>
  GIBBSITE_INLINE V cdf(V x) const {
    const auto left = x < mode;
    const V reach = select(left, x - low, high - x);
    const V tail = reach * reach / select(left, splat<V>(rising), splat<V>(falling));
    const V beyond = select(reach > 0, tail, splat<V>(0.0));
    return upper ? select(left, 1 - beyond, beyond) : select(left, beyond, 1 - beyond);
  }
  template <class V>
  GIBBSITE_INLINE V log_pdf(V x) const {
    const V rise = (x - low) / (mode - low), fall = (high - x) / (high - mode);
    return log_peak + log(select(x < mode, rise, select(x > mode, fall, splat<V>(1.0))));
  }
  double low, mode, high, rising, falling, log_peak;
};

struct logistic_family {
  explicit logistic_family(const double* p) : location(p[0]), scale(p[1]), log_scale(log(p[1])) {}
  // ln((1 - m) / m) = log1p((1 - 2 m) / m), with 1 - 2 m exact where it is small.
  template <bool upper, class V>
  GIBBSITE_INLINE V quantile(V t) const {
    const smaller_tail<V> at = smaller_tail_of<upper>(t);
    return location + scale * (at.side * log1p((1 - 2 * at.tail) / at.tail));
  }
  template <bool upper, class V>
  GIBBSITE_INLINE V cdf(V x) const {
    return sigmoid((upper ? location - x : x - location) / scale);
  }
  template <class V>
  GIBBSITE_INLINE V log_pdf(V x) const {
    const V z = absolute(x - location) / scale;
    return -log_scale - (z + 2 * log1p(exp(-z)));
  }
  double low = -infinity, high = infinity, location, scale, log_scale;
};

// Density exp(-|x - location| / scale) / (2 scale).
struct laplace_family {
  explicit laplace_family(const double* p) : location(p[0]), scale(p[1]), log_peak(-log(2 * p[1])) {}
  template <bool upper, class V>
  GIBBSITE_INLINE V quantile(V t) const {
    const smaller_tail<V> at = smaller_tail_of<upper>(t);
    return location - scale * (at.side * log(2 * at.tail));
  }
  template <bool upper, class V>
  GIBBSITE_INLINE V cdf(V x) const {
    const V z = (upper ? location - x : x - location) / scale;
    const V tail = 0.5 * exp(-absolute(z));
    return select(z < 0, tail, 1 - tail);
  }
  template <class V>
  GIBBSITE_INLINE V log_pdf(V x) const {
    return log_peak - absolute(x - location) / scale;
  }
  double low = -infinity, high = infinity, location, scale, log_peak;
};

// Density 1 / (pi scale (1 + z^2)), z = (x - location) / scale.
struct cauchy_family {
  explicit cauchy_family(const double* p) : location(p[0]), scale(p[1]), log_peak(-log(pi * p[1])) {}
  static constexpr double pi = 0x1.921fb54442d18p+1;
  // cot(pi m) for the smaller tail m.
  template <bool upper, class V>
  GIBBSITE_INLINE V quantile(V t) const {
    const smaller_tail<V> at = smaller_tail_of<upper>(t);
    V sine, cosine;
    sincos_few_turns(0.5 * at.tail, &sine, &cosine);
    return location + scale * (at.side * (cosine / sine));
  }
  template <bool upper, class V>
  GIBBSITE_INLINE V cdf(V x) const {
    const V z = (upper ? location - x : x - location) / scale;
    const V tail = atan_of_ratio(splat<V>(1.0), absolute(z)) / pi;
    return select(z < 0, tail, 1 - tail);
  }
  template <class V>
  GIBBSITE_INLINE V log_pdf(V x) const {
    const V z = absolute(x - location) / scale;
    return log_peak - select(z < 1e100, log1p(z * z), 2 * log(z));
  }
  double low = -infinity, high = infinity, location, scale, log_peak;
};

}  // namespace gibbsite::GIBBSITE_TARGET
