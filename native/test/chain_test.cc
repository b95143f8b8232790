// What diagnostics of chains are built from: the order of numbers, Fourier transforms, beta quantiles, split chains.
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "core/beta_quantile.h"
#include "core/fft.h"
#include "core/sort.h"
#include "kernels/chain_summary.h"
#include "kernels/sorted_draws.h"

using namespace gibbsite::GIBBSITE_TARGET;

namespace {

// Numbers without a pattern, the same on every machine.
class numbers {
 public:
  double operator()() {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<double>(state_ >> 11) * 0x1p-53 - 0.5;
  }

 private:
  uint64_t state_ = 7;
};

}  // namespace

TEST_CASE("sort: ascending, equal ones in their order, all exponents and signs") {
  numbers next;
  for (const size_t count : {size_t{1}, size_t{2}, size_t{100}, size_t{5000}}) {
    std::vector<double> values(count);
    for (double& x : values) x = std::ldexp(next(), static_cast<int>(next() * 2000));
    for (size_t i = 0; i < count; i += 3) values[i] = std::floor(next() * 6);
    values[count / 2] = -HUGE_VAL;
    std::vector<uint32_t> order(count);
    sorter(count).sort(values.data(), count, order.data());
    std::vector<bool> seen(count);
    for (const uint32_t i : order) seen[i] = true;
    for (const bool is : seen) CHECK(is);
    for (size_t k = 1; k < count; k++) {
      const double before = values[order[k - 1]], here = values[order[k]];
      CHECK(before <= here);
      if (before == here && std::signbit(before) == std::signbit(here)) CHECK(order[k - 1] < order[k]);
    }
  }
}

TEST_CASE("fft: the sum of its definition, in every lane") {
  numbers next;
  for (int bits = 0; bits <= 9; bits++) {
    const fft transform(bits);
    const size_t size = transform.size();
    std::vector<double> re(size * fft_lanes), im(size * fft_lanes);
    for (double& x : re) x = next();
    for (double& x : im) x = next();
    std::vector<double> a = re, b = im;
    transform.transform(a.data(), b.data());
    for (size_t lane = 0; lane < fft_lanes; lane++) {
      for (size_t k = 0; k < size; k += 1 + size / 16) {
        long double x = 0, y = 0;
        for (size_t t = 0; t < size; t++) {
          const long double angle = -2 * 3.14159265358979323846264338L * static_cast<long double>(k * t % size) / size;
          const long double c = std::cos(angle), s = std::sin(angle);
          x += re[t * fft_lanes + lane] * c - im[t * fft_lanes + lane] * s;
          y += re[t * fft_lanes + lane] * s + im[t * fft_lanes + lane] * c;
        }
        const size_t place = transform.reversed(k) * fft_lanes + lane;
        CHECK(std::fabs(a[place] - static_cast<double>(x)) < 1e-13);
        CHECK(std::fabs(b[place] - static_cast<double>(y)) < 1e-13);
      }
    }
  }
}

TEST_CASE("beta quantiles: closed forms, symmetry, and the distribution function back") {
  for (const double p : {0.01, 0.1586553, 0.5, 0.8413447}) {
    CHECK(beta_quantile(p, 1, 1) == doctest::Approx(p).epsilon(1e-12));
    CHECK(beta_quantile(p, 5, 1) == doctest::Approx(std::pow(p, 0.2)).epsilon(1e-12));
    CHECK(beta_quantile(p, 1, 5) == doctest::Approx(1 - std::pow(1 - p, 0.2)).epsilon(1e-12));
    for (const double a : {1.5, 40.0, 1000.0, 3e5}) {
      for (const double b : {1.0, 7.25, 2e4}) {
        const double x = beta_quantile(p, a, b);
        CHECK(beta_cdf(x, a, b) == doctest::Approx(p).epsilon(1e-7));
        CHECK(beta_quantile(1 - p, b, a) == doctest::Approx(1 - x).epsilon(1e-9));
      }
    }
  }
}

TEST_CASE("a chain that hardly moves has few effective draws, alone as beside others") {
  // Autocorrelations over the whole half are summed, so the first, shorter transform does not do.
  numbers next;
  const split_chains split{2, 900};
  std::vector<double> x(split.total());
  double at = 0;
  for (double& value : x) value = at = 0.999 * at + next();
  double ess = 0;
  const double* sequence = x.data();
  split_ess(split).compute(&sequence, 1, &ess);
  CHECK(ess > 1);
  CHECK(ess < 40);
  double among[3];
  const double* sequences[3] = {x.data(), x.data(), x.data()};
  split_ess(split).compute(sequences, 3, among);
  for (const double same : among) CHECK(same == ess);
}

TEST_CASE("a variable among many is the variable alone") {
  numbers next;
  const uint32_t chains = 3, draws = 41;
  const size_t total = size_t{chains} * draws, variables = 5;
  std::vector<double> values(variables * total), all(variables * summary_column::count), one(summary_column::count);
  for (double& x : values) x = next();
  chain_summary({values.data(), values.size()}, chains, draws, 0.94, {all.data(), all.size()});
  for (size_t v = 0; v < variables; v++) {
    chain_summary({values.data() + v * total, total}, chains, draws, 0.94, {one.data(), one.size()});
    for (size_t k = 0; k < summary_column::place; k++) CHECK(one[k] == all[v * summary_column::count + k]);
  }
}
