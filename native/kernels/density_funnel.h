// The funnel of Neal (2003): v ~ N(0, s^2) is the first coordinate, the others are N(0, e^v), e^v being the variance:
//   log p = c - v^2 / (2 s^2) - (dim - 1) v / 2 - e^-v sum x_i^2 / 2,   c = -log s - dim / 2 log(2 pi).
//
// numbers: c, 1 / s^2.
#pragma once
#include "kernels/density.h"

namespace gibbsite::GIBBSITE_TARGET {

size_t funnel_work(const density& d, size_t width);
void funnel_density(const density& d, size_t width, const double* x, double* log_density, double* gradient,
                    double* work);

}  // namespace gibbsite::GIBBSITE_TARGET
