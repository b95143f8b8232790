#include "kernels/markov_powers.h"

#include "core/math.h"
#include "core/matrix_product.h"
#include "core/sums.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

constexpr double tolerance = 1e-12;
constexpr int32_t exponent_of_zero = -10000;

double absolute_difference(const double* a, const double* b, size_t count) {
  double part[sum_parts] = {};
  size_t j = 0;
  for (; j + sum_parts <= count; j += sum_parts) {
    for (int k = 0; k < sum_parts; k++) part[k] += absolute(a[j + k] - b[j + k]);
  }
  for (; j < count; j++) part[j % sum_parts] += absolute(a[j] - b[j]);
  return add_parts(part);
}

double absolute_sum(const double* a, size_t count) {
  double part[sum_parts] = {};
  size_t j = 0;
  for (; j + sum_parts <= count; j += sum_parts) {
    for (int k = 0; k < sum_parts; k++) part[k] += absolute(a[j + k]);
  }
  for (; j < count; j++) part[j % sum_parts] += absolute(a[j]);
  return add_parts(part);
}

// The largest of value(0) ... value(n - 1).
template <class Value>
double largest(size_t n, const Value& value) {
  const scratch<double> values(n);
  parallel_for(n, [&](size_t i) { values[i] = value(i); });
  double most = 0;
  for (size_t i = 0; i < n; i++) most = values[i] > most ? values[i] : most;
  return most;
}

// The largest modulus of value(0) ... value(count - 1), in rows of n.
template <class Value>
double largest(size_t count, size_t n, const Value& value) {
  return largest(count / n, [&](size_t i) {
    double most = 0;
    for (size_t k = i * n; k < (i + 1) * n; k++) most = larger(absolute(value(k)), most);
    return most;
  });
}

double trace(const double* matrix, size_t n) {
  double total = 0;
  for (size_t i = 0; i < n; i++) total += matrix[i * n + i];
  return total;
}

// The e with 2^e <= x < 2^(e + 1), for positive x.
int32_t exponent_of(double x) {
  int32_t extra = 0;
  if (x < float_format<double>::smallest_normal) {
    x *= 0x1p64;
    extra = 64;
  }
  return static_cast<int32_t>(bit_cast<uint64_t>(x) >> 52) - 1023 - extra;
}

struct place {
  size_t row = 0, column = 0;
  double size = 0;
};

place largest_entry(const double* matrix, size_t n) {
  const scratch<place> best(n);
  parallel_for(n, [&](size_t i) {
    best[i] = {i, 0, 0};
    for (size_t j = 0; j < n; j++) {
      const double size = absolute(matrix[i * n + j]);
      if (size > best[i].size) best[i] = {i, j, size};
    }
  });
  place found;
  for (size_t i = 0; i < n; i++) {
    if (best[i].size > found.size) found = best[i];
  }
  return found;
}

}  // namespace

void matrix_pack(span<const double> matrix, uint32_t n, span<double> packed) {
  pack_product(matrix.data(), n, n, n, packed.data());
}

void matrix_product(span<const double> left, span<const double> packed, uint32_t n, uint32_t first, uint32_t count,
                    span<double> product) {
  const size_t start = size_t{first} * n;
  double* rows = product.data() + start;
  memset(rows, 0, size_t{count} * n * sizeof(double));
  add_product(left.data() + start, n, packed.data(), count, n, n, rows, n);
}

double markov_distance(span<const double> matrix, span<const double> law) {
  const size_t n = law.size();
  return largest(n, [&](size_t i) { return absolute_difference(matrix.data() + i * n, law.data(), n) / 2; });
}

void markov_deflate(span<const double> law, span<double> matrix) {
  const size_t n = law.size();
  parallel_for(n, [&](size_t i) {
    for (size_t j = 0; j < n; j++) matrix[i * n + j] -= law[j];
  });
}

int32_t matrix_rescale(uint32_t n, span<double> matrix) {
  const double norm = largest(n, [&](size_t i) { return absolute_sum(matrix.data() + i * n, n); });
  if (norm == 0) return exponent_of_zero;
  const int32_t exponent = exponent_of(norm);
  // In two steps, as 2^-exponent need not be a normal number.
  const double half = power_of_two<double>(-exponent / 2), rest = power_of_two<double>(-exponent - (-exponent / 2));
  parallel_for(n, [&](size_t i) {
    for (size_t j = 0; j < n; j++) matrix[i * n + j] = matrix[i * n + j] * half * rest;
  });
  return exponent;
}

double matrix_factor(span<const double> matrix, span<const double> square, uint32_t n) {
  const place at = largest_entry(matrix.data(), n);
  if (at.size == 0) return 0;
  const double factor = square[at.row * n + at.column] / matrix[at.row * n + at.column];
  const double error = largest(size_t{n} * n, n, [&](size_t k) { return square[k] - factor * matrix[k]; });
  return error <= tolerance * absolute(factor) * at.size ? factor : 0;
}

double matrix_pair(span<const double> matrix, span<const double> square, int32_t exponent, span<const double> fourth,
                   uint32_t n) {
  const double scale = power_of_two<double>(exponent);
  const double s = trace(matrix.data(), n), d = (s * s - scale * trace(square.data(), n)) / 2;
  const double a = (s * s - d) / scale, b = d * s / (scale * scale);
  const double error = largest(size_t{n} * n, n, [&](size_t k) { return fourth[k] - (a * square[k] - b * matrix[k]); });
  const double most = largest(size_t{n} * n, n, [&](size_t k) {
    return larger(larger(absolute(fourth[k]), absolute(a * square[k])), absolute(b * matrix[k]));
  });
  if (!(error <= tolerance * most)) return 0;
  const double root = s * s / 4 - d;
  return root < 0 ? __builtin_sqrt(d) : absolute(s) / 2 + __builtin_sqrt(root);
}

double matrix_root(double value, uint32_t halvings, double exponent) {
  constexpr double log_of_two = 0.693147180559945309417232;
  const double share = power_of_two<double>(-static_cast<int>(halvings));
  return exp(log(absolute(value)) * share + exponent * log_of_two);
}

}  // namespace gibbsite::GIBBSITE_TARGET
