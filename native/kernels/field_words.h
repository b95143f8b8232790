// Signs of 32 neighbouring fields as the bits of a word, for fields of 16 and of 32 bits.
#pragma once
#include "core/panels.h"

namespace gibbsite::GIBBSITE_TARGET {

// Vectors of unsigned elements: sums of fields wrap around on purpose, and in signed ones that would be undefined.
template <class T>
struct field_vector;
template <>
struct field_vector<int16_t> {
  using type = uint16_t __attribute__((vector_size(vector_bytes)));
  using element = uint16_t;
};
template <>
struct field_vector<int32_t> {
  using type = u32x;
  using element = uint32_t;
};

// A vector of fields as 32-bit integers.
GIBBSITE_INLINE i32x load_fields(const int32_t* from) { return load<i32x>(from); }
GIBBSITE_INLINE i32x load_fields(const int16_t* from) { return convert<i32x>(load<i16half>(from)); }

// Bit i of the result: v[i] is negative.
GIBBSITE_INLINE uint32_t sign_bits(i32x v) { return mask_bits(v < 0); }

GIBBSITE_INLINE uint32_t sign_word(const int32_t* v, bool negated) {
  uint32_t word = 0;
  for (size_t i = 0; i < panel_width; i += f32_lanes) {
    const i32x x = load<i32x>(v + i);
    word |= sign_bits(negated ? -x : x) << i;
  }
  return word;
}

GIBBSITE_INLINE uint32_t sign_word(const int16_t* v, bool negated) {
#if defined(GIBBSITE_AVX512)
  const i16x x = load<i16x>(v);
  return _mm512_movepi16_mask((__m512i)(negated ? -x : x));
#elif defined(GIBBSITE_AVX2)
  i16x a = load<i16x>(v), b = load<i16x>(v + 16);
  if (negated) a = -a, b = -b;
  const __m256i bytes = _mm256_permute4x64_epi64(_mm256_packs_epi16((__m256i)a, (__m256i)b), 0xd8);
  return static_cast<uint32_t>(_mm256_movemask_epi8(bytes));
#else
  uint32_t word = 0;
  for (size_t i = 0; i < panel_width; i += i16_lanes) {
    i16x x = load<i16x>(v + i);
    if (negated) x = -x;
#if defined(GIBBSITE_WASM)
    word |= static_cast<uint32_t>(wasm_i16x8_bitmask((v128_t)x)) << i;
#elif defined(__SSE2__)
    word |= static_cast<uint32_t>(_mm_movemask_epi8(_mm_packs_epi16((__m128i)x, _mm_setzero_si128()))) << i;
#else
    for (int k = 0; k < i16_lanes; k++) word |= (x[k] < 0 ? 1u : 0u) << (i + k);
#endif
  }
  return word;
#endif
}

// Bit i of the result: unit i of a word of spins disagrees with the sign of its field. No field is the least number of
// its type, so negation is safe; a field of zero disagrees with nothing.
template <class T>
GIBBSITE_INLINE uint32_t unstable_word(const T* fields, uint32_t spins) {
  return (spins & sign_word(fields, false)) | (~spins & sign_word(fields, true));
}

}  // namespace gibbsite::GIBBSITE_TARGET
