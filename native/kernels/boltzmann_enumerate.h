// A Boltzmann machine of up to 25 units, exactly: sums over all its states.
//
//   log p(y) = beta (1/2 y' W y + b' y) - log Z
//
// couplings [n, n] (symmetric, diagonal 0) and bias [n] in double precision; units that are held somewhere are the
// caller's to fold into the bias. The state of number s has unit i on where bit i of s is set. States come in blocks of
// 2^12 (of all, where there are fewer): the low units run through a block, the high ones are the bits of its number.
#pragma once
#include "core/span.h"

namespace gibbsite::GIBBSITE_TARGET {

// log_sums [blocks]: the logarithm of the sum of exp(log p + log Z) over each block, from block first_block on.
void boltzmann_enumerate(span<const double> couplings, span<const double> bias, bool binary, double beta,
                         uint32_t first_block, span<double> log_sums);

// Probabilities that units are on: both_on [groups, n, n], on the diagonal those of single units; one row for each
// group of 64 blocks (or all, where there are fewer), from group first_group on. Their sum over all groups is the
// answer.
void boltzmann_moments(span<const double> couplings, span<const double> bias, bool binary, double beta, double log_z,
                       uint32_t first_group, span<double> both_on);

// Probabilities [2^n] of all states, for up to 20 units.
void boltzmann_probabilities(span<const double> couplings, span<const double> bias, bool binary, double beta,
                             double log_z, span<double> probabilities);

// states [samples]: in the block given for each sample, the state at which the running sum of probabilities passes
// `uniform` times the block's sum.
void boltzmann_pick(span<const double> couplings, span<const double> bias, bool binary, double beta,
                    span<const uint32_t> blocks, span<const double> uniforms, span<uint32_t> states);

}  // namespace gibbsite::GIBBSITE_TARGET
