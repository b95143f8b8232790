// Powers of a transition matrix: how far they are from the stationary law, and how fast what is left of them shrinks.
#pragma once
#include "core/span.h"

namespace gibbsite::GIBBSITE_TARGET {

// packed [ceil(n / 16), n, 16]: a matrix [n, n] as matrix_product takes its right factor.
void matrix_pack(span<const double> matrix, uint32_t n, span<double> packed);

// Rows first ... first + count - 1 of product [n, n] = left [n, n] times the matrix in `packed`.
void matrix_product(span<const double> left, span<const double> packed, uint32_t n, uint32_t first, uint32_t count,
                    span<double> product);

// max_i 1/2 sum_j |matrix_ij - law_j|: the total variation between the law and where a walk is, from the worst start.
double markov_distance(span<const double> matrix, span<const double> law);

// matrix_ij -= law_j.
void markov_deflate(span<const double> law, span<double> matrix);

// Divides a matrix [n, n] by a power of two, 2^e, so that its norm max_i sum_j |m_ij| comes to lie in [1, 2). Returns
// e, or -10000 for a matrix of zeros, which stays.
int32_t matrix_rescale(uint32_t n, span<double> matrix);

// The factor c with square = c matrix, for square = matrix^2 of a matrix whose eigenvalues are c and 0; 0 where an
// entry differs from that by more than 1e-12 of the largest.
double matrix_factor(span<const double> matrix, span<const double> square, uint32_t n);

// The larger modulus of the two eigenvalues of a matrix that has no others but 0, from square 2^exponent = matrix^2 and
// fourth = square^2: of trace s and product d, matrix^4 = (s^2 - d) matrix^2 - d s matrix. 0 where an entry differs
// from that by more than 1e-12 of the largest term.
double matrix_pair(span<const double> matrix, span<const double> square, int32_t exponent, span<const double> fourth,
                   uint32_t n);

// |value|^(1 / 2^halvings) 2^exponent.
double matrix_root(double value, uint32_t halvings, double exponent);

}  // namespace gibbsite::GIBBSITE_TARGET
