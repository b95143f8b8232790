#include "kernels/random_uniform.h"

#include "core/math.h"
#include "kernels/random_fill.h"

namespace gibbsite::GIBBSITE_TARGET {
namespace {

template <class V>
GIBBSITE_INLINE V within(V x, V low, V high) {
  return select(x < low, low, select(x > high, high, x));
}

// The unit interval needs no arithmetic: 0 + 1 u is u.
template <class V, class T, class Fill>
void fill_scaled(double low, double high, const Fill& fill) {
  if (low == 0 && high == 1) return fill([](V u) { return u; });
  const V from = splat<V>(static_cast<T>(low)), to = splat<V>(static_cast<T>(high)), width = to - from;
  fill([=](V u) { return within<V>(from + width * u, from, to); });
}

}  // namespace

void random_words(span<uint32_t> out, uint32_t key_low, uint32_t key_high, uint32_t stream_low, uint32_t stream_high,
                  uint64_t start) {
  const random_stream stream{{key_low, key_high}, stream_low, stream_high};
  fill<tile_words>(out, start, [=](uint64_t tile, uint32_t* to) __attribute__((always_inline)) {
    store_words(to, make_tile(stream, domain::words, tile), [](u32x w) { return w; });
  });
}

void random_uniform_f32(span<float> out, uint32_t key_low, uint32_t key_high, uint32_t stream_low, uint32_t stream_high,
                        uint64_t start, double low, double high) {
  const random_stream stream{{key_low, key_high}, stream_low, stream_high};
  fill_scaled<f32x, float>(low, high, [&](auto scaled) {
    fill<tile_words>(out, start, [=](uint64_t tile, float* to) __attribute__((always_inline)) {
      store_words(to, make_tile(stream, domain::words, tile), [&](u32x w) { return scaled(open_uniform(w)); });
    });
  });
}

void random_uniform_f64(span<double> out, uint32_t key_low, uint32_t key_high, uint32_t stream_low,
                        uint32_t stream_high, uint64_t start, double low, double high) {
  const random_stream stream{{key_low, key_high}, stream_low, stream_high};
  fill_scaled<f64x, double>(low, high, [&](auto scaled) {
    fill<tile_doubles>(out, start, [=](uint64_t tile, double* to) __attribute__((always_inline)) {
      store_doubles(to, make_tile(stream, domain::doubles, tile), [&](u64x x) { return scaled(open_uniform(x)); });
    });
  });
}

void random_exponential_f32(span<float> out, uint32_t key_low, uint32_t key_high, uint32_t stream_low,
                            uint32_t stream_high, uint64_t start, double scale) {
  const random_stream stream{{key_low, key_high}, stream_low, stream_high};
  const float factor = static_cast<float>(scale);
  fill<tile_words>(out, start, [=](uint64_t tile, float* to) __attribute__((always_inline)) {
    store_words(to, make_tile(stream, domain::words, tile),
                [&](u32x w) { return (0.0f - log_of_normal(fine_uniform(w))) * factor; });
  });
}

void random_exponential_f64(span<double> out, uint32_t key_low, uint32_t key_high, uint32_t stream_low,
                            uint32_t stream_high, uint64_t start, double scale) {
  const random_stream stream{{key_low, key_high}, stream_low, stream_high};
  fill<tile_doubles>(out, start, [=](uint64_t tile, double* to) __attribute__((always_inline)) {
    store_doubles(to, make_tile(stream, domain::doubles, tile),
                  [&](u64x x) { return (0.0 - log_of_normal(open_uniform(x))) * scale; });
  });
}

}  // namespace gibbsite::GIBBSITE_TARGET
