// Rows of binary units as packed bits: row-major 32-bit words, bit j % 32 of word j / 32 is unit j, ceil(columns / 32)
// words a row, bits beyond the last column zero.
#pragma once
#include "core/span.h"

namespace gibbsite::GIBBSITE_TARGET {

// bits [rows, words] = values [rows, columns] > threshold.
void bits_threshold(span<const float> values, uint32_t columns, float threshold, span<uint32_t> bits);

// bits [rows, words]: bit (r, j) is 1 with probability values[r, j] (0 never, 1 always). The draw is a function of
// (key, draw, first_row + r, j), so rows may be drawn in pieces.
void bits_bernoulli(span<const float> values, uint32_t columns, uint32_t key_low, uint32_t key_high, uint64_t draw,
                    uint32_t first_row, span<uint32_t> bits);

// values [rows, columns] = the bits as 0 and 1.
void bits_unpack(span<const uint32_t> bits, uint32_t columns, span<uint8_t> values);

// to [order.size(), words] = rows order[0], order[1] ... of from [n, words].
void bits_gather(span<const uint32_t> from, uint32_t columns, span<const uint32_t> order, span<uint32_t> to);

}  // namespace gibbsite::GIBBSITE_TARGET
