// Stochastic maximum likelihood for a restricted Boltzmann machine: mini-batch steps of contrastive divergence
// (Hinton 2002), persistent contrastive divergence (Tieleman 2008) and its parallel-tempering form (Desjardins et al.
// 2010).
//
//   dW = <v h'>_data - <v h'>_model,  db = <v>_data - <v>_model,  dc = <h>_data - <h>_model
//
// Centred ("enhanced") gradient (Montavon and Mueller 2012; Melchior, Fischer, Wiskott 2016), offsets mu (visible) and
// lambda (hidden):
//   dW = <(v - mu)(h - lambda)'>_data - the same of the model,  db = <v>_data - <v>_model - dW lambda,  dc = <h>_data -
//   <h>_model - dW' mu
// Update: velocity = momentum * velocity + rate * (gradient - weight_decay * W);  parameters += velocity. Biases don't
// decay.
#pragma once
#include "core/span.h"

namespace gibbsite::GIBBSITE_TARGET {

// One step per batch of `batch` rows of data [rows, words(V)] (the last batch may be smaller), one learning rate a step
// in rates [steps].
//
// weights [V, H], visible_bias [V], hidden_bias [H] and their velocities are updated in place.
// chains: hidden states of the persistent chains, [tempered chains * temperatures, words(H)], row = chain *
// temperatures + temperature;
//   empty: contrastive divergence from the data. betas [temperatures] from 1 downwards; only beta = 1 enters the
//   gradient; neighbours swap after each step, odd and even pairs in turn. fantasies [chains at beta = 1, words(V)]:
//   their last visible states, written (empty with CD).
// sweeps: Gibbs sweeps of the negative phase a step. sampled: hidden statistics of both phases from samples and not
// from probabilities. sparsity_target, sparsity_cost: dc_j += cost * (target - <h_j>_data) (Lee, Ekanadham, Ng 2008);
// cost 0: off. visible_offset [V], hidden_offset [H]: offsets mu, lambda, each step moved by `offset_rate` towards the
// batch means; empty: not centred.
//
// Returns -1, or the index of the first step whose update is not finite; the parameters are then worthless.
// Draws are a function of (key, first_step + s, row, unit).
int32_t rbm_train(span<const uint32_t> data, uint32_t batch, span<const float> rates, float momentum,
                  float weight_decay, uint32_t sweeps, bool sampled, float sparsity_target, float sparsity_cost,
                  float offset_rate, span<const float> betas, uint32_t key_low, uint32_t key_high, uint64_t first_step,
                  span<float> weights, span<float> visible_bias, span<float> hidden_bias, span<float> weight_velocity,
                  span<float> visible_velocity, span<float> hidden_velocity, span<float> visible_offset,
                  span<float> hidden_offset, span<uint32_t> chains, span<uint32_t> fantasies);

}  // namespace gibbsite::GIBBSITE_TARGET
