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

}  // namespace

const flow_operator rescale_operator = {forward, inverse, forward_backward, inverse_backward,
                                        nullptr, nullptr, nullptr,          nullptr};

}  // namespace gibbsite::GIBBSITE_TARGET
