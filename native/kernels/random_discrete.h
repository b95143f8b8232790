// Discrete draws. Parameters as in random_uniform.h; every output takes one index of the stream.
#pragma once
#include "core/span.h"

namespace gibbsite::GIBBSITE_TARGET {

// 1 with probability p, else 0: u < p with u of 52 bits in (0, 1), so 0 and 1 are certain. p: one number, or one an
// output.
void random_bernoulli_u8(span<uint8_t> out, uint32_t key_low, uint32_t key_high, uint32_t stream_low,
                         uint32_t stream_high, uint64_t start, span<const double> p);
void random_bernoulli_f32(span<float> out, uint32_t key_low, uint32_t key_high, uint32_t stream_low,
                          uint32_t stream_high, uint64_t start, span<const double> p);
void random_bernoulli_f64(span<double> out, uint32_t key_low, uint32_t key_high, uint32_t stream_low,
                          uint32_t stream_high, uint64_t start, span<const double> p);

// low + k with k uniform on 0 ... range - 1, unbiased, by Daniel Lemire, "Fast random integer generation in an
// interval" (2019). 1 <= range < 2^53; up to 2^32 a draw takes one word, beyond it two. A rejected word is replaced by
// that of the same index in the next attempt's domain, so draws stay functions of their index. The values don't depend
// on the type.
void random_integers_i32(span<int32_t> out, uint32_t key_low, uint32_t key_high, uint32_t stream_low,
                         uint32_t stream_high, uint64_t start, double low, uint64_t range);
void random_integers_f32(span<float> out, uint32_t key_low, uint32_t key_high, uint32_t stream_low,
                         uint32_t stream_high, uint64_t start, double low, uint64_t range);
void random_integers_f64(span<double> out, uint32_t key_low, uint32_t key_high, uint32_t stream_low,
                         uint32_t stream_high, uint64_t start, double low, uint64_t range);

// Alias method, A. J. Walker (1977), table by Michael D. Vose (1991): column c is kept with probability keep[c], else
// it gives alias[c]. keep and alias: one entry a category, alias[c] < their number, which is below 2^32.
void random_categorical(span<int32_t> out, uint32_t key_low, uint32_t key_high, uint32_t stream_low,
                        uint32_t stream_high, uint64_t start, span<const double> keep, span<const uint32_t> alias);

// A uniform permutation of 0 ... n - 1 (n <= 2^32) by the inside-out shuffle of Fisher and Yates (1938), Durstenfeld
// (1964).
void random_permutation(span<uint32_t> out, uint32_t key_low, uint32_t key_high, uint32_t stream_low,
                        uint32_t stream_high, uint64_t start);

}  // namespace gibbsite::GIBBSITE_TARGET
