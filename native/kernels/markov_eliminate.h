// Stationary laws and absorption probabilities by elimination of states without a subtraction (Grassmann, Taksar,
// Heyman 1985; O'Cinneide 1993): every entry is accurate to a few rounding errors, however small it is and however
// nearly the chain falls apart.
//
// work [n, a + n]: row i has the probabilities of stepping into each of a absorbing sets, then to each of the n states.
// State k is eliminated by letting every walk jump over it:
//
//   s_k = sum of row k over the absorbing sets and the states below k
//   work_ik /= s_k,  work_ij += work_ik work_kj     for the states i below k, and j an absorbing set or a state below k
//
// States go from the last to the first, in blocks of 64: within a block one by one, what is left by a matrix product.
#pragma once
#include "core/span.h"

namespace gibbsite::GIBBSITE_TARGET {

// Eliminates the states first + count - 1 ... first; all above are done, and `first` is a multiple of 64. pivots [n]
// takes the s_k. Without absorbing sets state 0 stays. False where an s_k is below 2^-500.
bool markov_eliminate(span<double> work, uint32_t absorbing, uint32_t first, uint32_t count, span<double> pivots);

// law [n] with law P = law, from all states but 0 eliminated and no absorbing sets.
void markov_stationary(span<const double> work, span<double> law);

// absorption [n, a]: the probabilities that a walk from state k ends in each set, for the states first ... first +
// count - 1, from all states eliminated; those of the states below `first` are there.
void markov_absorption(span<const double> work, uint32_t absorbing, span<const double> pivots, uint32_t first,
                       uint32_t count, span<double> absorption);

}  // namespace gibbsite::GIBBSITE_TARGET
