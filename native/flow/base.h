// Base distributions of flows, factorised over the coordinates of z:
//
//   normal    log p(z) = -z^2 / 2 - log(2 pi) / 2          d log p / dz = -z
//   logistic  log p(z) = -log(1 + e^z) - log(1 + e^-z)     d log p / dz = -tanh(z / 2)
#pragma once
#include "core/math.h"
#include "core/scratch.h"
#include "core/sums.h"
#include "flow/program.h"

namespace gibbsite::GIBBSITE_TARGET {

constexpr double log_of_two_pi_halved = 0.91893853320467274178;

GIBBSITE_INLINE f32x base_term(int32_t base, f32x z) {
  if (base == flow_base::normal) return -0.5f * z * z;
  return -(softplus(z) + softplus(-z));
}

GIBBSITE_INLINE f32x base_slope(int32_t base, f32x z) { return base == flow_base::normal ? -z : -tanh(0.5f * z); }

// log_prob[row] += log p of the row's coordinates in these lines, in double precision: features in order, then pixels.
inline void add_base(int32_t base, const flow_shape& shape, size_t rows, const float* lines, double* log_prob) {
  const size_t stride = shape.stride(rows), pixels = shape.pixels();
  const scratch<double> sums(stride);
  for (size_t j = 0; j < stride; j++) sums[j] = 0;
  for (size_t f = 0; f < shape.features; f++) {
    const float* line = lines + f * stride;
    float terms[f32_lanes];
    for (size_t j = 0; j < stride; j += f32_lanes) {
      store(terms, base_term(base, load<f32x>(line + j)));
      for (int k = 0; k < f32_lanes; k++) sums[j + k] += static_cast<double>(terms[k]);
    }
  }
  const double constant = base == flow_base::normal ? static_cast<double>(shape.size()) * log_of_two_pi_halved : 0;
  for (size_t row = 0; row < rows; row++) log_prob[row] += sum(sums.data() + row * pixels, pixels) - constant;
}

// cotangent = weight * d log p / dz, 0 in the columns past the end.
inline void base_cotangent(int32_t base, float weight, const flow_shape& shape, size_t rows, const float* lines,
                           float* cotangent) {
  const size_t stride = shape.stride(rows), columns = shape.columns(rows);
  for (size_t f = 0; f < shape.features; f++) {
    const float* line = lines + f * stride;
    float* to = cotangent + f * stride;
    for (size_t j = 0; j < stride; j += f32_lanes) store(to + j, weight * base_slope(base, load<f32x>(line + j)));
    for (size_t j = columns; j < stride; j++) to[j] = 0.0f;
  }
}

}  // namespace gibbsite::GIBBSITE_TARGET
