// The projection (pseudo-inverse) rule for a Hopfield network: W = X' (X X' + r)^-1 X with a zero diagonal (Personnaz,
// Guyon, Dreyfus 1985), through the Cholesky factor: X X' + r = L L', Y = L^-1 X, W = Y' Y.
//
// X [P, N] are patterns of spins, as packed bits [P, words(N)]. Long work is cut by `first` and `count`.
#pragma once
#include "core/span.h"

namespace gibbsite::GIBBSITE_TARGET {

// gram [P, P] = X X' + ridge on the diagonal.
void hopfield_gram(uint32_t units, span<const uint32_t> patterns, double ridge, span<double> gram);

// Rows first ... first + count of the Cholesky factor of `matrix` [P, P], in place, in its lower triangle; the rows
// before are done. Returns the first row whose pivot is not above `tolerance` times its diagonal element, or -1.
int32_t hopfield_cholesky(span<double> matrix, uint32_t rows, uint32_t first, uint32_t count, double tolerance);

// Columns first ... first + count of Y, to block [P, count].
void hopfield_whiten(uint32_t units, span<const uint32_t> patterns, span<const double> lower, uint32_t first,
                     uint32_t count, span<double> block);

// weights [count, N] = rows first ... of Y' Y without its diagonal; basis [P, N] is Y.
void hopfield_project(span<const double> basis, uint32_t units, uint32_t first, uint32_t count, span<float> weights);

}  // namespace gibbsite::GIBBSITE_TARGET
