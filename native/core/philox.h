// Philox4x32-10, a counter-based generator: 128-bit counter and 64-bit key in, 128 random bits out.
// John Salmon, Mark Moraes, Ron Dror, David Shaw, "Parallel random numbers: as easy as 1, 2, 3" (2011).
//
// A draw is a function of (key, counter) and of nothing else, so any draw can be made anywhere, in any order, on any
// number of threads. Under one key different counters give different blocks: the generator is a bijection.
#pragma once
#include <stdint.h>

#include "core/simd.h"

namespace gibbsite::GIBBSITE_TARGET {

struct philox_key {
  uint32_t low, high;
};

// One block per lane; word[k] holds word k of every lane's block.
struct philox_words {
  u32x word[4];
};

constexpr uint32_t philox_multiplier_0 = 0xD2511F53u, philox_multiplier_1 = 0xCD9E8D57u;
constexpr uint32_t philox_weyl_0 = 0x9E3779B9u, philox_weyl_1 = 0xBB67AE85u;
constexpr int philox_rounds = 10;

// What a key does in every round, spread over the lanes: made once for many blocks.
struct philox_schedule {
  explicit philox_schedule(philox_key key) {
    for (int round = 0; round < philox_rounds; round++) {
      low[round] = splat<u32x>(key.low);
      high[round] = splat<u32x>(key.high);
      key = {key.low + philox_weyl_0, key.high + philox_weyl_1};
    }
  }
  // A key for each lane. Lanes 2 k and 2 k + 1 must have the same: they are the halves of one 64-bit lane below.
  philox_schedule(u32x key_low, u32x key_high) {
    for (int round = 0; round < philox_rounds; round++) {
      low[round] = key_low;
      high[round] = key_high;
      key_low = key_low + philox_weyl_0;
      key_high = key_high + philox_weyl_1;
    }
  }
  u32x low[philox_rounds], high[philox_rounds];
};

#if defined(GIBBSITE_WASM)

// Read at run time, because a compiler that knows the multipliers writes them out as constants wherever they are used,
// and a 128-bit constant costs several instructions each time.
static volatile const uint32_t philox_multipliers[2] = {philox_multiplier_0, philox_multiplier_1};

// High and low words of a 32 x 32 bit product in every lane.
GIBBSITE_INLINE void multiply_wide(u32x a, u32x multiplier, u32x* high, u32x* low) {
  // Not the intrinsics: emscripten 3.1.6 turns them into three times as many instructions when it moves half of one,
  // the extension of the multiplier, out of a loop.
  v128_t lower, upper;
  __asm__("local.get %1\n local.get %2\n i64x2.extmul_low_i32x4_u\n local.set %0"
          : "=r"(lower)
          : "r"(a), "r"(multiplier));
  __asm__("local.get %1\n local.get %2\n i64x2.extmul_high_i32x4_u\n local.set %0"
          : "=r"(upper)
          : "r"(a), "r"(multiplier));
  *high = (u32x)wasm_i32x4_shuffle(lower, upper, 1, 3, 5, 7);
  *low = (u32x)wasm_i32x4_shuffle(lower, upper, 0, 2, 4, 6);
}

GIBBSITE_INLINE philox_words philox(u32x c0, u32x c1, u32x c2, u32x c3, const philox_schedule& keys) {
  u32x m0 = splat<u32x>(philox_multipliers[0]), m1 = splat<u32x>(philox_multipliers[1]);
#pragma GCC unroll 10
  for (int round = 0; round < philox_rounds; round++) {
    u32x high0, low0, high1, low1;
    multiply_wide(c0, m0, &high0, &low0);
    multiply_wide(c2, m1, &high1, &low1);
    c0 = high1 ^ c1 ^ keys.low[round];
    c1 = low1;
    c2 = high0 ^ c3 ^ keys.high[round];
    c3 = low0;
  }
  return {{c0, c1, c2, c3}};
}

#else

// Even lanes of a, and the even lanes of b as odd lanes: a[0] b[0] a[2] b[2] ...
GIBBSITE_INLINE u32x interleave_even(u64x a, u64x b) {
#if defined(GIBBSITE_AVX512)
  return (u32x)_mm512_mask_moveldup_ps((__m512)a, 0xaaaa, (__m512)b);
#elif defined(GIBBSITE_AVX2)
  return (u32x)_mm256_blend_epi32((__m256i)a, (__m256i)(b << 32), 0xaa);
#else
  return bit_cast<u32x>((a & splat<u64x>(uint64_t{0xffffffff})) | b << 32);
#endif
}

// Half of the lanes, each in the low half of a 64-bit lane. There the product of a round needs no shuffling at all: its
// low word is where it is needed, its high word one shift away, and multiply_even ignores what is left in the upper
// halves.
struct philox_half {
  u64x c0, c1, c2, c3;
};

GIBBSITE_INLINE philox_half philox(philox_half c, const philox_schedule& keys) {
  const u32x m0 = splat<u32x>(philox_multiplier_0), m1 = splat<u32x>(philox_multiplier_1);
#pragma GCC unroll 10
  for (int round = 0; round < philox_rounds; round++) {
    const u64x product0 = multiply_even(bit_cast<u32x>(c.c0), m0), product1 = multiply_even(bit_cast<u32x>(c.c2), m1);
    c.c0 = (product1 >> 32) ^ c.c1 ^ bit_cast<u64x>(keys.low[round]);
    c.c1 = product1;
    c.c2 = (product0 >> 32) ^ c.c3 ^ bit_cast<u64x>(keys.high[round]);
    c.c3 = product0;
  }
  return c;
}

GIBBSITE_INLINE philox_words philox(u32x c0, u32x c1, u32x c2, u32x c3, const philox_schedule& keys) {
  const u64x e0 = bit_cast<u64x>(c0), e1 = bit_cast<u64x>(c1), e2 = bit_cast<u64x>(c2), e3 = bit_cast<u64x>(c3);
  const philox_half even = philox(philox_half{e0, e1, e2, e3}, keys);
  const philox_half odd = philox(philox_half{e0 >> 32, e1 >> 32, e2 >> 32, e3 >> 32}, keys);
  return {{interleave_even(even.c0, odd.c0), interleave_even(even.c1, odd.c1), interleave_even(even.c2, odd.c2),
           interleave_even(even.c3, odd.c3)}};
}

#endif

GIBBSITE_INLINE philox_words philox(u32x c0, u32x c1, u32x c2, u32x c3, philox_key key) {
  return philox(c0, c1, c2, c3, philox_schedule(key));
}

// The same for a single counter.
inline void philox(const uint32_t counter[4], philox_key key, uint32_t words[4]) {
  uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
  for (int round = 0; round < philox_rounds; round++) {
    const uint64_t product0 = uint64_t{philox_multiplier_0} * c0, product1 = uint64_t{philox_multiplier_1} * c2;
    c0 = static_cast<uint32_t>(product1 >> 32) ^ c1 ^ key.low;
    c1 = static_cast<uint32_t>(product1);
    c2 = static_cast<uint32_t>(product0 >> 32) ^ c3 ^ key.high;
    c3 = static_cast<uint32_t>(product0);
    key = {key.low + philox_weyl_0, key.high + philox_weyl_1};
  }
  words[0] = c0, words[1] = c1, words[2] = c2, words[3] = c3;
}

// Lanes 0, 1, 2 ... as integers.
GIBBSITE_INLINE u32x lane_indices() {
#if defined(GIBBSITE_AVX512)
  return u32x{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
#elif defined(GIBBSITE_AVX2)
  return u32x{0, 1, 2, 3, 4, 5, 6, 7};
#else
  return u32x{0, 1, 2, 3};
#endif
}

// Uniform on the open interval (0, 1), 23 bits, exact: (floor(w / 2^9) + 1/2) / 2^23.
GIBBSITE_INLINE f32x open_uniform(u32x w) {
  const u32x one = splat<u32x>(uint32_t{0x3f800000});
  return bit_cast<f32x>(one | (w >> 9)) - (1.0f - 0x1p-24f);
}

// Uniform on (0, 1] with 31 bits where they matter, near zero; rounded to a float elsewhere. For logarithms and
// decisions.
GIBBSITE_INLINE f32x fine_uniform(u32x w) { return (convert<f32x>(bit_cast<i32x>(w >> 1)) + 0.5f) * 0x1p-31f; }
GIBBSITE_INLINE float fine_uniform(uint32_t w) {
  return (static_cast<float>(static_cast<int32_t>(w >> 1)) + 0.5f) * 0x1p-31f;
}

// Uniform on the open interval (0, 1), 52 bits, exact: (floor(x / 2^12) + 1/2) / 2^52.
GIBBSITE_INLINE f64x open_uniform(u64x x) {
  const u64x one = splat<u64x>(uint64_t{0x3ff0000000000000});
  return bit_cast<f64x>(one | (x >> 12)) - (1.0 - 0x1p-53);
}

}  // namespace gibbsite::GIBBSITE_TARGET
