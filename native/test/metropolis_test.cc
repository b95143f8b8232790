// Metropolis chains: the kernel against a plain loop over single chains, decisions against all of their bits, what a
// window learns against long double.
#include "kernels/metropolis.h"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "core/threads.h"
#include "kernels/metropolis_adapt.h"
#include "kernels/metropolis_move.h"

using namespace gibbsite;
using namespace gibbsite::GIBBSITE_TARGET;

namespace {

constexpr philox_key key{51, 52};

// Not the C library's, which has the plain name too.
double library_log(double x) { return gibbsite::GIBBSITE_TARGET::log(x); }

void block_words(uint32_t block, uint32_t chain, uint64_t iteration, uint32_t words[4]) {
  const uint32_t at[4] = {block, static_cast<uint32_t>(iteration), chain,
                          metropolis_purpose::step | static_cast<uint32_t>(iteration >> 32) << 16};
  philox(at, key, words);
}

// One normal of single precision: number i of a chain's step.
double float_normal(uint32_t chain, uint64_t iteration, size_t i) {
  uint32_t words[4];
  block_words(static_cast<uint32_t>(i / 4), chain, iteration, words);
  f32x z1, z2;
  const size_t pair = i % 4 / 2 * 2;
  box_muller(splat<u32x>(words[pair]), splat<u32x>(words[pair + 1]), &z1, &z2);
  return static_cast<double>(i % 2 == 0 ? z1[0] : z2[0]);
}

double log_decision(uint32_t chain, uint64_t iteration, size_t dim) {
  const size_t word = (dim + 1) / 2 * 2;
  uint32_t words[4];
  block_words(static_cast<uint32_t>(word / 4), chain, iteration, words);
  const uint64_t bits = uint64_t{words[word % 4]} << 32 | words[word % 4 + 1];
  return library_log((static_cast<double>(bits >> 12) + 0.5) * 0x1p-52);
}

// A standard normal in `dim` dimensions, as the family of density.h takes it.
std::vector<double> standard_normal(size_t dim) {
  std::vector<double> numbers{0, 1};
  numbers.insert(numbers.end(), dim, 0);
  numbers.insert(numbers.end(), dim, 1);
  return numbers;
}

double log_density_of(const density& d, const std::vector<double>& x) {
  std::vector<double> columns(x.size() * f64_lanes), work(density_work(d, f64_lanes));
  for (size_t i = 0; i < x.size(); i++) {
    for (int c = 0; c < f64_lanes; c++) columns[i * f64_lanes + c] = x[i];
  }
  double values[f64_lanes];
  evaluate(d, f64_lanes, columns.data(), values, nullptr, work.data());
  return values[0];
}

}  // namespace

TEST_CASE("a random walk is the plain loop over single chains, on any number of threads") {
  constexpr uint32_t first_chain = 3, iterations = 40;
  constexpr uint64_t first_iteration = (uint64_t{1} << 32) - 20;
  for (const size_t dim : {1, 2, 3, 5}) {
    const std::vector<double> numbers = standard_normal(dim);
    const density target{dim, density_family::normal, {numbers.data(), numbers.size()}, {}};
    for (const size_t chains : {1, 9, 40}) {
      std::vector<double> wanted;
      for (uint32_t c = 0; c < chains; c++) {
        std::vector<double> x(dim), y(dim);
        for (size_t i = 0; i < dim; i++) x[i] = 0.1 * c;
        double here = log_density_of(target, x);
        for (uint64_t t = first_iteration; t < first_iteration + iterations; t++) {
          for (size_t i = 0; i < dim; i++) y[i] = x[i] + 0.7 * float_normal(first_chain + c, t, i);
          const double there = log_density_of(target, y);
          if (log_decision(first_chain + c, t, dim) < there - here) x = y, here = there;
        }
        wanted.insert(wanted.end(), x.begin(), x.end());
      }
      for (const int threads : {1, 2, 7}) {
        set_thread_count(threads);
        std::vector<double> x(chains * dim), values(chains), step(chains, 0.7), failure(dim + 1);
        for (size_t k = 0; k < x.size(); k++) x[k] = 0.1 * static_cast<double>(k / dim);
        for (size_t c = 0; c < chains; c++)
          values[c] = log_density_of(target, {x.begin() + c * dim, x.begin() + (c + 1) * dim});
        const double one = 1;
        const int32_t failed = metropolis_run(dim, target.family, target.numbers, {}, 0, {&one, 1}, key.low, key.high,
                                              first_chain, first_iteration, iterations, {x.data(), x.size()},
                                              {values.data(), chains}, {}, {step.data(), chains}, {}, {}, 0, 0, 0, {},
                                              {}, {}, {}, {}, 0, 0, 0, {}, {}, {}, {failure.data(), failure.size()});
        CHECK(failed == -1);
        CHECK(x == wanted);
      }
      set_thread_count(0);
    }
  }
}

