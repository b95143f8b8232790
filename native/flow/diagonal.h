// Layers that scale each feature by itself: y_f = exp(s_f) x_f + b_f, the same in every pixel, with
//
//   log |det dy/dx| = pixels * sum_f s_f,   dL/ds_f = sum_j dL/dy_fj (y_fj - b_f) + pixels * sum_r dL/dlog_det_r,
//   dL/db_f = sum_j dL/dy_fj,               dL/dx = exp(s) dL/dy
//
// `shift` and its gradient are null where b = 0.
#pragma once
#include "core/sums.h"
#include "flow/lines.h"

namespace gibbsite::GIBBSITE_TARGET {

struct diagonal {
  const float* log_scale;  // [features]
  const float* shift;      // [features] or null

  float scale(size_t f) const { return exp(log_scale[f]); }
  float shift_of(size_t f) const { return shift == nullptr ? 0.0f : shift[f]; }
};

inline double diagonal_log_det(const diagonal& d, const flow_shape& shape) {
  double sum = 0;
  for (size_t f = 0; f < shape.features; f++) sum += static_cast<double>(d.log_scale[f]);
  return sum * static_cast<double>(shape.pixels());
}

inline void diagonal_apply(const diagonal& d, const flow_shape& shape, size_t rows, float* state) {
  const size_t stride = shape.stride(rows);
  for (size_t f = 0; f < shape.features; f++) scale_line(state + f * stride, stride, d.scale(f), d.shift_of(f));
}

inline void diagonal_undo(const diagonal& d, const flow_shape& shape, size_t rows, float* state) {
  const size_t stride = shape.stride(rows);
  for (size_t f = 0; f < shape.features; f++) {
    const float scale = d.scale(f), shift = d.shift_of(f);
    map_line(state + f * stride, stride,
             [=](f32x y) __attribute__((always_inline)) { return (y - shift) / splat<f32x>(scale); });
  }
}

// Where dL/ds and dL/db are added to; null: not wanted.
struct diagonal_gradient {
  float* log_scale;
  float* shift;
};

// pixels * sum_r dL/dlog_det_r: what reaches every s_f through the log-determinant.
inline float diagonal_log_det_gradient(const flow_block& block, const flow_shape& shape) {
  return sum_rows(block.log_det_cotangent, block.rows) * static_cast<float>(shape.pixels());
}

// The backward pass of `apply`.
inline void diagonal_apply_backward(const diagonal& d, const flow_shape& shape, flow_block& block,
                                    const diagonal_gradient& gradient) {
  const size_t stride = shape.stride(block.rows), columns = shape.columns(block.rows);
  const float shared = diagonal_log_det_gradient(block, shape);
  for (size_t f = 0; f < shape.features; f++) {
    float *y = block.state + f * stride, *dy = block.cotangent + f * stride;
    const float scale = d.scale(f), shift = d.shift_of(f);
    if (gradient.shift != nullptr) gradient.shift[f] += sum_line(dy, columns);
    map_line(y, stride, [=](f32x v) __attribute__((always_inline)) { return v - shift; });
    if (gradient.log_scale != nullptr) gradient.log_scale[f] += dot_lines(dy, y, columns) + shared;
    map_line(y, stride, [=](f32x v) __attribute__((always_inline)) { return v / splat<f32x>(scale); });
    map_line(dy, stride, [=](f32x v) __attribute__((always_inline)) { return v * scale; });
  }
}

// The backward pass of `undo`, x = (y - b) exp(-s): dL/dy = exp(-s) dL/dx, dL/ds = -sum x dL/dx, dL/db = -sum dL/dy,
// and the log-determinant has the other sign.
inline void diagonal_undo_backward(const diagonal& d, const flow_shape& shape, flow_block& block,
                                   const diagonal_gradient& gradient) {
  const size_t stride = shape.stride(block.rows), columns = shape.columns(block.rows);
  const float shared = diagonal_log_det_gradient(block, shape);
  for (size_t f = 0; f < shape.features; f++) {
    float *x = block.state + f * stride, *dx = block.cotangent + f * stride;
    const float scale = d.scale(f);
    if (gradient.log_scale != nullptr) gradient.log_scale[f] -= dot_lines(dx, x, columns) + shared;
    map_line(dx, stride, [=](f32x v) __attribute__((always_inline)) { return v / splat<f32x>(scale); });
    if (gradient.shift != nullptr) gradient.shift[f] -= sum_line(dx, columns);
    scale_line(x, stride, scale, d.shift_of(f));
  }
}

// What layers start from when their first scale is taken from a batch.
struct moments {
  double mean, deviation;
};

// Of the population.
inline moments moments_of(const float* line, size_t columns) {
  const double count = static_cast<double>(columns), mean = sum(line, columns) / count;
  double squares[sum_parts] = {};
  for (size_t j = 0; j < columns; j++) {
    const double distance = static_cast<double>(line[j]) - mean;
    squares[j % sum_parts] += distance * distance;
  }
  return {mean, sqrt(add_parts(squares) / count)};
}

// The factor that gives a feature unit variance; 1 for one that is constant up to rounding, which any other would blow
// up.
inline double unit_scale(const moments& m) {
  const double size = m.mean < 0 ? -m.mean : m.mean;
  return m.deviation > 1e-6 * (1.0 + size) ? 1.0 / m.deviation : 1.0;
}

}  // namespace gibbsite::GIBBSITE_TARGET
