#include "flow/linear.h"
#include "flow/linear_factors.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

double sum_of_sizes(const double* x, size_t count) {
  double sum = 0;
  for (size_t i = 0; i < count; i++) sum += absolute(x[i]);
  return sum;
}

// |L V|_1, the largest sum of a column; P does not change it.
double norm_of(const float* matrix, size_t c) {
  const scratch<double> sums(c);
  memset(sums.data(), 0, c * sizeof(double));
  for (size_t i = 0; i < c; i++) {
    for (size_t j = 0; j < c; j++) sums[j] += absolute(static_cast<double>(matrix[i * c + j]));
  }
  double norm = 0;
  for (size_t j = 0; j < c; j++) norm = sums[j] > norm || sums[j] != sums[j] ? sums[j] : norm;
  return norm;
}

// A lower bound of |(L V)^-1|_1 by climbing from corner to corner of the unit ball of |x|_1, which ends after a few
// steps.
double inverse_norm(const triangle& lower, const triangle& upper) {
  const size_t c = lower.size;
  const scratch<double> x(c), y(c);
  for (size_t i = 0; i < c; i++) x[i] = 1.0 / static_cast<double>(c);
  double norm = 0;
  for (int step = 0; step < 5; step++) {
    memcpy(y.data(), x.data(), c * sizeof(double));
    solve(lower, y.data()), solve(upper, y.data());
    const double size = sum_of_sizes(y.data(), c);
    if (size <= norm) return norm;
    norm = size;
    // The slope of |(L V)^-1 x|_1 in x.
    for (size_t i = 0; i < c; i++) y[i] = y[i] < 0 ? -1.0 : 1.0;
    solve(upper.transposed(), y.data()), solve(lower.transposed(), y.data());
    size_t steepest = 0;
    double slope = 0;
    for (size_t i = 0; i < c; i++) {
      if (absolute(y[i]) > absolute(y[steepest])) steepest = i;
      slope += y[i] * x[i];
    }
    if (absolute(y[steepest]) <= slope) return norm;
    memset(x.data(), 0, c * sizeof(double));
    x[steepest] = 1.0;
  }
  return norm;
}

// Alternating signs of growing size: where the climb is misled, this seldom is too [Higham 1988].
double alternating_norm(const triangle& lower, const triangle& upper) {
  const size_t c = lower.size;
  const scratch<double> x(c);
  for (size_t i = 0; i < c; i++) {
    const double size = 1.0 + (c > 1 ? static_cast<double>(i) / static_cast<double>(c - 1) : 0.0);
    x[i] = i % 2 == 0 ? size : -size;
  }
  solve(lower, x.data()), solve(upper, x.data());
  return 2.0 * sum_of_sizes(x.data(), c) / (3.0 * static_cast<double>(c));
}

}  // namespace

double linear_condition(const flow_layer& layer) {
  const size_t c = size_of(layer);
  const ready_factors f(layer);
  const double climbed = inverse_norm(f.lower(c), f.upper(c)), alternating = alternating_norm(f.lower(c), f.upper(c));
  return norm_of(f.matrix(c).data, c) * (alternating > climbed || alternating != alternating ? alternating : climbed);
}

int32_t first_ill_conditioned(const flow_program& program) {
  for (size_t i = 0; i < program.layers(); i++) {
    const flow_layer& layer = program.layer(i);
    const bool fine = layer.opcode != flow_opcode::linear || linear_condition(layer) <= most_condition;
    if (!fine) return static_cast<int32_t>(i);
  }
  return -1;
}

}  // namespace gibbsite::GIBBSITE_TARGET
