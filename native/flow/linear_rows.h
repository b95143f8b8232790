// The product of a linear layer with pixels as they lie in rows of data, [pixels][c]: each becomes W times it.
//
// Lanes are results, so nothing has to be turned over but W, once. The terms of a result are added in the order of the
// features, as on the lines of a block (gemm.h): the same bytes.
#pragma once
#include "core/gemm_tile.h"
#include "core/scratch.h"
#include "core/threads.h"
#include "flow/finite.h"

namespace gibbsite::GIBBSITE_TARGET {

// The turned matrix is W' [c][turned_width(c)], rows padded with zeros; it has to stay in the first-level cache.
constexpr size_t most_turned = 1 << 13;

inline size_t turned_width(size_t c) { return (c + 15) / 16 * 16; }
inline bool goes_by_rows(size_t c) { return c * turned_width(c) <= most_turned; }
inline size_t turned_size(size_t c) { return goes_by_rows(c) ? c * turned_width(c) : 0; }

inline void turn_matrix(const float* matrix, size_t c, float* turned) {
  const size_t width = turned_width(c);
  memset(turned, 0, c * width * sizeof(float));
  for (size_t i = 0; i < c; i++) {
    for (size_t k = 0; k < c; k++) turned[k * width + i] = matrix[i * c + k];
  }
}

struct pixel_product {
  const float* turned;
  size_t c, width;

  size_t vectors() const { return (c + f32_lanes - 1) / f32_lanes; }
  // Floats that the whole vectors of a result reach beyond it.
  size_t spill() const { return vectors() * f32_lanes - c; }

  // Results `from` ... of some pixels, whose results are `pitch` floats apart.
  template <size_t pixels, size_t vectors>
  GIBBSITE_INLINE void tile(const float* x, size_t from, float* z, size_t pitch) const {
    wide_tile<pixels, vectors> sums;
    sums.clear();
    sums.add_terms(c, x, c, 1, turned + from, width);
    sums.store_sums(z + from, pitch);
  }

  // All results, whole vectors of them: the last ones first, since what reaches beyond a pixel lies where the first
  // ones of the next come to lie.
  template <size_t pixels>
  void multiply(const float* x, float* z, size_t pitch) const {
    size_t v = (vectors() - 1) / tile_vectors * tile_vectors;
    const size_t left = vectors() - v;
    static_assert(tile_vectors <= 3);
    if (left == 1) tile<pixels, 1>(x, v * f32_lanes, z, pitch);
    if (left == 2) tile<pixels, 2>(x, v * f32_lanes, z, pitch);
    if (left == 3) tile<pixels, tile_vectors>(x, v * f32_lanes, z, pitch);
    while (v > 0) {
      v -= tile_vectors;
      tile<pixels, tile_vectors>(x, v * f32_lanes, z, pitch);
    }
  }

  // Nothing is written beyond the last pixel: its neighbours there may be another thread's.
  void operator()(size_t pixels, const float* x, float* z) const {
    while (pixels >= tile_rows && (pixels - tile_rows) * c >= spill()) {
      multiply<tile_rows>(x, z, c);
      pixels -= tile_rows, x += tile_rows * c, z += tile_rows * c;
    }
    float whole[most_turned / 16 + f32_lanes];
    for (; pixels > 0; pixels--, x += c, z += c) {
      multiply<1>(x, whole, 0);
      memcpy(z, whole, c * sizeof(float));
    }
  }
};

// z = W x of all pixels; whether that is finite.
inline bool multiply_pixels(const float* turned, size_t c, size_t pixels, const float* x, float* z) {
  constexpr size_t floats_a_task = 1 << 14;
  const size_t each = floats_a_task / c, tasks = (pixels + each - 1) / each;
  const scratch<bool> fine(tasks);
  parallel_for(tasks, [&](size_t task) {
    const size_t first = task * each, count = pixels - first < each ? pixels - first : each;
    pixel_product{turned, c, turned_width(c)}(count, x + first * c, z + first * c);
    fine[task] = all_finite(z + first * c, count * c);
  });
  bool all = true;
  for (size_t task = 0; task < tasks; task++) all = all && fine[task];
  return all;
}

}  // namespace gibbsite::GIBBSITE_TARGET
