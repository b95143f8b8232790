// Correlations of units over many states, from packed rows.
#pragma once
#include "core/panels.h"
#include "core/span.h"

namespace gibbsite::GIBBSITE_TARGET {

// The states of every unit side by side: bit p % 64 of word p / 64 of row i is unit i of state p. Correlations are then
// counts of bits.
struct unit_histories {
  size_t states, words;
  scratch<uint64_t> data;

  unit_histories(span<const uint32_t> rows, size_t units)
      : states(rows.size() / panel_count(units)), words((states + 63) / 64), data(padded(units) * words) {
    const size_t row_words = panel_count(units);
    parallel_for(row_words, [&](size_t w) {
      for (size_t q = 0; q < words; q++) {
        uint32_t low[32], high[32];
        take(rows, row_words, w, 64 * q, low);
        take(rows, row_words, w, 64 * q + 32, high);
        for (size_t i = 0; i < 32; i++) data[(32 * w + i) * words + q] = low[i] | uint64_t{high[i]} << 32;
      }
    });
  }

  // sum over the states of y_i y_j, for spins.
  int64_t correlation(size_t i, size_t j) const {
    const uint64_t *a = data.data() + i * words, *b = data.data() + j * words;
    int64_t different = 0;
    for (size_t q = 0; q < words; q++) different += __builtin_popcountll(a[q] ^ b[q]);
    return static_cast<int64_t>(states) - 2 * different;
  }
  // The number of states in which both are on.
  int64_t both_on(size_t i, size_t j) const {
    const uint64_t *a = data.data() + i * words, *b = data.data() + j * words;
    int64_t both = 0;
    for (size_t q = 0; q < words; q++) both += __builtin_popcountll(a[q] & b[q]);
    return both;
  }
  // sum over the states of y_i, for spins.
  int64_t total(size_t i) const {
    int64_t on = 0;
    for (size_t q = 0; q < words; q++) on += __builtin_popcountll(data[i * words + q]);
    return 2 * on - static_cast<int64_t>(states);
  }

 private:
  void take(span<const uint32_t> rows, size_t row_words, size_t w, size_t first, uint32_t block[32]) const {
    for (size_t r = 0; r < 32; r++) block[r] = first + r < states ? rows[(first + r) * row_words + w] : 0;
    transpose_bits(block);
  }
};

}  // namespace gibbsite::GIBBSITE_TARGET
