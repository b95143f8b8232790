#include "flow/run.h"

#include "core/threads.h"
#include "flow/block_run.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

// A layer with more parameters than this keeps all threads busy by itself.
constexpr size_t large_layer = 1 << 15;
// Floats of activations in a small program's block: half of a second-level cache.
constexpr size_t small_block = 1 << 16;
constexpr size_t most_small_rows = 256;
// Floats of state in a block whose layers do little with each number, planar ones for instance: they are as fast as
// their loads, so all has to stay in the first-level cache.
constexpr size_t light_block = 1 << 13, light_parameters = 8;
// Columns of a large program's block: enough for a product to run at full speed, and for its sums to amortise.
constexpr size_t large_columns = 1024, most_large_rows = 256;
// Blocks of gradients held at once.
constexpr size_t gradient_slots = 16;

bool is_large(const flow_layer& layer) { return layer.parameter_count > large_layer; }

bool is_large(const flow_program& program) {
  for (size_t i = 0; i < program.layers(); i++) {
    if (is_large(program.layer(i))) return true;
  }
  return false;
}

size_t large_rows(const flow_program& program) {
  size_t pixels = 1;
  for (size_t i = 0; i < program.layers(); i++) {
    const flow_layer& layer = program.layer(i);
    if (is_large(layer) && layer.before.pixels() > pixels) pixels = layer.before.pixels();
  }
  const size_t rows = large_columns / pixels;
  return rows < 1 ? 1 : rows > most_large_rows ? most_large_rows : rows;
}

// Floats that a row keeps busy: its state, and the activations of the layer that has most.
size_t work_per_row(const flow_program& program) {
  size_t most = 0;
  for (size_t i = 0; i < program.layers(); i++) {
    const flow_operator& op = operator_of(program.layer(i));
    const size_t tape = op.tape_size == nullptr ? 0 : op.tape_size(program.layer(i), block_lanes, true) / block_lanes;
    most = tape > most ? tape : most;
  }
  return most + 2 * program.dim();
}

bool is_light(const flow_program& program) {
  for (size_t i = 0; i < program.layers(); i++) {
    if (program.layer(i).parameter_count > light_parameters * program.layer(i).before.size()) return false;
  }
  return true;
}

size_t small_rows(const flow_program& program) {
  const size_t rows = is_light(program) ? light_block / program.dim() : small_block / work_per_row(program);
  if (rows < block_lanes) return program.shape().pixels() == 1 ? block_lanes : (rows < 1 ? 1 : rows);
  return rows > most_small_rows ? most_small_rows : rows / block_lanes * block_lanes;
}

size_t round_up(size_t count, size_t unit) { return (count + unit - 1) / unit * unit; }

// Rows of a block where no sum runs over rows: then the cut does not show, and may look at the threads. Blocks of a
// large program stay whole, because each of them reads all the weights.
size_t free_rows(const flow_program& program, size_t rows) {
  if (is_large(program)) return large_rows(program);
  const size_t threads = static_cast<size_t>(thread_count());
  const size_t unit = program.shape().pixels() == 1 ? block_lanes : 1;
  const size_t share = round_up((rows + threads - 1) / threads, unit);
  if (share == unit) return unit;
  const size_t most = small_rows(program);
  return share < most ? share : most;
}

struct cut {
  size_t rows, block;
  size_t count() const { return (rows + block - 1) / block; }
  size_t first(size_t i) const { return i * block; }
  size_t size(size_t i) const { return rows - first(i) < block ? rows - first(i) : block; }
};

const float* at(const float* rows, size_t first, size_t width) {
  return rows == nullptr ? nullptr : rows + first * width;
}
float* at(float* rows, size_t first, size_t width) { return rows == nullptr ? nullptr : rows + first * width; }

void copy_log_det(block_run& run, size_t rows, double* to) {
  for (size_t row = 0; row < rows; row++) to[row] = run.log_det()[row];
}

// body(i) for all blocks of such a cut. A few blocks of a large program take turns, and their products use all threads.
template <class Body>
void for_each_block(const flow_program& program, const cut& blocks, const Body& body) {
  if (!is_large(program) || blocks.count() >= static_cast<size_t>(thread_count())) {
    return parallel_for(blocks.count(), body);
  }
  for (size_t i = 0; i < blocks.count(); i++) body(i);
}

// body(block, its first row, rows in it) for all blocks, none of which keeps a tape; whether every one returned true.
template <class Body>
bool for_free_blocks(const flow_program& program, size_t rows, const Body& body) {
  const cut blocks{rows, free_rows(program, rows)};
  const scratch<bool> fine(blocks.count());
  for_each_block(program, blocks, [&](size_t i) {
    block_run run(program, blocks.size(i), flow_tape::none);
    fine[i] = body(run, blocks.first(i), blocks.size(i));
  });
  bool all = true;
  for (size_t i = 0; i < blocks.count(); i++) all = all && fine[i];
  return all;
}

// gradient += the gradients of `count` blocks, in order.
void add_slots(const float* slots, size_t count, size_t length, float* gradient) {
  constexpr size_t piece = 1 << 14;
  parallel_for((length + piece - 1) / piece, [&](size_t task) {
    const size_t first = task * piece, last = length - first < piece ? length : first + piece;
    for (size_t slot = 0; slot < count; slot++) {
      const float* from = slots + slot * length;
      for (size_t j = first; j < last; j++) gradient[j] += from[j];
    }
  });
}

