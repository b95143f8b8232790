// Adam (Kingma and Ba 2015) with decoupled weight decay (Loshchilov and Hutter 2019) and the gradient's norm clipped
// (Pascanu, Mikolov, Bengio 2013). In step t = 1, 2 ..., with the gradient of what is to become small,
//
//   g <- gradient min(1, clip / |gradient|)
//   m <- beta1 m + (1 - beta1) g,   v <- beta2 v + (1 - beta2) g^2,   beta1 = 0.9, beta2 = 0.999
//   theta <- theta - rate (m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + 1e-8) + weight_decay theta)
#pragma once
#include "core/span.h"

namespace gibbsite::GIBBSITE_TARGET {

// One step, number `step` from 0: reads parameters [n], writes updated [n], moves first_moment [n] (m) and
// second_moment [n] (v). clip: largest norm of the gradient, 0 for any. decayed: begin and end of each range of
// parameters that decays, in rising order.
//
// Returns -1, or the index of the first gradient beyond 1e18 or NaN: then nothing has been changed.
int32_t adam_step(span<const float> gradient, float rate, float clip, float weight_decay, span<const uint32_t> decayed,
                  uint64_t step, span<const float> parameters, span<float> first_moment, span<float> second_moment,
                  span<float> updated);

}  // namespace gibbsite::GIBBSITE_TARGET
