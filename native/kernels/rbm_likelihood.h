// Free energies and likelihoods of a restricted Boltzmann machine. weights [V, H] row-major; notation as in
// rbm_gibbs.h.
#pragma once
#include "core/span.h"

namespace gibbsite::GIBBSITE_TARGET {

// free_energy [rows]: F(v) = -b' v - sum_j softplus(c_j + v' W_j), so P(v) = exp(-F(v)) / Z, for real or binary values
// [rows, V].
void rbm_free_energy(span<const float> weights, span<const float> visible_bias, span<const float> hidden_bias,
                     span<const float> values, span<double> free_energy);

// energy [rows]: E(v, h) for values visible [rows, V] and hidden [rows, H].
void rbm_energy(span<const float> weights, span<const float> visible_bias, span<const float> hidden_bias,
                span<const float> visible, span<const float> hidden, span<double> energy);

// pseudo_likelihood [rows]: sum_i log P(v_i | v_{-i}) of binary rows (packed, V units). With flips < V the sum is
// estimated without bias from `flips` units a row, drawn with replacement by (key, first_row + r), and scaled by V /
// flips (Hinton 2010; Besag 1975).
void rbm_pseudo_likelihood(span<const float> weights, span<const float> visible_bias, span<const float> hidden_bias,
                           span<const uint32_t> visible, uint32_t flips, uint32_t key_low, uint32_t key_high,
                           uint32_t first_row, span<double> pseudo_likelihood);

// The part of log Z summed over states [first, first + count) of the smaller layer (hidden if over_hidden, else
// visible; bit k of the state's number is unit k): log sum exp of the states' log weights, with the other layer summed
// out. Enumerating all states gives log Z.
double rbm_enumerate(span<const float> weights, span<const float> visible_bias, span<const float> hidden_bias,
                     bool over_hidden, uint64_t first, uint64_t count);

}  // namespace gibbsite::GIBBSITE_TARGET