// body(block, where its gradient goes) for all blocks of a cut.
template <class Body>
void for_blocks(const flow_program& program, const cut& blocks, float* gradient, const Body& body) {
  if (gradient == nullptr) return for_each_block(program, blocks, [&](size_t i) { body(i, nullptr); });
  if (is_large(program) || blocks.count() == 1) {
    for (size_t i = 0; i < blocks.count(); i++) body(i, gradient);
    return;
  }
  const size_t length = program.parameter_count();
  const scratch<float> slots(gradient_slots * length);
  for (size_t first = 0; first < blocks.count(); first += gradient_slots) {
    const size_t count = blocks.count() - first < gradient_slots ? blocks.count() - first : gradient_slots;
    parallel_for(count, [&](size_t k) {
      float* const slot = slots.data() + k * length;
      memset(slot, 0, length * sizeof(float));
      body(first + k, slot);
    });
    add_slots(slots.data(), count, length, gradient);
  }
}

bool takes_rows(const flow_program& program) {
  const flow_layer& only = program.layer(0);
  const flow_operator& op = operator_of(only);
  return program.layers() == 1 && !only.inverted && op.takes_rows != nullptr && op.takes_rows(only);
}

cut gradient_cut(const flow_program& program, size_t rows, const float* gradient) {
  if (gradient == nullptr) return {rows, free_rows(program, rows)};
  return {rows, is_large(program) ? large_rows(program) : small_rows(program)};
}

}  // namespace

size_t stored_floats(const flow_program& program, size_t rows) {
  const size_t most = is_large(program) ? large_rows(program) : small_rows(program);
  size_t total = 0;
  for (size_t i = 0; i < program.layers(); i++) {
    const flow_operator& op = operator_of(program.layer(i));
    if (op.tape_size != nullptr) total += op.tape_size(program.layer(i), rows < most ? rows : most, true);
  }
  return total;
}

bool run_forward(const flow_program& program, size_t rows, const float* x, const float* context, float* z,
                 double* log_det, double* log_prob) {
  if (z != nullptr && log_prob == nullptr && takes_rows(program)) {
    return operator_of(program.layer(0)).forward_rows(program.layer(0), rows, x, z, log_det);
  }
  return for_free_blocks(program, rows, [&](block_run& run, size_t first, size_t count) {
    run.load_context(at(context, first, program.context()));
    run.load_x(x + first * program.dim());
    run.run(flow_direction::forward);
    if (z != nullptr) run.store_z(z + first * program.dim());
    if (log_det != nullptr) copy_log_det(run, count, log_det + first);
    if (log_prob == nullptr) return run.finite(flow_direction::forward);
    copy_log_det(run, count, log_prob + first);
    run.add_base_log_prob(log_prob + first);
    return run.finite(flow_direction::forward);
  });
}

bool run_inverse(const flow_program& program, size_t rows, const float* z, const float* context, float* x,
                 double* log_det, double* log_prob) {
  return for_free_blocks(program, rows, [&](block_run& run, size_t first, size_t count) {
    run.load_context(at(context, first, program.context()));
    run.load_z(z + first * program.dim());
    if (log_prob != nullptr) {
      for (size_t row = 0; row < count; row++) log_prob[first + row] = 0;
      run.add_base_log_prob(log_prob + first);
    }
    run.run(flow_direction::inverse);
    if (x != nullptr) run.store_x(x + first * program.dim());
    if (log_det != nullptr) copy_log_det(run, count, log_det + first);
    for (size_t row = 0; row < count && log_prob != nullptr; row++) log_prob[first + row] -= run.log_det()[row];
    return run.finite(flow_direction::inverse);
  });
}

void run_gradient(const flow_program& program, size_t rows, const float* x, const float* context, float weight,
                  bool store, double* log_prob, const flow_gradients& to) {
  const cut blocks = gradient_cut(program, rows, to.parameters);
  for_blocks(program, blocks, to.parameters, [&](size_t i, float* gradient) {
    const size_t first = blocks.first(i), count = blocks.size(i);
    block_run run(program, count, store ? flow_tape::all : flow_tape::least);
    run.load_context(at(context, first, program.context()));
    run.load_x(x + first * program.dim());
    run.run(flow_direction::forward);
    if (log_prob != nullptr) {
      copy_log_det(run, count, log_prob + first);
      run.add_base_log_prob(log_prob + first);
    }
    run.begin_log_prob_cotangent(weight);
    run.run_back(flow_direction::forward, gradient);
    if (to.rows != nullptr) run.store_x_cotangent(at(to.rows, first, program.dim()));
  });
}

void run_inverse_gradient(const flow_program& program, size_t rows, const float* z, const float* context,
                          const float* x_cotangent, float log_det_cotangent, bool store, const flow_gradients& to) {
  const cut blocks = gradient_cut(program, rows, to.parameters);
  for_blocks(program, blocks, to.parameters, [&](size_t i, float* gradient) {
    const size_t first = blocks.first(i), count = blocks.size(i);
    block_run run(program, count, store ? flow_tape::all : flow_tape::least);
    run.load_context(at(context, first, program.context()));
    run.load_z(z + first * program.dim());
    run.run(flow_direction::inverse);
    run.load_x_cotangent(x_cotangent + first * program.dim());
    run.set_log_det_cotangent(log_det_cotangent);
    run.run_back(flow_direction::inverse, gradient);
    if (to.rows != nullptr) run.store_z_cotangent(at(to.rows, first, program.dim()));
  });
}

}  // namespace gibbsite::GIBBSITE_TARGET
