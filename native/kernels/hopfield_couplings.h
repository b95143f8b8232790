// Integer couplings for the recall of a Hopfield network, made once after learning (hopfield_network.h says why).
//
// weights [N, N] symmetric with a zero diagonal, bias [N], both finite. What follows describes the integers: `units` N,
// `narrow` whether they have 16 bits, table [stride, stride] (two narrow ones an entry) and offsets [2, stride], where
// stride is N rounded up to a multiple of 64.
#pragma once
#include "core/span.h"

namespace gibbsite::GIBBSITE_TARGET {

// scale = (unit, largest sum of magnitudes of a row in units, whether all couplings are multiples of the unit: 0 or 1).
// Narrow couplings will do when the multiples are exact and the largest sum is at most 32767.
void hopfield_scale(span<const float> weights, span<const float> bias, span<double> scale);

// table = 2 W / unit; offsets = b / unit and (b - sum_j W_ij) / unit.
void hopfield_quantise(span<const float> weights, span<const float> bias, double unit, bool narrow, span<int32_t> table,
                       span<int32_t> offsets);

// fields [rows, N] = z and energies [rows] = E of packed states [rows, words]; either may be empty.
void hopfield_fields(uint32_t units, bool narrow, double unit, span<const int32_t> table, span<const int32_t> offsets,
                     span<const uint32_t> states, span<float> fields, span<double> energies);

}  // namespace gibbsite::GIBBSITE_TARGET
