#include "flow/net.h"

#include "flow/activation.h"
#include "flow/net_layer.h"
#include "flow/work_space.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

// One pass of a network over a block. The tape of a hidden layer holds its values, or the arguments of its activation
// where the derivative needs them (keeps_argument); of a residual net also what goes past the blocks, as arguments.
class net_pass {
 public:
  net_pass(const net& n, const net_input& input)
      : net_(n), layers_(n), columns_(n, input.rows), input_(input), act_(n.act()) {}

 protected:
  size_t lines(size_t features) const { return features * columns_.stride; }
  // The same block with other lines, as the input of an inner layer.
  net_input inner(const float* lines) const { return {input_.rows, lines, columns_.stride, nullptr, 0}; }
  size_t widest() const {
    size_t most = 0;
    for (size_t i = 0; i < net_.depth(); i++) most = net_.hidden(i) > most ? net_.hidden(i) : most;
    return most;
  }
  // The values of a hidden layer whose tape is here; made in `buffer` where the tape holds arguments.
  const float* values(const float* tape, size_t features, float* buffer) const {
    if (!keeps_argument(act_)) return tape;
    activate(act_, tape, lines(features), buffer);
    return buffer;
  }

  const net& net_;
  const net_layers layers_;
  const net_columns columns_;
  const net_input input_;
  const activation act_;
};

class forward_pass : net_pass {
 public:
  forward_pass(const net& n, const net_input& input, float* tape)
      : net_pass(n, input), tape_(tape), buffer_(buffers() * lines(widest())) {}

  void plain(float* output) {
    const net_columns columns = tape_ == nullptr ? columns_.tight() : columns_;
    net_input in = input_;
    for (size_t i = 0; i + 1 < layers_.count; i++) {
      const float* const made = hidden(layers_[i], columns, in, take_tape(layers_[i].outputs, i % 2));
      in = {input_.rows, made, columns.stride, nullptr, 0};
    }
    layer_forward(net_, layers_.last(), columns_, in, {}, output);
  }

  void residual(float* output) {
    const size_t width = net_.hidden(0);
    float* trunk = take_tape(width, 2);
    layer_forward(net_, layers_[0], columns_, input_, {}, trunk);
    for (size_t b = 0; b < net_.depth(); b++) {
      activate(act_, trunk, lines(width), buffer(0));
      const float* values = hidden(layers_[2 * b + 1], columns_, inner(buffer(0)), take_tape(width, 1));
      float* next = take_tape(width, 2);
      if (next != trunk) copy_lines(trunk, lines(width), next);
      trunk = next;
      layer_forward(net_, layers_[2 * b + 2], columns_, inner(values), {.accumulate = true}, trunk);
    }
    activate(act_, trunk, lines(width), buffer(0));
    layer_forward(net_, layers_.last(), columns_, inner(buffer(0)), {}, output);
  }

 private:
  // Buffers for what is not on the tape: 0 and 1 for values, 2 for what goes past the blocks.
  size_t buffers() const {
    if (tape_ == nullptr) return net_.residual() ? 3 : 2;
    if (keeps_argument(act_)) return 2;
    return net_.residual() ? 1 : 0;
  }
  float* buffer(size_t i) const { return buffer_.data() + i * lines(widest()); }
  // The next part of the tape, or buffer i where there is no tape.
  float* take_tape(size_t features, size_t i) {
    if (tape_ == nullptr) return buffer(i);
    float* taken = tape_;
    tape_ += lines(features);
    return taken;
  }
  // act(W x + b), kept at `to`, as argument or value.
  const float* hidden(const net_layer& layer, const net_columns& columns, const net_input& in, float* to) {
    const bool argument = tape_ != nullptr && keeps_argument(act_);
    layer_forward(net_, layer, columns, in, {.act = argument ? activation::none : act_}, to);
    return argument ? values(to, layer.outputs, buffer(1)) : to;
  }

  float* tape_;
  work_space buffer_;
};

class backward_pass : net_pass {
 public:
  backward_pass(const net& n, const net_input& input, const float* tape, float* parameter_gradient)
      : net_pass(n, input), tape_(tape), gradient_(parameter_gradient), buffer_(buffers() * lines(widest())) {}

  void plain(const float* cotangent, float* input_cotangent) {
    const float* tape = tape_ + tape_size_of(net_, columns_);
    for (size_t i = layers_.count - 1; i > 0; i--) {
      const size_t features = layers_[i].inputs;
      tape -= lines(features);
      cotangent = hidden(layers_[i], tape, cotangent, buffer(i % 2));
    }
    end(cotangent, input_cotangent);
  }

