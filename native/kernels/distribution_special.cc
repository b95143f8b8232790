#include "kernels/distribution_special.h"

#include "core/math_tails.h"
#include "kernels/distribution.h"
#include "kernels/distribution_normal.h"
#include "kernels/distribution_values.h"

namespace gibbsite::GIBBSITE_TARGET {
namespace {

// A probability as the smaller of its two tails.
struct tail_wanted {
  double tail;
  bool lower;
};
tail_wanted wanted_tail(double t, bool upper) { return t <= 0.5 ? tail_wanted{t, !upper} : tail_wanted{1 - t, upper}; }
double normal_quantile_of(const tail_wanted& at) {
  const double offset = 0.5 - at.tail;
  return normal_quantile(at.lower ? -offset : offset, at.tail);
}

// The coordinate y at which a family's tail has the wanted size, by Newton's method on the tail's logarithm. In the
// families' coordinates both tails are log-concave, so the method can't run away: on the outer side of the solution it
// approaches monotonically, and from the inner side it jumps to the outer one.
template <class Family>
double solve(const Family& family, const tail_wanted& at, double y) {
  const double wanted = log(at.tail);
  double last = infinity;
  for (int i = 0; i < 100; i++) {
    const tails now = family.at(y);
    const double step =
        at.lower ? (now.log_lower - wanted) / now.slope_lower : (now.log_upper - wanted) / now.slope_upper;
    y -= step;
    const double size = absolute(step), scale = absolute(y) + 1;
    // At the end steps are rounding errors and shrink no more.
    if (!(size > 1e-16 * scale) || (size < 1e-8 * scale && size >= 0.5 * last)) break;
    last = size;
  }
  return y;
}

// Density proportional to x^(shape - 1) exp(-rate x); y = ln(rate x).
struct gamma_law {
  explicit gamma_law(const double* p) : shape(p[0]), rate(p[1]) {}
  tails at(double y) const { return gamma_tails(shape, exp(y), y); }
  double coordinate_of(double x) const { return x > 0 ? log(rate * x) : -infinity; }
  double value(double y) const { return exp(y) / rate; }

  double coordinate(const tail_wanted& at) const {
    if (at.tail <= 0) return at.lower ? -infinity : infinity;
    return solve(*this, at, first_guess(at));
  }
  // Where P(shape, x) <= x^shape / Gamma(shape + 1) or, for shape <= 1 and x >= 1, Q(shape, x) <= e^-x / Gamma(shape)
  // has the wanted size; or the cube of a normal variable (Wilson & Hilferty, 1931).
  double first_guess(const tail_wanted& at) const {
    const double bound = (log(at.tail) + log_gamma(shape + 1)) / shape;
    if (shape <= 1) return at.lower ? bound : log(larger(1.0, -log(at.tail) - log_gamma(shape)));
    const double root = 1 - 1 / (9 * shape) + normal_quantile_of(at) / (3 * sqrt(shape));
    const double cube = log(shape) + 3 * log(larger(root, 0.01));
    return at.lower ? larger(bound, cube) : cube;
  }
  double log_pdf(double x) const {
    if (x > 0) return log_gamma_term(shape, rate * x, log(rate * x)) + log(shape) - log(x);
    return shape < 1 ? infinity : shape == 1 ? log(rate) : -infinity;
  }
  double low = 0, high = infinity, shape, rate;
};

// Density proportional to x^(a - 1) (1 - x)^(b - 1); y = ln(x / (1 - x)).
struct beta_law {
  explicit beta_law(const double* p) : beta_law(p[0], p[1]) {}
  beta_law(double a, double b) : a(a), b(b) {}
  tails at(double y) const { return beta_tails(a, b, unit_point_of_logit(y)); }
  double coordinate_of(double x) const {
    if (x <= 0) return -infinity;
    return x < 1 ? log(x) - log1p(-x) : infinity;
  }
  double value(double y) const { return sigmoid(y); }

