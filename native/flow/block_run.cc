#include "flow/block_run.h"

#include "flow/base.h"
#include "flow/finite.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

size_t whole_lanes(size_t count) { return (count + block_lanes - 1) / block_lanes * block_lanes; }

size_t largest_state(const flow_program& program, size_t rows) {
  size_t most = program.shape().floats(rows);
  for (size_t i = 0; i < program.layers(); i++) {
    const size_t floats = program.layer(i).after.floats(rows);
    most = floats > most ? floats : most;
  }
  return most;
}

bool splits(const flow_layer& layer) { return layer.after.size() < layer.before.size(); }

flow_shape factored_shape(const flow_layer& layer) {
  return {layer.before.features - layer.after.features, layer.before.height, layer.before.width};
}

size_t factored_floats(const flow_program& program, size_t rows) {
  size_t total = 0;
  for (size_t i = 0; i < program.layers(); i++) {
    if (splits(program.layer(i))) total += factored_shape(program.layer(i)).floats(rows);
  }
  return total;
}

// Offsets of the layers' notes on the tape; the last one is its length.
size_t lay_out_tape(const flow_program& program, size_t rows, flow_tape tape, size_t* at) {
  size_t total = 0;
  for (size_t i = 0; i < program.layers(); i++) {
    const flow_layer& layer = program.layer(i);
    const flow_operator& op = operator_of(layer);
    at[i] = total;
    if (tape == flow_tape::none || op.tape_size == nullptr) continue;
    total += whole_lanes(op.tape_size(layer, rows, tape == flow_tape::all));
  }
  return at[program.layers()] = total;
}

}  // namespace

block_run::block_run(const flow_program& program, size_t rows, flow_tape tape)
    : program_(program),
      rows_(rows),
      factored_size_(factored_floats(program, rows)),
      tape_at_(program.layers() + 1),
      state_(largest_state(program, rows)),
      factored_(factored_size_),
      cotangent_(tape == flow_tape::none ? 0 : largest_state(program, rows)),
      factored_cotangent_(tape == flow_tape::none ? 0 : factored_size_),
      tape_(lay_out_tape(program, rows, tape, tape_at_.data())),
      log_det_cotangent_(tape == flow_tape::none ? 0 : whole_lanes(rows)),
      context_(program.context() * whole_lanes(rows)),
      log_det_(whole_lanes(rows)) {
  for (size_t row = 0; row < whole_lanes(rows); row++) log_det_[row] = 0;
  block_ = {rows,
            state_.data(),
            log_det_.data(),
            cotangent_.data(),
            log_det_cotangent_.data(),
            program.context() == 0 ? nullptr : context_.data(),
            whole_lanes(rows),
            factored_.data(),
            factored_cotangent_.data()};
}

void block_run::load_context(const float* context) {
  const size_t width = program_.context();
  if (width > 0) rows_to_lines(context, {width, 0, {width, 1, 1}}, rows_, line_ends::copies, context_.data());
}

const flow_shape& block_run::far_shape() const {
  const flow_layer& last = program_.layer(program_.layers() - 1);
  return last.after;
}

// body(part of z, floats of the stack before it, true for what was split off): the state, then the parts that `split`
// took, the last one first.
template <class Body>
void block_run::for_parts(const Body& body) const {
  row_part part{program_.dim(), 0, far_shape()};
  body(part, size_t{0}, false);
  size_t stack = factored_size_;
  for (size_t i = program_.layers(); i-- > 0;) {
    if (!splits(program_.layer(i))) continue;
    part.offset += part.shape.size();
    part.shape = factored_shape(program_.layer(i));
    stack -= part.shape.floats(rows_);
    body(part, stack, true);
  }
}

void block_run::load_x(const float* x) {
  rows_to_lines(x, {program_.dim(), 0, program_.shape()}, rows_, line_ends::copies, state_.data());
}

void block_run::store_x(float* x) const {
  lines_to_rows(state_.data(), {program_.dim(), 0, program_.shape()}, rows_, x);
}

