// Free energies and likelihoods of a restricted Boltzmann machine with Gaussian visible units; notation as in
// gaussian_rbm_gibbs.h.
#pragma once
#include "core/span.h"

namespace gibbsite::GIBBSITE_TARGET {

// free_energy [rows]: F(x) = sum_i (x_i - b_i)^2 / (2 s_i^2) - sum_j softplus(c_j + sum_i x_i W_ij / s_i^2) of values
// [rows, V], so p(x) = exp(-F(x)) / Z.
void gaussian_rbm_free_energy(span<const float> weights, span<const float> visible_bias, span<const float> hidden_bias,
                              span<const float> sigma, span<const float> values, span<double> free_energy);

// energy [rows]: E(x, h) for visible [rows, V] and hidden [rows, H].
void gaussian_rbm_energy(span<const float> weights, span<const float> visible_bias, span<const float> hidden_bias,
                         span<const float> sigma, span<const float> visible, span<const float> hidden,
                         span<double> energy);

// The hidden units alone, x integrated out: a Boltzmann machine with log weights
//   log p*(h) = linear' h + sum_{j < k} h_j couplings_jk h_k,
//   linear_j = c_j + sum_i (2 b_i W_ij + W_ij^2) / (2 s_i^2),  couplings_jk = sum_i W_ij W_ik / s_i^2,
// written as linear [H] and couplings [H, H] (symmetric, diagonal 0). Returns sum_i log(s_i scale_i sqrt(2 pi)), so
// that that + log sum_h p*(h) is the log Z of the density of v = offset + scale x.
double gaussian_rbm_marginal(span<const float> weights, span<const float> visible_bias, span<const float> hidden_bias,
                             span<const float> sigma, span<const float> scale, span<double> linear,
                             span<double> couplings);

// log sum p*(h) over the states [first, first + count) of that machine, of at most 32 units; bit k of the state's
// number is unit k.
double gaussian_rbm_enumerate(span<const double> linear, span<const double> couplings, uint64_t first, uint64_t count);

}  // namespace gibbsite::GIBBSITE_TARGET
