// Squeezing trades space for channels [Dinh, Sohl-Dickstein, Bengio 2017]: squares of 2 x 2 pixels become one pixel
// with four times the channels, the square's pixel (dy, dx) of channel c being channel 4 c + 2 dy + dx. The
// log-determinant is 0.
//
// Words: none. Parameters: none.
#include "core/scratch.h"
#include "flow/lines.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

// Calls visit(wide, even, odd): where the pixels of a line of an image stand before (`wide`), and those of its even and
// odd columns after squeezing.
template <class Visit>
void each_image_line(const flow_layer& layer, size_t rows, const Visit& visit) {
  const flow_shape &wide = layer.before, &deep = layer.after;
  const size_t wide_stride = wide.stride(rows), deep_stride = deep.stride(rows);
  for (size_t c = 0; c < wide.features; c++) {
    for (size_t r = 0; r < rows; r++) {
      for (size_t y = 0; y < wide.height; y++) {
        const size_t feature = 4 * c + 2 * (y % 2), column = r * deep.pixels() + y / 2 * deep.width;
        const size_t even = feature * deep_stride + column;
        visit(c * wide_stride + r * wide.pixels() + y * wide.width, even, even + deep_stride);
      }
    }
  }
}

void squeeze(const flow_layer& layer, size_t rows, float* lines) {
  const scratch<float> held(layer.before.floats(rows));
  copy_lines(lines, layer.before.floats(rows), held.data());
  each_image_line(layer, rows, [&](size_t wide, size_t even, size_t odd) {
    const float* from = held.data() + wide;
    float *to_even = lines + even, *to_odd = lines + odd;
    for (size_t x = 0; x < layer.after.width; x++) to_even[x] = from[2 * x], to_odd[x] = from[2 * x + 1];
  });
}

void unsqueeze(const flow_layer& layer, size_t rows, float* lines) {
  const scratch<float> held(layer.after.floats(rows));
  copy_lines(lines, layer.after.floats(rows), held.data());
  each_image_line(layer, rows, [&](size_t wide, size_t even, size_t odd) {
    const float *from_even = held.data() + even, *from_odd = held.data() + odd;
    float* to = lines + wide;
    for (size_t x = 0; x < layer.after.width; x++) to[2 * x] = from_even[x], to[2 * x + 1] = from_odd[x];
  });
}

void forward(const flow_layer& layer, flow_block& block, float*) {
  squeeze(layer, block.rows, block.state);
  pad_lines(block.state, layer.after, block.rows);
}

void inverse(const flow_layer& layer, flow_block& block, float*) {
  unsqueeze(layer, block.rows, block.state);
  pad_lines(block.state, layer.before, block.rows);
}

void forward_backward(const flow_layer& layer, flow_block& block, const float*, float*) {
  inverse(layer, block, nullptr);
  unsqueeze(layer, block.rows, block.cotangent);
  clear_padding(block.cotangent, layer.before, block.rows);
}

void inverse_backward(const flow_layer& layer, flow_block& block, const float*, float*) {
  forward(layer, block, nullptr);
  squeeze(layer, block.rows, block.cotangent);
  clear_padding(block.cotangent, layer.after, block.rows);
}

}  // namespace

const flow_operator squeeze_operator = {forward, inverse, forward_backward, inverse_backward,
                                        nullptr, nullptr, nullptr,          nullptr};

}  // namespace gibbsite::GIBBSITE_TARGET
