// Panels: a matrix cut into strips of 32 columns, and sets of bits, as the products of bit_product.h want them.
//
// A panel holds all rows of 32 columns, contiguous and padded with zeros, so inner loops have no tails and a tile of 32
// outputs packs into exactly one 32-bit word of results. Row-major callers convert once per kernel call.
#pragma once
#include <stdint.h>
#include <string.h>

#include "core/scratch.h"
#include "core/simd.h"
#include "core/threads.h"
#include "core/transpose.h"

namespace gibbsite::GIBBSITE_TARGET {

constexpr size_t panel_width = 32;

constexpr size_t panel_count(size_t columns) { return (columns + panel_width - 1) / panel_width; }
// Columns of a panel that exist.
constexpr size_t panel_columns(size_t columns, size_t panel) {
  const size_t left = columns - panel * panel_width;
  return left < panel_width ? left : panel_width;
}
constexpr size_t padded(size_t n) { return panel_count(n) * panel_width; }

// Bits of the last word of a row of n bits that mean something.
constexpr uint32_t tail_mask(size_t n) { return n % 32 == 0 ? 0xffffffffu : (1u << (n % 32)) - 1; }
constexpr uint32_t word_mask(size_t n, size_t word) { return word + 1 == panel_count(n) ? tail_mask(n) : 0xffffffffu; }

// rows x columns floats; panel p, row i, column 32 p + c at data[(p * padded(rows) + i) * 32 + c]. Padding is zero.
struct panels {
  size_t rows, columns;
  scratch<float> data;

  panels(size_t rows, size_t columns)
      : rows(rows), columns(columns), data(panel_count(columns) * padded(rows) * panel_width) {}
  size_t count() const { return panel_count(columns); }
  float* at(size_t panel, size_t row) const { return data.data() + (panel * padded(rows) + row) * panel_width; }
};

// from is [rows, columns], row-major.
inline void pack_panels(const float* from, const panels& to) {
  parallel_for(to.count(), [&](size_t p) {
    const size_t first = p * panel_width;
    const size_t width = panel_columns(to.columns, p);
    memset(to.at(p, 0), 0, padded(to.rows) * panel_width * sizeof(float));
    for (size_t i = 0; i < to.rows; i++) memcpy(to.at(p, i), from + i * to.columns + first, width * sizeof(float));
  });
}

inline void unpack_panels(const panels& from, float* to) {
  parallel_for(from.count(), [&](size_t p) {
    const size_t first = p * panel_width;
    const size_t width = panel_columns(from.columns, p);
    for (size_t i = 0; i < from.rows; i++) memcpy(to + i * from.columns + first, from.at(p, i), width * sizeof(float));
  });
}

// to[c * stride + r] = from[r][c] for one block of 32 x 32.
inline void transpose_block(const float* from, float* to, size_t stride) {
  transpose(panel_width, panel_width, from, panel_width, to, stride);
}

// to = the transpose of from, both in panels.
inline void transpose_panels(const panels& from, const panels& to) {
  parallel_for(to.count(), [&](size_t q) {
    for (size_t p = 0; p < from.count(); p++) {
      transpose_block(from.at(p, q * panel_width), to.at(q, p * panel_width), panel_width);
    }
  });
}

// A vector of n floats with zeros up to the next multiple of 32.
struct padded_vector {
  scratch<float> data;
  padded_vector(const float* from, size_t n) : data(padded(n)) {
    memcpy(data.data(), from, n * sizeof(float));
    memset(data.data() + n, 0, (padded(n) - n) * sizeof(float));
  }
};

// A set of rows of bits, word by word: word w of row r at words[w * rows + r], so that a tile of results writes
// its words side by side. Bits beyond `columns` are zero.
struct bit_matrix {
  size_t rows, columns;
  scratch<uint32_t> words;

  bit_matrix(size_t rows, size_t columns) : rows(rows), columns(columns), words(panel_count(columns) * rows) {}
  size_t word_count() const { return panel_count(columns); }
  uint32_t* word(size_t w) const { return words.data() + w * rows; }
};

// Row-major words (word w of row r at r * word_count + w) are what crosses the kernel boundary.
inline void load_bits(const uint32_t* from, const bit_matrix& to) {
  const size_t count = to.word_count();
  for (size_t w = 0; w < count; w++) {
    const uint32_t mask = word_mask(to.columns, w);
    for (size_t r = 0; r < to.rows; r++) to.word(w)[r] = from[r * count + w] & mask;
  }
}

inline void store_bits(const bit_matrix& from, uint32_t* to) {
  const size_t count = from.word_count();
  for (size_t w = 0; w < count; w++) {
    for (size_t r = 0; r < from.rows; r++) to[r * count + w] = from.word(w)[r];
  }
}

// Transposes 32 words of 32 bits in place: bit c of word r becomes bit r of word c (Warren, "Hacker's Delight", 7-3).
inline void transpose_bits(uint32_t a[32]) {
  uint32_t mask = 0x0000ffffu;
  for (int distance = 16; distance != 0; distance >>= 1, mask ^= mask << distance) {
    for (int k = 0; k < 32; k = (k + distance + 1) & ~distance) {
      const uint32_t t = ((a[k] >> distance) ^ a[k + distance]) & mask;
      a[k] ^= t << distance;
      a[k + distance] ^= t;
    }
  }
}

}  // namespace gibbsite::GIBBSITE_TARGET
