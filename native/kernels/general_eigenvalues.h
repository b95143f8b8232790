// Eigenvalues of a matrix [n, n] that need not be symmetric: Householder's (1958) reduction to Hessenberg form, then
// the QR method with two implicit shifts (Francis 1961). For matrices that fit a core's cache: some 14 n^3 operations.
#pragma once
#include "core/span.h"

namespace gibbsite::GIBBSITE_TARGET {

// Columns first ... first + count - 1 of the reduction; all of them are n.
void hessenberg(span<double> matrix, uint32_t n, uint32_t first, uint32_t count);

// At most `steps` QR steps on a Hessenberg matrix of norm about 1: what is below 2^-53 counts as 0. state [2] holds
// what is left to do, at first n and 0. Returns how many eigenvalues are not found yet: real and imaginary [n] are
// complete at 0. -1 where one takes more than 60 steps.
int32_t hessenberg_eigenvalues(span<double> matrix, uint32_t steps, span<int32_t> state, span<double> real,
                               span<double> imaginary);

}  // namespace gibbsite::GIBBSITE_TARGET
