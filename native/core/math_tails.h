// The incomplete gamma and beta functions of single doubles, for arguments above 0:
//
//   gamma_tails(a, x, ln x)     P(a, x) and Q(a, x), the regularised incomplete gamma functions
//   beta_tails(a, b, point)     I_x(a, b) and I_(1-x)(b, a), the regularised incomplete beta functions
//
// Tails come with their logarithms, which reach where the tails themselves underflow. The smaller tail is relatively
// accurate, to some 1e-14 (and 1e-15 of its logarithm), for parameters up to 1e7; only where beta's a or b is far below
// 1 is that of the other end not. From + - * / and the functions of core/math.h alone, so the bits are the same on
// every build. Time grows with the square root of the parameters where x is in the middle of the distribution: about
// 100 ns at 10, 10 us at 1e6.
#pragma once
#include "core/math_gamma.h"

namespace gibbsite::GIBBSITE_TARGET {

// ln(1 + f) - f.
inline double log1p_rest(double f) {
  if (f < -0.29 || f > 0.41) return log1p(f) - f;
  return log_tail(f, [](double z) __attribute__((always_inline)) { return math_constants<double>::log_series(z); });
}

// ln Gamma(1 + a) for 0 <= a <= 1: rational interpolation at Chebyshev points, 2^-62.
inline double log_gamma_1p(double a) {
  const double p = polynomial(a, 0x1.2788cfc6fb619p-1, 0x1.ae99c4d196353p+0, 0x1.dee873c636e2ap+0, 0x1.fc719146cf29ep-1,
                              0x1.06dbeb07c588ap-2, 0x1.debe8fd692ccap-6, 0x1.1b4b436162bc2p-10, 0x1.8b7789ea0fc7bp-19);
  const double q = polynomial(a, 0x1.0p+0, 0x1.ab623329941d7p+1, 0x1.18fb7b98b3beap+2, 0x1.716eb7df5d9f6p+1,
                              0x1.fd7705905ded7p-1, 0x1.6116e145aa753p-3, 0x1.a9d49dac8f3a8p-7, 0x1.311dd69681099p-12);
  return a * (a - 1) * (p / q);
}

constexpr double log_root_two_pi_head = 0x1.d67f1c864beb5p-1;

// Stirling's series: ln Gamma(x) - ((x - 1/2) ln x - x + ln(2 pi) / 2) for x >= 10.
inline double stirling_series(double x) {
  const double y = 1 / x, z = y * y;
  return y * polynomial(z, 1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680, 1.0 / 1188, -691.0 / 360360, 1.0 / 156,
                        -3617.0 / 122400);
}

// The same difference as stirling_series for every x > 0.
inline double stirling_rest(double x) {
  if (x >= 10) return stirling_series(x);
  return log_gamma(x) - ((x - 0.5) * log(x) - x + log_root_two_pi_head);
}

// a ln(a / x) + x - a >= 0, the deviance of a count (Loader, 2000); log_x = ln x, which counts where x underflows.
inline double deviance(double a, double x, double log_x) {
  const double f = (x - a) / a;
  if (f > -0.29 && f < 0.41) return -a * log1p_rest(f);
  return a * (log(a) - log_x) + (x - a);
}

// ln(x^a e^-x / Gamma(a + 1)), from the deviance, so that large terms don't cancel.
inline double log_gamma_term(double a, double x, double log_x) {
  if (a < 1) return a * log_x - x - log_gamma_1p(a);
  return -0.5 * log(a) - log_root_two_pi_head - stirling_rest(a) - deviance(a, x, log_x);
}

// A distribution function at a point: both tails and their logarithms, and the derivatives of those with respect to ln
// x (gamma) or ln(x / (1 - x)) (beta).
struct tails {
  double lower, upper, log_lower, log_upper, slope_lower, slope_upper;
};

// From the tail that is known, as its logarithm, and ln of the density with respect to the same variable.
inline tails tails_from(double log_tail_value, bool known_is_lower, double log_density) {
  const double known = exp(log_tail_value), other = known < 0.5 ? 1 - known : 0 - expm1(log_tail_value);
  const double log_other = known < 0.5 ? log1p(-known) : log(other);
  const double slope_known = exp(log_density - log_tail_value), slope_other = exp(log_density - log_other);
  if (known_is_lower) return {known, other, log_tail_value, log_other, slope_known, -slope_other};
  return {other, known, log_other, log_tail_value, slope_other, -slope_known};
}

constexpr int most_terms = 1 << 20;
constexpr double tiny_term = 0x1p-56;

// sum_n x^n / ((a + 1) ... (a + n)), for x < a + 1.
inline double gamma_series(double a, double x) {
  double term = 1, total = 1;
  for (int n = 1; n < most_terms && term > tiny_term * total; n++) {
    term *= x / (a + n);
    total += term;
  }
  return total;
}

// Continued fractions by the method of Lentz (1976): one step with numerator a and denominator b.
struct lentz {
  explicit lentz(double first) : value(first), c(first), d(0) {}
  bool step(double a, double b) {
    d = 1 / nonzero(b + a * d);
    c = nonzero(b + a / c);
    const double factor = c * d;
    value *= factor;
    return absolute(factor - 1) > tiny_term * 4;
  }
  static double nonzero(double x) { return absolute(x) < 1e-300 ? 1e-300 : x; }
  double value, c, d;
};

// Gamma(a, x) / (x^a e^-x) = 1 / (x + 1 - a - 1 (1 - a) / (x + 3 - a - ...)), for x >= a + 1.
inline double gamma_fraction(double a, double x) {
  double b = x + 1 - a;
  lentz fraction(b);
  for (int n = 1; n < most_terms; n++) {
    b += 2;
    if (!fraction.step(-n * (n - a), b)) break;
  }
  return 1 / fraction.value;
}

// Q(a, x) = 1 - e^l (1 + a s), l = ln(x^a / Gamma(1 + a)), s = sum_n (-x)^n / (n! (a + n)), for a < 1 and x < 2, where
// 1 - P would cancel.
inline double small_gamma_upper(double a, double x, double log_x) {
  const double l = a * log_x - log_gamma_1p(a);
  double term = 1, sum = 0;
  for (int n = 1; n < 100; n++) {
    term *= -x / n;
    sum += term / (a + n);
    if (absolute(term) < tiny_term * absolute(sum)) break;
  }
  return (0 - expm1(l)) - exp(l) * (a * sum);
}

inline tails gamma_tails(double a, double x, double log_x) {
  if (x <= 0 && log_x < -1e300) return {0, 1, -__builtin_inf(), 0, a, 0};
  if (x > 1e300) return {1, 0, 0, -__builtin_inf(), 0, -__builtin_inf()};
  const double log_term = log_gamma_term(a, x, log_x), log_density = log_term + log(a);
  if (x >= a + 1) return tails_from(log_density + log(gamma_fraction(a, x)), false, log_density);
  tails both = tails_from(log_term + log(gamma_series(a, x)), true, log_density);
  if (a < 1 && both.lower > 0.5) {
    both.upper = small_gamma_upper(a, x, log_x);
    both.log_upper = log(both.upper);
    both.slope_upper = -exp(log_density - both.log_upper);
  }
  return both;
}

// A point of (0, 1) with both of its distances to the ends and their logarithms.
struct unit_point {
  double x, y, log_x, log_y;
};
inline unit_point unit_point_of_logit(double z) { return {sigmoid(z), sigmoid(-z), -softplus(-z), -softplus(z)}; }
inline unit_point unit_point_of(double x) { return {x, 1 - x, log(x), log1p(-x)}; }

// ln(x^a y^b / B(a, b)), y = 1 - x: the density with respect to ln(x / y).
inline double log_beta_density(double a, double b, const unit_point& at) {
  const double n = a + b, log_n = log(n);
  const double scale = 0.5 * (log(a) - log_n + log(b)) - log_root_two_pi_head;
  const double rests = stirling_rest(n) - stirling_rest(a) - stirling_rest(b);
  return scale + rests - deviance(a, n * at.x, log_n + at.log_x) - deviance(b, n * at.y, log_n + at.log_y);
}

// I_x(a, b) B(a, b) a / (x^a y^b) by its continued fraction, for x below about a / (a + b).
inline double beta_fraction(double a, double b, double x) {
  const double n = a + b;
  lentz fraction(1);
  bool more = fraction.step(-n * x / (a + 1), 1);
  for (int k = 1; more && k < most_terms; k++) {
    const double m = k, twice = a + 2 * m;
    const bool first = fraction.step(m * (b - m) * x / ((twice - 1) * twice), 1);
    more = fraction.step(-(a + m) * (n + m) * x / (twice * (twice + 1)), 1) || first;
  }
  return 1 / fraction.value;
}

inline tails beta_tails(double a, double b, const unit_point& at) {
  if (!(at.log_x > -__builtin_inf())) return {0, 1, -__builtin_inf(), 0, a, 0};
  if (!(at.log_y > -__builtin_inf())) return {1, 0, 0, -__builtin_inf(), 0, -b};
  const double log_density = log_beta_density(a, b, at);
  if (at.x * (a + b + 2) < a + 1) {
    return tails_from(log_density - log(a) + log(beta_fraction(a, b, at.x)), true, log_density);
  }
  return tails_from(log_density - log(b) + log(beta_fraction(b, a, at.y)), false, log_density);
}

}  // namespace gibbsite::GIBBSITE_TARGET
