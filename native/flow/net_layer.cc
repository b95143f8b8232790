#include "flow/net_layer.h"

#include "core/scratch.h"
#include "flow/convolution.h"
#include "flow/lines.h"

namespace gibbsite::GIBBSITE_TARGET {

net_layers::net_layers(const net& n) {
  const bool convolves = n.convolves();
  if (!n.residual()) {
    for (size_t i = 0; i <= n.depth(); i++) {
      const bool first = i == 0, last = i == n.depth();
      add(first ? n.inputs() : n.hidden(i - 1), last ? n.outputs() : n.hidden(i), first ? n.context : 0,
          convolves && (first || last));
    }
    return;
  }
  const size_t width = n.hidden(0);
  add(n.inputs(), width, n.context, convolves);
  for (size_t i = 0; i < n.depth(); i++) add(width, width, 0, convolves), add(width, width, 0, false);
  add(width, n.outputs(), 0, convolves);
}

void net_layers::add(size_t inputs, size_t outputs, size_t context, bool convolves) {
  net_layer& to = layer[count++];
  to = {inputs, outputs, context, convolves, parameters, 0, 0, packed};
  to.context_weights = to.weights + outputs * to.taps() * inputs;
  to.bias = to.context_weights + outputs * context;
  parameters = to.bias + outputs;
  packed += packed_left_size(to.left_rows(), to.left_columns());
}

net_columns::net_columns(const net& n, size_t rows)
    : rows(rows), height(n.image.height), width(n.image.width), stride(flow_shape{1, height, width}.stride(rows)) {
  used = pixels() > 1 || real() < block_lanes ? real() : stride;
}

net_columns net_columns::tight() const {
  net_columns made = *this;
  if (pixels() == 1) made.stride = used;
  return made;
}

namespace {

// Puts the context's part of the first layer into the output: W c of a row in each of its columns.
void spread_context(const net& n, const net_layer& layer, const net_columns& columns, const net_input& input,
                    float* output) {
  const matrix_view weights{n.parameters + layer.context_weights, layer.context, 1};
  const matrix_view context{input.context, input.context_stride, 1};
  if (columns.pixels() == 1) {
    return gemm(layer.outputs, columns.used, layer.context, weights, context, output, columns.stride);
  }
  const scratch<float> of_rows(layer.outputs * columns.rows);
  gemm(layer.outputs, columns.rows, layer.context, weights, context, of_rows.data(), columns.rows);
  for (size_t o = 0; o < layer.outputs; o++) {
    for (size_t j = 0; j < columns.real(); j++) {
      output[o * columns.stride + j] = of_rows[o * columns.rows + j / columns.pixels()];
    }
  }
}

// The cotangent of what a row's context added: the sum over its columns, in order.
void context_gradient(const net_layer& layer, const net_columns& columns, const net_input& input,
                      const float* output_cotangent, float* gradient) {
  const matrix_view context{input.context, 1, input.context_stride};
  const auto add = [&](const float* cotangent, size_t stride) {
    gemm(layer.outputs, layer.context, columns.rows, {cotangent, stride, 1}, context, gradient, layer.context,
         {.accumulate = true});
  };
  if (columns.pixels() == 1) return add(output_cotangent, columns.stride);
  const scratch<float> of_rows(layer.outputs * columns.rows);
  for (size_t o = 0; o < layer.outputs; o++) {
    for (size_t r = 0; r < columns.rows; r++) {
      float sum = 0;
      for (size_t p = 0; p < columns.pixels(); p++)
        sum += output_cotangent[o * columns.stride + r * columns.pixels() + p];
      of_rows[o * columns.rows + r] = sum;
    }
  }
  add(of_rows.data(), columns.rows);
}

}  // namespace

void layer_forward(const net& n, const net_layer& layer, const net_columns& columns, const net_input& input,
                   gemm_end end, float* output) {
  end.bias = n.parameters + layer.bias;
  if (layer.context > 0) {
    spread_context(n, layer, columns, input, output);
    end.accumulate = true;
  }
  if (layer.convolves) return convolution_forward(n, layer, columns, input, end, output);
  const matrix_view right{input.lines, input.line_stride, 1};
  const size_t outputs = layer.outputs, inputs = layer.inputs;
  if (n.prepared != nullptr) {
    return gemm_packed(outputs, columns.used, inputs, n.prepared + layer.packed, right, output, columns.stride, end);
  }
  gemm(outputs, columns.used, inputs, {n.parameters + layer.weights, inputs, 1}, right, output, columns.stride, end);
}

void layer_gradient(const net_layer& layer, const net_columns& columns, const net_input& input,
                    const float* output_cotangent, float* parameter_gradient) {
  if (layer.convolves) {
    convolution_gradient(layer, columns, input, output_cotangent, parameter_gradient + layer.weights);
  } else {
    gemm(layer.outputs, layer.inputs, columns.real(), {output_cotangent, columns.stride, 1},
         {input.lines, 1, input.line_stride}, parameter_gradient + layer.weights, layer.inputs, {.accumulate = true});
  }
  if (layer.context > 0) {
    context_gradient(layer, columns, input, output_cotangent, parameter_gradient + layer.context_weights);
  }
  for (size_t o = 0; o < layer.outputs; o++) {
    parameter_gradient[layer.bias + o] += sum_line(output_cotangent + o * columns.stride, columns.real());
  }
}

void layer_backward(const net& n, const net_layer& layer, const net_columns& columns, const float* output_cotangent,
                    bool accumulate, float* input_cotangent, size_t line_stride) {
  const float* weights = n.parameters + layer.weights;
  if (layer.convolves) {
    return convolution_backward(layer, columns, weights, output_cotangent, accumulate, input_cotangent, line_stride);
  }
  gemm(layer.inputs, columns.used, layer.outputs, {weights, 1, layer.inputs}, {output_cotangent, columns.stride, 1},
       input_cotangent, line_stride, {.accumulate = accumulate});
}

}  // namespace gibbsite::GIBBSITE_TARGET
