#include "kernels/hopfield_retrieve.h"

#include "core/dense_product.h"
#include "core/math.h"
#include "core/sums.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

// values [rows, matrix.rows] * matrix, to a row-major [rows, matrix.columns].
void multiply(const float* values, size_t rows, const panels& matrix, const float* zeros, float* to) {
  product(values, rows, matrix, zeros, [&](size_t panel, size_t first, size_t count, const float* sums) {
    const size_t start = panel * panel_width;
    const size_t width = matrix.columns - start < panel_width ? matrix.columns - start : panel_width;
    for (size_t r = 0; r < count; r++) {
      memcpy(to + (first + r) * matrix.columns + start, sums + r * panel_width, width * sizeof(float));
    }
  });
}

float largest(const float* values, size_t count) {
  float most = values[0];
  for (size_t i = 1; i < count; i++) most = values[i] > most ? values[i] : most;
  return most;
}

// values = exp(beta (values - max)); returns their sum.
double exponentials(float* values, size_t count, float beta, float most) {
  for (size_t i = 0; i < count; i += f32_lanes) {
    const size_t width = count - i < f32_lanes ? count - i : f32_lanes;
    float lanes[f32_lanes] = {};
    memcpy(lanes, values + i, width * sizeof(float));
    store(lanes, exp((load<f32x>(lanes) - most) * beta));
    memcpy(values + i, lanes, width * sizeof(float));
  }
  return sum(values, count);
}

void softmax(float* values, size_t count, float beta) {
  const double total = exponentials(values, count, beta, largest(values, count));
  for (size_t i = 0; i < count; i++) values[i] = static_cast<float>(static_cast<double>(values[i]) / total);
}

double square_norm(const float* x, size_t count) {
  double part[sum_parts] = {};
  for (size_t i = 0; i < count; i++) part[i % sum_parts] += static_cast<double>(x[i]) * static_cast<double>(x[i]);
  return add_parts(part);
}

double log_sum_exp(float* values, size_t count, float beta) {
  const float most = largest(values, count);
  return static_cast<double>(most) * beta + log(exponentials(values, count, beta, most));
}

}  // namespace

void hopfield_retrieve(span<const float> patterns, uint32_t units, float beta, uint32_t steps, span<float> queries,
                       span<float> weights, span<double> energies) {
  const size_t count = patterns.size() / units, rows = queries.size() / units;
  const panels forward(count, units), backward(units, count);
  pack_panels(patterns.data(), forward);
  transpose_panels(forward, backward);
  const size_t widest = padded(units > count ? units : count);
  const scratch<float> zeros(widest), overlaps(rows * count);
  memset(zeros.data(), 0, widest * sizeof(float));
  for (uint32_t step = 0; step < steps; step++) {
    multiply(queries.data(), rows, backward, zeros.data(), weights.data());
    parallel_for(rows, [&](size_t r) { softmax(weights.data() + r * count, count, beta); });
    multiply(weights.data(), rows, forward, zeros.data(), queries.data());
  }
  double norm = 0;
  for (size_t p = 0; p < count; p++) {
    const double square = square_norm(patterns.data() + p * units, units);
    norm = square > norm ? square : norm;
  }
  multiply(queries.data(), rows, backward, zeros.data(), overlaps.data());
  parallel_for(rows, [&](size_t r) {
    const double closeness = log_sum_exp(overlaps.data() + r * count, count, beta);
    energies[r] = (log(static_cast<double>(count)) - closeness) / beta +
                  0.5 * (square_norm(queries.data() + r * units, units) + norm);
  });
}

}  // namespace gibbsite::GIBBSITE_TARGET
