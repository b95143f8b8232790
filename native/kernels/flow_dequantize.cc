#include "kernels/flow_dequantize.h"

#include "core/stream.h"
#include "core/threads.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

// Tiles of a task.
constexpr size_t task_tiles = 64;
// Rounding must not reach 1.
constexpr float below_one = 1.0f - 0x1p-24f;

struct rule {
  float top, levels;

  GIBBSITE_INLINE f32x apply(f32x x, f32x u) const {
    const f32x y = (x * top + u) / splat<f32x>(levels);
    return select(y < splat<f32x>(below_one), y, splat<f32x>(below_one));
  }
};

// The values of one tile, which has 64 of them, or `count` where the array ends.
void dequantize_tile(const rule& rule, const random_stream& stream, uint64_t tile, const float* x, size_t count,
                     float* out) {
  const random_tile random = make_tile(stream, domain::words, tile);
  float values[tile_words] = {};
  memcpy(values, x, count * sizeof(float));
  for (size_t k = 0; k < 4; k++) {
    for (int v = 0; v < tile_vectors; v++) {
      float* const at = values + k * tile_counters + static_cast<size_t>(v * f32_lanes);
      store(at, rule.apply(load<f32x>(at), open_uniform(random.words[k][v])));
    }
  }
  memcpy(out, values, count * sizeof(float));
}

}  // namespace

void flow_dequantize(span<const float> x, uint32_t levels, uint32_t key_low, uint32_t key_high, uint64_t number,
                     uint64_t first, span<float> out) {
  const rule rule{static_cast<float>(levels - 1), static_cast<float>(levels)};
  const random_stream stream({key_low, key_high}, static_cast<uint32_t>(number), static_cast<uint32_t>(number >> 32));
  const size_t tiles = (x.size() + tile_words - 1) / tile_words;
  parallel_for((tiles + task_tiles - 1) / task_tiles, [&](size_t task) {
    for (size_t t = task * task_tiles; t < tiles && t < (task + 1) * task_tiles; t++) {
      const size_t at = t * tile_words, rest = x.size() - at;
      dequantize_tile(rule, stream, first / tile_words + t, x.data() + at, rest < tile_words ? rest : tile_words,
                      out.data() + at);
    }
  });
}

}  // namespace gibbsite::GIBBSITE_TARGET
