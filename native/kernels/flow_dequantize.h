// Dequantisation by uniform noise (Theis, van den Oord, Bethge 2016): levels k = 0 ... L - 1, given as x = k / (L - 1),
// become (k + u) / L in (0, 1), so that densities can't pile up on the levels.
#pragma once
#include "core/span.h"

namespace gibbsite::GIBBSITE_TARGET {

// out = ((L - 1) x + u) / L for x in [0, 1]. u of value i is a function of (key, number, first + i); `first` is a
// multiple of 64.
void flow_dequantize(span<const float> x, uint32_t levels, uint32_t key_low, uint32_t key_high, uint64_t number,
                     uint64_t first, span<float> out);

}  // namespace gibbsite::GIBBSITE_TARGET
