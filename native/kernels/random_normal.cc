#include "kernels/random_normal.h"

#include "core/box_muller.h"
#include "kernels/random_fill.h"

namespace gibbsite::GIBBSITE_TARGET {
namespace {

// A tile holds two rows of radii and two of angles, in turn.
template <class V, class Word, class T>
GIBBSITE_INLINE void store_pairs(const random_tile& tile, T mean, T sd, T* to) {
  constexpr size_t row = tile_counters * sizeof(uint32_t) / sizeof(T);
  for (int k = 0; k < 4; k += 2) {
    for (int v = 0; v < tile_vectors; v++) {
      V z1, z2;
      box_muller(bit_cast<Word>(tile.words[k][v]), bit_cast<Word>(tile.words[k + 1][v]), &z1, &z2);
      T* at = to + k * row + v * vector_traits<V>::lanes;
      store(at, mean + sd * z1);
      store(at + row, mean + sd * z2);
    }
  }
}

}  // namespace

void random_normal_f32(span<float> out, uint32_t key_low, uint32_t key_high, uint32_t stream_low, uint32_t stream_high,
                       uint64_t start, double mean, double sd) {
  const random_stream stream{{key_low, key_high}, stream_low, stream_high};
  const float m = static_cast<float>(mean), s = static_cast<float>(sd);
  fill<tile_words>(out, start, [=](uint64_t tile, float* to) __attribute__((always_inline)) {
    store_pairs<f32x, u32x>(make_tile(stream, domain::word_pairs, tile), m, s, to);
  });
}

void random_normal_f64(span<double> out, uint32_t key_low, uint32_t key_high, uint32_t stream_low, uint32_t stream_high,
                       uint64_t start, double mean, double sd) {
  const random_stream stream{{key_low, key_high}, stream_low, stream_high};
  fill<tile_doubles>(out, start, [=](uint64_t tile, double* to) __attribute__((always_inline)) {
    store_pairs<f64x, u64x>(make_tile(stream, domain::double_pairs, tile), mean, sd, to);
  });
}

}  // namespace gibbsite::GIBBSITE_TARGET
