// Eigenvalues of a symmetric matrix [n, n]: Householder's (1958) reduction to tridiagonal form, then the QL method with
// implicit shifts (Francis 1961; Dubrulle, Martin, Wilkinson 1968). Both go on from where the last call ended, so that
// long work can be cut into pieces. The errors are a few times n 2^-53 times the norm of the matrix.
#pragma once
#include "core/span.h"

namespace gibbsite::GIBBSITE_TARGET {

// Columns first ... first + count - 1 of the reduction; all of them are n. Between the calls reflector and image [n]
// hold what is still to be subtracted from the matrix. diagonal and beside [n] take the tridiagonal form, beside[k]
// what stands next to diagonal[k] and diagonal[k + 1].
//
// One pass over what is left of the matrix a column: it subtracts the last reflection and multiplies with the next.
void symmetric_tridiagonal(span<double> matrix, uint32_t first, uint32_t count, span<double> reflector,
                           span<double> image, span<double> diagonal, span<double> beside);

// Eigenvalues first ... first + count - 1 of n in place of the diagonal; their order is not that of their sizes. What
// is 2^-53 of `norm` counts as 0. False where an eigenvalue takes more than 60 steps, which does not happen with finite
// numbers.
bool tridiagonal_eigenvalues(span<double> diagonal, span<double> beside, double norm, uint32_t first, uint32_t count);

}  // namespace gibbsite::GIBBSITE_TARGET
