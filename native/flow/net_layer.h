// One linear layer of a conditioner network: W x + b, or a 3x3 convolution, on the columns of a block.
#pragma once
#include "flow/net.h"

namespace gibbsite::GIBBSITE_TARGET {

// Of a 3x3 convolution.
constexpr size_t filter_taps = 9;

// Where a layer's parameters are in those of its network, and its packed weights in what was prepared.
struct net_layer {
  size_t inputs, outputs;
  size_t context;  // 0 in all layers but the first
  bool convolves;
  size_t weights, context_weights, bias, packed;

  size_t taps() const { return convolves ? filter_taps : 1; }
  // A convolution from few lines to many gathers the shifted inputs and multiplies; one from many to few multiplies
  // first and adds up the shifted products: the smaller side is the one that is held nine times.
  bool gathers() const { return convolves && inputs <= outputs; }
  // Rows and columns of the left factor of its product.
  size_t left_rows() const { return convolves && !gathers() ? filter_taps * outputs : outputs; }
  size_t left_columns() const { return gathers() ? filter_taps * inputs : inputs; }
};

// Hidden layers or residual blocks of a network at most, so that its layers need no memory of their own.
constexpr size_t most_net_depth = 32;

// All layers of a network, the last one included.
struct net_layers {
  size_t count = 0;
  size_t parameters = 0, packed = 0;  // numbers in all
  net_layer layer[2 * most_net_depth + 2];

  explicit net_layers(const net& n);
  const net_layer& operator[](size_t i) const { return layer[i]; }
  const net_layer& last() const { return layer[count - 1]; }

 private:
  void add(size_t inputs, size_t outputs, size_t context, bool convolves);
};

// The columns of a block that a network works on.
struct net_columns {
  size_t rows, height, width;
  size_t stride;  // of lines in memory
  size_t used;    // columns that products are made for: whole lines, or only the real columns where they are few

  net_columns(const net& n, size_t rows);
  // The same with lines as short as can be, for what does not leave a network: a single row's features lie side by
  // side.
  net_columns tight() const;
  size_t pixels() const { return height * width; }
  size_t real() const { return rows * pixels(); }
};

// output [outputs][stride] = act(W input + b), or of that plus the output where end.accumulate is set. The bias is the
// layer's own.
void layer_forward(const net& n, const net_layer& layer, const net_columns& columns, const net_input& input,
                   gemm_end end, float* output);

// Adds dL/dweights and dL/dbias to those of the network.
void layer_gradient(const net_layer& layer, const net_columns& columns, const net_input& input,
                    const float* output_cotangent, float* parameter_gradient);

// dL/dinput = W' dL/doutput, or that plus what is there; lines of the result are `line_stride` apart.
void layer_backward(const net& n, const net_layer& layer, const net_columns& columns, const float* output_cotangent,
                    bool accumulate, float* input_cotangent, size_t line_stride);

}  // namespace gibbsite::GIBBSITE_TARGET
