// Bayesian logistic regression: P(y_i = 1) = sigma(x_i' b), b ~ N(0, I / precision) or, where that is 0, flat.
//   log p(b, y) = c - sum_i softplus(-m_i) - precision |b|^2 / 2,   m_i = (2 y_i - 1) x_i' b,
// with the gradient sum_i (2 y_i - 1) x_i sigma(-m_i) - precision b and c = dim / 2 log(precision / (2 pi)).
//
// softplus(-m) = log(1 + e^-|m|) - min(m, 0). The factors 1 + e^-|m| lie between 1 and 2, so a product of hundreds of
// them does not overflow, and one logarithm serves them all; it is more exact than the sum of their logarithms would
// be.
//
// numbers: c, precision, n, rows (2 y_i - 1) x_i [n][dim], and three rows of zeros.
#pragma once
#include "kernels/density.h"

namespace gibbsite::GIBBSITE_TARGET {

size_t logistic_regression_work(const density& d, size_t width);
void logistic_regression_density(const density& d, size_t width, const double* x, double* log_density, double* gradient,
                                 double* work);

}  // namespace gibbsite::GIBBSITE_TARGET
