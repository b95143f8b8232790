// The activations of networks on lines of a block, and their derivatives.
#pragma once
#include "core/gemm.h"
#include "core/threads.h"
#include "flow/lines.h"

namespace gibbsite::GIBBSITE_TARGET {

// A backward pass needs the activation's argument, where its derivative can't be told from its value.
inline bool keeps_argument(activation act) { return act == activation::silu; }

GIBBSITE_INLINE f32x silu_slope(f32x x) {
  const f32x s = sigmoid(x);
  return s * (1 + x * (1 - s));
}

// body(first, count) for runs of floats that cover `size` of them, on all threads where there are many.
template <class Body>
void for_floats(size_t size, const Body& body) {
  constexpr size_t run = 1 << 15;
  parallel_for((size + run - 1) / run, [&](size_t i) { body(i * run, size - i * run < run ? size - i * run : run); });
}

// to[j] = act(from[j]); whole vectors.
inline void activate(activation act, const float* from, size_t size, float* to) {
  for_floats(size, [=](size_t first, size_t count) {
    for (size_t j = first; j < first + count; j += f32_lanes) store(to + j, activated(act, load<f32x>(from + j)));
  });
}

// cotangent[j] *= act'(argument[j]), told from value[j] = act(argument[j]) where that is enough.
inline void multiply_by_slope(activation act, const float* argument, const float* value, size_t size,
                              float* cotangent) {
  for_floats(size, [=](size_t first, size_t count) {
    const auto map = [=](const float* from, const auto& f) {
      for (size_t j = first; j < first + count; j += f32_lanes) {
        store(cotangent + j, f(load<f32x>(cotangent + j), load<f32x>(from + j)));
      }
    };
    switch (act) {
      case activation::relu:
        return map(value, [](f32x c, f32x y) { return select(y > 0, c, f32x{}); });
      case activation::tanh:
        return map(value, [](f32x c, f32x y) { return c * (1 - y * y); });
      case activation::silu:
        return map(argument, [](f32x c, f32x x) { return c * silu_slope(x); });
      default:
        return;
    }
  });
}

}  // namespace gibbsite::GIBBSITE_TARGET
