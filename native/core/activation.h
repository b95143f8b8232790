// The activations of networks.
#pragma once
#include "core/math.h"
#include "core/simd.h"

namespace gibbsite::GIBBSITE_TARGET {

enum class activation : int32_t { none = 0, relu = 1, tanh = 2, silu = 3 };

// act(x), of a vector or of a single number.
template <class V>
GIBBSITE_INLINE V activated(activation act, V x) {
  switch (act) {
    case activation::relu:
      return at_least(x, 0);
    case activation::tanh:
      return tanh(x);
    case activation::silu:
      return x * sigmoid(x);
    default:
      return x;
  }
}

}  // namespace gibbsite::GIBBSITE_TARGET
