// One block of rows on its way through a program, forward or inverse, and back with cotangents.
#pragma once
#include "core/scratch.h"
#include "flow/program.h"
#include "flow/rows.h"

namespace gibbsite::GIBBSITE_TARGET {

enum class flow_direction { forward, inverse };

// What a run keeps for a backward pass: nothing, what can't be had again from the output, or all activations.
enum class flow_tape { none, least, all };

class block_run {
 public:
  block_run(const flow_program& program, size_t rows, flow_tape tape);

  // context [rows, program.context()].
  void load_context(const float* context);
  // From and to rows [rows, dim]: x at the near end of the program, z at the far one.
  void load_x(const float* x);
  void load_z(const float* z);
  void store_x(float* x) const;
  void store_z(float* z) const;
  void load_x_cotangent(const float* x);
  void store_x_cotangent(float* x) const;
  void store_z_cotangent(float* z) const;

  void run(flow_direction direction);
  // Layer i alone; the block must be at its input.
  void run_layer(size_t i, flow_direction direction);
  // Back to where `run` started; adds dL/dparameters to parameter_gradient (or null).
  void run_back(flow_direction direction, float* parameter_gradient);

  // log_prob[row] += log of the base's density at z, where the block is.
  void add_base_log_prob(double* log_prob) const;
  // Cotangents of L = weight * sum of log p(x) with the block at z: what the backward pass of `forward` starts from.
  void begin_log_prob_cotangent(float weight);
  // dL/dlog_det = weight for every row.
  void set_log_det_cotangent(float weight);

  double* log_det() { return log_det_.data(); }
  const flow_block& block() const { return block_; }
  // Whether the block's rows and log-determinants are finite, with layer `i` just done in that direction (all layers).
  bool finite(size_t i, flow_direction direction) const;
  bool finite(flow_direction direction) const {
    return finite(direction == flow_direction::forward ? program_.layers() - 1 : 0, direction);
  }

 private:
  template <class Body>
  void for_parts(const Body& body) const;
  float* tape_of(size_t i) const;
  const flow_shape& far_shape() const;

  const flow_program& program_;
  size_t rows_, factored_size_;
  scratch<size_t> tape_at_;
  scratch<float> state_, factored_, cotangent_, factored_cotangent_, tape_, log_det_cotangent_, context_;
  scratch<double> log_det_;
  flow_block block_;
};

}  // namespace gibbsite::GIBBSITE_TARGET
