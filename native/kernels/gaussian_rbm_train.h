// Stochastic maximum likelihood for a restricted Boltzmann machine with Gaussian visible units; notation as in
// gaussian_rbm_gibbs.h. Mini-batch steps of contrastive divergence (Hinton 2002) or its persistent form (Tieleman
// 2008).
//
// With G = <x p'>_data - <x p'>_model, p_j = P(h_j = 1 | x), the gradient of the mean log-likelihood is
//
//   dW_ij = G_ij / s_i^2,  db_i = (<x_i>_data - <x_i>_model) / s_i^2,  dc = <p>_data - <p>_model
//   dlog s_i = (<(x_i - b_i)^2>_data - <(x_i - b_i)^2>_model - 2 sum_j W_ij G_ij) / s_i^2
//
// since -dE/dlog s_i = ((x_i - b_i)^2 - 2 x_i (W h)_i) / s_i^2. Steps of W and b are the gradient times s_i^2, which
// leaves moments and no precisions, so a small s_i can't blow them up; those of log s_i are the gradient times s_i^2
// too where s_i < 1. The gradient is centred at the hidden offsets lambda (Montavon and Mueller 2012; Cho et al.'s
// enhanced gradient): dW = <x (p - lambda)'>_data - the same of the model, db = ... - dW lambda.
// The rate of W, b and c is bounded by the curvature (gaussian_rbm_statistics.h), so that wide models don't overshoot.
// Update: velocity = momentum * velocity + rate * (gradient - weight_decay * W);  parameters += velocity. Only W
// decays.
#pragma once
#include "core/span.h"

namespace gibbsite::GIBBSITE_TARGET {

// One step per batch of `batch` rows of values [rows, V] in the model's units (the last batch may be smaller), one
// learning rate a step in rates [steps].
//
// weights [V, H], visible_bias [V], hidden_bias [H], sigma [V] and their velocities (sigma's is that of log sigma) are
// updated in place. sigma_rate: learning rate of log sigma in parts of the others'; 0: sigma stays. It is kept from
// lowest_sigma to highest_sigma, and moves by at most a tenth a step.
// chains: hidden states of the persistent chains, [chains, words(H)]; empty: contrastive divergence from the data.
// sweeps: Gibbs sweeps of the negative phase a step. hidden_offset [H]: lambda, each step moved by offset_rate towards
// the batch mean.
//
// Returns -1, or the index of the first step whose update is not finite; the parameters are then worthless.
// Draws are a function of (key, first_step + s, row, unit).
int32_t gaussian_rbm_train(span<const float> values, uint32_t batch, span<const float> rates, float momentum,
                           float weight_decay, float sigma_rate, float lowest_sigma, float highest_sigma,
                           uint32_t sweeps, float offset_rate, uint32_t key_low, uint32_t key_high, uint64_t first_step,
                           span<float> weights, span<float> visible_bias, span<float> hidden_bias, span<float> sigma,
                           span<float> weight_velocity, span<float> visible_velocity, span<float> hidden_velocity,
                           span<float> sigma_velocity, span<float> hidden_offset, span<uint32_t> chains);

}  // namespace gibbsite::GIBBSITE_TARGET
