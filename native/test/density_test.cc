// Log densities: products with packed triangles against long double, and what every family promises a sampler: a column
// has the same bits in a block of any width, with and without gradient, and work memory is what density_work says.
#include "kernels/density.h"

#include <doctest/doctest.h>

#include <vector>

#include "core/scratch.h"
#include "kernels/packed_triangle.h"

using namespace gibbsite::GIBBSITE_TARGET;

namespace {

// Numbers on (-1, 1) by a multiplicative generator, the same on every build.
class numbers {
 public:
  double next() {
    state_ = state_ * 6364136223846793005ull + 1442695040888963407ull;
    return static_cast<double>(static_cast<int64_t>(state_) >> 11) * 0x1p-52;
  }
  std::vector<double> take(size_t count) {
    std::vector<double> made(count);
    for (double& x : made) x = next();
    return made;
  }

 private:
  uint64_t state_ = 1;
};

std::vector<double> pack(const std::vector<double>& upper, size_t n) {
  std::vector<double> packed;
  const auto at = [&](size_t i, size_t j) { return i < n && j < n && i <= j ? upper[i * n + j] : 0.0; };
  for (size_t i = 0; i < n; i += 4) {
    for (size_t j = i; j < n; j++) {
      for (size_t r = 0; r < 4; r++) packed.push_back(at(i + r, j));
    }
  }
  for (size_t j = 0; j < n; j += 4) {
    for (size_t i = 0; i < (j + 4 < n ? j + 4 : n); i++) {
      for (size_t c = 0; c < 4; c++) packed.push_back(at(i, j + c));
    }
  }
  return packed;
}

struct family_case {
  const char* name;
  int32_t family;
  size_t dim;
  std::vector<double> numbers;
};

std::vector<double> joined(std::vector<double> head, const std::vector<double>& tail) {
  head.insert(head.end(), tail.begin(), tail.end());
  return head;
}

std::vector<family_case> families() {
  numbers made;
  const size_t d = 7;
  const auto dense = joined(joined({-1.5, 0}, made.take(d)), pack(made.take(d * d), d));
  const auto diagonal = joined({-2.5, 1}, made.take(2 * d));
  return {{"normal", density_family::normal, d, dense},
          {"diagonal normal", density_family::normal, d, diagonal},
          {"mixture", density_family::normal_mixture, d, joined(joined({2}, dense), diagonal)},
          {"rosenbrock", density_family::rosenbrock, 6, {0.5, 1, 100, 0.05}},
          {"test energy U1", density_family::test_energy, 2, {1, 0.1}},
          {"test energy U2", density_family::test_energy, 2, {2, 0.1}},
          {"test energy U3", density_family::test_energy, 2, {3, 0.1}},
          {"test energy U4", density_family::test_energy, 2, {4, 0.1}},
          {"funnel", density_family::funnel, d, {-2, 1.0 / 9}},
          {"logistic", density_family::logistic_regression, d, joined({0, 0.1, 131}, made.take(134 * d))},
          {"linear", density_family::linear_regression, d,
           joined(joined({-3, 20, 1.5, 0.1, 1}, made.take(8)), pack(made.take(36), 6))},
          {"schools", density_family::eight_schools, 10, joined({-1, 1, 0.04, 0.2}, made.take(16))},
          {"schools, not centred", density_family::eight_schools, 10, joined({-1, 0, 0.04, 0.2}, made.take(16))}};
}

struct outcome {
  std::vector<double> log_density, gradient;
};

// Columns first ... first + width - 1 of x [dim][density_width], in a block of their own between guards.
outcome evaluate_columns(const family_case& c, const std::vector<double>& x, size_t first, size_t width, bool slopes) {
  constexpr double guard = 0x1.23456p7;
  const density d{c.dim, c.family, {c.numbers.data(), c.numbers.size()}, {}};
  const size_t work_size = density_work(d, width), cells = c.dim * width;
  scratch<double> block(cells), values(width), gradient(cells), work(work_size + 8);
  for (size_t i = 0; i < c.dim; i++) {
    memcpy(block.data() + i * width, &x[i * density_width + first], width * sizeof(double));
  }
  for (size_t k = 0; k < work_size + 8; k++) work[k] = guard;
  evaluate(d, width, block.data(), values.data(), slopes ? gradient.data() : nullptr, work.data());
  for (size_t k = work_size; k < work_size + 8; k++) CHECK(work[k] == guard);
  outcome got{{values.data(), values.data() + width}, {}};
  if (slopes) got.gradient.assign(gradient.data(), gradient.data() + cells);
  return got;
}

}  // namespace

TEST_CASE("packed triangles give U z, its square and U' y") {
  for (size_t n : {1, 2, 3, 4, 5, 8, 11, 50}) {
    numbers made;
    const size_t width = density_width;
    const auto upper = made.take(n * n), packed = pack(upper, n), z = made.take(n * width);
    REQUIRE(packed.size() == packed_triangle_size(n));
    std::vector<double> y(padded_rows(n) * width), squares(width), back(n * width);
    triangle_squares(packed.data(), n, width, z.data(), nullptr, y.data(), squares.data());
    triangle_transposed(packed.data(), n, width, y.data(),
                        [&](size_t j, size_t column, f64x value) { store(&back[j * width + column], value); });
    for (size_t c = 0; c < width; c++) {
      long double total = 0;
      for (size_t i = 0; i < n; i++) {
        long double row = 0;
        for (size_t j = i; j < n; j++) row += static_cast<long double>(upper[i * n + j]) * z[j * width + c];
        CHECK(y[i * width + c] == doctest::Approx(static_cast<double>(row)).epsilon(1e-13));
        total += row * row;
      }
      CHECK(squares[c] == doctest::Approx(static_cast<double>(total)).epsilon(1e-13));
      for (size_t j = 0; j < n; j++) {
        long double sum = 0;
        for (size_t i = 0; i <= j; i++) sum += static_cast<long double>(upper[i * n + j]) * y[i * width + c];
        CHECK(back[j * width + c] == doctest::Approx(static_cast<double>(sum)).epsilon(1e-13));
      }
    }
  }
}

TEST_CASE("a column is the same in a block of any width, with and without gradient") {
  for (const family_case& c : families()) {
    CAPTURE(c.name);
    numbers made;
    const auto x = made.take(c.dim * density_width);
    const outcome all = evaluate_columns(c, x, 0, density_width, true);
    CHECK(evaluate_columns(c, x, 0, density_width, false).log_density == all.log_density);
    for (size_t width = f64_lanes; width < density_width; width += f64_lanes) {
      const outcome some = evaluate_columns(c, x, f64_lanes, width, true);
      for (size_t k = 0; k < width && f64_lanes + k < density_width; k++) {
        CHECK(some.log_density[k] == all.log_density[f64_lanes + k]);
        for (size_t i = 0; i < c.dim; i++) {
          CHECK(some.gradient[i * width + k] == all.gradient[i * density_width + f64_lanes + k]);
        }
      }
    }
  }
}
