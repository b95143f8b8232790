// The matrix of one sweep of single-unit updates over all states of a small machine, from the probabilities that a
// visit flips a unit (boltzmann_gibbs.h).
#pragma once
#include "core/span.h"

namespace gibbsite::GIBBSITE_TARGET {

// matrix [rows, 2^n]: from state first_row + r (bit i: unit i is on) to every state. flips [2^n, n], n up to 12.
// `order` [n]: the units in the order of the sweep; empty: as scan says, boltzmann_scan::random (n visits of units
// drawn with replacement) or boltzmann_scan::permutation (the mean over all orders, by recursion over the sets of units
// visited).
void transition_matrix(span<const double> flips, uint32_t units, span<const uint32_t> order, uint32_t scan,
                       uint32_t first_row, span<double> matrix);

}  // namespace gibbsite::GIBBSITE_TARGET
