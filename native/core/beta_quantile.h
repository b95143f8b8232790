// The quantile of the beta distribution, good to about 10^-10: enough to find the order statistics at the ends of a
// quantile's interval.
#pragma once
#include "core/math_gamma.h"

namespace gibbsite::GIBBSITE_TARGET {

// The continued fraction of the incomplete beta function (DLMF 8.17.22) by the method of Lentz (1976); it converges
// fast for x < (a + 1) / (a + b + 2).
inline double beta_fraction(double x, double a, double b) {
  constexpr double tiny = 1e-300, enough = 1e-15;
  double c = 1, d = 1 - (a + b) * x / (a + 1);
  d = 1 / (absolute(d) < tiny ? tiny : d);
  double fraction = d;
  for (int m = 1; m <= 100000; m++) {
    const double k = m, even = k * (b - k) * x / ((a + 2 * k - 1) * (a + 2 * k));
    const double odd = -(a + k) * (a + b + k) * x / ((a + 2 * k) * (a + 2 * k + 1));
    double change = 1;
    for (int half = 0; half < 2; half++) {
      const double term = half == 0 ? even : odd;
      d = 1 + term * d, c = 1 + term / c;
      d = 1 / (absolute(d) < tiny ? tiny : d);
      c = absolute(c) < tiny ? tiny : c;
      change = c * d;
      fraction *= change;
    }
    if (absolute(change - 1) < enough) break;
  }
  return fraction;
}

// I_x(a, b) for a, b >= 1 and 0 < x < 1.
inline double beta_cdf(double x, double a, double b) {
  const double front = exp(log_gamma(a + b) - log_gamma(a) - log_gamma(b) + a * log(x) + b * log1p(-x));
  if (x < (a + 1) / (a + b + 2)) return front * beta_fraction(x, a, b) / a;
  return 1 - front * beta_fraction(1 - x, b, a) / b;
}

// The x with I_x(a, b) = p, by bisection.
inline double beta_quantile(double p, double a, double b) {
  double low = 0, high = 1;
  for (int bit = 0; bit < 60; bit++) {
    const double middle = (low + high) / 2;
    if (beta_cdf(middle, a, b) < p)
      low = middle;
    else
      high = middle;
  }
  return (low + high) / 2;
}

}  // namespace gibbsite::GIBBSITE_TARGET
