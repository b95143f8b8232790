#include "flow/planar.h"

#include "core/scratch.h"
#include "flow/lines.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

size_t prepared_size(const flow_layer& layer) { return layer.before.features + 2; }

void prepare(const flow_layer& layer, float* prepared) {
  const size_t d = layer.before.features;
  const float *w = layer.parameters, *u = w + d;
  const planar_constraint constraint = constrain_planar(layer);
  for (size_t i = 0; i < d; i++) {
    prepared[i] = static_cast<float>(static_cast<double>(u[i]) + constraint.k * static_cast<double>(w[i]));
  }
  prepared[d] = static_cast<float>(constraint.at_zero - 1);
  prepared[d + 1] = static_cast<float>(constraint.at_zero);
}

// The parameters as the passes take them.
struct planar {
  const size_t d;
  const float* const w;
  const float b;
  const scratch<float> own;  // used where nothing was prepared
  const float* const u;      // u^
  const planar_slope map;

  explicit planar(const flow_layer& layer)
      : d(layer.before.features),
        w(layer.parameters),
        b(w[2 * d]),
        own(layer.prepared == nullptr ? prepared_size(layer) : 0),
        u(prepared(layer, own.data())),
        map{u[d], u[d + 1]} {}

 private:
  static const float* prepared(const flow_layer& layer, float* own) {
    if (layer.prepared != nullptr) return layer.prepared;
    prepare(layer, own);
    return own;
  }
};

struct columns_of {
  float* state;
  size_t stride;

  float* at(size_t feature, size_t j) const { return state + feature * stride + j; }
};

// sums[v] = start + sum_f weight[f] x_f of n vectors of columns from j on.
template <int n>
GIBBSITE_INLINE void dot(size_t d, const float* weight, const columns_of& x, size_t j, float start, f32x sums[n]) {
  for (int v = 0; v < n; v++) sums[v] = splat<f32x>(start);
  for (size_t f = 0; f < d; f++) {
    for (int v = 0; v < n; v++) sums[v] += weight[f] * load<f32x>(x.at(f, j) + v * f32_lanes);
  }
}

// x_f += amount u_f.
template <int n>
GIBBSITE_INLINE void move(size_t d, const float* u, const columns_of& x, size_t j, const f32x amount[n]) {
  for (size_t f = 0; f < d; f++) {
    for (int v = 0; v < n; v++) {
      float* const at = x.at(f, j) + v * f32_lanes;
      store(at, load<f32x>(at) + amount[v] * u[f]);
    }
  }
}

// Calls body for all columns of a line, four vectors at a time: enough independent ones to hide what each waits for.
template <class Body>
GIBBSITE_INLINE void for_columns(size_t stride, const Body& body) {
  size_t j = 0;
  for (; j + 4 * f32_lanes <= stride; j += 4 * f32_lanes) body.template operator()<4>(j);
  for (; j < stride; j += f32_lanes) body.template operator()<1>(j);
}

template <bool inverse>
void pass(const flow_layer& layer, flow_block& block, float* tape) {
  const planar p(layer);
  const size_t stride = layer.before.stride(block.rows);
  const columns_of x{block.state, stride};
  for_columns(stride, [&]<int n>(size_t j) __attribute__((always_inline)) {
    f32x r[n], by[n];
    tanh_and_slope<f32x> h[n];
    dot<n>(p.d, p.w, x, j, p.b, r);
    if constexpr (inverse) {
      solve_planar<n>(p.map, r, h);
    } else {
      for (int v = 0; v < n; v++) h[v] = tanh_with_slope(r[v]);
    }
    for (int v = 0; v < n; v++) by[v] = inverse ? -h[v].t : h[v].t;
    move<n>(p.d, p.u, x, j, by);
    for (int v = 0; v < n; v++) {
      const size_t first = j + v * f32_lanes;
      if (tape != nullptr) store(tape + first, h[v].t), store(tape + stride + first, h[v].slope);
      const f32x log_det = log(planar_determinant(p.map, h[v]));
      add_log_det(block, first, inverse ? -log_det : log_det);
    }
  });
}

// What a backward pass keeps of a block while it works.
struct backward_lines {
  const float *t, *slope;
  const float* log_det;  // dL/dlog_det of each column
  float* along;          // dL/d(w'x), of the inverse dL/d(w'y)
  float* c;              // dL/dc
};

