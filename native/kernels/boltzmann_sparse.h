// Boltzmann machines with few couplings: chains as in boltzmann_gibbs.h, with the same draws, so that the same
// couplings give the same states.
//
// Couplings are integers (couplings.h) in compressed rows: unit i is coupled to columns[k] by weights[k], offsets[i] <=
// k < offsets[i + 1]; all that holds both ways. Fields are summed anew at each visit.
#pragma once
#include "core/span.h"

namespace gibbsite::GIBBSITE_TARGET {

// `order` [N] are the units colour by colour, for the scan boltzmann_scan::chromatic (else empty); there, visit k of a
// sweep takes the random word of unit k.
void boltzmann_sparse_gibbs(span<const uint32_t> offsets, span<const uint32_t> columns, span<const int32_t> weights,
                            span<const int32_t> bias, bool binary, double unit, span<const uint32_t> order,
                            uint32_t scan, bool metropolis, span<const double> temperatures,
                            span<const uint32_t> clamp_mask, uint32_t key_low, uint32_t key_high, uint32_t order_low,
                            uint32_t order_high, uint32_t first_chain, uint64_t first_sweep, span<uint32_t> states,
                            span<uint32_t> on_counts, span<double> energies);

// fields [rows, N] and energies [rows] of packed states; either may be empty.
void boltzmann_sparse_fields(span<const uint32_t> offsets, span<const uint32_t> columns, span<const int32_t> weights,
                             span<const int32_t> bias, bool binary, double unit, span<const uint32_t> states,
                             span<float> fields, span<double> energies);

}  // namespace gibbsite::GIBBSITE_TARGET
