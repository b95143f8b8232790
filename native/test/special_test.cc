// The functions that distributions are made of against the C library's long double, and against finite sums: expm1, arc
// tangent, the normal distribution, incomplete gamma and beta functions. One hash of results that every build must
// reproduce.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdio>
#include <initializer_list>

#include "core/math_atan.h"
#include "core/math_normal.h"
#include "core/math_tails.h"

using namespace gibbsite::GIBBSITE_TARGET;
namespace own = gibbsite::GIBBSITE_TARGET;

namespace {

#if defined(__wasm__)
// Here long double's functions are only as good as double's, and an argument rounded to a double moves a normal tail by
// x^2 / 2 roundings, hundreds of them; the hash below stands for the other builds' result.
constexpr double looser = 200;
#else
constexpr double looser = 1;
#endif

struct Random {
  uint64_t state = 20260601;
  double operator()() {  // splitmix64 (Steele, Lea & Flood, 2014), to a uniform number
    uint64_t z = state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return static_cast<double>((z ^ z >> 31) >> 11) * 0x1p-53;
  }
};

double off(double value, long double exact) {
  if (value == static_cast<double>(exact)) return 0;
  return static_cast<double>(std::fabs((value - exact) / exact));
}

// The largest relative error of f(x) over random arguments; every lane of a vector must have the scalar's bits.
template <class Argument, class F, class R>
double worst(const Argument& argument, const F& f, const R& reference) {
  Random random;
  double most = 0;
  for (int i = 0; i < 20000; i++) {
    double x[f64_lanes], y[f64_lanes];
    for (double& value : x) value = argument(random());
    store(y, f(load<f64x>(x)));
    for (int l = 0; l < f64_lanes; l++) {
      const double scalar = f(x[l]);
      REQUIRE(memcmp(&scalar, y + l, sizeof scalar) == 0);
      const long double exact = reference(static_cast<long double>(x[l]));
      if (std::fabs(exact) > 1e-300L) most = std::fmax(most, off(scalar, exact));
    }
  }
  return most;
}

long double upper_tail(long double x) { return std::erfc(x / std::sqrt(2.0L)) / 2; }

}  // namespace

TEST_CASE("expm1: within 2 units in the last place from the smallest arguments to overflow") {
  const auto f = [](auto x) { return own::expm1(x); };
  const auto g = [](long double x) { return std::expm1(x); };
  const auto sign = [](double u) { return u < 0.5 ? -1 : 1; };
  CHECK(worst([&](double u) { return sign(u) * std::exp(1400 * std::fabs(u - 0.5) - 694); }, f, g) < looser * 4.4e-16);
  CHECK(worst([](double u) { return 4 * (u - 0.5); }, f, g) < looser * 4.4e-16);
  CHECK(own::expm1(0.0) == 0);
  CHECK(own::expm1(0x1p-1074) == 0x1p-1074);
  CHECK(own::expm1(-800.0) == -1);
  CHECK(own::expm1(-HUGE_VAL) == -1);
  CHECK(own::expm1(709.7) < HUGE_VAL);
  CHECK(own::expm1(709.8) == HUGE_VAL);
  CHECK(std::isnan(own::expm1(static_cast<double>(NAN))));
}

TEST_CASE("arc tangent of a ratio") {
  const auto f = [](auto x) { return atan_of_ratio(x, splat<decltype(x)>(1.0)); };
  const auto g = [](auto x) { return atan_of_ratio(splat<decltype(x)>(1.0), x); };
  const auto argument = [](double u) { return std::exp(80 * (u - 0.5)); };
  CHECK(worst(argument, f, [](long double x) { return std::atan(x); }) < looser * 4.4e-16);
  CHECK(worst(argument, g, [](long double x) { return std::atan2(1.0L, x); }) < looser * 4.4e-16);
  CHECK(atan_of_ratio(1.0, HUGE_VAL) == 0);
}

TEST_CASE("normal probabilities keep 1e-15 in both tails, and quantiles undo them") {
  const auto all = [](double u) { return 45 * (u - 0.2); };
  CHECK(worst(all, [](auto x) { return normal_upper(x); }, upper_tail) < looser * 1e-15);
  CHECK(worst(
            all, [](auto x) { return normal_lower(x); }, [](long double x) { return upper_tail(-x); }) <
        looser * 1e-15);
  CHECK(worst([](double u) { return 8 * u; }, [](auto x) { return normal_half(x); },
              [](long double x) { return std::erf(x / std::sqrt(2.0L)) / 2; }) < looser * 1e-15);
  CHECK(worst([](double u) { return 12 * u; }, [](auto x) { return mills_ratio(x); },
              [](long double x) { return upper_tail(x) * std::exp(x * x / 2) * std::sqrt(std::acos(-1.0L) * 2); }) <
        looser * 2e-15);
  // From a tail and back: the error of the tail is that of the quantile times the distance and the quantile.
  const auto back = [](auto tail) { return normal_quantile(0.5 - tail, tail); };
  Random random;
  for (int i = 0; i < 20000; i++) {
    const double tail = i % 2 == 0 ? std::exp(-707 * random()) / 2 : 0.5 * random();
    const double x = back(tail);
    CHECK(off(tail, upper_tail(x)) < looser * 1e-15 * (1 + x * x));
    double y[f64_lanes];
    store(y, back(splat<f64x>(tail)));
    CHECK(memcmp(&x, y, sizeof x) == 0);
  }
  CHECK(normal_quantile(0.5, 0.0) == HUGE_VAL);
  CHECK(normal_quantile(-0.5, 0.0) == -HUGE_VAL);
  CHECK(normal_quantile(0.0, 0.5) == 0);
}

