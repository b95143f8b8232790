// Diagonal rescaling y_f = exp(s_f) x_f, the top layer of NICE [Dinh, Krueger, Bengio 2014].
//
// Words: none. Parameters: log_scale s [features].
#include "flow/diagonal.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

diagonal scaling(const flow_layer& layer) { return {layer.parameters, nullptr}; }

void forward(const flow_layer& layer, flow_block& block, float*) {
  diagonal_apply(scaling(layer), layer.before, block.rows, block.state);
  add_log_det(block, diagonal_log_det(scaling(layer), layer.before));
}

void inverse(const flow_layer& layer, flow_block& block, float*) {
  diagonal_undo(scaling(layer), layer.before, block.rows, block.state);
  add_log_det(block, -diagonal_log_det(scaling(layer), layer.before));
}

void forward_backward(const flow_layer& layer, flow_block& block, const float*, float* gradient) {
  diagonal_apply_backward(scaling(layer), layer.before, block, {gradient, nullptr});
}

void inverse_backward(const flow_layer& layer, flow_block& block, const float*, float* gradient) {
  diagonal_undo_backward(scaling(layer), layer.before, block, {gradient, nullptr});
}

// The base distribution's variance for every feature after the layer, over all columns of the batch. Where a feature
// hardly varies (the borders of images), s is far from 0, and gradient steps would take thousands to get there.
void initialize(const flow_layer& layer, const flow_block& block, double base_deviation, float* parameters) {
  const size_t stride = layer.before.stride(block.rows), columns = layer.before.columns(block.rows);
  for (size_t f = 0; f < layer.before.features; f++) {
    const double log_scale = log(base_deviation * unit_scale(moments_of(block.state + f * stride, columns)));
    parameters[f] = static_cast<float>(layer.inverted ? -log_scale : log_scale);
  }
}

}  // namespace

const flow_operator rescale_operator = {forward, inverse, forward_backward, inverse_backward,
                                        nullptr, nullptr, nullptr,          initialize};

}  // namespace gibbsite::GIBBSITE_TARGET
