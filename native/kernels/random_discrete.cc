#include "kernels/random_discrete.h"

#include "kernels/random_fill.h"

namespace gibbsite::GIBBSITE_TARGET {
namespace {

// High and low words of a 64 x 64 bit product.
inline uint64_t multiply_wide(uint64_t a, uint64_t b, uint64_t* low) {
  const uint64_t a0 = static_cast<uint32_t>(a), a1 = a >> 32, b0 = static_cast<uint32_t>(b), b1 = b >> 32;
  const uint64_t middle = a1 * b0 + (a0 * b0 >> 32), other = a0 * b1 + static_cast<uint32_t>(middle);
  *low = a * b;
  return a1 * b1 + (middle >> 32) + (other >> 32);
}

// Draw `index` of 0 ... range - 1 from its word: floor(word range / 2^32), where of every value's words the same number
// is kept.
inline uint32_t below(const random_stream& stream, uint64_t index, uint32_t word, uint64_t range) {
  uint64_t product = word * range;
  if (static_cast<uint32_t>(product) >= range) return static_cast<uint32_t>(product >> 32);
  const uint64_t surplus = (uint64_t{1} << 32) % range;
  for (uint32_t n = 1; static_cast<uint32_t>(product) < surplus && n <= domain::last_attempt; n++) {
    product = word_at(stream, domain::attempt(domain::words, n), index) * range;
  }
  return static_cast<uint32_t>(product >> 32);
}

// The same from 64 bits.
inline uint64_t below_wide(const random_stream& stream, uint64_t index, uint64_t word, uint64_t range) {
  uint64_t low, value = multiply_wide(word, range, &low);
  if (low >= range) return value;
  const uint64_t surplus = (0 - range) % range;  // 2^64 mod range
  for (uint32_t n = 1; low < surplus && n <= domain::last_attempt; n++) {
    value = multiply_wide(double_word_at(stream, domain::attempt(domain::doubles, n), index), range, &low);
  }
  return value;
}

GIBBSITE_INLINE void store_raw(const random_tile& tile, uint32_t* to) {
  store_words(to, tile, [](u32x w) { return w; });
}
GIBBSITE_INLINE void store_raw(const random_tile& tile, uint64_t* to) {
  store_doubles(to, tile, [](u64x x) { return x; });
}

// out[i] = convert(index, word), for draws that take one word each and are made one by one.
template <class T, class Convert>
void fill_by_word(span<T> out, const random_stream& stream, uint64_t start, const Convert& convert) {
  fill<tile_words>(out, start, [=](uint64_t tile, T* to) __attribute__((always_inline)) {
    alignas(64) uint32_t words[tile_words];
    store_raw(make_tile(stream, domain::words, tile), words);
    for (size_t i = 0; i < tile_words; i++) to[i] = convert(tile * tile_words + i, words[i]);
  });
}
template <class T, class Convert>
void fill_by_double(span<T> out, const random_stream& stream, uint64_t start, const Convert& convert) {
  fill<tile_doubles>(out, start, [=](uint64_t tile, T* to) __attribute__((always_inline)) {
    alignas(64) uint64_t words[tile_doubles];
    store_raw(make_tile(stream, domain::doubles, tile), words);
    for (size_t i = 0; i < tile_doubles; i++) to[i] = convert(tile * tile_doubles + i, words[i]);
  });
}

template <class T>
void integers(span<T> out, const random_stream& stream, uint64_t start, double low, uint64_t range) {
  const int64_t from = static_cast<int64_t>(low);
  if (range <= uint64_t{1} << 32) {
    fill_by_word(out, stream, start, [=](uint64_t index, uint32_t word) {
      return static_cast<T>(from + static_cast<int64_t>(below(stream, index, word, range)));
    });
  } else {
    fill_by_double(out, stream, start, [=](uint64_t index, uint64_t word) {
      return static_cast<T>(from + static_cast<int64_t>(below_wide(stream, index, word, range)));
    });
  }
}

// A tile that sticks out of the span at either end must not look for a p there: such an index asks for p[0].
template <class T>
void bernoulli(span<T> out, const random_stream& stream, uint64_t start, span<const double> p) {
  const auto chosen = [=](uint64_t index) { return index - start < p.size() ? p[index - start] : p[0]; };
  fill<tile_doubles>(out, start, [=](uint64_t tile, T* to) __attribute__((always_inline)) {
    alignas(64) double uniforms[tile_doubles];
    store_doubles(uniforms, make_tile(stream, domain::doubles, tile), [](u64x x) { return open_uniform(x); });
    for (size_t i = 0; i < tile_doubles; i++) to[i] = uniforms[i] < chosen(tile * tile_doubles + i) ? T{1} : T{0};
  });
}

}  // namespace

void random_bernoulli_u8(span<uint8_t> out, uint32_t key_low, uint32_t key_high, uint32_t stream_low,
                         uint32_t stream_high, uint64_t start, span<const double> p) {
  bernoulli(out, {{key_low, key_high}, stream_low, stream_high}, start, p);
}
void random_bernoulli_f32(span<float> out, uint32_t key_low, uint32_t key_high, uint32_t stream_low,
                          uint32_t stream_high, uint64_t start, span<const double> p) {
  bernoulli(out, {{key_low, key_high}, stream_low, stream_high}, start, p);
}
void random_bernoulli_f64(span<double> out, uint32_t key_low, uint32_t key_high, uint32_t stream_low,
                          uint32_t stream_high, uint64_t start, span<const double> p) {
  bernoulli(out, {{key_low, key_high}, stream_low, stream_high}, start, p);
}

void random_integers_i32(span<int32_t> out, uint32_t key_low, uint32_t key_high, uint32_t stream_low,
                         uint32_t stream_high, uint64_t start, double low, uint64_t range) {
  integers(out, {{key_low, key_high}, stream_low, stream_high}, start, low, range);
}
void random_integers_f32(span<float> out, uint32_t key_low, uint32_t key_high, uint32_t stream_low,
                         uint32_t stream_high, uint64_t start, double low, uint64_t range) {
  integers(out, {{key_low, key_high}, stream_low, stream_high}, start, low, range);
}
void random_integers_f64(span<double> out, uint32_t key_low, uint32_t key_high, uint32_t stream_low,
                         uint32_t stream_high, uint64_t start, double low, uint64_t range) {
  integers(out, {{key_low, key_high}, stream_low, stream_high}, start, low, range);
}

void random_categorical(span<int32_t> out, uint32_t key_low, uint32_t key_high, uint32_t stream_low,
                        uint32_t stream_high, uint64_t start, span<const double> keep, span<const uint32_t> alias) {
  const random_stream stream{{key_low, key_high}, stream_low, stream_high};
  fill_by_double(out, stream, start, [=](uint64_t, uint64_t word) {
    // One word for both choices: the product's high part is the column, its low part still uniform.
    uint64_t low;
    const uint64_t column = multiply_wide(word, keep.size(), &low);
    const double coin = static_cast<double>(low >> 11) * 0x1p-53;
    // Both are loaded and one is chosen by arithmetic: a branch here could not be predicted.
    const uint32_t here = static_cast<uint32_t>(column), there = alias[column],
                   kept = 0 - uint32_t{coin < keep[column]};
    return static_cast<int32_t>(there ^ ((here ^ there) & kept));
  });
}

void random_permutation(span<uint32_t> out, uint32_t key_low, uint32_t key_high, uint32_t stream_low,
                        uint32_t stream_high, uint64_t start) {
  const random_stream stream{{key_low, key_high}, stream_low, stream_high};
  alignas(64) uint32_t words[tile_words];
  for (size_t i = 0; i < out.size(); i++) {
    const uint64_t index = start + i;
    if (i == 0 || index % tile_words == 0) store_raw(make_tile(stream, domain::words, index / tile_words), words);
    const uint32_t j = below(stream, index, words[index % tile_words], i + 1);
    out[i] = out[j];
    out[j] = static_cast<uint32_t>(i);
  }
}

}  // namespace gibbsite::GIBBSITE_TARGET
