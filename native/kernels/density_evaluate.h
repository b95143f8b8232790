// Log densities of points that lie in rows, as users hand them over.
#pragma once
#include "kernels/density.h"

namespace gibbsite::GIBBSITE_TARGET {

// log_density [n] and, unless it is empty, gradient [n, dim] at points [n, dim]; the density as in density.h.
void density_evaluate(uint32_t dim, int32_t family, span<const double> numbers, span<const int32_t> program,
                      span<const double> points, span<double> log_density, span<double> gradient);

}  // namespace gibbsite::GIBBSITE_TARGET
