// Conditioner networks: the functions inside couplings, free of any constraint. They work on feature-major blocks
// (layer.h): input [inputs][stride] of `rows` rows with `pixels` columns each, output [outputs][stride].
//
//   mlp             W x + b, activation, ... , W x + b; of images: the same in every pixel
//   residual        first linear layer, then blocks x + W2 act(W1 act(x)), then act and the last linear layer
//   conv            as mlp, the first and the last layer 3x3 convolutions [Kingma, Dhariwal 2018: 3x3, 1x1, 3x3]
//   residual_conv   as residual, with 3x3 convolutions first, last and as W1 [He, Zhang, Ren, Sun 2016]
//
// Convolutions are cross-correlations with zero padding. Where there is context, it enters the first layer through
// weights of its own, the same for every pixel of a row.
//
// Words: kind, activation, inputs, outputs, number of hidden layers (blocks, for `residual`), their sizes. All sizes of
// a residual net are equal. Parameters: of each linear layer weights [out][in] (convolutions [out][3][3][in]), for the
// first one weights [out][context] where there is context, then bias [out].
#pragma once
#include "core/gemm.h"
#include "flow/layer.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace net_kind {
constexpr int32_t mlp = 0, residual = 1, conv = 2, residual_conv = 3;
}

struct net {
  const int32_t* words;
  flow_shape image;  // height and width of the columns of a row; features unused
  size_t context;
  const float* parameters;
  const float* prepared;  // or null

  int32_t kind() const { return words[0]; }
  activation act() const { return static_cast<activation>(words[1]); }
  size_t inputs() const { return static_cast<size_t>(words[2]); }
  size_t outputs() const { return static_cast<size_t>(words[3]); }
  size_t depth() const { return static_cast<size_t>(words[4]); }
  size_t hidden(size_t i) const { return static_cast<size_t>(words[5 + i]); }
  bool residual() const { return kind() == net_kind::residual || kind() == net_kind::residual_conv; }
  bool convolves() const { return kind() == net_kind::conv || kind() == net_kind::residual_conv; }
};

// What a network is applied to. A line of the input may be several strides from the next, so that every second feature
// of a state is an input too.
struct net_input {
  size_t rows;
  const float* lines;
  size_t line_stride;
  const float* context;  // [context][context_stride], a column a row; null without context
  size_t context_stride;
};

size_t net_parameter_count(const net& n);
size_t net_prepared_size(const net& n);
void net_prepare(const net& n, float* prepared);

// Floats that net_forward leaves on its tape: the activations of every hidden layer.
size_t net_tape_size(const net& n, size_t rows);

// output = net(input); `tape` may be null when no backward pass follows. The columns of the output past the end hold
// copies of a real one.
void net_forward(const net& n, const net_input& input, float* output, float* tape);

// From dL/doutput, adds dL/dinput to input_cotangent, whose lines are input.line_stride apart
// (null: not wanted), and dL/dparameters to parameter_gradient (null: not wanted).
void net_backward(const net& n, const net_input& input, const float* tape, const float* output_cotangent,
                  float* input_cotangent, float* parameter_gradient);

}  // namespace gibbsite::GIBBSITE_TARGET
