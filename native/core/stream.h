// The random stream behind every draw of an Rng: words addressed by (key, stream, domain, index).
//
// Sixteen consecutive counters make a tile of 64 words: word 16 k + lane of tile t is word k of the block of counter
// 16 t + lane. A tile is one call of Philox on 16 lanes, and two or four on narrower vectors, which never shows.
// Doubles take two words: x[q] = word 2q + 2^32 word 2q+1, neighbours in a tile.
//
// The 128-bit counter: c0 = counter (low), c1 = counter (high 20 bits) | domain << 20, c2 and c3 = stream. Domains keep
// apart draws that use words differently, so a stream may be read as floats, doubles and normals in any mixture and no
// word serves twice: draw i of a domain is a function of i, whatever was drawn before it.
#pragma once
#include <stdint.h>

#include "core/philox.h"

namespace gibbsite::GIBBSITE_TARGET {

struct random_stream {
  random_stream(philox_key key, uint32_t low, uint32_t high) : key(key), low(low), high(high), schedule(key) {}
  philox_key key;
  uint32_t low, high;
  philox_schedule schedule;
};

namespace domain {
constexpr uint32_t words = 0;         // draw i takes word i
constexpr uint32_t doubles = 1;       // draw i takes words 2 i and 2 i + 1
constexpr uint32_t word_pairs = 2;    // draws i and i ^ 16 share words i and i ^ 16
constexpr uint32_t double_pairs = 3;  // draws i and i ^ 8 share doubles i and i ^ 8
constexpr uint32_t keys = 15;         // child keys, made by src/random/key.ts
// Rejected draws look again at the same index of another domain: attempt 1, 2 ... 255.
constexpr uint32_t attempt(uint32_t domain, uint32_t n) { return domain | n << 4; }
constexpr uint32_t last_attempt = 255;
}  // namespace domain

constexpr size_t tile_counters = 16, tile_words = 64, tile_doubles = 32;
constexpr int tile_vectors = tile_counters / f32_lanes;

// words[k][v]: lanes v f32_lanes ... of the tile's words 16 k ... 16 k + 15.
struct random_tile {
  u32x words[4][tile_vectors];
};

GIBBSITE_INLINE random_tile make_tile(const random_stream& stream, uint32_t domain, uint64_t tile) {
  const uint64_t counter = tile * tile_counters;
  const u32x c0 = splat<u32x>(static_cast<uint32_t>(counter)) + lane_indices();
  const u32x c1 = splat<u32x>(static_cast<uint32_t>(counter >> 32) | domain << 20);
  random_tile made;
  for (int v = 0; v < tile_vectors; v++) {
    const philox_words block = philox(c0 + static_cast<uint32_t>(v * f32_lanes), c1, splat<u32x>(stream.low),
                                      splat<u32x>(stream.high), stream.schedule);
    for (int k = 0; k < 4; k++) made.words[k][v] = block.word[k];
  }
  return made;
}

// Single words and doubles, for the rare draw that has to look elsewhere.
inline uint32_t word_at(const random_stream& stream, uint32_t domain, uint64_t index) {
  const uint64_t counter = index / tile_words * tile_counters + index % tile_counters;
  const uint32_t at[4] = {static_cast<uint32_t>(counter), static_cast<uint32_t>(counter >> 32) | domain << 20,
                          stream.low, stream.high};
  uint32_t block[4];
  philox(at, stream.key, block);
  return block[index % tile_words / tile_counters];
}
inline uint64_t double_word_at(const random_stream& stream, uint32_t domain, uint64_t index) {
  return word_at(stream, domain, 2 * index) | uint64_t{word_at(stream, domain, 2 * index + 1)} << 32;
}

}  // namespace gibbsite::GIBBSITE_TARGET
