// Tapes: every instruction against plain loops, in parts of one vector and of four.
#include "kernels/density_expression.h"

#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "core/math_gamma.h"
#include "kernels/expression_tape.h"

using namespace gibbsite::GIBBSITE_TARGET;

namespace {

constexpr size_t dim = 7, points = 37;
using row = std::vector<double>;

// One instruction whose result is the only output.
std::vector<int32_t> tape_of(int32_t op, int32_t rows, int32_t result_rows, operand_words a, operand_words b,
                             operand_words c, int32_t p, int32_t q, int32_t r,
                             const std::vector<int32_t>& integers = {}) {
  std::vector<int32_t> tape = {result_rows, 1, 1, kind_work, 0, result_rows};
  tape.insert(tape.end(), {op, rows, 0, a.kind, a.row, b.kind, b.row, c.kind, c.row, p, q, r});
  tape.insert(tape.end(), integers.begin(), integers.end());
  return tape;
}

std::vector<double> random_numbers(size_t count, double low, double high) {
  std::mt19937_64 random(count);
  std::vector<double> numbers(count);
  for (double& x : numbers) x = low + (high - low) * (static_cast<double>(random() >> 11) * 0x1p-53);
  return numbers;
}

void check(const std::string& name, const std::vector<int32_t>& tape, const std::vector<double>& numbers, size_t rows,
           const std::function<row(const double*)>& plain) {
  CAPTURE(name);
  const std::vector<double> x = random_numbers(points * dim, 0.2, 2);
  std::vector<double> out(points * rows), alone(rows);
  expression_values(dim, {numbers.data(), numbers.size()}, {tape.data(), tape.size()}, {x.data(), x.size()},
                    {out.data(), out.size()});
  for (size_t n = 0; n < points; n++) {
    const row wanted = plain(&x[n * dim]);
    expression_values(dim, {numbers.data(), numbers.size()}, {tape.data(), tape.size()}, {&x[n * dim], dim},
                      {alone.data(), rows});
    for (size_t i = 0; i < rows; i++) {
      const double got = out[n * rows + i];
      CHECK((got == wanted[i] || got == doctest::Approx(wanted[i]).epsilon(1e-13)));
      CHECK(got == alone[i]);
    }
  }
}

row each(size_t rows, const std::function<double(size_t)>& f) {
  row values(rows);
  for (size_t i = 0; i < rows; i++) values[i] = f(i);
  return values;
}

constexpr operand_words x_rows{kind_input, 0}, x_one{kind_input_one, 6}, y_rows{kind_input, 3}, none{kind_work, 0};

}  // namespace

TEST_CASE("tapes: instructions row by row") {
  const std::vector<double> k = random_numbers(8, 0.5, 1.5);
  const auto one = [&](const char* name, int32_t op, double (*f)(double)) {
    check(name, tape_of(op, 3, 3, x_rows, none, none, 0, 0, 0), k, 3,
          [&](const double* x) { return each(3, [&](size_t i) { return f(x[i]); }); });
  };
  one("copy", op_copy, [](double x) { return x; });
  one("neg", op_neg, [](double x) { return -x; });
  one("exp", op_exp, [](double x) { return std::exp(x); });
  one("log", op_log, [](double x) { return std::log(x); });
  one("log1p", op_log1p, [](double x) { return std::log1p(x); });
  one("sqrt", op_sqrt, [](double x) { return std::sqrt(x); });
  one("square", op_square, [](double x) { return x * x; });
  one("abs", op_abs, [](double x) { return std::fabs(x); });
  one("sign", op_sign, [](double x) { return x > 0 ? 1.0 : -1.0; });
  one("tanh", op_tanh, [](double x) { return std::tanh(x); });
  one("sigmoid", op_sigmoid, [](double x) { return 1 / (1 + std::exp(-x)); });
  one("softplus", op_softplus, [](double x) { return std::log1p(std::exp(x)); });
  one("log gamma", op_log_gamma, [](double x) { return std::lgamma(x); });
  one("digamma", op_digamma, [](double x) { return digamma(x); });
  const auto two = [&](const char* name, int32_t op, bool either, double (*f)(double, double)) {
    check(name, tape_of(op, 3, 3, x_rows, y_rows, none, 0, 0, 0), k, 3,
          [&](const double* x) { return each(3, [&](size_t i) { return f(x[i], x[i + 3]); }); });
    check(name, tape_of(op, 3, 3, x_rows, x_one, none, 0, 0, 0), k, 3,
          [&](const double* x) { return each(3, [&](size_t i) { return f(x[i], x[6]); }); });
    check(name, tape_of(op, 3, 3, x_rows, {kind_number, 2}, none, 0, 0, 0), k, 3,
          [&](const double* x) { return each(3, [&](size_t i) { return f(x[i], k[i + 2]); }); });
    if (!either) return;
    check(name, tape_of(op, 3, 3, {kind_number_one, 4}, y_rows, none, 0, 0, 0), k, 3,
          [&](const double* x) { return each(3, [&](size_t i) { return f(k[4], x[i + 3]); }); });
  };
  two("add", op_add, false, [](double x, double y) { return x + y; });
  two("mul", op_mul, false, [](double x, double y) { return x * y; });
  two("sub", op_sub, true, [](double x, double y) { return x - y; });
  two("div", op_div, true, [](double x, double y) { return x / y; });
  two("squared difference", op_squared_difference, false, [](double x, double y) { return (x - y) * (x - y); });
  check("mul add", tape_of(op_mul_add, 3, 3, x_rows, {kind_number, 1}, x_one, 0, 0, 0), k, 3,
        [&](const double* x) { return each(3, [&](size_t i) { return x[i] * k[i + 1] + x[6]; }); });
  check("within", tape_of(op_within, 3, 3, x_rows, {kind_number_one, 0}, y_rows, 0, 0, 0), k, 3, [&](const double* x) {
    return each(3, [&](size_t i) { return x[i] >= k[0] && x[i] <= x[i + 3] ? 0 : -__builtin_inf(); });
  });
}

