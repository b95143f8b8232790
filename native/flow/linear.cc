// An invertible linear map of the features, the same in every pixel: the 1x1 convolution of Glow [Kingma, Dhariwal
// 2018].
//
//   y = W x,  W = P L (U + diag(s)),  log |det W| = sum_i log |s_i|, once a pixel
//
// P is a fixed permutation, (P a)_i = a[order[i]]; L is unit lower triangular, U strictly upper triangular; |s| is kept
// as exp(log_scale) and the sign is fixed. So V = U + diag(s) and L are regular whatever the parameters. Forward is one
// product with the assembled W, the inverse two triangular solves.
//
// Words: order [c], signs [c] (1 or -1). Parameters: log_scale [c], then the strict triangles by rows, without what is
// beyond: lower [c (c - 1) / 2], upper [c (c - 1) / 2].
#include "flow/linear_factors.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

// Columns that are worked on together: as many as leave room for them in the first-level cache, a multiple of
// block_lanes.
size_t panel_columns(size_t c) {
  const size_t fitting = 8192 / c / block_lanes * block_lanes;
  return fitting < 64 ? 64 : fitting;
}

// Calls work(panel, first, columns) for copies [c][columns] of some columns at a time.
template <class Work>
void each_panel(size_t c, size_t stride, const float* lines, const Work& work) {
  const size_t most = panel_columns(c);
  const scratch<float> panel(c * most);
  for (size_t first = 0; first < stride; first += most) {
    const size_t columns = stride - first < most ? stride - first : most;
    for (size_t i = 0; i < c; i++) copy_lines(lines + i * stride + first, columns, panel.data() + i * columns);
    work(panel.data(), first, columns);
  }
}

// lines = W lines.
void multiply(const ready_factors& f, size_t c, size_t stride, float* lines) {
  each_panel(c, stride, lines, [&](const float* panel, size_t first, size_t columns) {
    gemm_packed(c, columns, c, f.packed(), {panel, columns, 1}, lines + first, stride);
  });
}

// lines = W' lines.
void multiply_transposed(const ready_factors& f, size_t c, size_t stride, float* lines) {
  const matrix_view w = f.matrix(c);
  each_panel(c, stride, lines, [&](const float* panel, size_t first, size_t columns) {
    gemm(c, columns, c, {w.data, w.column, w.row}, {panel, columns, 1}, lines + first, stride);
  });
}

// lines = W^-1 lines: L a = P' y, then V x = a.
void divide(const flow_layer& layer, const ready_factors& f, size_t stride, float* lines) {
  const size_t c = size_of(layer);
  each_panel(c, stride, lines, [&](const float* panel, size_t first, size_t columns) {
    for (size_t i = 0; i < c; i++) {
      copy_lines(panel + i * columns, columns, lines + static_cast<size_t>(layer.words[i]) * stride + first);
    }
    solve(f.lower(c), lines + first, stride, columns);
    solve(f.upper(c), lines + first, stride, columns);
  });
}

// lines = W'^-1 lines: V' a = x, L' b = a, then P b.
void divide_transposed(const flow_layer& layer, const ready_factors& f, size_t stride, float* lines) {
  const size_t c = size_of(layer);
  solve(f.upper(c).transposed(), lines, stride, stride);
  solve(f.lower(c).transposed(), lines, stride, stride);
  each_panel(c, stride, lines, [&](const float* panel, size_t first, size_t columns) {
    for (size_t i = 0; i < c; i++) {
      copy_lines(panel + static_cast<size_t>(layer.words[i]) * columns, columns, lines + i * stride + first);
    }
  });
}

double linear_log_det(const flow_layer& layer) {
  double sum = 0;
  for (size_t i = 0; i < size_of(layer); i++) sum += static_cast<double>(layer.parameters[i]);
  return sum * static_cast<double>(layer.before.pixels());
}

void forward(const flow_layer& layer, flow_block& block, float*) {
  multiply(ready_factors(layer), size_of(layer), layer.before.stride(block.rows), block.state);
  add_log_det(block, linear_log_det(layer));
}

