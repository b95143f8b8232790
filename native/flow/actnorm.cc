// Activation normalisation y_f = exp(s_f) x_f + b_f [Kingma, Dhariwal 2018]; the same in every pixel.
//
// Words: none. Parameters: log_scale s [features], shift b [features].
#include "flow/diagonal.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

diagonal scaling(const flow_layer& layer) { return {layer.parameters, layer.parameters + layer.before.features}; }

diagonal_gradient parts(const flow_layer& layer, float* gradient) {
  if (gradient == nullptr) return {nullptr, nullptr};
  return {gradient, gradient + layer.before.features};
}

void forward(const flow_layer& layer, flow_block& block, float*) {
  diagonal_apply(scaling(layer), layer.before, block.rows, block.state);
  add_log_det(block, diagonal_log_det(scaling(layer), layer.before));
}

void inverse(const flow_layer& layer, flow_block& block, float*) {
  diagonal_undo(scaling(layer), layer.before, block.rows, block.state);
  add_log_det(block, -diagonal_log_det(scaling(layer), layer.before));
}

void forward_backward(const flow_layer& layer, flow_block& block, const float*, float* gradient) {
  diagonal_apply_backward(scaling(layer), layer.before, block, parts(layer, gradient));
}

void inverse_backward(const flow_layer& layer, flow_block& block, const float*, float* gradient) {
  diagonal_undo_backward(scaling(layer), layer.before, block, parts(layer, gradient));
}

// Zero mean and unit variance of every feature after the layer, over all columns of the batch.
void initialize(const flow_layer& layer, const flow_block& block, double, float* parameters) {
  const size_t features = layer.before.features, stride = layer.before.stride(block.rows);
  for (size_t f = 0; f < features; f++) {
    const moments m = moments_of(block.state + f * stride, layer.before.columns(block.rows));
    const double scale = unit_scale(m);
    // An inverted layer divides where a plain one multiplies.
    parameters[f] = static_cast<float>(layer.inverted ? -log(scale) : log(scale));
    parameters[features + f] = static_cast<float>(layer.inverted ? m.mean : -m.mean * scale);
  }
}

}  // namespace

const flow_operator actnorm_operator = {forward, inverse, forward_backward, inverse_backward,
                                        nullptr, nullptr, nullptr,          initialize};

}  // namespace gibbsite::GIBBSITE_TARGET
