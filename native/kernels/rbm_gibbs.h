// Block Gibbs sampling of a restricted Boltzmann machine (Smolensky 1986; Hinton 2002).
//
//   E(v, h) = -v' W h - b' v - c' h,  v in {0, 1}^V, h in {0, 1}^H
//   P(h_j = 1 | v) = sigma(c_j + v' W_j),  P(v_i = 1 | h) = sigma(b_i + W_i h)
//
// weights [V, H] row-major, visible_bias [V], hidden_bias [H]. States are packed bits (bits.h), one row a chain.
#pragma once
#include "core/span.h"

namespace gibbsite::GIBBSITE_TARGET {

// Runs `sweeps` sweeps v -> h -> v of every chain, from `visible` [chains, words(V)], which is written back, as is the
// last hidden state, `hidden` [chains, words(H)]. beta [chains] scales the energy of each chain (empty: all 1).
// clamp_mask [words(V)] marks visible units that keep the value they have in `visible` (empty: none). visible_sum
// [chains, V] (empty: not wanted) gains P(v_i = 1 | h) of each sweep, or the value of a clamped unit. Draws are a
// function of (key, first_sweep + t, first_chain + r, unit).
void rbm_gibbs(span<const float> weights, span<const float> visible_bias, span<const float> hidden_bias,
               span<const float> beta, span<const uint32_t> clamp_mask, uint32_t key_low, uint32_t key_high,
               uint32_t first_chain, uint64_t first_sweep, uint32_t sweeps, span<uint32_t> visible,
               span<uint32_t> hidden, span<float> visible_sum);

// The same for chains under keys of their own: streams [chains, 3] holds, for each chain, its key (low and high half)
// and its number. clamp_mask may have a row for each chain, [chains, words(V)]. A chain's bits are those rbm_gibbs
// gives it under that key and number.
void rbm_gibbs_streams(span<const float> weights, span<const float> visible_bias, span<const float> hidden_bias,
                       span<const float> beta, span<const uint32_t> clamp_mask, span<const uint32_t> streams,
                       uint64_t first_sweep, uint32_t sweeps, span<uint32_t> visible, span<uint32_t> hidden,
                       span<float> visible_sum);

// probabilities [rows, H] = sigma(hidden_bias + values W) for real or binary values [rows, V] and weights [V, H]; with
// `transposed` the other way: values [rows, H], bias [V], probabilities [rows, V]. Binary rows give the bits rbm_gibbs
// decides by.
void rbm_conditional(span<const float> weights, span<const float> bias, span<const float> values, bool transposed,
                     span<float> probabilities);

}  // namespace gibbsite::GIBBSITE_TARGET
