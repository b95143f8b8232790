#include "flow/convolution.h"

#include "core/scratch.h"
#include "core/threads.h"
#include "flow/activation.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

// Columns of a group of images, about: enough for a product, few enough for its temporaries to stay in the cache.
constexpr size_t group_columns = 256;
// The same for gradients of weights, which are sums over columns, so that groups come one after the other.
constexpr size_t gradient_columns = 1024;

// Images first ... first + count - 1 of a block, and their columns.
struct image_group {
  size_t first_column, columns, count;
};

struct image_groups {
  size_t count, images_each;
  const net_columns& columns;

  image_groups(const net_columns& columns, size_t wanted) : columns(columns) {
    images_each = columns.pixels() < wanted ? wanted / columns.pixels() : 1;
    count = (columns.rows + images_each - 1) / images_each;
  }
  size_t most_columns() const { return (images_each < columns.rows ? images_each : columns.rows) * columns.pixels(); }
  image_group operator[](size_t g) const {
    const size_t first = g * images_each, left = columns.rows - first, images = left < images_each ? left : images_each;
    return {first * columns.pixels(), images * columns.pixels(), images};
  }
};

// Where a tap looks: the pixel itself moved by (dy, dx), each -1, 0 or 1.
struct tap_offset {
  ptrdiff_t dy, dx;

  // direction -1 looks back from an input's pixel at the outputs it takes part in.
  tap_offset(size_t tap, int direction)
      : dy((static_cast<ptrdiff_t>(tap / 3) - 1) * direction), dx((static_cast<ptrdiff_t>(tap % 3) - 1) * direction) {}
  ptrdiff_t shift(size_t width) const { return dy * static_cast<ptrdiff_t>(width) + dx; }
};

// The pixels p of an image of `size` pixels such that p + shift is one, too.
struct pixel_range {
  size_t from, to;
  pixel_range(size_t size, ptrdiff_t shift) {
    from = shift < 0 ? static_cast<size_t>(-shift) : 0;
    to = shift > 0 ? size - static_cast<size_t>(shift) : size;
    if (shift > static_cast<ptrdiff_t>(size) || from > to) from = to = 0;
  }
};

// One column of pixels of an image.
void clear_pixel_column(float* image, size_t height, size_t width, size_t x) {
  for (size_t y = 0; y < height; y++) image[y * width + x] = 0;
}

// to[p] = from[p + offset], 0 where that is outside of the image. A shifted copy of the whole image, after which the
// pixels that came from the row before or after are cleared.
void shift_image(const float* from, const net_columns& at, tap_offset offset, float* to) {
  const size_t size = at.pixels();
  const pixel_range range(size, offset.shift(at.width));
  for (size_t p = 0; p < range.from; p++) to[p] = 0;
  for (size_t p = range.to; p < size; p++) to[p] = 0;
  if (range.from == range.to) return;
  memcpy(to + range.from, from + static_cast<ptrdiff_t>(range.from) + offset.shift(at.width),
         (range.to - range.from) * sizeof(float));
  if (offset.dx < 0) clear_pixel_column(to, at.height, at.width, 0);
  if (offset.dx > 0) clear_pixel_column(to, at.height, at.width, at.width - 1);
}

// The nine shifted copies of lines of a group; copy t of line l is line t * tap_step + l * line_step of the result.
struct tap_order {
  size_t tap_step, line_step;
};
void gather(const net_columns& at, const image_group& group, const float* lines, size_t line_stride, size_t line,
            int direction, tap_order order, float* to, size_t to_stride) {
  for (size_t t = 0; t < filter_taps; t++) {
    float* copy = to + (t * order.tap_step + line * order.line_step) * to_stride;
    const float* from = lines + line * line_stride + group.first_column;
    for (size_t i = 0; i < group.count; i++) {
      shift_image(from + i * at.pixels(), at, {t, direction}, copy + i * at.pixels());
    }
  }
}

// to[p] += from[p + offset] where that is a pixel of the image; clears pixels of `from` that are not to be met.
void add_shifted(float* from, const net_columns& at, tap_offset offset, float* to) {
  if (offset.dx > 0) clear_pixel_column(from, at.height, at.width, 0);
  if (offset.dx < 0) clear_pixel_column(from, at.height, at.width, at.width - 1);
  const ptrdiff_t shift = offset.shift(at.width);
  const pixel_range range(at.pixels(), shift);
  for (size_t p = range.from; p < range.to; p++) to[p] += from[static_cast<ptrdiff_t>(p) + shift];
}

// The inverse: line `line` of a group becomes act(start + sum of its shifted products + bias).
void scatter(const net_columns& at, const image_group& group, float* products, size_t product_stride, size_t line,
             int direction, tap_order order, const gemm_end& end, float* lines, size_t line_stride) {
  float* to = lines + line * line_stride + group.first_column;
  if (!end.accumulate) memset(to, 0, group.columns * sizeof(float));
  for (size_t t = 0; t < filter_taps; t++) {
    float* product = products + (t * order.tap_step + line * order.line_step) * product_stride;
    for (size_t i = 0; i < group.count; i++) {
      add_shifted(product + i * at.pixels(), at, {t, direction}, to + i * at.pixels());
    }
  }
  if (end.bias == nullptr) return;
  for (size_t j = 0; j < group.columns; j++) to[j] = activated(end.act, to[j] + end.bias[line]);
}

