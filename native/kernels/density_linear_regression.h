// Bayesian linear regression with unknown noise: y = X b + e, e_i ~ N(0, sigma^2), b ~ N(0, I / precision) or flat,
// sigma ~ Exponential(rate). Coordinates: b, then s = log sigma.
//   log p = c - (n - 1) s - S(b) e^-2s / 2 - precision |b|^2 / 2 - rate e^s,   S(b) = |y - X b|^2 = rest + |R b - q|^2
// with R, q and rest from the QR factors of (X, y), so that an evaluation costs dim^2 / 2 whatever the number n of
// rows. (With known sigma the posterior is normal: density_normal.h.)
//
// numbers: c = -n / 2 log(2 pi) + (dim - 1) / 2 log(precision / (2 pi)) + log rate; n; rest; precision; rate;
// q [padded_rows(dim - 1)]; R packed (packed_triangle.h).
#pragma once
#include "kernels/density.h"

namespace gibbsite::GIBBSITE_TARGET {

size_t linear_regression_work(const density& d, size_t width);
void linear_regression_density(const density& d, size_t width, const double* x, double* log_density, double* gradient,
                               double* work);

}  // namespace gibbsite::GIBBSITE_TARGET
