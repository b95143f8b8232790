// The gamma function's logarithm and its derivative against 80-bit arithmetic.
#include "core/math_gamma.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <random>

using namespace gibbsite::GIBBSITE_TARGET;

namespace {

// By the recurrence psi(x + 1) = psi(x) + 1 / x up to 40, then Stirling's series.
long double digamma_exactly(long double x) {
  long double sum = 0;
  for (; x < 40; x += 1) sum -= 1 / x;
  const long double s = 1 / (x * x);
  const long double series = s * (1 / 12.0L - s * (1 / 120.0L - s * (1 / 252.0L - s * (1 / 240.0L - s / 132.0L))));
  return sum + std::log(x) - 0.5L / x - series;
}

double error_of(double got, long double exact) {
  const long double size = std::fabs(exact) < 1 ? 1 : std::fabs(exact);
  return static_cast<double>(std::fabs(static_cast<long double>(got) - exact) / size);
}

}  // namespace

TEST_CASE("log gamma and digamma are within the promised error") {
  std::mt19937_64 random(1);
  double worst = 0, worst_slope = 0;
  for (int n = 0; n < 200000; n++) {
    const double u = static_cast<double>(random() >> 11) * 0x1p-53;
    // All sizes, and many where the recurrence and the zeros are.
    const double x = n % 2 == 0 ? std::pow(10.0, -10 + 20 * u) : 0.01 + 12 * u;
    worst = std::fmax(worst, error_of(log_gamma(x), std::lgamma(static_cast<long double>(x))));
    worst_slope = std::fmax(worst_slope, error_of(digamma(x), digamma_exactly(x)));
  }
  CHECK(worst < 8e-15);
  CHECK(worst_slope < 4e-15);
}

TEST_CASE("log gamma and digamma: whole numbers, zero, negative numbers, vectors") {
  double factorial = 1;
  for (int n = 1; n < 20; n++) {
    CHECK(log_gamma(n * 1.0) == doctest::Approx(std::log(factorial)).epsilon(4e-15));
    factorial *= n;
  }
  CHECK(log_gamma(0.0) == __builtin_inf());
  CHECK(digamma(0.0) == -__builtin_inf());
  CHECK(std::isnan(log_gamma(-0.5)));
  CHECK(std::isnan(log_gamma(-1.5)));
  CHECK(std::isnan(digamma(-1.5)));
  CHECK(log_gamma(__builtin_inf()) == __builtin_inf());
  f64x x;
  for (int i = 0; i < f64_lanes; i++) x[i] = 0.3 + 3 * i;
  const f64x values = log_gamma(x), slopes = digamma(x);
  for (int i = 0; i < f64_lanes; i++) {
    CHECK(values[i] == log_gamma(0.3 + 3 * i));
    CHECK(slopes[i] == digamma(0.3 + 3 * i));
  }
}
