// Rosenbrock's function as a density, in pairs of coordinates (x, y) as Moré, Garbow and Hillstrom (1981) extend it:
//   log p = c - sum over pairs of ((a - x)^2 + b (y - x^2)^2) / scale,   c = dim / 2 log(sqrt(b) / (pi scale)).
// So x ~ N(a, scale / 2) and y | x ~ N(x^2, scale / (2 b)): a curved ridge, with known moments.
//
// numbers: c, a, b, 1 / scale.
#pragma once
#include "kernels/density.h"

namespace gibbsite::GIBBSITE_TARGET {

size_t rosenbrock_work(const density& d, size_t width);
void rosenbrock_density(const density& d, size_t width, const double* x, double* log_density, double* gradient,
                        double* work);

}  // namespace gibbsite::GIBBSITE_TARGET
