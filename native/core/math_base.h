// What the elementary functions are written with: the same source serves a vector and a single number.
//
// A scalar is treated as a vector of one lane, so each function has one text and a scalar call gives exactly the bits
// of a lane. Masks are vectors of all ones or zeros for vectors and bool for scalars; select(), all() and & hide that.
#pragma once
#include "core/simd.h"

namespace gibbsite::GIBBSITE_TARGET {

template <>
struct vector_traits<float> {
  using scalar = float;
  using signed_vector = int32_t;
  using unsigned_vector = uint32_t;
  static constexpr int lanes = 1;
};
template <>
struct vector_traits<double> {
  using scalar = double;
  using signed_vector = int64_t;
  using unsigned_vector = uint64_t;
  static constexpr int lanes = 1;
};

template <class V>
using scalar_of = typename vector_traits<V>::scalar;
template <class V>
using bits_of = typename vector_traits<V>::unsigned_vector;

// The layout of the floating-point formats.
template <class S>
struct float_format;
template <>
struct float_format<float> {
  using bits = uint32_t;
  static constexpr int mantissa_bits = 23, bias = 127;
  static constexpr float smallest_normal = 0x1p-126f, largest = 0x1.fffffep127f;
};
template <>
struct float_format<double> {
  using bits = uint64_t;
  static constexpr int mantissa_bits = 52, bias = 1023;
  static constexpr double smallest_normal = 0x1p-1022, largest = 0x1.fffffffffffffp1023;
};

// 1.5 * 2^mantissa_bits: adding it to a number well below it rounds to the nearest integer (ties to even) and leaves
// that integer in the low bits of the sum. Conversions between 64-bit integers and doubles are slow or missing on most
// targets.
template <class S>
constexpr S round_magic = S(uint64_t{3} << (float_format<S>::mantissa_bits - 1));

// 2^n, for n of the normal range.
template <class S>
constexpr S power_of_two(int n) {
  using F = float_format<S>;
  return __builtin_bit_cast(S, static_cast<typename F::bits>(n + F::bias) << F::mantissa_bits);
}

GIBBSITE_INLINE bool all(bool mask) { return mask; }
GIBBSITE_INLINE bool all(int mask) { return mask; }
template <class M>
GIBBSITE_INLINE bool all(M mask) {
  return mask_bits(bit_cast<i32x>(mask)) == (uint64_t{1} << f32_lanes) - 1;
}

template <class V>
GIBBSITE_INLINE V sign_bit_of(V x) {
  using U = bits_of<V>;
  return bit_cast<V>(bit_cast<U>(x) & bit_cast<U>(splat<V>(-scalar_of<V>(0))));
}
template <class V>
GIBBSITE_INLINE V flip_sign(V x, V sign) {
  using U = bits_of<V>;
  return bit_cast<V>(bit_cast<U>(x) ^ bit_cast<U>(sign));
}
template <class V>
GIBBSITE_INLINE V absolute(V x) {
  return flip_sign(x, sign_bit_of(x));
}
// a < b ? a : b and a > b ? a : b, so b where either is NaN. One instruction, which g++ doesn't find by itself.
#if defined(GIBBSITE_AVX512)
GIBBSITE_INLINE f32x smaller(f32x a, f32x b) { return (f32x)_mm512_min_ps((__m512)a, (__m512)b); }
GIBBSITE_INLINE f64x smaller(f64x a, f64x b) { return (f64x)_mm512_min_pd((__m512d)a, (__m512d)b); }
GIBBSITE_INLINE f32x larger(f32x a, f32x b) { return (f32x)_mm512_max_ps((__m512)a, (__m512)b); }
GIBBSITE_INLINE f64x larger(f64x a, f64x b) { return (f64x)_mm512_max_pd((__m512d)a, (__m512d)b); }
#elif defined(GIBBSITE_AVX2)
GIBBSITE_INLINE f32x smaller(f32x a, f32x b) { return (f32x)_mm256_min_ps((__m256)a, (__m256)b); }
GIBBSITE_INLINE f64x smaller(f64x a, f64x b) { return (f64x)_mm256_min_pd((__m256d)a, (__m256d)b); }
GIBBSITE_INLINE f32x larger(f32x a, f32x b) { return (f32x)_mm256_max_ps((__m256)a, (__m256)b); }
GIBBSITE_INLINE f64x larger(f64x a, f64x b) { return (f64x)_mm256_max_pd((__m256d)a, (__m256d)b); }
#elif defined(__SSE2__)
GIBBSITE_INLINE f32x smaller(f32x a, f32x b) { return (f32x)_mm_min_ps((__m128)a, (__m128)b); }
GIBBSITE_INLINE f64x smaller(f64x a, f64x b) { return (f64x)_mm_min_pd((__m128d)a, (__m128d)b); }
GIBBSITE_INLINE f32x larger(f32x a, f32x b) { return (f32x)_mm_max_ps((__m128)a, (__m128)b); }
GIBBSITE_INLINE f64x larger(f64x a, f64x b) { return (f64x)_mm_max_pd((__m128d)a, (__m128d)b); }
#elif defined(GIBBSITE_WASM)
GIBBSITE_INLINE f32x smaller(f32x a, f32x b) { return (f32x)wasm_f32x4_pmin((v128_t)b, (v128_t)a); }
GIBBSITE_INLINE f64x smaller(f64x a, f64x b) { return (f64x)wasm_f64x2_pmin((v128_t)b, (v128_t)a); }
GIBBSITE_INLINE f32x larger(f32x a, f32x b) { return (f32x)wasm_f32x4_pmax((v128_t)b, (v128_t)a); }
GIBBSITE_INLINE f64x larger(f64x a, f64x b) { return (f64x)wasm_f64x2_pmax((v128_t)b, (v128_t)a); }
#endif
// Scalars, and vectors where nothing above serves.
template <class V>
GIBBSITE_INLINE V smaller(V a, V b) {
  return select(a < b, a, b);
}
template <class V>
GIBBSITE_INLINE V larger(V a, V b) {
  return select(a > b, a, b);
}

// NaN stays NaN.
template <class V>
GIBBSITE_INLINE V at_most(V x, scalar_of<V> limit) {
  return smaller(splat<V>(limit), x);
}
template <class V>
GIBBSITE_INLINE V at_least(V x, scalar_of<V> limit) {
  return larger(splat<V>(limit), x);
}

// The polynomial with coefficients c[0], c[1] ... by Estrin's scheme: pairs of neighbours become coefficients in x^2.
template <size_t n, class V>
GIBBSITE_INLINE V estrin(V x, const V* c) {
  if constexpr (n == 1) {
    return c[0];
  } else {
    constexpr size_t pairs = (n + 1) / 2;
    V paired[pairs];
#pragma GCC unroll 16
    for (size_t i = 0; i < n / 2; i++) paired[i] = c[2 * i] + x * c[2 * i + 1];
    if constexpr (n % 2 == 1) paired[pairs - 1] = c[n - 1];
    return estrin<pairs>(x * x, paired);
  }
}

// c0 + c1 x + c2 x^2 + ...
template <class V, class... S>
GIBBSITE_INLINE V polynomial(V x, S... coefficients) {
  const V c[] = {splat<V>(coefficients)...};
  return estrin<sizeof...(S)>(x, c);
}

}  // namespace gibbsite::GIBBSITE_TARGET
