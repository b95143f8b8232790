// A log density on R^dim that kernels evaluate themselves, for a block of chains at once.
//
// x [dim][width] positions, one chain a column; log_density [width]; gradient [dim][width] or null; width is a multiple
// of f64_lanes and at most density_width. A column's results depend on that column alone: a chain in a block of many is
// the chain alone. Normalising constants are included where the family has them.
//
// The families and the layout of their numbers: density_<family>.h. A sampler takes a density as four parameters
// (dim, family, numbers, program) and never looks inside.
#pragma once
#include "core/simd.h"
#include "core/span.h"

namespace gibbsite::GIBBSITE_TARGET {

// Chains in a block at most: enough that an interpreted expression spends its time in arithmetic.
constexpr size_t density_width = 32;

namespace density_family {
constexpr int32_t normal = 0, normal_mixture = 1, rosenbrock = 2, funnel = 3, logistic_regression = 4,
                  linear_regression = 5, eight_schools = 6, expression = 7, test_energy = 8;
}  // namespace density_family

struct density {
  size_t dim;
  int32_t family;
  span<const double> numbers;
  span<const int32_t> program;  // of an expression; empty otherwise
};

// Doubles of work memory that evaluate needs for a block of this width.
size_t density_work(const density& d, size_t width);

void evaluate(const density& d, size_t width, const double* x, double* log_density, double* gradient, double* work);

}  // namespace gibbsite::GIBBSITE_TARGET
