#include "core/math.h"
#include "flow/planar.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

double dot(size_t n, const float* a, const float* b) {
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  return sum;
}

}  // namespace

planar_constraint constrain_planar(const flow_layer& layer) {
  const size_t d = layer.before.features;
  const float *w = layer.parameters, *u = w + d;
  const double norm = dot(d, w, w), a = dot(d, w, u);
  if (norm == 0) return {norm, 0, 1, 1};
  const double softplus_a = softplus(a), at_zero = softplus_a > least_planar_slope ? softplus_a : least_planar_slope;
  return {norm, (at_zero - 1 - a) / norm, at_zero, sigmoid(a)};
}

// u^ = u + k w and c = m(a), a = w'u:
//   dL/dw = k G + s u - 2 k (w'G) / ||w||^2 w,   dL/du = G + s w,   s = (m'(a) - 1) (w'G) / ||w||^2 + m'(a) dL/dc.
void add_planar_gradient(const flow_layer& layer, const double* u_hat_gradient, double c_gradient,
                         float* parameter_gradient) {
  const size_t d = layer.before.features;
  const float *w = layer.parameters, *u = w + d;
  const planar_constraint constraint = constrain_planar(layer);
  double along = 0;
  for (size_t i = 0; i < d; i++) along += static_cast<double>(w[i]) * u_hat_gradient[i];
  if (constraint.norm > 0) along /= constraint.norm;
  const double s = (constraint.derivative - 1) * along + constraint.derivative * c_gradient;
  for (size_t i = 0; i < d; i++) {
    const double ui = static_cast<double>(u[i]), wi = static_cast<double>(w[i]), g = u_hat_gradient[i];
    parameter_gradient[i] += static_cast<float>(constraint.k * g + s * ui - 2 * constraint.k * along * wi);
    parameter_gradient[d + i] += static_cast<float>(g + s * wi);
  }
}

}  // namespace gibbsite::GIBBSITE_TARGET
