// A mixture of normal densities: log p(x) = log sum_k w_k N(x; mean_k, covariance_k); the gradient is the mean of the
// components' gradients under their shares of p(x).
//
// numbers: how many components, and for each the numbers of density_normal.h with log w_k added to its constant.
#pragma once
#include "kernels/density.h"

namespace gibbsite::GIBBSITE_TARGET {

size_t normal_mixture_work(const density& d, size_t width);
void normal_mixture_density(const density& d, size_t width, const double* x, double* log_density, double* gradient,
                            double* work);

}  // namespace gibbsite::GIBBSITE_TARGET