  void residual(const float* cotangent, float* input_cotangent) {
    const size_t width = net_.hidden(0);
    const float* tape = tape_ + 2 * net_.depth() * lines(width);
    float* trunk = buffer(0);
    through_activation(layers_.last(), tape, cotangent, trunk);
    for (size_t b = net_.depth(); b > 0; b--) {
      tape -= lines(width);
      const float* inner_cotangent = hidden(layers_[2 * b], tape, trunk, buffer(1));
      tape -= lines(width);
      through_activation(layers_[2 * b - 1], tape, inner_cotangent, buffer(3));
      add_lines(buffer(3), lines(width), trunk);
    }
    end(trunk, input_cotangent);
  }

  static size_t tape_size_of(const net& n, const net_columns& columns) {
    if (n.residual()) return (2 * n.depth() + 1) * n.hidden(0) * columns.stride;
    size_t features = 0;
    for (size_t i = 0; i < n.depth(); i++) features += n.hidden(i);
    return features * columns.stride;
  }

 private:
  // 0 and 1 for cotangents, 2 for values that the tape does not hold, 3 for the cotangent that joins the one past a
  // block.
  size_t buffers() const { return net_.residual() ? 4 : keeps_argument(act_) ? 3 : 2; }
  float* buffer(size_t i) const { return buffer_.data() + i * lines(widest()); }

  // Back through a layer whose input is a hidden layer: from the layer's cotangent to that of the argument before.
  const float* hidden(const net_layer& layer, const float* tape, const float* cotangent, float* to) {
    const float* in = values(tape, layer.inputs, buffer(2));
    layer_back(layer, tape, in, cotangent, to);
    return to;
  }
  // The same where the tape holds arguments whatever the activation.
  void through_activation(const net_layer& layer, const float* tape, const float* cotangent, float* to) {
    activate(act_, tape, lines(layer.inputs), buffer(2));
    layer_back(layer, tape, buffer(2), cotangent, to);
  }
  void layer_back(const net_layer& layer, const float* argument, const float* value, const float* cotangent,
                  float* to) {
    if (gradient_ != nullptr) layer_gradient(layer, columns_, inner(value), cotangent, gradient_);
    layer_backward(net_, layer, columns_, cotangent, false, to, columns_.stride);
    multiply_by_slope(act_, argument, value, lines(layer.inputs), to);
  }
  void end(const float* cotangent, float* input_cotangent) {
    if (gradient_ != nullptr) layer_gradient(layers_[0], columns_, input_, cotangent, gradient_);
    if (input_cotangent == nullptr) return;
    layer_backward(net_, layers_[0], columns_, cotangent, true, input_cotangent, input_.line_stride);
  }
  static void add_lines(const float* from, size_t size, float* to) {
    for_floats(size, [=](size_t first, size_t count) {
      for (size_t j = first; j < first + count; j++) to[j] += from[j];
    });
  }

  const float* tape_;
  float* gradient_;
  work_space buffer_;
};

}  // namespace

size_t net_parameter_count(const net& n) { return net_layers(n).parameters; }

size_t net_prepared_size(const net& n) { return net_layers(n).packed; }

void net_prepare(const net& n, float* prepared) {
  const net_layers layers(n);
  for (size_t i = 0; i < layers.count; i++) {
    const net_layer& layer = layers[i];
    const size_t k = layer.left_columns();
    pack_left(layer.left_rows(), k, {n.parameters + layer.weights, k, 1}, prepared + layer.packed);
  }
}

size_t net_tape_size(const net& n, size_t rows) { return backward_pass::tape_size_of(n, net_columns(n, rows)); }

void net_forward(const net& n, const net_input& input, float* output, float* tape) {
  forward_pass pass(n, input, tape);
  n.residual() ? pass.residual(output) : pass.plain(output);
  pad_lines(output, {n.outputs(), n.image.height, n.image.width}, input.rows);
}

void net_backward(const net& n, const net_input& input, const float* tape, const float* output_cotangent,
                  float* input_cotangent, float* parameter_gradient) {
  backward_pass pass(n, input, tape, parameter_gradient);
  n.residual() ? pass.residual(output_cotangent, input_cotangent) : pass.plain(output_cotangent, input_cotangent);
}

}  // namespace gibbsite::GIBBSITE_TARGET
