// Philox against the vectors of Random123, addressing of words, extreme words, and kernels cut into pieces.
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "core/box_muller.h"
#include "core/stream.h"
#include "kernels/random_discrete.h"
#include "kernels/random_normal.h"
#include "kernels/random_uniform.h"

namespace gibbsite::GIBBSITE_TARGET {
namespace {

struct known_answer {
  uint32_t counter[4];
  philox_key key;
  uint32_t words[4];
};

// kat_vectors of Random123 1.14, philox4x32 10.
const known_answer known_answers[] = {
    {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
    {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
     {0xffffffff, 0xffffffff},
     {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
    {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
     {0xa4093822, 0x299f31d0},
     {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
};

template <class V>
typename vector_traits<V>::scalar first_lane(V v) {
  return v[0];
}
u32x all_lanes(uint32_t word) { return splat<u32x>(word); }

TEST_CASE("Philox gives the known answers, one by one and in every lane") {
  for (const known_answer& known : known_answers) {
    uint32_t words[4];
    philox(known.counter, known.key, words);
    const philox_words lanes = philox(all_lanes(known.counter[0]), all_lanes(known.counter[1]),
                                      all_lanes(known.counter[2]), all_lanes(known.counter[3]), known.key);
    for (int k = 0; k < 4; k++) {
      CHECK(words[k] == known.words[k]);
      for (int lane = 0; lane < f32_lanes; lane++) CHECK(lanes.word[k][lane] == known.words[k]);
    }
  }
}

TEST_CASE("lanes with different counters equal single counters") {
  uint32_t counter[4] = {1, 2, 3, 4};
  for (int repeat = 0; repeat < 100; repeat++) {
    u32x c[4];
    for (int k = 0; k < 4; k++) {
      for (int lane = 0; lane < f32_lanes; lane++) c[k][lane] = counter[k] = counter[k] * 1664525u + 1013904223u;
    }
    const philox_key key{counter[2], counter[3]};
    const philox_words made = philox(c[0], c[1], c[2], c[3], key);
    for (int lane = 0; lane < f32_lanes; lane++) {
      const uint32_t at[4] = {c[0][lane], c[1][lane], c[2][lane], c[3][lane]};
      uint32_t words[4];
      philox(at, key, words);
      for (int k = 0; k < 4; k++) CHECK(made.word[k][lane] == words[k]);
    }
  }
}

TEST_CASE("tiles hold the words that word_at finds, across the carry into the second counter word") {
  const random_stream stream{{7, 8}, 9, 10};
  const uint64_t boundary = uint64_t{1} << 28;  // tiles before the counter passes 2^32
  for (uint64_t tile : {uint64_t{0}, boundary - 1, boundary, boundary + 1, (uint64_t{1} << 48) - 1}) {
    const random_tile made = make_tile(stream, domain::doubles, tile);
    uint32_t words[tile_words];
    memcpy(words, made.words, sizeof words);
    for (size_t i = 0; i < tile_words; i++) {
      CHECK(words[i] == word_at(stream, domain::doubles, tile * tile_words + i));
    }
    const uint64_t pair = double_word_at(stream, domain::doubles, tile * tile_doubles + 5);
    CHECK(static_cast<uint32_t>(pair) == words[10]);
    CHECK(static_cast<uint32_t>(pair >> 32) == words[11]);
  }
}

TEST_CASE("extreme words stay inside the intervals") {
  const uint32_t ones = 0xffffffff;
  const uint64_t wide_ones = ~uint64_t{0};
  CHECK(first_lane(open_uniform(all_lanes(0))) == 0x1p-24f);
  CHECK(first_lane(open_uniform(all_lanes(ones))) == 1.0f - 0x1p-24f);
  CHECK(first_lane(fine_uniform(all_lanes(0))) == 0x1p-32f);
  CHECK(first_lane(fine_uniform(all_lanes(ones))) == 1.0f);
  CHECK(first_lane(open_uniform(splat<u64x>(uint64_t{0}))) == 0x1p-53);
  CHECK(first_lane(open_uniform(splat<u64x>(wide_ones))) == 1.0 - 0x1p-53);
}

TEST_CASE("open uniforms are exact") {
  for (uint32_t word = 0; word < 0xffff0000u; word += 65521) {
    CHECK(first_lane(open_uniform(all_lanes(word))) == static_cast<float>(((word >> 9) + 0.5) * 0x1p-23));
    const uint64_t x = uint64_t{word} << 32 | (word ^ 0x5555);
    CHECK(first_lane(open_uniform(splat<u64x>(x))) == static_cast<double>(((x >> 12) + 0.5L) * 0x1p-52L));
  }
}

TEST_CASE("Box-Muller is finite for extreme words and right for others") {
  const uint32_t words[] = {0, 1, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff, 0x12345678, 0x40000000, 0xc0000001};
  for (uint32_t a : words) {
    for (uint32_t b : words) {
      f32x z1, z2;
      box_muller(all_lanes(a), all_lanes(b), &z1, &z2);
      const double u1 = first_lane(fine_uniform(all_lanes(a))), r = std::sqrt(-2 * std::log(u1));
      const double turns = static_cast<double>(static_cast<int32_t>(b)) * 0x1p-32;
      CHECK(first_lane(z1) == doctest::Approx(r * std::cos(2 * M_PI * turns)).epsilon(2e-6));
      CHECK(first_lane(z2) == doctest::Approx(r * std::sin(2 * M_PI * turns)).epsilon(2e-6));
      f64x x1, x2;
      const uint64_t wide_a = uint64_t{a} << 32 | a, wide_b = uint64_t{b} << 32 | b;
      box_muller(splat<u64x>(wide_a), splat<u64x>(wide_b), &x1, &x2);
      CHECK(std::isfinite(first_lane(x1)));
      CHECK(std::isfinite(first_lane(x2)));
      CHECK(first_lane(x1) * first_lane(x1) + first_lane(x2) * first_lane(x2) < 8.6 * 8.6);
    }
  }
}

// FNV-1a.
template <class T>
uint64_t hash(const std::vector<T>& values) {
  uint64_t h = 0xcbf29ce484222325u;
  const auto* bytes = reinterpret_cast<const unsigned char*>(values.data());
  for (size_t i = 0; i < values.size() * sizeof(T); i++) h = (h ^ bytes[i]) * 0x100000001b3u;
  return h;
}

// fill(span, start) in one go equals the same in odd pieces. The starts are in the middle of tiles; from the first the
// counters of doubles pass 2^32, from the second those of words.
template <class T, class Fill>
uint64_t cut_and_whole(const Fill& fill) {
  constexpr size_t count = 50021;
  uint64_t h = 0;
  for (uint64_t first : {(uint64_t{1} << 33) - 20011, (uint64_t{1} << 34) - 20011}) {
    std::vector<T> whole(count), cut(count);
    fill(span<T>(whole.data(), count), first);
    for (size_t done = 0, piece = 1; done < count; done += piece, piece = piece * 3 % 4099) {
      if (piece > count - done) piece = count - done;
      fill(span<T>(cut.data() + done, piece), first + done);
    }
    CHECK(whole == cut);
    h = h * 31 + hash(whole);
  }
  return h;
}

TEST_CASE("fills may be cut anywhere, and are the same bytes in every build") {
  using words = span<uint32_t>;
  using floats = span<float>;
  using doubles = span<double>;
  using bytes = span<uint8_t>;
  using integers = span<int32_t>;
  const double p = 0.3;
  CHECK(cut_and_whole<uint32_t>([](words out, uint64_t at) { random_words(out, 1, 2, 3, 4, at); }) ==
        0x4d3b2b918b35e5adu);
  CHECK(cut_and_whole<float>([](floats out, uint64_t at) { random_uniform_f32(out, 1, 2, 3, 4, at, 0, 1); }) ==
        0xcd2955b8435c188cu);
  CHECK(cut_and_whole<double>([](doubles out, uint64_t at) { random_uniform_f64(out, 1, 2, 3, 4, at, 0, 1); }) ==
        0x1d1003142bde0ce5u);
  CHECK(cut_and_whole<float>([](floats out, uint64_t at) { random_normal_f32(out, 1, 2, 3, 4, at, 0, 1); }) ==
        0x5c4fb889e10b1c84u);
  CHECK(cut_and_whole<double>([](doubles out, uint64_t at) { random_normal_f64(out, 1, 2, 3, 4, at, 0, 1); }) ==
        0x4bdfcaf5b8814c51u);
  CHECK(cut_and_whole<float>([](floats out, uint64_t at) { random_exponential_f32(out, 1, 2, 3, 4, at, 1); }) ==
        0x431589ecbd2b1a78u);
  CHECK(cut_and_whole<double>([](doubles out, uint64_t at) { random_exponential_f64(out, 1, 2, 3, 4, at, 1); }) ==
        0xe6537b0df5ef8ee9u);
  CHECK(cut_and_whole<uint8_t>([&](bytes out, uint64_t at) { random_bernoulli_u8(out, 1, 2, 3, 4, at, {&p, 1}); }) ==
        0x04cc7e3b48a4ab89u);
  const auto dice = [](integers out, uint64_t at) {
    random_integers_i32(out, 1, 2, 3, 4, at, -2147483648.0, 3000000000u);
  };
  CHECK(cut_and_whole<int32_t>(dice) == 0xc4b6a03ca7f30835u);
  const auto wide = [](doubles out, uint64_t at) { random_integers_f64(out, 1, 2, 3, 4, at, -7, uint64_t{3} << 51); };
  CHECK(cut_and_whole<double>(wide) == 0x37168d55ef01a994u);
}

TEST_CASE("small spans write nothing beside them") {
  for (size_t length = 0; length < 200; length += 7) {
    std::vector<double> guarded(length + 2, -1.0);
    random_uniform_f64({guarded.data() + 1, length}, 1, 2, 3, 4, length, 0, 1);
    CHECK(guarded.front() == -1);
    CHECK(guarded.back() == -1);
    for (size_t i = 1; i <= length; i++) CHECK(guarded[i] > 0);
  }
}

TEST_CASE("a permutation holds every number once") {
  for (size_t length : {0, 1, 2, 63, 64, 65, 1000}) {
    std::vector<uint32_t> order(length);
    std::vector<int> seen(length, 0);
    random_permutation({order.data(), length}, 1, 2, 3, 4, 77);
    for (uint32_t i : order) seen.at(i)++;
    for (int n : seen) CHECK(n == 1);
  }
}

}  // namespace
}  // namespace gibbsite::GIBBSITE_TARGET
