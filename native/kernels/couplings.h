// Integer couplings, made once after learning, and the fields and energies that follow (coupling_table.h says why).
//
// weights [N, N] symmetric with a zero diagonal, bias [N], both finite. What follows describes the integers: `units` N,
// `binary` whether units are 0 and 1 rather than -1 and +1, `narrow` whether they have 16 bits, table [width, stride]
// (two narrow ones an entry) and offsets [2, stride], where stride is N rounded up to a multiple of 64.
#pragma once
#include "core/span.h"

namespace gibbsite::GIBBSITE_TARGET {

// scale = (unit, largest sum of magnitudes of a row in units, whether all couplings are multiples of the unit: 0 or 1).
// Narrow couplings will do when the multiples are exact and the largest sum is at most 32767.
void couplings_scale(span<const float> weights, span<const float> bias, span<double> scale);

// The same for couplings in compressed rows: weights [offsets[i] ... offsets[i + 1]) are those of unit i.
void couplings_scale_sparse(span<const uint32_t> offsets, span<const float> weights, span<const float> bias,
                            span<double> scale);

// integers = values / unit, to the nearest.
void couplings_to_integers(span<const float> values, double unit, span<int32_t> integers);

// table = 2 W / unit (binary: W / unit); offsets = b / unit and the fields of the state with all units off.
void couplings_quantise(span<const float> weights, span<const float> bias, double unit, bool binary, bool narrow,
                        span<int32_t> table, span<int32_t> offsets);

// fields [rows, N] = z and energies [rows] = E of packed states [rows, words]; either may be empty.
void couplings_fields(uint32_t units, bool binary, bool narrow, double unit, span<const int32_t> table,
                      span<const int32_t> offsets, span<const uint32_t> states, span<float> fields,
                      span<double> energies);

}  // namespace gibbsite::GIBBSITE_TARGET
