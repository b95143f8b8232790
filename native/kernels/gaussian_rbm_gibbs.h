// Block Gibbs sampling of a restricted Boltzmann machine with Gaussian visible units (Cho, Ilin, Raiko 2011).
//
//   E(x, h) = sum_i (x_i - b_i)^2 / (2 s_i^2) - sum_ij x_i W_ij h_j / s_i^2 - c' h,  x in R^V, h in {0, 1}^H
//   P(h_j = 1 | x) = sigma(c_j + sum_i x_i W_ij / s_i^2),  x_i | h ~ N(b_i + W_i h, s_i^2)
//
// weights [V, H] row-major, visible_bias [V], hidden_bias [H], sigma [V]. Values x are in the model's units
// (row_units.h).
#pragma once
#include "core/span.h"

namespace gibbsite::GIBBSITE_TARGET {

// Runs `sweeps` sweeps x -> h -> x of every chain, from `visible` [chains, V], which is written back, as is the last
// hidden state, `hidden` [chains, words(H)] packed bits. clamp_mask [words(V)] marks visible units that keep the value
// they have in `visible` (empty: none). visible_sum [chains, V] (empty: not wanted) gains b + W h of each sweep, or the
// value of a clamped unit. Draws are a function of (key, first_sweep + t, first_chain + r, unit).
void gaussian_rbm_gibbs(span<const float> weights, span<const float> visible_bias, span<const float> hidden_bias,
                        span<const float> sigma, span<const uint32_t> clamp_mask, uint32_t key_low, uint32_t key_high,
                        uint32_t first_chain, uint64_t first_sweep, uint32_t sweeps, span<float> visible,
                        span<uint32_t> hidden, span<float> visible_sum);

// The same for chains under keys of their own, as rbm_gibbs_streams (rbm_gibbs.h).
void gaussian_rbm_gibbs_streams(span<const float> weights, span<const float> visible_bias,
                                span<const float> hidden_bias, span<const float> sigma, span<const uint32_t> clamp_mask,
                                span<const uint32_t> streams, uint64_t first_sweep, uint32_t sweeps,
                                span<float> visible, span<uint32_t> hidden, span<float> visible_sum);

// probabilities [rows, H]: P(h_j = 1 | x) of values [rows, V].
void gaussian_rbm_hidden(span<const float> weights, span<const float> hidden_bias, span<const float> sigma,
                         span<const float> values, span<float> probabilities);

// means [rows, V]: b + W h of hidden values [rows, H].
void gaussian_rbm_means(span<const float> weights, span<const float> visible_bias, span<const float> hidden,
                        span<float> means);

}  // namespace gibbsite::GIBBSITE_TARGET
