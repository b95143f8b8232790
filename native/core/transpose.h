// Transposition of a matrix of floats: to[j * to_row + i] = from[i * from_row + j], for i < rows and j < columns, in
// strips of a vector of rows and four columns in registers (what is left of the rows, four at a time), and squares of
// 16 x 16 in the first-level cache.
#pragma once
#include "core/simd.h"

namespace gibbsite::GIBBSITE_TARGET {

using f32x4 = float __attribute__((vector_size(16)));

// Four numbers each of the rows 0, 4, 8 ... of a strip, one after the other.
GIBBSITE_INLINE f32x load_quads(const float* from, size_t from_row) {
#if defined(GIBBSITE_AVX512)
  __m512 v = _mm512_castps128_ps512(_mm_loadu_ps(from));
  v = _mm512_insertf32x4(v, _mm_loadu_ps(from + 4 * from_row), 1);
  v = _mm512_insertf32x4(v, _mm_loadu_ps(from + 8 * from_row), 2);
  return (f32x)_mm512_insertf32x4(v, _mm_loadu_ps(from + 12 * from_row), 3);
#elif defined(GIBBSITE_AVX2)
  const __m256 v = _mm256_castps128_ps256(_mm_loadu_ps(from));
  return (f32x)_mm256_insertf128_ps(v, _mm_loadu_ps(from + 4 * from_row), 1);
#else
  (void)from_row;
  return load<f32x>(from);
#endif
}

// In each quad a0 b0 a1 b1, a2 b2 a3 b3, a0 a1 b0 b1 and a2 a3 b2 b3.
#if defined(GIBBSITE_AVX512)
GIBBSITE_INLINE f32x low_singles(f32x a, f32x b) { return (f32x)_mm512_unpacklo_ps((__m512)a, (__m512)b); }
GIBBSITE_INLINE f32x high_singles(f32x a, f32x b) { return (f32x)_mm512_unpackhi_ps((__m512)a, (__m512)b); }
GIBBSITE_INLINE f32x low_pairs(f32x a, f32x b) { return (f32x)_mm512_unpacklo_pd((__m512d)a, (__m512d)b); }
GIBBSITE_INLINE f32x high_pairs(f32x a, f32x b) { return (f32x)_mm512_unpackhi_pd((__m512d)a, (__m512d)b); }
#elif defined(GIBBSITE_AVX2)
GIBBSITE_INLINE f32x low_singles(f32x a, f32x b) { return (f32x)_mm256_unpacklo_ps((__m256)a, (__m256)b); }
GIBBSITE_INLINE f32x high_singles(f32x a, f32x b) { return (f32x)_mm256_unpackhi_ps((__m256)a, (__m256)b); }
GIBBSITE_INLINE f32x low_pairs(f32x a, f32x b) { return (f32x)_mm256_unpacklo_pd((__m256d)a, (__m256d)b); }
GIBBSITE_INLINE f32x high_pairs(f32x a, f32x b) { return (f32x)_mm256_unpackhi_pd((__m256d)a, (__m256d)b); }
#else
GIBBSITE_INLINE f32x low_singles(f32x a, f32x b) { return __builtin_shufflevector(a, b, 0, 4, 1, 5); }
GIBBSITE_INLINE f32x high_singles(f32x a, f32x b) { return __builtin_shufflevector(a, b, 2, 6, 3, 7); }
GIBBSITE_INLINE f32x low_pairs(f32x a, f32x b) { return __builtin_shufflevector(a, b, 0, 1, 4, 5); }
GIBBSITE_INLINE f32x high_pairs(f32x a, f32x b) { return __builtin_shufflevector(a, b, 2, 3, 6, 7); }
#endif

// A vector of rows, four columns: quad by quad, 4 x 4 numbers change places.
GIBBSITE_INLINE void transpose_strip(const float* from, size_t from_row, float* to, size_t to_row) {
  const f32x r0 = load_quads(from, from_row), r1 = load_quads(from + from_row, from_row);
  const f32x r2 = load_quads(from + 2 * from_row, from_row), r3 = load_quads(from + 3 * from_row, from_row);
  const f32x a = low_singles(r0, r1), b = low_singles(r2, r3), c = high_singles(r0, r1), d = high_singles(r2, r3);
  store(to, low_pairs(a, b));
  store(to + to_row, high_pairs(a, b));
  store(to + 2 * to_row, low_pairs(c, d));
  store(to + 3 * to_row, high_pairs(c, d));
}

// Four rows, four columns.
GIBBSITE_INLINE void transpose_quad(const float* from, size_t from_row, float* to, size_t to_row) {
  const f32x4 r0 = load<f32x4>(from), r1 = load<f32x4>(from + from_row);
  const f32x4 r2 = load<f32x4>(from + 2 * from_row), r3 = load<f32x4>(from + 3 * from_row);
  const f32x4 a = __builtin_shufflevector(r0, r1, 0, 4, 1, 5), b = __builtin_shufflevector(r2, r3, 0, 4, 1, 5);
  const f32x4 c = __builtin_shufflevector(r0, r1, 2, 6, 3, 7), d = __builtin_shufflevector(r2, r3, 2, 6, 3, 7);
  store(to, __builtin_shufflevector(a, b, 0, 1, 4, 5));
  store(to + to_row, __builtin_shufflevector(a, b, 2, 3, 6, 7));
  store(to + 2 * to_row, __builtin_shufflevector(c, d, 0, 1, 4, 5));
  store(to + 3 * to_row, __builtin_shufflevector(c, d, 2, 3, 6, 7));
}

inline void transpose_square(size_t rows, size_t columns, const float* from, size_t from_row, float* to,
                             size_t to_row) {
  constexpr size_t strip = f32_lanes, quad = 4;
  size_t i = 0;
  for (; i + strip <= rows; i += strip) {
    size_t j = 0;
    for (; j + quad <= columns; j += quad)
      transpose_strip(from + i * from_row + j, from_row, to + j * to_row + i, to_row);
    for (; j < columns; j++) {
      for (size_t k = i; k < i + strip; k++) to[j * to_row + k] = from[k * from_row + j];
    }
  }
  for (; i + quad <= rows; i += quad) {
    size_t j = 0;
    for (; j + quad <= columns; j += quad)
      transpose_quad(from + i * from_row + j, from_row, to + j * to_row + i, to_row);
    for (; j < columns; j++) {
      for (size_t k = i; k < i + quad; k++) to[j * to_row + k] = from[k * from_row + j];
    }
  }
  for (; i < rows; i++) {
    for (size_t j = 0; j < columns; j++) to[j * to_row + i] = from[i * from_row + j];
  }
}

[[gnu::noinline]] inline void transpose(size_t rows, size_t columns, const float* from, size_t from_row, float* to,
                                        size_t to_row) {
  constexpr size_t square = 16;
  for (size_t i = 0; i < rows; i += square) {
    const size_t height = rows - i < square ? rows - i : square;
    for (size_t j = 0; j < columns; j += square) {
      const size_t width = columns - j < square ? columns - j : square;
      transpose_square(height, width, from + i * from_row + j, from_row, to + j * to_row + i, to_row);
    }
  }
}

}  // namespace gibbsite::GIBBSITE_TARGET
