// Normalizing flows as programs (flow/program.h) over one vector of parameters: x -> z = f(x) forward, z -> x inverse.
//
//   log p(x) = log p_base(f(x)) + log |det df/dx|
//
// program   words of src/flow/program.ts
// prepared  what flow_prepare made of these parameters, or empty; the results are the same
// x, z      [rows, dim]; context [rows, context numbers], empty where the flow has none
// log_det, log_prob [rows] in double precision. Outputs of length 0 are not wanted. Forward and inverse say whether all
//           that they made of the rows was finite.
#pragma once
#include "core/span.h"

namespace gibbsite::GIBBSITE_TARGET {

// Floats that flow_prepare writes.
double flow_prepared_size(span<const int32_t> program);
void flow_prepare(span<const int32_t> program, span<const float> parameters, span<float> prepared);

bool flow_forward(span<const int32_t> program, span<const float> parameters, span<const float> prepared,
                  span<const float> x, span<const float> context, span<float> z, span<double> log_det,
                  span<double> log_prob);

// log_det is log |det dx/dz|, log_prob that of x.
bool flow_inverse(span<const int32_t> program, span<const float> parameters, span<const float> prepared,
                  span<const float> z, span<const float> context, span<float> x, span<double> log_det,
                  span<double> log_prob);

// With L = weight * sum of log p(x): parameter_gradient += dL/dparameters, x_gradient = dL/dx. `store` keeps the
// activations of all layers for the backward pass instead of making them again from the layers' outputs.
void flow_gradient(span<const int32_t> program, span<const float> parameters, span<const float> x,
                   span<const float> context, float weight, bool store, span<double> log_prob,
                   span<float> parameter_gradient, span<float> x_gradient);

// Floats of activations that `store` keeps at a time in a call of flow_gradient with so many rows.
double flow_tape_size(span<const int32_t> program, uint32_t rows);

// For L a function of x = f^-1(z) and of log |det dx/dz|, with x_cotangent = dL/dx and log_det_cotangent = dL/dlog_det:
// parameter_gradient += dL/dparameters, z_gradient = dL/dz.
void flow_inverse_gradient(span<const int32_t> program, span<const float> parameters, span<const float> z,
                           span<const float> context, span<const float> x_cotangent, float log_det_cotangent,
                           bool store, span<float> parameter_gradient, span<float> z_gradient);

// The first layer, in the order of the direction, that makes something not finite of these rows; -1 if none does.
int32_t flow_locate(span<const int32_t> program, span<const float> parameters, span<const float> rows,
                    span<const float> context, bool inverse);

// The first layer whose linear map is too badly conditioned to be inverted in single precision (flow/linear.h), or is
// not finite; -1 where there is none.
int32_t flow_ill_conditioned(span<const int32_t> program, span<const float> parameters);

// Sets the parameters that depend on the first batch x (actnorm), layer after layer.
void flow_initialize(span<const int32_t> program, span<float> parameters, span<const float> x,
                     span<const float> context);

}  // namespace gibbsite::GIBBSITE_TARGET
