// Learning in a Hopfield network by correlations: the rules of Hebb (Hopfield 1982), contrast, unlearning (Hopfield,
// Feinstein, Palmer 1983) and Storkey (1997). States are packed bits (bits.h), bit 1 for +1.
#pragma once
#include "core/span.h"

namespace gibbsite::GIBBSITE_TARGET {

// W_ij += (gain / N) (sum over `add` of y_i y_j - sum over `subtract` of y_i y_j), diagonal 0, and where `bias` is not
// empty b_i += (gain / N) (sum over `add` of y_i - sum over `subtract` of y_i). add and subtract are [any, words(N)].
//
// The sums are integers. A coupling that is the float nearest to some k / N counts as exactly that, so patterns learnt
// one by one with gain 1 give the same couplings as all at once.
void hopfield_correlate(uint32_t units, span<const uint32_t> add, span<const uint32_t> subtract, double gain,
                        span<float> weights, span<float> bias);

// For every pattern in turn, with h = W xi: W_ij += (xi_i xi_j - xi_i h_ji - h_ij xi_j) / N,
// h_ij = h_i - W_ij xi_j, diagonal 0. patterns [any, words(N)].
void hopfield_storkey(uint32_t units, span<const uint32_t> patterns, span<double> weights);

}  // namespace gibbsite::GIBBSITE_TARGET
