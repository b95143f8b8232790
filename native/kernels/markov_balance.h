// Detailed balance of a transition matrix with its stationary law.
#pragma once
#include "core/span.h"

namespace gibbsite::GIBBSITE_TARGET {

// findings [5]: the largest |law_i P_ij - law_j P_ji|, its i and j (i < j; 0 and 0 where all are 0), the largest flow
// law_i P_ij between two states, and the largest difference of opposite flows as a part of their sum (1 where it can't
// be told, because the flows are too small for double precision).
void markov_balance(span<const double> matrix, span<const double> law, span<double> findings);

// symmetric_ij = sqrt(P_ij P_ji): of a reversible chain that is D^(1/2) P D^(-1/2), D the diagonal of its law, and has
// P's eigenvalues.
void markov_symmetric(span<const double> matrix, uint32_t n, span<double> symmetric);

}  // namespace gibbsite::GIBBSITE_TARGET
