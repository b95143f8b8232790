// Words, uniforms and exponentials: draws that take one word (float) or two (double) of a random stream
// (core/stream.h).
//
// All kernels of random_*.h begin alike: out is filled with the draws start, start + 1, ... of the stream (stream_low,
// stream_high) under the key (key_low, key_high). Filling n and then m draws equals filling n + m.
#pragma once
#include "core/span.h"

namespace gibbsite::GIBBSITE_TARGET {

// Raw words of the stream's domain 0.
void random_words(span<uint32_t> out, uint32_t key_low, uint32_t key_high, uint32_t stream_low, uint32_t stream_high,
                  uint64_t start);

// low + width u with u in the open interval (0, 1), of 23 bits (float) or 52 bits (double); rounding may give low or
// low + width, but nothing beyond them.
void random_uniform_f32(span<float> out, uint32_t key_low, uint32_t key_high, uint32_t stream_low, uint32_t stream_high,
                        uint64_t start, double low, double high);
void random_uniform_f64(span<double> out, uint32_t key_low, uint32_t key_high, uint32_t stream_low,
                        uint32_t stream_high, uint64_t start, double low, double high);

// -scale ln u, the inverse transform; u in (0, 1] with 31 bits (float), (0, 1) with 52 bits (double). Never negative.
void random_exponential_f32(span<float> out, uint32_t key_low, uint32_t key_high, uint32_t stream_low,
                            uint32_t stream_high, uint64_t start, double scale);
void random_exponential_f64(span<double> out, uint32_t key_low, uint32_t key_high, uint32_t stream_low,
                            uint32_t stream_high, uint64_t start, double scale);

}  // namespace gibbsite::GIBBSITE_TARGET