// The layer alone: rows of pixels are multiplied where they lie.
bool forward_rows(const flow_layer& layer, size_t rows, const float* x, float* z, double* log_det) {
  const size_t c = size_of(layer);
  const double each = linear_log_det(layer);
  for (size_t row = 0; row < rows && log_det != nullptr; row++) log_det[row] = each;
  return multiply_pixels(ready_factors(layer).turned(), c, layer.before.columns(rows), x, z) &&
         __builtin_isfinite(each);
}

bool takes_rows(const flow_layer& layer) { return goes_by_rows(size_of(layer)); }

void inverse(const flow_layer& layer, flow_block& block, float*) {
  divide(layer, ready_factors(layer), layer.before.stride(block.rows), block.state);
  add_log_det(block, -linear_log_det(layer));
}

// From G = dL/dW: with A = L V and dL/dA = P' G, dL/dL = dL/dA V', dL/dV = L' dL/dA, of both the triangles, times
// `sign`.
void add_gradient(const flow_layer& layer, const ready_factors& f, const float* g, float sign, float* gradient) {
  const size_t c = size_of(layer);
  const triangle_rows<float> to(gradient, c);
  const triangle lower = f.lower(c), upper = f.upper(c);
  const scratch<float> dA(c * c), product(c * c);
  for (size_t i = 0; i < c; i++) copy_lines(g + i * c, c, dA.data() + static_cast<size_t>(layer.words[i]) * c);
  gemm(c, c, c, {dA.data(), c, 1}, {upper.data, upper.column, upper.row}, product.data(), c);
  for (size_t i = 0; i < c; i++) {
    for (size_t j = 0; j < i; j++) to.lower_row(i)[j] += product[i * c + j] * sign;
  }
  gemm(c, c, c, {lower.data, lower.column, lower.row}, {dA.data(), c, 1}, product.data(), c);
  for (size_t i = 0; i < c; i++) {
    to.log_scale[i] += product[i * c + i] * upper.at(i, i) * sign;
    for (size_t j = i + 1; j < c; j++) to.upper_row(i)[j - i - 1] += product[i * c + j] * sign;
  }
}

void add_log_det_gradient(const flow_layer& layer, const flow_block& block, float sign, float* gradient) {
  const float each = sum_rows(block.log_det_cotangent, block.rows) * static_cast<float>(layer.before.pixels()) * sign;
  for (size_t i = 0; i < size_of(layer); i++) gradient[i] += each;
}

// dL/dW = sum_j dL/dy_j x_j', times `sign`.
void add_gradients(const flow_layer& layer, const ready_factors& f, const flow_block& block, const float* dy,
                   const float* x, float sign, float* gradient) {
  const size_t c = size_of(layer), stride = layer.before.stride(block.rows);
  const scratch<float> g(c * c);
  gemm(c, c, layer.before.columns(block.rows), {dy, stride, 1}, {x, 1, stride}, g.data(), c);
  add_gradient(layer, f, g.data(), sign, gradient);
  add_log_det_gradient(layer, block, sign, gradient);
}

// y = W x: dL/dx = W' dL/dy.
void forward_backward(const flow_layer& layer, flow_block& block, const float*, float* gradient) {
  const ready_factors f(layer);
  const size_t stride = layer.before.stride(block.rows);
  divide(layer, f, stride, block.state);
  if (gradient != nullptr) add_gradients(layer, f, block, block.cotangent, block.state, 1.0f, gradient);
  multiply_transposed(f, size_of(layer), stride, block.cotangent);
}

// x = W^-1 y: dL/dy = W'^-1 dL/dx, and dL/dW = -dL/dy x'.
void inverse_backward(const flow_layer& layer, flow_block& block, const float*, float* gradient) {
  const ready_factors f(layer);
  const size_t stride = layer.before.stride(block.rows);
  divide_transposed(layer, f, stride, block.cotangent);
  if (gradient != nullptr) add_gradients(layer, f, block, block.cotangent, block.state, -1.0f, gradient);
  multiply(f, size_of(layer), stride, block.state);
}

}  // namespace

const flow_operator linear_operator = {
    .forward = forward,
    .inverse = inverse,
    .forward_backward = forward_backward,
    .inverse_backward = inverse_backward,
    .tape_size = nullptr,
    .prepared_size = linear_prepared_size,
    .prepare = linear_prepare,
    .initialize = nullptr,
    .takes_rows = takes_rows,
    .forward_rows = forward_rows,
};

}  // namespace gibbsite::GIBBSITE_TARGET
