// The inner loop of gemm.h: a tile of C whose sums stay in registers while the terms of a block are added.
//
// Lanes are columns: `rows` numbers of A and a few vectors of B, loaded once a term, give rows * vectors products. An
// element's sum starts from what the block before left and takes its terms one after the other, so blocks and tiles may
// end anywhere.
#pragma once
#include "core/gemm.h"

namespace gibbsite::GIBBSITE_TARGET {

// The sums of a tile fill the registers but for a row of B and a product: 32 registers with AVX-512 and NEON, else 16.
#if defined(GIBBSITE_AVX512) || defined(__ARM_NEON)
constexpr size_t tile_rows = 8, tile_vectors = 3;
#else
constexpr size_t tile_rows = 4, tile_vectors = 2;
#endif
constexpr size_t tile_columns = tile_vectors * f32_lanes;

// Where the sums of a block start, and what happens to them at its end.
struct block_end {
  bool from_zero;     // the first block of a product that doesn't accumulate
  bool last;          // the last one: bias and activation follow
  const float* bias;  // of the first row of the tile, or null
  activation act;
};

template <size_t rows, size_t vectors>
struct wide_tile {
  f32x sum[rows][vectors];

  GIBBSITE_INLINE void clear() {
#pragma GCC unroll 8
    for (size_t r = 0; r < rows; r++) {
#pragma GCC unroll 4
      for (size_t v = 0; v < vectors; v++) sum[r][v] = f32x{};
    }
  }

  GIBBSITE_INLINE void load_sums(const float* c, size_t stride) {
#pragma GCC unroll 8
    for (size_t r = 0; r < rows; r++) {
#pragma GCC unroll 4
      for (size_t v = 0; v < vectors; v++) sum[r][v] = load<f32x>(c + r * stride + v * f32_lanes);
    }
  }

  GIBBSITE_INLINE void store_sums(float* c, size_t stride) const {
#pragma GCC unroll 8
    for (size_t r = 0; r < rows; r++) {
#pragma GCC unroll 4
      for (size_t v = 0; v < vectors; v++) store(c + r * stride + v * f32_lanes, sum[r][v]);
    }
  }

  // sum[r][v] += a(r, k) b(k, v): a(r, k) is a[r * a_row + k * a_term], b(k, v) the vector at b + k * b_term.
  GIBBSITE_INLINE void add_terms(size_t terms, const float* a, size_t a_row, size_t a_term, const float* b,
                                 size_t b_term) {
    for (size_t k = 0; k < terms; k++, a += a_term, b += b_term) {
      f32x right[vectors];
#pragma GCC unroll 4
      for (size_t v = 0; v < vectors; v++) right[v] = load<f32x>(b + v * f32_lanes);
#pragma GCC unroll 8
      for (size_t r = 0; r < rows; r++) {
        const f32x left = splat<f32x>(a[r * a_row]);
#pragma GCC unroll 4
        for (size_t v = 0; v < vectors; v++) sum[r][v] += left * right[v];
      }
    }
  }

  GIBBSITE_INLINE void add_bias(const float* bias) {
#pragma GCC unroll 8
    for (size_t r = 0; r < rows; r++) {
#pragma GCC unroll 4
      for (size_t v = 0; v < vectors; v++) sum[r][v] += splat<f32x>(bias[r]);
    }
  }

  GIBBSITE_INLINE void rectify() {
#pragma GCC unroll 8
    for (size_t r = 0; r < rows; r++) {
#pragma GCC unroll 4
      for (size_t v = 0; v < vectors; v++) sum[r][v] = activated(activation::relu, sum[r][v]);
    }
  }
};

// tanh and SiLU are too long to be written out for every vector of a tile: they go over what it stored.
inline void activate_rows(activation act, size_t rows, size_t columns, float* c, size_t stride) {
  for (size_t r = 0; r < rows; r++) {
    for (size_t j = 0; j < columns; j += f32_lanes) {
      float* const at = c + r * stride + j;
      store(at, act == activation::tanh ? activated(activation::tanh, load<f32x>(at))
                                        : activated(activation::silu, load<f32x>(at)));
    }
  }
}

template <size_t rows, size_t vectors>
GIBBSITE_INLINE void multiply_tile(size_t terms, const float* a, size_t a_row, size_t a_term, const float* b,
                                   size_t b_term, float* c, size_t stride, const block_end& end) {
  wide_tile<rows, vectors> tile;
  if (end.from_zero) {
    tile.clear();
  } else {
    tile.load_sums(c, stride);
  }
  tile.add_terms(terms, a, a_row, a_term, b, b_term);
  if (end.last) {
    if (end.bias != nullptr) tile.add_bias(end.bias);
    if (end.act == activation::relu) tile.rectify();
  }
  tile.store_sums(c, stride);
  if (end.last && end.act > activation::relu) activate_rows(end.act, rows, vectors * f32_lanes, c, stride);
}

}  // namespace gibbsite::GIBBSITE_TARGET
