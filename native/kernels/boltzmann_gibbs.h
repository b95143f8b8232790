// Markov chains of a Boltzmann machine (Ackley, Hinton, Sejnowski 1985): units decide one after the other by
// boltzmann_visit.h, at a temperature for each sweep.
//
// Couplings are the integers of couplings.h, states packed bits. Fields are kept up to date: a visit is a comparison, a
// flip adds a row. A chain's draws depend on its number and the number of the sweep, so chains run alone or together,
// in one call or in several, are the same.
#pragma once
#include "core/span.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace boltzmann_scan {
// Units in order of their number.
constexpr uint32_t sequential = 0;
// As many visits as there are units, each of a unit drawn with replacement.
constexpr uint32_t random = 1;
// In a fresh permutation each sweep: random_permutation (random_discrete.h) under the order key, of the stream (chain,
// sweep).
constexpr uint32_t permutation = 2;
// Colour by colour, for sparse couplings (boltzmann_sparse.h).
constexpr uint32_t chromatic = 3;
}  // namespace boltzmann_scan

// One sweep of every chain for each of temperatures [sweeps], from and to states [chains, words]. clamp_mask [words]
// marks the units that keep their values; empty: none. on_counts [chains, units]: += the sweeps of this call after
// which the unit is on (empty: not wanted). energies [chains]: after the last sweep (empty: not wanted).
void boltzmann_gibbs(uint32_t units, bool binary, bool narrow, double unit, span<const int32_t> table,
                     span<const int32_t> offsets, uint32_t scan, bool metropolis, span<const double> temperatures,
                     span<const uint32_t> clamp_mask, uint32_t key_low, uint32_t key_high, uint32_t order_low,
                     uint32_t order_high, uint32_t first_chain, uint64_t first_sweep, span<uint32_t> states,
                     span<uint32_t> on_counts, span<double> energies);

// flips [2^units, units]: the probability that a visit flips a unit of a state (bit k of its number: unit k is on), as
// the share of the 2^32 random words for which boltzmann_gibbs flips it; up to 12 units. At thresholds where the
// logarithm is not monotone in its last bit, the count may be wrong by a few words.
void boltzmann_update_probabilities(uint32_t units, bool binary, bool narrow, double unit, span<const int32_t> table,
                                    span<const int32_t> offsets, bool metropolis, double temperature,
                                    span<double> flips);

}  // namespace gibbsite::GIBBSITE_TARGET