void block_run::load_z(const float* z) {
  for_parts([&](const row_part& part, size_t stack, bool factored) {
    rows_to_lines(z, part, rows_, line_ends::copies, factored ? factored_.data() + stack : state_.data());
  });
  block_.factored = factored_.data() + factored_size_;
}

void block_run::store_z(float* z) const {
  for_parts([&](const row_part& part, size_t stack, bool factored) {
    lines_to_rows(factored ? factored_.data() + stack : state_.data(), part, rows_, z);
  });
}

void block_run::load_x_cotangent(const float* x) {
  rows_to_lines(x, {program_.dim(), 0, program_.shape()}, rows_, line_ends::zeros, cotangent_.data());
}

void block_run::store_x_cotangent(float* x) const {
  lines_to_rows(cotangent_.data(), {program_.dim(), 0, program_.shape()}, rows_, x);
}

void block_run::store_z_cotangent(float* z) const {
  for_parts([&](const row_part& part, size_t stack, bool factored) {
    lines_to_rows(factored ? factored_cotangent_.data() + stack : cotangent_.data(), part, rows_, z);
  });
}

float* block_run::tape_of(size_t i) const {
  return tape_at_[i + 1] == tape_at_[i] ? nullptr : tape_.data() + tape_at_[i];
}

void block_run::run_layer(size_t i, flow_direction direction) {
  const flow_layer& layer = program_.layer(i);
  const flow_operator& op = operator_of(layer);
  const bool forward = (direction == flow_direction::forward) != layer.inverted;
  (forward ? op.forward : op.inverse)(layer, block_, tape_of(i));
}

void block_run::run(flow_direction direction) {
  const size_t layers = program_.layers();
  for (size_t i = 0; i < layers; i++) run_layer(direction == flow_direction::forward ? i : layers - 1 - i, direction);
}

void block_run::run_back(flow_direction direction, float* parameter_gradient) {
  const size_t layers = program_.layers();
  block_.log_det = nullptr;
  for (size_t k = 0; k < layers; k++) {
    const size_t i = direction == flow_direction::forward ? layers - 1 - k : k;
    const flow_layer& layer = program_.layer(i);
    const flow_operator& op = operator_of(layer);
    const bool forward = (direction == flow_direction::forward) != layer.inverted;
    (forward ? op.forward_backward : op.inverse_backward)(layer, block_, tape_of(i),
                                                          program_.gradient_of(i, parameter_gradient));
  }
}

void block_run::add_base_log_prob(double* log_prob) const {
  for_parts([&](const row_part& part, size_t stack, bool factored) {
    add_base(program_.base(), part.shape, rows_, factored ? factored_.data() + stack : state_.data(), log_prob);
  });
}

void block_run::begin_log_prob_cotangent(float weight) {
  for_parts([&](const row_part& part, size_t stack, bool factored) {
    base_cotangent(program_.base(), weight, part.shape, rows_, factored ? factored_.data() + stack : state_.data(),
                   factored ? factored_cotangent_.data() + stack : cotangent_.data());
  });
  block_.factored_cotangent = factored_cotangent_.data() + factored_size_;
  set_log_det_cotangent(weight);
}

void block_run::set_log_det_cotangent(float weight) {
  for (size_t row = 0; row < whole_lanes(rows_); row++) log_det_cotangent_[row] = row < rows_ ? weight : 0.0f;
}

// Columns past the end are copies of real ones, so whole lines may be looked at.
bool block_run::finite(size_t i, flow_direction direction) const {
  const flow_layer& layer = program_.layer(i);
  const flow_shape& shape = direction == flow_direction::forward ? layer.after : layer.before;
  for (size_t row = 0; row < rows_; row++) {
    if (!__builtin_isfinite(log_det_[row])) return false;
  }
  return all_finite(block_.state, shape.floats(rows_)) &&
         all_finite(factored_.data(), static_cast<size_t>(block_.factored - factored_.data()));
}

}  // namespace gibbsite::GIBBSITE_TARGET