TEST_CASE("decisions are those of all bits") {
  decision_words words;
  alignas(64) double change[most_columns];
  alignas(64) int32_t yes[most_columns];
  uint32_t state = 1;
  size_t near = 0;
  for (int repeat = 0; repeat < 20000; repeat++) {
    for (size_t c = 0; c < most_columns; c++) {
      words.high[c] = (state = state * 1664525u + 1013904223u) >> (repeat % 5 == 0 ? state % 32 : 0);
      words.low[c] = state = state * 1664525u + 1013904223u;
      const uint64_t bits = uint64_t{words.high[c]} << 32 | words.low[c];
      const double log_u = library_log((static_cast<double>(bits >> 12) + 0.5) * 0x1p-52);
      // From equality over the last places to far away.
      const double off = std::ldexp(1.0 - 2.0 * (state >> 31), -static_cast<int>(state % 60));
      change[c] = repeat % 3 == 0 ? log_u : log_u + off * (1 - log_u);
      near += std::fabs(change[c] - log_u) < 1e-5;
    }
    for (size_t at = 0; at < most_columns; at += f32_lanes) words.decide(at, change + at, yes + at);
    for (size_t c = 0; c < most_columns; c++) {
      const uint64_t bits = uint64_t{words.high[c]} << 32 | words.low[c];
      const double log_u = library_log((static_cast<double>(bits >> 12) + 0.5) * 0x1p-52);
      REQUIRE((yes[c] != 0) == (log_u < change[c]));
    }
  }
  CHECK(near > 100000);
}

TEST_CASE("a window's scale is the factor of its shrunken covariance") {
  constexpr size_t dim = 4, size = dim * (dim + 1) / 2, n = 60, width = f64_lanes;
  std::vector<double> draws(n * dim), mean(dim * width), spread(size * width), work(dim * width);
  uint32_t state = 7;
  for (double& x : draws) x = 1e-9 * static_cast<double>(static_cast<int32_t>(state = state * 1664525u + 1013904223u));
  for (size_t k = 0; k < n; k++) {
    std::vector<double> x(dim * width);
    for (size_t i = 0; i < dim * width; i++)
      x[i] = draws[k * dim + i / width] * static_cast<double>(i / width + 1) + 1000;
    gather_moments(scale_shape::full, dim, width, static_cast<double>(k + 1), x.data(), mean.data(), spread.data(),
                   work.data());
  }
  std::vector<double> column(size), scale(size);
  for (size_t k = 0; k < size; k++) column[k] = spread[k * width];
  for (size_t i = 0; i < dim; i++) scale[i * (i + 1) / 2 + i] = 2;
  learn_scale(scale_shape::full, dim, n, 0.25, column.data(), scale.data());
  const long double k = dim + 5;
  for (size_t i = 0; i < dim; i++) {
    for (size_t j = 0; j <= i; j++) {
      long double mi = 0, mj = 0, sum = 0, found = 0;
      for (size_t r = 0; r < n; r++)
        mi += draws[r * dim + i] * (i + 1.0L) / n, mj += draws[r * dim + j] * (j + 1.0L) / n;
      for (size_t r = 0; r < n; r++)
        sum += (draws[r * dim + i] * (i + 1.0L) - mi) * (draws[r * dim + j] * (j + 1.0L) - mj);
      for (size_t m = 0; m <= j; m++)
        found += static_cast<long double>(scale[i * (i + 1) / 2 + m]) * scale[j * (j + 1) / 2 + m];
      // The old scale took every variance to be 4, of which a quarter is trusted.
      const long double wanted = (n * sum / (n - 1) + (i == j ? k : 0)) / (n + k);
      CHECK(std::fabs(found - wanted) < 1e-10L);
    }
  }
}
