// Annealed importance sampling of a restricted Boltzmann machine (Neal 2001; Salakhutdinov and Murray 2008), forward
// and in reverse (Burda, Grosse, Salakhutdinov 2015; Grosse, Ghahramani, Adams 2015).
//
// Path: log p*_beta(v) = (1 - beta) a' v + beta b' v + sum_j softplus(beta (c_j + v' W_j)), a the biases of the
// base-rate model, whose log Z_0 = H log 2 + sum_i softplus(a_i) is known. T_beta is the block Gibbs sweep v -> h -> v
// that leaves p_beta as it is.
#pragma once
#include "core/span.h"

namespace gibbsite::GIBBSITE_TARGET {

// For k = 1 .. betas.size() - 1, every chain:
//   forward:  log_weight += log p*_{beta_k}(v) - log p*_{beta_{k-1}}(v), then v <- T_{beta_k}(v)
//   reverse:  v <- T_{beta_{k-1}}(v), then log_weight += log p*_{beta_k}(v) - log p*_{beta_{k-1}}(v)
// visible [chains, words(V)] and log_weights [chains] are updated in place. Draws are a function of (key, first_step +
// k, first_chain + r, unit).
void rbm_anneal(span<const float> weights, span<const float> visible_bias, span<const float> hidden_bias,
                span<const float> base_bias, span<const double> betas, bool reverse, uint32_t key_low,
                uint32_t key_high, uint32_t first_chain, uint64_t first_step, span<uint32_t> visible,
                span<double> log_weights);

}  // namespace gibbsite::GIBBSITE_TARGET
