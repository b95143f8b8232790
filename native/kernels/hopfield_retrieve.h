// Retrieval in a continuous Hopfield network (Ramsauer et al. 2020): xi <- X' softmax(beta X xi).
#pragma once
#include "core/span.h"

namespace gibbsite::GIBBSITE_TARGET {

// patterns X [P, N]. `steps` updates of queries [rows, N], in place; weights [rows, P] = the softmax of the last
// update, and energies [rows] = -logsumexp(beta X xi) / beta + xi'xi / 2 + log(P) / beta + max_p |x_p|^2 / 2 of the
// last state.
void hopfield_retrieve(span<const float> patterns, uint32_t units, float beta, uint32_t steps, span<float> queries,
                       span<float> weights, span<double> energies);

}  // namespace gibbsite::GIBBSITE_TARGET
