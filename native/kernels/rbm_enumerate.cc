#include "core/math.h"
#include "core/scratch.h"
#include "core/sums.h"
#include "core/threads.h"
#include "kernels/rbm_likelihood.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

// States are taken in blocks that share all but their lowest six units; what those six add to the fields is a table.
constexpr uint64_t block_units = 6, block_states = 1 << block_units;
// Blocks of one task: a few milliseconds of work for the widest models.
constexpr uint64_t task_blocks = 16;
constexpr size_t lanes = sum_parts;

// The layer that is enumerated against the layer that is summed out; everything in double precision, `outputs` padded
// to a multiple of eight with biases so low that a padding unit contributes softplus = 0.
struct enumeration {
  size_t inputs, outputs;
  scratch<double> weights, input_bias, output_bias, low_fields, low_bias;

  enumeration(span<const float> w, span<const float> b, span<const float> c, bool over_hidden)
      : inputs(over_hidden ? c.size() : b.size()),
        outputs(((over_hidden ? b.size() : c.size()) + lanes - 1) / lanes * lanes),
        weights((inputs + block_units) * outputs),
        input_bias(inputs + block_units),
        output_bias(outputs),
        low_fields(block_states * outputs),
        low_bias(block_states) {
    const span<const float> in = over_hidden ? c : b, out = over_hidden ? b : c;
    for (size_t j = 0; j < outputs; j++) output_bias[j] = j < out.size() ? static_cast<double>(out[j]) : -1e300;
    for (size_t i = 0; i < inputs + block_units; i++) {
      input_bias[i] = i < inputs ? static_cast<double>(in[i]) : 0;
      for (size_t j = 0; j < outputs; j++) {
        const bool exists = i < inputs && j < out.size();
        weights[i * outputs + j] =
            exists ? static_cast<double>(over_hidden ? w[j * c.size() + i] : w[i * c.size() + j]) : 0;
      }
    }
    for (uint64_t state = 0; state < block_states; state++) {
      memset(low_fields.data() + state * outputs, 0, outputs * sizeof(double));
      low_bias[state] = add_units(state, 0, low_fields.data() + state * outputs);
    }
  }

  // fields += the weights of the units of `state`, whose bit 0 is unit `first`; returns the sum of their biases.
  double add_units(uint64_t state, size_t first, double* fields) const {
    double bias = 0;
    for (size_t i = first; state != 0; state >>= 1, i++) {
      if ((state & 1) == 0) continue;
      bias += input_bias[i];
      for (size_t j = 0; j < outputs; j++) fields[j] += weights[i * outputs + j];
    }
    return bias;
  }

  double softplus_sum(const double* high, const double* low) const {
    f64x part[lanes / f64_lanes] = {};
    for (size_t j = 0; j < outputs; j += lanes) {
      for (size_t k = 0; k < lanes / f64_lanes; k++) {
        part[k] += softplus(load<f64x>(high + j + k * f64_lanes) + load<f64x>(low + j + k * f64_lanes));
      }
    }
    double parts[lanes];
    memcpy(parts, part, sizeof parts);
    return add_parts(parts);
  }

  // Log weights of the states of a block that lie in [first, last).
  log_sum block(uint64_t number, uint64_t first, uint64_t last, double* high) const {
    memcpy(high, output_bias.data(), outputs * sizeof(double));
    const double bias = add_units(number, block_units, high);
    double weight[block_states];
    log_sum result;
    for (uint64_t low = 0; low < block_states; low++) {
      const uint64_t state = number * block_states + low;
      const bool inside = state >= first && state < last;
      weight[low] =
          inside ? (bias + low_bias[low]) + softplus_sum(high, low_fields.data() + low * outputs) : -__builtin_inf();
      if (weight[low] > result.maximum) result.maximum = weight[low];
    }
    for (uint64_t low = 0; low < block_states; low++) result.scaled += exp(weight[low] - result.maximum);
    return result;
  }
};

}  // namespace

double rbm_enumerate(span<const float> weights, span<const float> visible_bias, span<const float> hidden_bias,
                     bool over_hidden, uint64_t first, uint64_t count) {
  const enumeration states(weights, visible_bias, hidden_bias, over_hidden);
  const uint64_t first_block = first / block_states;
  const uint64_t blocks = (first + count + block_states - 1) / block_states - first_block;
  const scratch<log_sum> sums(blocks);
  parallel_for((blocks + task_blocks - 1) / task_blocks, [&](size_t task) {
    const scratch<double> high(states.outputs);
    for (uint64_t b = task * task_blocks; b < blocks && b < (task + 1) * task_blocks; b++) {
      sums[b] = states.block(first_block + b, first, first + count, high.data());
    }
  });
  double maximum = -__builtin_inf(), scaled = 0;
  for (uint64_t b = 0; b < blocks; b++) maximum = sums[b].maximum > maximum ? sums[b].maximum : maximum;
  for (uint64_t b = 0; b < blocks; b++) scaled += sums[b].scaled * exp(sums[b].maximum - maximum);
  return maximum + log(scaled);
}

}  // namespace gibbsite::GIBBSITE_TARGET
