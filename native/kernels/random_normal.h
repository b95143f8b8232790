// Normal draws by the transform of Box and Muller (core/box_muller.h).
//
// Draws come in rows of 16 (double: 8). Draw i of an even row is the z1 of its own word as u1 and the word 16 (8)
// further on as u2; the draw there is the z2.
//
// Parameters as in random_uniform.h; out = mean + sd z.
#pragma once
#include "core/span.h"

namespace gibbsite::GIBBSITE_TARGET {

void random_normal_f32(span<float> out, uint32_t key_low, uint32_t key_high, uint32_t stream_low, uint32_t stream_high,
                       uint64_t start, double mean, double sd);
void random_normal_f64(span<double> out, uint32_t key_low, uint32_t key_high, uint32_t stream_low, uint32_t stream_high,
                       uint64_t start, double mean, double sd);

}  // namespace gibbsite::GIBBSITE_TARGET
