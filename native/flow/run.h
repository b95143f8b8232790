// A program on any number of rows, cut into blocks that stay in cache.
//
// Small programs go block by block, blocks on different threads, each block's gradient by itself; the blocks' gradients
// are then added in order. Large ones (networks of tens of thousands of weights) take blocks of a few hundred rows one
// after the other, and each product uses all threads. Which of the two, and the size of the blocks, depends on the
// program alone.
#pragma once
#include "flow/program.h"

namespace gibbsite::GIBBSITE_TARGET {

// x, z [rows, dim]; context [rows, program.context()], or null without context; log_det, log_prob [rows]. Outputs that
// are null are not wanted. Both return whether all results were finite.

bool run_forward(const flow_program& program, size_t rows, const float* x, const float* context, float* z,
                 double* log_det, double* log_prob);
// log_prob is that of x.
bool run_inverse(const flow_program& program, size_t rows, const float* z, const float* context, float* x,
                 double* log_det, double* log_prob);

// Floats of activations that a block of run_gradient keeps with `store`, out of so many rows.
size_t stored_floats(const flow_program& program, size_t rows);

struct flow_gradients {
  float* parameters = nullptr;  // += dL/dparameters, as long as the parameters
  float* rows = nullptr;        // dL/dx of a forward pass, dL/dz of an inverse one [rows, dim]
};

// L = weight * sum of log p(x). `store` keeps all activations for the backward pass instead of making them again.
void run_gradient(const flow_program& program, size_t rows, const float* x, const float* context, float weight,
                  bool store, double* log_prob, const flow_gradients& to);

// Of a function of x = f^-1(z) and of log_det = log |det dx/dz|, from dL/dx [rows, dim] and dL/dlog_det, the same for
// all rows.
void run_inverse_gradient(const flow_program& program, size_t rows, const float* z, const float* context,
                          const float* x_cotangent, float log_det_cotangent, bool store, const flow_gradients& to);

}  // namespace gibbsite::GIBBSITE_TARGET
