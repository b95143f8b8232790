// The family of densities that are expressions, and the values of a tape in general. The tape: expression_tape.h.
//
// numbers: the constants. program: the number of words of the first tape, then two tapes. The first gives the log
// density, one row; the second the log density and then the gradient, dim rows.
#pragma once
#include "kernels/density.h"

namespace gibbsite::GIBBSITE_TARGET {

size_t expression_work(const density& d, size_t width);

void expression_density(const density& d, size_t width, const double* x, double* log_density, double* gradient,
                        double* work);

// All outputs of a tape at points [n, dim]: out [n, the outputs' rows]. Row-major, as users see them; n follows from
// `out`.
void expression_values(uint32_t dim, span<const double> numbers, span<const int32_t> tape, span<const double> points,
                       span<double> out);

}  // namespace gibbsite::GIBBSITE_TARGET