// First dL/dp and from it the lines `along` and `c`. With q = u^'g - 2 l c t / D, g and l the cotangents of the pass'
// result and of its log-determinant, D the determinant, s the slope:
//   forward   dL/dp = s q, which is dL/d(w'x), and dL/dc = l s / D
//   inverse   dL/dp = -s q, dL/d(w'y) = -s q / D, dL/dc = (s q t - l s) / D
template <bool inverse>
void scalar_gradients(const planar& p, const columns_of& cotangent, const backward_lines& lines) {
  for_columns(cotangent.stride, [&]<int n>(size_t j) __attribute__((always_inline)) {
    f32x q[n];
    dot<n>(p.d, p.u, cotangent, j, 0, q);
    for (int v = 0; v < n; v++) {
      const size_t first = j + v * f32_lanes;
      const tanh_and_slope<f32x> h{load<f32x>(lines.t + first), load<f32x>(lines.slope + first)};
      const f32x share = 1 / planar_determinant(p.map, h), l = load<f32x>(lines.log_det + first) * share;
      const f32x sq = h.slope * (q[v] - 2 * l * p.map.c * h.t), ls = l * h.slope;
      store(lines.along + first, inverse ? -sq * share : sq);
      store(lines.c + first, inverse ? sq * share * h.t - ls : ls);
    }
  });
}

struct feature_sums {
  float tg, ax;
};

// Puts back a feature's line x and turns its line g of cotangents into those where the pass began, g + w along. Gives
// the sums over columns of t g and of along x, which the parameters' gradients are made of.
GIBBSITE_INLINE feature_sums restore_feature(const backward_lines& lines, size_t stride, float u, float w, float* x,
                                             float* g) {
  f32x tg[line_vectors] = {}, ax[line_vectors] = {};
  for (size_t j = 0; j < stride; j += block_lanes) {
    for (size_t v = 0, k = j; v < line_vectors; v++, k += f32_lanes) {
      const f32x t = load<f32x>(lines.t + k), along = load<f32x>(lines.along + k), cotangent = load<f32x>(g + k);
      const f32x restored = load<f32x>(x + k) - t * u;
      store(x + k, restored);
      store(g + k, cotangent + along * w);
      // Cotangents past the end are 0, and so is what those columns add.
      tg[v] += t * cotangent;
      ax[v] += along * restored;
    }
  }
  return {add_parts(tg), add_parts(ax)};
}

template <bool inverse>
void backward(const flow_layer& layer, flow_block& block, const float* tape, float* parameter_gradient) {
  const planar p(layer);
  const size_t stride = layer.before.stride(block.rows);
  const scratch<float> own(3 * stride);
  const backward_lines lines{tape, tape + stride, own.data(), own.data() + stride, own.data() + 2 * stride};
  spread_rows(block.log_det_cotangent, layer.before, block.rows, own.data());
  scalar_gradients<inverse>(p, {block.cotangent, stride}, lines);
  const float way = inverse ? -1.0f : 1.0f;
  const scratch<double> u_hat_gradient(p.d);
  for (size_t f = 0; f < p.d; f++) {
    const feature_sums sums =
        restore_feature(lines, stride, way * p.u[f], p.w[f], block.state + f * stride, block.cotangent + f * stride);
    u_hat_gradient[f] = static_cast<double>(way * sums.tg);
    if (parameter_gradient != nullptr) parameter_gradient[f] += sums.ax;
  }
  if (parameter_gradient == nullptr) return;
  parameter_gradient[2 * p.d] += sum_line(lines.along, block.rows);
  add_planar_gradient(layer, u_hat_gradient.data(), static_cast<double>(sum_line(lines.c, block.rows)),
                      parameter_gradient);
}

size_t tape_size(const flow_layer& layer, size_t rows, bool) { return 2 * layer.before.stride(rows); }

}  // namespace

const flow_operator planar_operator = {
    .forward = pass<false>,
    .inverse = pass<true>,
    .forward_backward = backward<false>,
    .inverse_backward = backward<true>,
    .tape_size = tape_size,
    .prepared_size = prepared_size,
    .prepare = prepare,
    .initialize = nullptr,
};

}  // namespace gibbsite::GIBBSITE_TARGET
