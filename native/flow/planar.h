// The planar layer of Rezende and Mohamed (2015): y = x + u^ tanh(w'x + b), for vectors.
//
//   u^ = u + (m(w'u) - w'u) w / ||w||^2,   m(a) = -1 + log(1 + e^a)
//
// so that c = w'u^ = m(w'u) is above -1 and the layer can be inverted: p = w'x + b solves p + c tanh p = w'y + b
// (planar_math.h), and x = y - u^ tanh p. log |det dy/dx| = log(1 + c (1 - tanh^2 p)). Where w is 0 the layer is the
// shift y = x + u tanh b.
//
// Words: none. Parameters: w [d], u [d], b. Prepared: u^ [d], c, 1 + c. Tape: lines tanh p and 1 - tanh^2 p, always,
// because the output gives them back only by another run of Newton's method.
#pragma once
#include "flow/layer.h"
#include "flow/planar_math.h"

namespace gibbsite::GIBBSITE_TARGET {

// 1 + c is at least this: a smaller one could not be told from 0 in what is made of it.
constexpr double least_planar_slope = 0x1p-64;

// What the parameters give: the factor k of w in u^, and of m its value (as 1 + m) and its derivative at w'u.
struct planar_constraint {
  double norm;  // ||w||^2
  double k, at_zero, derivative;
};

planar_constraint constrain_planar(const flow_layer& layer);

// From dL/du^ [d] and dL/dc: adds dL/du and dL/dw to the gradient of the parameters.
void add_planar_gradient(const flow_layer& layer, const double* u_hat_gradient, double c_gradient,
                         float* parameter_gradient);

}  // namespace gibbsite::GIBBSITE_TARGET