TEST_CASE("tapes: sums and indices") {
  const std::vector<double> k = random_numbers(8, 0.5, 1.5);
  const auto sum = [](size_t count, const std::function<double(size_t)>& f) {
    double total = 0;
    for (size_t i = 0; i < count; i++) total += f(i);
    return total;
  };
  check("sum", tape_of(op_sum, 7, 1, x_rows, none, none, 0, 0, 0), k, 1,
        [&](const double* x) { return row{sum(7, [&](size_t i) { return x[i]; })}; });
  check("dot", tape_of(op_dot, 4, 1, x_rows, y_rows, none, 0, 0, 0), k, 1,
        [&](const double* x) { return row{sum(4, [&](size_t i) { return x[i] * x[i + 3]; })}; });
  check("dot with constants", tape_of(op_dot, 7, 1, x_rows, {kind_number, 1}, none, 0, 0, 0), k, 1,
        [&](const double* x) { return row{sum(7, [&](size_t i) { return x[i] * k[i + 1]; })}; });
  check("log sum exp", tape_of(op_log_sum_exp, 7, 1, x_rows, none, none, 0, 0, 0), k, 1,
        [&](const double* x) { return row{std::log(sum(7, [&](size_t i) { return std::exp(x[i]); }))}; });
  check("cumulative sum", tape_of(op_cumulative_sum, 7, 7, x_rows, none, none, 0, 0, 0), k, 7,
        [&](const double* x) { return each(7, [&](size_t n) { return sum(n + 1, [&](size_t i) { return x[i]; }); }); });
  check("suffix sum", tape_of(op_suffix_sum, 7, 7, x_rows, none, none, 0, 0, 0), k, 7, [&](const double* x) {
    return each(7, [&](size_t n) { return sum(7 - n, [&](size_t i) { return x[n + i]; }); });
  });
  check("gather", tape_of(op_gather, 4, 4, x_rows, none, none, 1, 4, 0, {9, 6, 0, 0, 3}), k, 4,
        [&](const double* x) { return row{x[6], x[0], x[0], x[3]}; });
  check("scatter", tape_of(op_scatter, 3, 3, x_rows, none, none, 1, 4, 0, {9, 2, 0, 0, 2}), k, 3,
        [&](const double* x) { return row{x[1] + x[2], 0, x[0] + x[3]}; });
}

TEST_CASE("tapes: matrices") {
  constexpr size_t rows = 6, columns = 7, packed_rows = 8;
  const std::vector<double> a = random_numbers(rows * columns, -1, 1);
  std::vector<double> packed(packed_rows * columns), square(columns * columns), lower(packed_rows * columns);
  for (size_t i = 0; i < rows; i++) {
    for (size_t k = 0; k < columns; k++) packed[(i / 4 * columns + k) * 4 + i % 4] = a[i * columns + k];
  }
  for (size_t i = 0; i < columns; i++) {
    for (size_t k = 0; k < columns; k++) square[i * columns + k] = i == k ? 0.5 : 0.1 * a[(i + k) % a.size()];
    for (size_t k = 0; k <= i; k++) lower[(i / 4 * columns + k) * 4 + i % 4] = square[i * columns + k];
  }
  const auto times = [&](const double* x, size_t i) {
    double total = 0;
    for (size_t k = 0; k < columns; k++) total += a[i * columns + k] * x[k];
    return total;
  };
  check("matvec", tape_of(op_matvec, rows, rows, x_rows, none, none, 0, columns, rows), packed, rows,
        [&](const double* x) { return each(rows, [&](size_t i) { return times(x, i); }); });
  check("quadratic", tape_of(op_quadratic, 1, 1, x_rows, none, none, 0, columns, columns), lower, 1,
        [&](const double* x) {
          double total = 0;
          for (size_t i = 0; i < columns; i++) {
            for (size_t k = 0; k <= i; k++) total += x[i] * square[i * columns + k] * x[k];
          }
          return row{total};
        });
  for (const bool upper : {false, true}) {
    const int32_t op = upper ? op_solve_upper : op_solve_lower;
    check("solve", tape_of(op, columns, columns, x_rows, none, none, 0, columns, columns), square, columns,
          [&](const double* x) {
            row y(columns);
            for (size_t n = 0; n < columns; n++) {
              const size_t i = upper ? columns - 1 - n : n;
              double rest = x[i];
              for (size_t k = 0; k < columns; k++) {
                if (upper ? k > i : k < i) rest -= square[i * columns + k] * y[k];
              }
              y[i] = rest * square[i * columns + i];
            }
            return y;
          });
  }
  const auto softplus_sums = [&](const double* x) {
    row values(1 + columns);
    for (size_t i = 0; i < rows; i++) {
      const double t = times(x, i);
      values[0] += std::log1p(std::exp(t));
      for (size_t k = 0; k < columns; k++) values[1 + k] += a[i * columns + k] / (1 + std::exp(-t));
    }
    return values;
  };
  check("softplus sum", tape_of(op_softplus_sum, 1, 1, x_rows, none, none, 0, columns, rows), packed, 1, softplus_sums);
  check("softplus gradient",
        tape_of(op_softplus_gradient, 1 + columns, 1 + columns, x_rows, none, none, 0, columns, rows), packed,
        1 + columns, softplus_sums);
}