TEST_CASE("incomplete gamma functions of integers are Poisson sums, and both tails add to one") {
  for (int a : {1, 2, 5, 17, 60, 200}) {
    for (double x : {0.01, 0.5, 2.0, 15.0, 60.0, 150.0, 300.0}) {
      long double term = std::exp(-static_cast<long double>(x)), upper = 0, lower = 0;
      for (int k = 0; k < 4000; k++) {
        (k < a ? upper : lower) += term;
        term *= static_cast<long double>(x) / (k + 1);
      }
      const tails both = gamma_tails(a, x, own::log(x));
      CAPTURE(a);
      CAPTURE(x);
      if (lower > 1e-290L) CHECK(off(both.lower, lower) < 2e-13);
      if (upper > 1e-290L) CHECK(off(both.upper, upper) < 2e-13);
      CHECK(std::fabs(both.lower + both.upper - 1) < 1e-13);
      if (lower > 1e-290L) CHECK(std::fabs(both.log_lower - static_cast<double>(std::log(lower))) < 2e-13);
    }
  }
}

TEST_CASE("incomplete gamma functions of halves are the normal distribution's") {
  for (double z = 0.01; z < 30; z *= 1.3) {
    const double x = z * z / 2;
    const tails both = gamma_tails(0.5, x, own::log(x));
    CHECK(off(both.upper, 2 * upper_tail(std::sqrt(2.0L * x))) < looser * 1e-14 * (1 + x / 10));
    CHECK(off(both.lower, std::erf(std::sqrt(static_cast<long double>(x)))) < looser * 4e-15);
  }
}

TEST_CASE("incomplete beta functions of integers are binomial sums") {
  for (int a : {1, 2, 7, 40}) {
    for (int b : {1, 3, 25}) {
      for (double x : {0.001, 0.1, 0.5, 0.75, 0.999}) {
        const int n = a + b - 1;
        const long double p = x, q = 1 - p;
        long double lower = 0, upper = 0, term = std::pow(q, static_cast<long double>(n));
        for (int k = 0; k <= n; k++) {
          (k >= a ? lower : upper) += term;
          term *= p / q * (n - k) / (k + 1);
        }
        const tails both = beta_tails(a, b, unit_point_of(x));
        CHECK(off(both.lower, lower) < 2e-13);
        CHECK(off(both.upper, upper) < 2e-13);
      }
    }
  }
}

TEST_CASE("slopes are the derivatives of the logarithms") {
  const double h = 1e-5;
  for (double y : {-3.0, -0.5, 0.8, 1.7}) {
    const auto at = [&](double t) { return gamma_tails(2.5, own::exp(t), t); };
    CHECK(at(y).slope_lower == doctest::Approx((at(y + h).log_lower - at(y - h).log_lower) / (2 * h)).epsilon(1e-8));
    CHECK(at(y).slope_upper == doctest::Approx((at(y + h).log_upper - at(y - h).log_upper) / (2 * h)).epsilon(1e-8));
    const auto beta = [](double t) { return beta_tails(2, 0.7, unit_point_of_logit(t)); };
    const double lower = (beta(y + h).log_lower - beta(y - h).log_lower) / (2 * h);
    CHECK(beta(y).slope_lower == doctest::Approx(lower).epsilon(1e-8));
    const double upper = (beta(y + h).log_upper - beta(y - h).log_upper) / (2 * h);
    CHECK(beta(y).slope_upper == doctest::Approx(upper).epsilon(1e-8));
  }
}

TEST_CASE("special functions: every build gives the same bits") {
  uint64_t hash = 0xcbf29ce484222325;
  const auto add = [&](double value) {
    unsigned char bytes[sizeof value];
    memcpy(bytes, &value, sizeof value);
    for (unsigned char byte : bytes) hash = (hash ^ byte) * 0x100000001b3;
  };
  Random random;
  for (int i = 0; i < 2000; i++) {
    const double u = random(), v = random(), a = own::exp(12 * v - 4);
    add(own::expm1(40 * (u - 0.5)));
    add(atan_of_ratio(u, v));
    add(normal_upper(20 * (u - 0.5)));
    add(normal_quantile(0.5 * (u - 1), 0.5 * u));
    const tails gamma = gamma_tails(a, 2 * u * a, own::log(2 * u * a));
    add(gamma.lower), add(gamma.upper), add(gamma.slope_lower);
    const tails beta = beta_tails(a, 1 + 10 * v, unit_point_of(u));
    add(beta.lower), add(beta.upper), add(beta.log_upper);
  }
  std::printf("%-8s hash of the special functions: 0x%016llx\n", GIBBSITE_TARGET_NAME,
              static_cast<unsigned long long>(hash));
  CHECK(hash == 0x8a5c43f38882f54e);
}
