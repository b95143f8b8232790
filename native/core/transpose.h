// Transposition of a matrix of floats: to[j * to_row + i] = from[i * from_row + j], for i < rows and j < columns, in
// squares of 4 x 4 in registers and 16 x 16 in the first-level cache.
#pragma once
#include "core/simd.h"

namespace gibbsite::GIBBSITE_TARGET {

using f32x4 = float __attribute__((vector_size(16)));

GIBBSITE_INLINE void transpose_square(const float* from, size_t from_row, float* to, size_t to_row) {
  const f32x4 r0 = load<f32x4>(from), r1 = load<f32x4>(from + from_row);
  const f32x4 r2 = load<f32x4>(from + 2 * from_row), r3 = load<f32x4>(from + 3 * from_row);
  const f32x4 a = __builtin_shufflevector(r0, r1, 0, 4, 1, 5), b = __builtin_shufflevector(r2, r3, 0, 4, 1, 5);
  const f32x4 c = __builtin_shufflevector(r0, r1, 2, 6, 3, 7), d = __builtin_shufflevector(r2, r3, 2, 6, 3, 7);
  store(to, __builtin_shufflevector(a, b, 0, 1, 4, 5));
  store(to + to_row, __builtin_shufflevector(a, b, 2, 3, 6, 7));
  store(to + 2 * to_row, __builtin_shufflevector(c, d, 0, 1, 4, 5));
  store(to + 3 * to_row, __builtin_shufflevector(c, d, 2, 3, 6, 7));
}

[[gnu::noinline]] inline void transpose(size_t rows, size_t columns, const float* from, size_t from_row, float* to,
                                        size_t to_row) {
  constexpr size_t square = 16, small = 4;
  for (size_t i0 = 0; i0 < rows; i0 += square) {
    const size_t i_end = rows - i0 < square ? rows : i0 + square;
    for (size_t j0 = 0; j0 < columns; j0 += square) {
      const size_t j_end = columns - j0 < square ? columns : j0 + square;
      size_t i = i0;
      for (; i + small <= i_end; i += small) {
        size_t j = j0;
        for (; j + small <= j_end; j += small) {
          transpose_square(from + i * from_row + j, from_row, to + j * to_row + i, to_row);
        }
        for (; j < j_end; j++) {
          for (size_t k = i; k < i + small; k++) to[j * to_row + k] = from[k * from_row + j];
        }
      }
      for (; i < i_end; i++) {
        for (size_t j = j0; j < j_end; j++) to[j * to_row + i] = from[i * from_row + j];
      }
    }
  }
}

}  // namespace gibbsite::GIBBSITE_TARGET
