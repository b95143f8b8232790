// Vectors of the build's own width, on the compilers' vector types (g++ and clang).
//
// f32x is one register: 16 floats with AVX-512, 8 with AVX2, 4 with SSE2, NEON and WASM. The width must never show in a
// result: lanes are different outputs, and where a sum runs across lanes its order is fixed by the algorithm, not by
// the width. Arithmetic is written with the operators (+ - * / & | ^ << >> < ==); here is only what they can't say.
#pragma once
#include <stdint.h>
#include <string.h>

#include "core/target.h"

#if defined(GIBBSITE_AVX2)
#include <immintrin.h>
#elif defined(GIBBSITE_WASM)
#include <wasm_simd128.h>
#elif defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#endif

#define GIBBSITE_INLINE inline __attribute__((always_inline))

namespace gibbsite::GIBBSITE_TARGET {

#if defined(GIBBSITE_AVX512)
constexpr int vector_bytes = 64;
#elif defined(GIBBSITE_AVX2)
constexpr int vector_bytes = 32;
#else
constexpr int vector_bytes = 16;
#endif

using f32x = float __attribute__((vector_size(vector_bytes)));
using i32x = int32_t __attribute__((vector_size(vector_bytes)));
using u32x = uint32_t __attribute__((vector_size(vector_bytes)));
using f64x = double __attribute__((vector_size(vector_bytes)));
using i64x = int64_t __attribute__((vector_size(vector_bytes)));
using u64x = uint64_t __attribute__((vector_size(vector_bytes)));

using i16x = int16_t __attribute__((vector_size(vector_bytes)));
using u16x = uint16_t __attribute__((vector_size(vector_bytes)));
// As many 16-bit numbers as a vector of floats has lanes.
using i16half = int16_t __attribute__((vector_size(vector_bytes / 2)));

constexpr int i16_lanes = vector_bytes / 2;
constexpr int f32_lanes = vector_bytes / 4;
constexpr int f64_lanes = vector_bytes / 8;

// The integer vectors that belong to a float vector, for generic code over f32x and f64x.
template <class V>
struct vector_traits;
template <>
struct vector_traits<f32x> {
  using scalar = float;
  using signed_vector = i32x;
  using unsigned_vector = u32x;
  static constexpr int lanes = f32_lanes;
};
template <>
struct vector_traits<f64x> {
  using scalar = double;
  using signed_vector = i64x;
  using unsigned_vector = u64x;
  static constexpr int lanes = f64_lanes;
};

template <class V, class T>
GIBBSITE_INLINE V load(const T* from) {
  V v;
  memcpy(&v, from, sizeof v);
  return v;
}
template <class V, class T>
GIBBSITE_INLINE void store(T* to, V v) {
  memcpy(to, &v, sizeof v);
}
template <class To, class From>
GIBBSITE_INLINE To bit_cast(From from) {
  static_assert(sizeof(To) == sizeof(From));
  To to;
  memcpy(&to, &from, sizeof to);
  return to;
}
// All lanes equal to s. (s - 0 is s for every s, minus zero included, so compilers drop the subtraction; s + 0 they may
// not.)
template <class V, class T>
GIBBSITE_INLINE V splat(T s) {
  return s - V{};
}
template <class To, class From>
GIBBSITE_INLINE To convert(From v) {
  return __builtin_convertvector(v, To);
}
// Lane by lane: mask ? a : b, for a mask of all ones or all zeros as comparisons give it.
template <class M, class V>
GIBBSITE_INLINE V select(M mask, V a, V b) {
  return mask ? a : b;
}

// Correctly rounded by IEEE 754, so identical on every build.
GIBBSITE_INLINE f32x sqrt(f32x v) {
#if defined(GIBBSITE_AVX512)
  return (f32x)_mm512_sqrt_ps((__m512)v);
#elif defined(GIBBSITE_AVX2)
  return (f32x)_mm256_sqrt_ps((__m256)v);
#elif defined(GIBBSITE_WASM)
  return (f32x)wasm_f32x4_sqrt((v128_t)v);
#elif defined(__SSE2__)
  return (f32x)_mm_sqrt_ps((__m128)v);
#else
  for (int i = 0; i < f32_lanes; i++) v[i] = __builtin_sqrtf(v[i]);
  return v;
#endif
}
GIBBSITE_INLINE f64x sqrt(f64x v) {
#if defined(GIBBSITE_AVX512)
  return (f64x)_mm512_sqrt_pd((__m512d)v);
#elif defined(GIBBSITE_AVX2)
  return (f64x)_mm256_sqrt_pd((__m256d)v);
#elif defined(GIBBSITE_WASM)
  return (f64x)wasm_f64x2_sqrt((v128_t)v);
#elif defined(__SSE2__)
  return (f64x)_mm_sqrt_pd((__m128d)v);
#else
  for (int i = 0; i < f64_lanes; i++) v[i] = __builtin_sqrt(v[i]);
  return v;
#endif
}

GIBBSITE_INLINE double sqrt(double v) { return __builtin_sqrt(v); }

// The full 64-bit products of the even 32-bit lanes 0, 2, 4 ...; odd lanes are ignored.
GIBBSITE_INLINE u64x multiply_even(u32x a, u32x b) {
#if defined(GIBBSITE_AVX512)
  return (u64x)_mm512_mul_epu32((__m512i)a, (__m512i)b);
#elif defined(GIBBSITE_AVX2)
  return (u64x)_mm256_mul_epu32((__m256i)a, (__m256i)b);
#elif defined(__SSE2__)
  return (u64x)_mm_mul_epu32((__m128i)a, (__m128i)b);
#else
  const u64x low = splat<u64x>(uint64_t{0xffffffff});
  return (bit_cast<u64x>(a) & low) * (bit_cast<u64x>(b) & low);
#endif
}

// Bit i of the result: the lane i of the mask is set.
GIBBSITE_INLINE uint32_t mask_bits(i32x mask) {
#if defined(GIBBSITE_AVX512)
  return _mm512_movepi32_mask((__m512i)mask);
#elif defined(GIBBSITE_AVX2)
  return static_cast<uint32_t>(_mm256_movemask_ps((__m256)mask));
#elif defined(GIBBSITE_WASM)
  return wasm_i32x4_bitmask((v128_t)mask);
#elif defined(__SSE2__)
  return static_cast<uint32_t>(_mm_movemask_ps((__m128)mask));
#else
  uint32_t bits = 0;
  for (int i = 0; i < f32_lanes; i++) bits |= (mask[i] & 1u) << i;
  return bits;
#endif
}

// Bit i of the result: a[i] < b[i] (false for NaN).
GIBBSITE_INLINE uint32_t less_bits(f32x a, f32x b) {
#if defined(GIBBSITE_AVX512)
  return _mm512_cmp_ps_mask((__m512)a, (__m512)b, _CMP_LT_OQ);
#else
  return mask_bits(a < b);
#endif
}

#if !defined(GIBBSITE_AVX2)
// All ones in the lanes whose bit is set, for every nibble: a load where comparing takes four instructions.
alignas(16) inline constexpr int32_t nibble_lanes[16][4] = {
    {0, 0, 0, 0},   {-1, 0, 0, 0},   {0, -1, 0, 0},   {-1, -1, 0, 0},  {0, 0, -1, 0},  {-1, 0, -1, 0},
    {0, -1, -1, 0}, {-1, -1, -1, 0}, {0, 0, 0, -1},   {-1, 0, 0, -1},  {0, -1, 0, -1}, {-1, -1, 0, -1},
    {0, 0, -1, -1}, {-1, 0, -1, -1}, {0, -1, -1, -1}, {-1, -1, -1, -1}};
#endif

// Lane i is from[i] where bit i is set, else 0.
GIBBSITE_INLINE i32x load_where(const int32_t* from, uint32_t bits) {
#if defined(GIBBSITE_AVX512)
  return (i32x)_mm512_maskz_loadu_epi32(static_cast<__mmask16>(bits), from);
#elif defined(GIBBSITE_AVX2)
  i32x bit;
  for (int i = 0; i < f32_lanes; i++) bit[i] = 1 << i;
  return load<i32x>(from) & ((splat<i32x>(static_cast<int32_t>(bits)) & bit) != 0);
#else
  return load<i32x>(from) & load<i32x>(nibble_lanes[bits & 15]);
#endif
}

// v + x in the lanes whose bit is set, v in the others.
GIBBSITE_INLINE i32x add_where(i32x v, i32x x, uint32_t bits) {
#if defined(GIBBSITE_AVX512)
  return (i32x)_mm512_mask_add_epi32((__m512i)v, static_cast<__mmask16>(bits), (__m512i)v, (__m512i)x);
#elif defined(GIBBSITE_AVX2)
  i32x bit;
  for (int i = 0; i < f32_lanes; i++) bit[i] = 1 << i;
  return v + (x & ((splat<i32x>(static_cast<int32_t>(bits)) & bit) != 0));
#else
  return v + (x & load<i32x>(nibble_lanes[bits & 15]));
#endif
}

}  // namespace gibbsite::GIBBSITE_TARGET
