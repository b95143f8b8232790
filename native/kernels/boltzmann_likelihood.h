// The pseudo-likelihood of a Boltzmann machine's states (Besag 1975), from their fields.
#pragma once
#include "core/span.h"

namespace gibbsite::GIBBSITE_TARGET {

// log_likelihood [rows]: sum_i log P(y_i | all other units) = -sum_i softplus(-s y_i z_i), y_i = +1 where a unit is on
// and -1 where it is off. fields z [rows, N], states [rows, words(N)], sharpness s: 2 / T for spins, 1 / T for binary
// units.
void boltzmann_pseudo_likelihood(span<const float> fields, span<const uint32_t> states, uint32_t units, float sharpness,
                                 span<double> log_likelihood);

}  // namespace gibbsite::GIBBSITE_TARGET