// A left factor in the order of gemm_packed, packed here unless it was before.
class packed_left {
 public:
  packed_left(size_t m, size_t k, matrix_view a, const float* prepared)
      : made_(prepared == nullptr ? packed_left_size(m, k) : 0), data_(prepared) {
    if (prepared != nullptr) return;
    pack_left(m, k, a, made_.data());
    data_ = made_.data();
  }
  const float* data() const { return data_; }

 private:
  scratch<float> made_;
  const float* data_;
};

}  // namespace

void convolution_forward(const net& n, const net_layer& layer, const net_columns& columns, const net_input& input,
                         const gemm_end& end, float* output) {
  const size_t m = layer.left_rows(), k = layer.left_columns();
  const packed_left left(m, k, {n.parameters + layer.weights, k, 1},
                         n.prepared == nullptr ? nullptr : n.prepared + layer.packed);
  const image_groups groups(columns, group_columns);
  const bool gathers = layer.gathers();
  parallel_for(groups.count, [&](size_t g) {
    const image_group group = groups[g];
    const scratch<float> taps((gathers ? k : m) * group.columns);
    if (gathers) {
      for (size_t i = 0; i < layer.inputs; i++) {
        gather(columns, group, input.lines, input.line_stride, i, 1, {layer.inputs, 1}, taps.data(), group.columns);
      }
      return gemm_packed(m, group.columns, k, left.data(), {taps.data(), group.columns, 1}, output + group.first_column,
                         columns.stride, end);
    }
    gemm_packed(m, group.columns, k, left.data(), {input.lines + group.first_column, input.line_stride, 1}, taps.data(),
                group.columns);
    for (size_t o = 0; o < layer.outputs; o++) {
      scatter(columns, group, taps.data(), group.columns, o, 1, {1, filter_taps}, end, output, columns.stride);
    }
  });
}

void convolution_gradient(const net_layer& layer, const net_columns& columns, const net_input& input,
                          const float* output_cotangent, float* weight_gradient) {
  const size_t m = layer.left_rows(), k = layer.left_columns();
  const image_groups groups(columns, gradient_columns);
  const bool gathers = layer.gathers();
  const scratch<float> taps((gathers ? k : m) * groups.most_columns());
  for (size_t g = 0; g < groups.count; g++) {
    const image_group group = groups[g];
    const size_t stride = group.columns;
    matrix_view left{output_cotangent + group.first_column, columns.stride, 1};
    matrix_view right{input.lines + group.first_column, 1, input.line_stride};
    if (gathers) {
      parallel_for(layer.inputs, [&](size_t i) {
        gather(columns, group, input.lines, input.line_stride, i, 1, {layer.inputs, 1}, taps.data(), stride);
      });
      right = {taps.data(), 1, stride};
    } else {
      parallel_for(layer.outputs, [&](size_t o) {
        gather(columns, group, output_cotangent, columns.stride, o, -1, {1, filter_taps}, taps.data(), stride);
      });
      left = {taps.data(), stride, 1};
    }
    gemm(m, k, group.columns, left, right, weight_gradient, k, {.accumulate = true});
  }
}

void convolution_backward(const net_layer& layer, const net_columns& columns, const float* weights,
                          const float* output_cotangent, bool accumulate, float* input_cotangent, size_t line_stride) {
  const size_t m = layer.left_columns(), k = layer.left_rows();
  const packed_left left(m, k, {weights, 1, m}, nullptr);
  const image_groups groups(columns, group_columns);
  const bool gathers = !layer.gathers();
  const gemm_end end{.accumulate = accumulate};
  parallel_for(groups.count, [&](size_t g) {
    const image_group group = groups[g];
    const scratch<float> taps((gathers ? k : m) * group.columns);
    if (gathers) {
      for (size_t o = 0; o < layer.outputs; o++) {
        gather(columns, group, output_cotangent, columns.stride, o, -1, {1, filter_taps}, taps.data(), group.columns);
      }
      return gemm_packed(m, group.columns, k, left.data(), {taps.data(), group.columns, 1},
                         input_cotangent + group.first_column, line_stride, end);
    }
    gemm_packed(m, group.columns, k, left.data(), {output_cotangent + group.first_column, columns.stride, 1},
                taps.data(), group.columns);
    for (size_t i = 0; i < layer.inputs; i++) {
      scatter(columns, group, taps.data(), group.columns, i, -1, {layer.inputs, 1}, end, input_cotangent, line_stride);
    }
  });
}

}  // namespace gibbsite::GIBBSITE_TARGET
