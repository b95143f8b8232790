// A layer of a normalizing flow as the interpreter (run.h) sees it: an opcode, its own words of the program, its slice
// of the parameter vector, and five functions that work on a block of rows in place.
//
// A block is feature-major: feature f of column j is state[f * stride + j], a column being a row of the data (vectors)
// or one pixel of one image (column = row * pixels + pixel, pixels in reading order). So lanes are columns, a mask of
// features is a choice of contiguous lines, and a network's layer is one product W [out][in] * X [in][columns].
// `stride` is the number of columns rounded up to block_lanes: loops may run over whole lines without a tail. The
// columns past the end hold copies of real ones, and their cotangents are 0; nothing that leaves a block (log_det,
// sums over columns) may depend on them.
//
// A result of one row never depends on the other rows of its block, so how rows are cut into blocks does not show.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "core/simd.h"

namespace gibbsite::GIBBSITE_TARGET {

// Lines of a block are whole multiples of this many floats, on every build.
constexpr size_t block_lanes = 16;

namespace flow_opcode {
constexpr int32_t planar = 0, coupling = 1, rescale = 2, actnorm = 3, permutation = 4, linear = 5, squeeze = 6,
                  split = 7, logit = 8, count = 9;
}  // namespace flow_opcode

// What a state is at some point of the program: `features` lines of height * width columns a row; vectors have one
// pixel.
struct flow_shape {
  size_t features, height, width;

  size_t pixels() const { return height * width; }
  size_t size() const { return features * pixels(); }
  size_t columns(size_t rows) const { return rows * pixels(); }
  size_t stride(size_t rows) const { return (columns(rows) + block_lanes - 1) / block_lanes * block_lanes; }
  // Floats that a state of this shape takes in a block.
  size_t floats(size_t rows) const { return features * stride(rows); }
};

struct flow_layer {
  int32_t opcode;
  bool inverted;  // the program's forward direction is this layer's inverse; only the interpreter looks at it
  flow_shape before, after;  // of the layer's own forward direction
  const int32_t* words;  // the layer's own: src/flow/layers/<layer>.ts writes them, native/flow/<layer>.cc reads them
  size_t context;        // numbers of context a row
  const float* parameters;
  size_t parameter_count;
  const float* prepared;  // what `prepare` made of the parameters, or null
};

// The rows that a layer works on. `state` and `cotangent` have room for the largest shape of the program.
struct flow_block {
  size_t rows;
  float* state;
  double* log_det;  // [rows], room for a whole number of lanes; += ; null in a backward pass

  // Backward pass only: dL/dstate like the state, and dL/dlog_det [rows], zeros up to a whole number of lanes.
  float* cotangent;
  const float* log_det_cotangent;

  // [context][context_stride], a column a row of the data; null without context.
  const float* context;
  size_t context_stride;

  // Where `split` puts what it factors out, and takes it back from: the end of a stack of floats.
  float* factored;
  float* factored_cotangent;
};

// What an opcode does. `forward` applies y = f(x) to the state and adds log |det df/dx| of each row to log_det;
// `inverse` applies x = f^-1(y) and adds log |det df^-1/dy|. Both may leave notes for their backward pass on `tape`
// (null when none follows).
//
// The backward passes start with the state that the pass ended with, put back the state that it began with, turn the
// cotangent of the one into the cotangent of the other (including what flows through log_det), and add dL/dparameters
// to parameter_gradient (null when only dL/dx is wanted).
struct flow_operator {
  void (*forward)(const flow_layer& layer, flow_block& block, float* tape);
  void (*inverse)(const flow_layer& layer, flow_block& block, float* tape);
  void (*forward_backward)(const flow_layer& layer, flow_block& block, const float* tape, float* parameter_gradient);
  void (*inverse_backward)(const flow_layer& layer, flow_block& block, const float* tape, float* parameter_gradient);

  // Floats of tape for a block of so many rows. Where the activations can be had again from the output, a layer asks
  // for them only when `store` is set. Null: none.
  size_t (*tape_size)(const flow_layer& layer, size_t rows, bool store);

  // Floats that `prepare` writes: what many calls with the same parameters would make again each time (weights in the
  // order of the product, an assembled matrix). Null: none.
  size_t (*prepared_size)(const flow_layer& layer);
  void (*prepare)(const flow_layer& layer, float* prepared);

  // Sets the parameters from the first batch (actnorm, rescale). The block is at the layer's input; base_deviation is
  // the standard deviation of the base distribution. Null: nothing to set.
  void (*initialize)(const flow_layer& layer, const flow_block& block, double base_deviation, float* parameters);

  // `forward` of a program of this layer alone, from rows x to rows z [rows, dim] without a block between, where the
  // layer takes rows; log_det [rows] or null. Whether all was finite; the results are those of `forward`. Null: by
  // blocks.
  bool (*takes_rows)(const flow_layer& layer) = nullptr;
  bool (*forward_rows)(const flow_layer& layer, size_t rows, const float* x, float* z, double* log_det) = nullptr;
};

extern const flow_operator planar_operator, coupling_operator, rescale_operator, actnorm_operator, permutation_operator,
    linear_operator, squeeze_operator, split_operator, logit_operator;

}  // namespace gibbsite::GIBBSITE_TARGET