  // A normal variable with about the mean and the variance of y.
  double coordinate(const tail_wanted& at) const {
    if (at.tail <= 0) return at.lower ? -infinity : infinity;
    const double variance = (1 + 0.5 / a) / a + (1 + 0.5 / b) / b;
    return solve(*this, at, log(a) - log(b) + sqrt(variance) * normal_quantile_of(at));
  }
  double log_pdf(double x) const {
    if (x > 0 && x < 1) return log_beta_density(a, b, unit_point_of(x)) - log(x) - log1p(-x);
    const double own = x > 0 ? b : a, other = x > 0 ? a : b;
    return own < 1 ? infinity : own == 1 ? log(other) : -infinity;
  }
  double low = 0, high = 1, a, b;
};

// z = sqrt(df) sinh(y / 2), where 1 / (1 + e^-y) is a beta variable with both parameters df / 2 (Jones, 2002).
struct student_law {
  explicit student_law(const double* p)
      : degrees(p[0]), location(p[1]), scale(p[2]), root(sqrt(p[0])), logistic(0.5 * p[0], 0.5 * p[0]) {}
  tails at(double y) const { return logistic.at(y); }
  double coordinate_of(double x) const {
    const double z = (x - location) / scale, s = absolute(z) / root;
    const double y = s < 1e10 ? 2 * log1p(s + s * s / (1 + sqrt(1 + s * s))) : 2 * (log(s) + 0x1.62e42fefa39efp-1);
    return z < 0 ? -y : y;
  }
  double value(double y) const {
    const double half = 0.5 * absolute(y), e = expm1(half);
    const double sine = half < 40 ? 0.5 * (e + e / (e + 1)) : 0.5 * exp(half);
    return location + scale * root * (y < 0 ? -sine : sine);
  }
  double coordinate(const tail_wanted& at) const { return at.tail == 0.5 ? 0.0 : logistic.coordinate(at); }
  // Of y the density is log_beta_density, and dy / dz = 2 / sqrt(df + z^2).
  double log_pdf(double x) const {
    const double y = coordinate_of(x), z = (x - location) / scale, s = z / root;
    const double log_length = absolute(s) < 1e10 ? 0.5 * log1p(s * s) : log(absolute(s));
    return log_beta_density(logistic.a, logistic.b, unit_point_of_logit(y)) + log(2.0) - log(root) - log_length -
           log(scale);
  }
  double low = -infinity, high = infinity, degrees, location, scale, root;
  beta_law logistic;
};

double floor_of(double x) { return round_down(x); }

// The smallest integer from `first` on whose tail is as wanted, from a guess: steps that double until two integers hold
// it between them, then bisection.
template <class Family>
double count_quantile(const Family& family, const tail_wanted& at, double first, double last) {
  if (at.tail <= 0) return at.lower ? first : last;
  const auto reached = [&](double k) {
    const tails now = family.at(k);
    return at.lower ? now.lower >= at.tail : now.upper <= at.tail;
  };
  const double z = normal_quantile_of(at);
  const double guess = family.mean() + family.sd() * z + family.skew() * (z * z - 1) / 6;
  double high = floor_of(smaller(larger(guess, first), last)), step = 1, low;
  if (reached(high)) {
    for (low = high - 1; low >= first && reached(low); step *= 2) high = low, low = larger(high - step, first - 1);
  } else {
    low = high;
    for (high = low + 1; high < last && !reached(high); step *= 2) low = high, high = smaller(low + step, last);
  }
  while (high - low > 1) {
    const double middle = low + floor_of(0.5 * (high - low));
    (reached(middle) ? high : low) = middle;
  }
  return high;
}

// P(X = k) = mean^k e^-mean / k!
struct poisson_law {
  explicit poisson_law(const double* p) : rate(p[0]) {}
  tails at(double k) const {
    const tails t = gamma_tails(k + 1, rate, log(rate));
    return {t.upper, t.lower, t.log_upper, t.log_lower, 0, 0};
  }
  double mean() const { return rate; }
  double sd() const { return sqrt(rate); }
  double skew() const { return 1; }
  double log_pdf(double k) const { return k > 0 ? log_gamma_term(k, rate, log(rate)) : -rate; }
  double quantile(const tail_wanted& at) const { return count_quantile(*this, at, 0, infinity); }
  double low = 0, high = infinity, rate;
};

// P(X = k) = n! / (k! (n - k)!) p^k (1 - p)^(n - k)
struct binomial_law {
  explicit binomial_law(const double* p) : high(p[0]), n(p[0]), success(unit_point_of(p[1])) {}
  tails at(double k) const {
    if (k >= n) return {1, 0, 0, -infinity, 0, 0};
    const tails t = beta_tails(k + 1, n - k, success);
    return {t.upper, t.lower, t.log_upper, t.log_lower, 0, 0};
  }
  double mean() const { return n * success.x; }
  double sd() const { return sqrt(n * success.x * success.y); }
  double skew() const { return success.y - success.x; }
  double log_pdf(double k) const {
    if (k <= 0) return n * success.log_y;
    if (k >= n) return n * success.log_x;
    // The density of ln(x / (1 - x)) of a beta variable, up to the factor n / (k (n - k)) of its normaliser.
    return log_beta_density(k, n - k, success) + log(n) - log(k) - log(n - k);
  }
  double quantile(const tail_wanted& at) const { return count_quantile(*this, at, 0, n); }
  double low = 0, high, n;
  unit_point success;
};

template <class Visit>
void with_coordinate(int32_t family, const double* parameters, const Visit& visit) {
  if (family == distribution_family::gamma) return visit(gamma_law(parameters));
  if (family == distribution_family::beta) return visit(beta_law(parameters));
  visit(student_law(parameters));
}
template <class Visit>
void with_count(int32_t family, const double* parameters, const Visit& visit) {
  if (family == distribution_family::poisson) return visit(poisson_law(parameters));
  visit(binomial_law(parameters));
}
bool counts(int32_t family) { return family >= distribution_family::poisson; }

}  // namespace

void special_quantile(int32_t family, span<const double> parameters, bool upper, span<double> values) {
  if (counts(family)) {
    return with_count(family, parameters.data(), [&](const auto& law) {
      map_slowly(values, [&](double t) { return law.quantile(wanted_tail(t, upper)); });
    });
  }
  with_coordinate(family, parameters.data(), [&](const auto& law) {
    map_slowly(values, [&](double t) { return law.value(law.coordinate(wanted_tail(t, upper))); });
  });
}

void special_cdf(int32_t family, span<const double> parameters, bool upper, span<double> values) {
  const auto map = [&](const auto& law, const auto& tails_of) {
    map_slowly(values, [&](double x) {
      if (x < law.low) return upper ? 1.0 : 0.0;
      if (x >= law.high) return upper ? 0.0 : 1.0;
      const tails both = tails_of(x);
      return upper ? both.upper : both.lower;
    });
  };
  if (counts(family)) {
    return with_count(family, parameters.data(),
                      [&](const auto& law) { map(law, [&](double x) { return law.at(floor_of(x)); }); });
  }
  with_coordinate(family, parameters.data(),
                  [&](const auto& law) { map(law, [&](double x) { return law.at(law.coordinate_of(x)); }); });
}

void special_log_pdf(int32_t family, span<const double> parameters, span<double> values) {
  const auto map = [&](const auto& law, bool integers) {
    map_slowly(values, [&](double x) {
      const bool inside = x >= law.low && x <= law.high && absolute(x) <= float_format<double>::largest;
      return inside && (!integers || floor_of(x) == x) ? law.log_pdf(x) : -infinity;
    });
  };
  if (counts(family)) return with_count(family, parameters.data(), [&](const auto& law) { map(law, true); });
  with_coordinate(family, parameters.data(), [&](const auto& law) { map(law, false); });
}

void distribution_tails(int32_t family, span<const double> parameters, span<const double> coordinates,
                        span<double> lower, span<double> upper) {
  with_coordinate(family, parameters.data(), [&](const auto& law) {
    parallel_for((coordinates.size() + slow_values_per_task - 1) / slow_values_per_task, [&](size_t task) {
      const size_t from = task * slow_values_per_task, end = from + slow_values_per_task;
      for (size_t i = from; i < end && i < coordinates.size(); i++) {
        const tails both = law.at(coordinates[i]);
        lower[i] = both.lower, upper[i] = both.upper;
      }
    });
  });
}

void distribution_coordinates(int32_t family, span<const double> parameters, bool upper, span<double> values) {
  with_coordinate(family, parameters.data(), [&](const auto& law) {
    map_slowly(values, [&](double t) { return law.coordinate(wanted_tail(t, upper)); });
  });
}

void distribution_from_coordinates(int32_t family, span<const double> parameters, span<double> values) {
  with_coordinate(family, parameters.data(),
                  [&](const auto& law) { map_slowly(values, [&](double y) { return law.value(y); }); });
}

double log_gamma_of(double x) { return log_gamma(x); }

}  // namespace gibbsite::GIBBSITE_TARGET
