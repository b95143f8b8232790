#include "flow/program.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

constexpr size_t header_words = 7, record_words = 11;

// By opcode.
const flow_operator* const operators[flow_opcode::count] = {
    &planar_operator, &coupling_operator, &rescale_operator, &actnorm_operator, &permutation_operator,
    &linear_operator, &squeeze_operator,  &split_operator,   &logit_operator,
};

flow_shape shape_at(const int32_t* words) {
  return {static_cast<size_t>(words[0]), static_cast<size_t>(words[1]), static_cast<size_t>(words[2])};
}

}  // namespace

const flow_operator& operator_of(const flow_layer& layer) { return *operators[layer.opcode]; }

flow_program::flow_program(span<const int32_t> words, const float* parameters, span<const float> prepared)
    : words_(words.data()), parameters_(parameters), layers_(layers()) {
  const int32_t* at = words_ + header_words;
  size_t prepared_at = 0;
  for (size_t i = 0; i < layers(); i++) {
    flow_layer& layer = layers_[i];
    layer = {at[0],     at[1] != 0,         shape_at(at + 5),           shape_at(at + 8), at + record_words,
             context(), parameters + at[3], static_cast<size_t>(at[4]), nullptr};
    parameter_count_ += layer.parameter_count;
    at += at[2];
    if (prepared.empty()) continue;
    layer.prepared = prepared.data() + prepared_at;
    prepared_at += prepared_size(i);
  }
}

size_t flow_program::prepared_size(size_t i) const {
  const flow_operator& op = operator_of(layers_[i]);
  const size_t floats = op.prepared_size == nullptr ? 0 : op.prepared_size(layers_[i]);
  return (floats + block_lanes - 1) / block_lanes * block_lanes;
}

size_t flow_program::prepared_size() const {
  size_t total = 0;
  for (size_t i = 0; i < layers(); i++) total += prepared_size(i);
  return total;
}

}  // namespace gibbsite::GIBBSITE_TARGET
