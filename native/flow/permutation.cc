// A permutation of features: y_i = x[order[i]]; the log-determinant is 0.
//
// Words: order [features]. Parameters: none.
#include "core/scratch.h"
#include "flow/lines.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

void swap_lines(float* a, float* b, size_t stride) {
  for (size_t j = 0; j < stride; j += f32_lanes) {
    const f32x held = load<f32x>(a + j);
    store(a + j, load<f32x>(b + j));
    store(b + j, held);
  }
}

// Moves lines in place along the cycles of the order: visit(first) is called with one line of each cycle of more than
// one.
template <class Visit>
void each_cycle(const flow_layer& layer, const Visit& visit) {
  const size_t features = layer.before.features;
  const scratch<uint8_t> seen(features);
  memset(seen.data(), 0, features);
  for (size_t first = 0; first < features; first++) {
    if (seen[first] || layer.words[first] == static_cast<int32_t>(first)) continue;
    for (size_t i = first; !seen[i]; i = static_cast<size_t>(layer.words[i])) seen[i] = 1;
    visit(first);
  }
}

// line[i] = line[order[i]].
void gather(const flow_layer& layer, float* lines, size_t stride) {
  each_cycle(layer, [&](size_t first) {
    // The first line of the cycle wanders along it, to where it is wanted last.
    for (size_t i = first;;) {
      const size_t next = static_cast<size_t>(layer.words[i]);
      if (next == first) break;
      swap_lines(lines + i * stride, lines + next * stride, stride);
      i = next;
    }
  });
}

// line[order[i]] = line[i].
void scatter(const flow_layer& layer, float* lines, size_t stride) {
  each_cycle(layer, [&](size_t first) {
    // The first place of the cycle holds what the place after the one just filled held.
    for (size_t i = static_cast<size_t>(layer.words[first]); i != first; i = static_cast<size_t>(layer.words[i])) {
      swap_lines(lines + first * stride, lines + i * stride, stride);
    }
  });
}

void forward(const flow_layer& layer, flow_block& block, float*) {
  gather(layer, block.state, layer.before.stride(block.rows));
}

void inverse(const flow_layer& layer, flow_block& block, float*) {
  scatter(layer, block.state, layer.before.stride(block.rows));
}

// The transpose of a permutation is its inverse.
void forward_backward(const flow_layer& layer, flow_block& block, const float*, float*) {
  scatter(layer, block.state, layer.before.stride(block.rows));
  scatter(layer, block.cotangent, layer.before.stride(block.rows));
}

void inverse_backward(const flow_layer& layer, flow_block& block, const float*, float*) {
  gather(layer, block.state, layer.before.stride(block.rows));
  gather(layer, block.cotangent, layer.before.stride(block.rows));
}

}  // namespace

const flow_operator permutation_operator = {forward, inverse, forward_backward, inverse_backward,
                                            nullptr, nullptr, nullptr,          nullptr};

}  // namespace gibbsite::GIBBSITE_TARGET
