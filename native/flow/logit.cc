// The logit at the data end [Dinh, Sohl-Dickstein, Bengio 2017]: y = log p - log(1 - p), p = alpha + (1 - 2 alpha) x,
// from intensities x in [0, 1] to the whole line, number by number:
//
//   log dy/dx = log(1 - 2 alpha) - log p - log(1 - p),   d/dx of it = (1 - 2 alpha) (2 p - 1) / (p (1 - p))
//
// Words: the bits of alpha as a float. Parameters: none.
#include "core/scratch.h"
#include "flow/lines.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

struct interval {
  float alpha, width;

  explicit interval(const flow_layer& layer) : alpha(bit_cast<float>(layer.words[0])), width(1.0f - 2.0f * alpha) {}

  f32x probability(f32x x) const { return x * width + alpha; }
  f32x data(f32x p) const { return (p - alpha) / splat<f32x>(width); }
};

void forward(const flow_layer& layer, flow_block& block, float*) {
  const interval within(layer);
  const size_t stride = layer.before.stride(block.rows);
  const float log_width = log(within.width);
  add_log_det(block, layer.before, layer.before.features, [&](size_t f, size_t j) __attribute__((always_inline)) {
    float* at = block.state + f * stride + j;
    // 1 - p from 1 - x, which is exact where it is small.
    const f32x x = load<f32x>(at), log_p = log(within.probability(x)), log_rest = log(within.probability(1.0f - x));
    store(at, log_p - log_rest);
    return log_width - (log_p + log_rest);
  });
}

// log(p (1 - p)) = -|y| - 2 log(1 + e^-|y|) for p = sigmoid(y).
f32x log_slope(f32x y) {
  const f32x size = absolute(y);
  return -(size + 2.0f * softplus(-size));
}

// The inverse is flat where |y| is large, so x does not tell y again: a backward pass reads it from the tape.
void inverse(const flow_layer& layer, flow_block& block, float* tape) {
  const interval within(layer);
  const size_t stride = layer.before.stride(block.rows);
  const float log_width = log(within.width);
  if (tape != nullptr) copy_lines(block.state, layer.before.floats(block.rows), tape);
  add_log_det(block, layer.before, layer.before.features, [&](size_t f, size_t j) __attribute__((always_inline)) {
    float* at = block.state + f * stride + j;
    const f32x y = load<f32x>(at);
    store(at, within.data(sigmoid(y)));
    return log_slope(y) - log_width;
  });
}

// A visit of the state, the cotangent and dL/dlog_det of each vector of a block.
template <class Visit>
void each_vector(const flow_layer& layer, const flow_block& block, const Visit& visit) {
  const size_t stride = layer.before.stride(block.rows);
  const scratch<float> log_det(stride);
  spread_rows(block.log_det_cotangent, layer.before, block.rows, log_det.data());
  for (size_t f = 0; f < layer.before.features; f++) {
    for (size_t j = 0; j < stride; j += f32_lanes) visit(f * stride + j, load<f32x>(log_det.data() + j));
  }
}

void forward_backward(const flow_layer& layer, flow_block& block, const float*, float*) {
  const interval within(layer);
  each_vector(layer, block, [&](size_t at, f32x log_det) __attribute__((always_inline)) {
    const f32x y = load<f32x>(block.state + at), p = sigmoid(y), rest = sigmoid(-y);
    const f32x dy = load<f32x>(block.cotangent + at);
    store(block.state + at, within.data(p));
    store(block.cotangent + at, (dy + log_det * (p - rest)) * within.width / (p * rest));
  });
}

void inverse_backward(const flow_layer& layer, flow_block& block, const float* tape, float*) {
  const interval within(layer);
  each_vector(layer, block, [&](size_t at, f32x log_det) __attribute__((always_inline)) {
    const f32x y = load<f32x>(tape + at), p = sigmoid(y), rest = sigmoid(-y);
    const f32x dx = load<f32x>(block.cotangent + at);
    store(block.state + at, y);
    store(block.cotangent + at, dx * (p * rest) / splat<f32x>(within.width) + log_det * (rest - p));
  });
}

size_t tape_size(const flow_layer& layer, size_t rows, bool) { return layer.before.floats(rows); }

}  // namespace

const flow_operator logit_operator = {forward,   inverse, forward_backward, inverse_backward,
                                      tape_size, nullptr, nullptr,          nullptr};

}  // namespace gibbsite::GIBBSITE_TARGET
