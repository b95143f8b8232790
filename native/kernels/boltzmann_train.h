// Stochastic maximum likelihood for a Boltzmann machine (Ackley, Hinton, Sejnowski 1985) with persistent chains (Younes
// 1989; Tieleman 2008).
//
//   dW_ij = (<y_i y_j>_data - <y_i y_j>_model) / T,  db_i = (<y_i>_data - <y_i>_model) / T
//
// In the data phase the visible units, the first ones, are held at a row of the batch, and hidden ones are drawn;
// without hidden units it is exact. The model phase is the mean over chains that run on from step to step. Update:
// velocity = momentum * velocity + rate * (gradient - weight_decay * W);  parameters += velocity. Biases don't decay.
#pragma once
#include "core/span.h"

namespace gibbsite::GIBBSITE_TARGET {

// One step per batch of `batch` rows of data [rows, words(visible)] (the last batch may be smaller), one learning rate
// a step in rates [steps].
//
// weights [N, N] (symmetric, diagonal 0), bias [N] and their velocities are updated in place, and so are the states of
// chains [chains, words(N)]. sweeps: of the chains in a step; data_sweeps: of the hidden units given a row, from fair
// coins; both sequential, by heat bath.
//
// Returns -1, or the index of the first step whose update is not finite; the parameters are then worthless.
// Draws are functions of (key of the phase, first_step + s, row or chain, unit).
int32_t boltzmann_train(span<const uint32_t> data, uint32_t visible, bool binary, double temperature, uint32_t batch,
                        span<const float> rates, float momentum, float weight_decay, uint32_t sweeps,
                        uint32_t data_sweeps, uint32_t data_key_low, uint32_t data_key_high, uint32_t chain_key_low,
                        uint32_t chain_key_high, uint64_t first_step, span<float> weights, span<float> bias,
                        span<float> weight_velocity, span<float> bias_velocity, span<uint32_t> chains);

}  // namespace gibbsite::GIBBSITE_TARGET
