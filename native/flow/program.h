// A flow as a program: the words that src/flow/program.ts writes, decoded.
//
//   header   dim, features, height, width, context, base, layers
//   a layer  opcode, inverted, length of the record, parameter offset, parameter count,
//            features, height, width before; features, height, width after; then the layer's own words
//
// Programs come from the library's own checked layers, never from outside, and are not checked again.
#pragma once
#include "core/scratch.h"
#include "core/span.h"
#include "flow/layer.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace flow_base {
constexpr int32_t normal = 0, logistic = 1;
}

class flow_program {
 public:
  // `prepared` may be empty: then layers make what they need anew.
  flow_program(span<const int32_t> words, const float* parameters, span<const float> prepared);

  size_t dim() const { return static_cast<size_t>(words_[0]); }
  flow_shape shape() const { return {word(1), word(2), word(3)}; }
  size_t context() const { return word(4); }
  int32_t base() const { return words_[5]; }
  size_t layers() const { return word(6); }
  const flow_layer& layer(size_t i) const { return layers_[i]; }

  // Where the gradient of layer i's parameters is in a vector of gradients; null for null.
  float* gradient_of(size_t i, float* gradient) const {
    return gradient == nullptr ? nullptr : gradient + (layers_[i].parameters - parameters_);
  }
  size_t parameter_count() const { return parameter_count_; }
  // Floats that all layers' `prepare` write, each from a cache line's begin on.
  size_t prepared_size() const;
  size_t prepared_size(size_t i) const;

 private:
  size_t word(size_t i) const { return static_cast<size_t>(words_[i]); }

  const int32_t* words_;
  const float* parameters_;
  size_t parameter_count_ = 0;
  scratch<flow_layer> layers_;
};

const flow_operator& operator_of(const flow_layer& layer);

}  // namespace gibbsite::GIBBSITE_TARGET
