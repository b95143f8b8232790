// The multivariate normal density: log p(x) = c - |U (x - mean)|^2 / 2, where the precision matrix is U'U with U upper
// triangular and c = sum log U_ii - dim / 2 log(2 pi); gradient -U'U (x - mean).
//
// numbers: c; 1 if U is diagonal, else 0; mean [dim]; the diagonal of U [dim], or U packed (packed_triangle.h).
#pragma once
#include "kernels/density.h"

namespace gibbsite::GIBBSITE_TARGET {

size_t normal_work(const density& d, size_t width);
void normal_density(const density& d, size_t width, const double* x, double* log_density, double* gradient,
                    double* work);

// The same for numbers that stand elsewhere, and how many they are.
size_t normal_size(const double* numbers, size_t dim);
void normal_block(const double* numbers, size_t dim, size_t width, const double* x, double* log_density,
                  double* gradient, double* work);

}  // namespace gibbsite::GIBBSITE_TARGET
