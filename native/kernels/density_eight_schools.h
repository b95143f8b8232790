// The hierarchical model of Rubin's eight schools (1981), as in Gelman et al., Bayesian Data Analysis, 5.5:
//   y_j ~ N(theta_j, sigma_j^2), theta_j ~ N(mu, tau^2), mu ~ N(0, m^2), tau ~ half-Cauchy(0, t).
// Coordinates: mu, l = log tau (its Jacobian e^l is included), then theta_j or, non-centred, eta_j with
// theta_j = mu + tau eta_j, whose Jacobian cancels against the prior's 1 / tau.
//
// numbers: c, the sum of all constants; 1 where centred, else 0; 1 / m^2; 1 / t; y [dim - 2]; 1 / sigma^2 [dim - 2].
#pragma once
#include "kernels/density.h"

namespace gibbsite::GIBBSITE_TARGET {

size_t eight_schools_work(const density& d, size_t width);
void eight_schools_density(const density& d, size_t width, const double* x, double* log_density, double* gradient,
                           double* work);

}  // namespace gibbsite::GIBBSITE_TARGET
