// Conditioner networks: the functions inside couplings, free of any constraint. They work on feature-major blocks
// (layer.h): input [inputs][stride] of `rows` rows with `pixels` columns each, output [outputs][stride].
//
//   mlp       W x + b, activation, ... , W x + b; the context enters the first layer through weights of its own
//   residual  first linear layer, then blocks x + W2 act(W1 act(x)), then act and the last linear layer
//   conv      3x3, activation, 1x1, activation, 3x3, zero padding, the end scaled to zero at first [Kingma, Dhariwal
//   2018]
//
// Words: kind, activation, inputs, outputs, number of hidden layers (blocks, for `residual`), their sizes.
// Parameters: of each linear layer weights [out][in] (convolutions [out][3][3][in]), for the first one weights
// [out][context] where there is context, then bias [out].
#pragma once
#include "core/gemm.h"
#include "flow/layer.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace net_kind {
constexpr int32_t mlp = 0, residual = 1, conv = 2;
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
  size_t word_count() const { return 5 + depth(); }
};

size_t net_parameter_count(const net& n);
size_t net_prepared_size(const net& n);
void net_prepare(const net& n, float* prepared);

// Floats that net_forward leaves on its tape: the activations of every hidden layer.
size_t net_tape_size(const net& n, size_t rows);

// output = net(input). `tape` may be null when no backward pass follows. context [context][context_stride], a column a
// row.
void net_forward(const net& n, size_t rows, const float* input, const float* context, size_t context_stride,
                 float* output, float* tape);

// From dL/doutput (overwritten as work memory): adds dL/dinput to input_cotangent (null: not wanted) and dL/dparameters
// to parameter_gradient (null: not wanted). Columns past the end have output cotangent 0.
void net_backward(const net& n, size_t rows, const float* input, const float* context, size_t context_stride,
                  const float* tape, float* output_cotangent, float* input_cotangent, float* parameter_gradient);

}  // namespace gibbsite::GIBBSITE_TARGET
