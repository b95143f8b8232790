// What a Metropolis sampler learns in its warm-up, each column for itself.
//
// Step: log s moves by gain_t (acceptance probability - target), gain_t = 2 (t + 10)^-0.6 [Robbins, Monro 1951], and
// what is kept in the end is an average with weights (t + 1)^-0.75 on the newest [Polyak, Juditsky 1992]. Steps are
// held as s = base exp(offset), so that nothing but exp is needed.
//
// Scale: the covariance of the draws of a window [Haario, Saksman, Tamminen 2001; windows as in Stan], sums by Welford
// (1962), shrunk towards what the proposal took it to be.
#pragma once
#include "kernels/metropolis_block.h"

namespace gibbsite::GIBBSITE_TARGET {

struct step_gains {
  // t: iterations since the base was set.
  explicit step_gains(uint64_t t)
      : gain(2 * exp(-0.6 * log(static_cast<double>(t + 10)))), weight(exp(-0.75 * log(static_cast<double>(t + 1)))) {}
  double gain, weight;
};

// One update of a block's steps; all arrays [width].
inline void adapt_steps(const step_gains& gains, double target, size_t width, const double* probability,
                        const double* base, double* offset, double* average, double* step) {
  for (size_t at = 0; at < width; at += f64_lanes) {
    const f64x moved = load<f64x>(offset + at) + gains.gain * (load<f64x>(probability + at) - target);
    const f64x kept = load<f64x>(average + at);
    store(offset + at, moved);
    store(average + at, kept + gains.weight * (moved - kept));
    store(step + at, load<f64x>(base + at) * exp(moved));
  }
}

// Draw number n (from 1) joins mean [dim][width] and spread, the sums of products of deviations, [scale_size][width].
inline void gather_moments(scale_shape shape, size_t dim, size_t width, double n, const double* x, double* mean,
                           double* spread, double* deviation) {
  for (size_t at = 0; at < width; at += f64_lanes) {
    for (size_t i = 0; i < dim; i++) {
      const f64x value = load<f64x>(x + i * width + at), old = load<f64x>(mean + i * width + at);
      const f64x change = value - old;
      store(deviation + i * width + at, change);
      store(mean + i * width + at, old + change / n);
    }
    for (size_t i = 0; i < dim; i++) {
      const f64x after = load<f64x>(x + i * width + at) - load<f64x>(mean + i * width + at);
      for (size_t j = shape == scale_shape::full ? 0 : i; j <= i; j++) {
        double* sum = spread + (shape == scale_shape::full ? i * (i + 1) / 2 + j : i) * width + at;
        store(sum, load<f64x>(sum) + load<f64x>(deviation + j * width + at) * after);
      }
    }
  }
}

// scale of one column from its spread over n draws, both [scale_size]. The covariance is
//   (n S + k D) / (n + k),   S = spread / (n - 1),
// D the diagonal of what the old scale took it to be, times `trust`; k = 5, for a full one dim + 5.
inline void learn_scale(scale_shape shape, size_t dim, double n, double trust, const double* spread, double* scale) {
  const bool full = shape == scale_shape::full;
  const double k = full ? static_cast<double>(dim) + 5 : 5, weight = n / ((n + k) * (n - 1));
  scratch<double> guess(dim);
  for (size_t i = 0; i < dim; i++) {
    double squares = 0;
    const double* row = full ? scale + i * (i + 1) / 2 : scale + i;
    for (size_t j = 0; j <= (full ? i : 0); j++) squares += row[j] * row[j];
    guess[i] = squares * trust * k / (n + k);
  }
  if (!full) {
    for (size_t i = 0; i < dim; i++) scale[i] = sqrt(splat<f64x>(spread[i] * weight + guess[i]))[0];
    return;
  }
  // Cholesky, row by row. D keeps the pivots away from 0; rounding must not bring them there.
  for (size_t i = 0; i < dim; i++) {
    double* row = scale + i * (i + 1) / 2;
    const double variance = spread[i * (i + 1) / 2 + i] * weight + guess[i];
    double pivot = variance;
    for (size_t j = 0; j < i; j++) {
      const double* other = scale + j * (j + 1) / 2;
      double sum = spread[i * (i + 1) / 2 + j] * weight;
      for (size_t m = 0; m < j; m++) sum -= row[m] * other[m];
      row[j] = sum / other[j];
      pivot -= row[j] * row[j];
    }
    row[i] = sqrt(splat<f64x>(larger(pivot, variance * 1e-12)))[0];
  }
}

}  // namespace gibbsite::GIBBSITE_TARGET
