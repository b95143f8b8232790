#include "kernels/gaussian_rbm_likelihood.h"

#include "core/sums.h"
#include "kernels/gaussian_rbm_model.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

// sum_i (x_i - b_i)^2 / (2 s_i^2)
double well(const gaussian_rbm_model& model, const float* x) {
  double part[sum_parts] = {};
  for (size_t i = 0; i < model.visible; i++) {
    const double gap = static_cast<double>(x[i]) - static_cast<double>(model.visible_bias.data[i]);
    const double sigma = static_cast<double>(model.sigma.data[i]);
    part[i % sum_parts] += gap * gap / (2 * sigma * sigma);
  }
  return add_parts(part);
}

// sum_i a_i b_i / s_i^2 over columns j and k of the weights.
double overlap(span<const float> weights, span<const float> sigma, size_t hidden, size_t j, size_t k) {
  double part[sum_parts] = {};
  for (size_t i = 0; i < sigma.size(); i++) {
    const double s = static_cast<double>(sigma[i]);
    part[i % sum_parts] +=
        static_cast<double>(weights[i * hidden + j]) * static_cast<double>(weights[i * hidden + k]) / (s * s);
  }
  return add_parts(part);
}

// States are taken in blocks that share all but their lowest six units.
constexpr uint64_t block_units = 6, block_states = 1 << block_units;
constexpr uint64_t task_blocks = 256;

struct enumeration {
  size_t units;
  span<const double> linear, couplings;
  double low_weight[block_states];

  enumeration(span<const double> linear, span<const double> couplings)
      : units(linear.size()), linear(linear), couplings(couplings) {
    for (uint64_t low = 0; low < block_states; low++) low_weight[low] = weight(low, 0);
  }

  // Log weight of a state of the units from `first` on; units that do not exist weigh nothing.
  double weight(uint64_t state, size_t first) const {
    double total = 0;
    for (size_t j = first; j < units; j++) {
      if ((state >> (j - first) & 1) == 0) continue;
      total += linear[j];
      for (size_t k = first; k < j; k++) {
        if ((state >> (k - first) & 1) != 0) total += couplings[j * units + k];
      }
    }
    return total;
  }

  // What the units of a block's number add to the log weight of each of the lowest units.
  void low_fields(uint64_t number, double fields[block_units]) const {
    for (size_t k = 0; k < block_units; k++) {
      fields[k] = 0;
      for (size_t j = block_units; k < units && j < units; j++) {
        if ((number >> (j - block_units) & 1) != 0) fields[k] += couplings[k * units + j];
      }
    }
  }

  // The states of a block that lie in [first, last).
  log_sum block(uint64_t number, uint64_t first, uint64_t last) const {
    double fields[block_units], cross[block_states], weights[block_states];
    low_fields(number, fields);
    cross[0] = weight(number, block_units);
    for (size_t k = 0; k < block_units; k++) {
      for (size_t e = 0; e < size_t{1} << k; e++) cross[(size_t{1} << k) + e] = cross[e] + fields[k];
    }
    log_sum result;
    for (uint64_t low = 0; low < block_states; low++) {
      const uint64_t state = number * block_states + low;
      weights[low] = state >= first && state < last ? cross[low] + low_weight[low] : -__builtin_inf();
      if (weights[low] > result.maximum) result.maximum = weights[low];
    }
    for (uint64_t low = 0; low < block_states; low++) result.scaled += exp(weights[low] - result.maximum);
    return result;
  }
};

}  // namespace

void gaussian_rbm_free_energy(span<const float> weights, span<const float> visible_bias, span<const float> hidden_bias,
                              span<const float> sigma, span<const float> values, span<double> free_energy) {
  const gaussian_rbm_model model(weights, visible_bias, hidden_bias, sigma);
  const size_t rows = free_energy.size();
  const scratch<double> partial(model.weights.count() * rows);
  hidden_fields(model, values.data(), rows, [&](size_t panel, size_t first, size_t count, const float* fields) {
    const size_t width = panel_columns(model.hidden, panel);
    for (size_t r = 0; r < count; r++) {
      alignas(64) float terms[panel_width];
      for (size_t i = 0; i < panel_width; i += f32_lanes)
        store(terms + i, softplus(load<f32x>(fields + r * panel_width + i)));
      partial[panel * rows + first + r] = sum(terms, width);
    }
  });
  parallel_for(rows, [&](size_t r) {
    double total = 0;
    for (size_t p = 0; p < model.weights.count(); p++) total += partial[p * rows + r];
    free_energy[r] = well(model, values.data() + r * model.visible) - total;
  });
}

void gaussian_rbm_energy(span<const float> weights, span<const float> visible_bias, span<const float> hidden_bias,
                         span<const float> sigma, span<const float> visible, span<const float> hidden,
                         span<double> energy) {
  const gaussian_rbm_model model(weights, visible_bias, hidden_bias, sigma);
  parallel_for(energy.size(), [&](size_t r) {
    const float* x = visible.data() + r * model.visible;
    const float* h = hidden.data() + r * model.hidden;
    double part[sum_parts] = {};
    for (size_t j = 0; j < model.hidden; j++)
      part[j % sum_parts] += static_cast<double>(hidden_bias[j]) * static_cast<double>(h[j]);
    for (size_t i = 0; i < model.visible; i++) {
      const double s = static_cast<double>(sigma[i]), weighted = static_cast<double>(x[i]) / (s * s);
      const float* row = weights.data() + i * model.hidden;
      for (size_t j = 0; j < model.hidden; j++)
        part[j % sum_parts] += weighted * static_cast<double>(row[j]) * static_cast<double>(h[j]);
    }
    energy[r] = well(model, x) - add_parts(part);
  });
}

double gaussian_rbm_marginal(span<const float> weights, span<const float> visible_bias, span<const float> hidden_bias,
                             span<const float> sigma, span<const float> scale, span<double> linear,
                             span<double> couplings) {
  constexpr double log_sqrt_two_pi = 0.91893853320467274178;
  const size_t hidden = hidden_bias.size();
  parallel_for(hidden, [&](size_t j) {
    double bias[sum_parts] = {};
    for (size_t i = 0; i < sigma.size(); i++) {
      const double s = static_cast<double>(sigma[i]);
      bias[i % sum_parts] +=
          static_cast<double>(visible_bias[i]) * static_cast<double>(weights[i * hidden + j]) / (s * s);
    }
    for (size_t k = 0; k < hidden; k++) couplings[j * hidden + k] = overlap(weights, sigma, hidden, j, k);
    linear[j] = static_cast<double>(hidden_bias[j]) + add_parts(bias) + couplings[j * hidden + j] / 2;
    couplings[j * hidden + j] = 0;
  });
  double volume = 0;
  for (size_t i = 0; i < sigma.size(); i++) {
    volume += log_sqrt_two_pi + log(static_cast<double>(sigma[i]) * static_cast<double>(scale[i]));
  }
  return volume;
}

double gaussian_rbm_enumerate(span<const double> linear, span<const double> couplings, uint64_t first, uint64_t count) {
  const enumeration states(linear, couplings);
  const uint64_t first_block = first / block_states;
  const uint64_t blocks = (first + count + block_states - 1) / block_states - first_block;
  const scratch<log_sum> sums(blocks);
  parallel_for((blocks + task_blocks - 1) / task_blocks, [&](size_t task) {
    for (uint64_t b = task * task_blocks; b < blocks && b < (task + 1) * task_blocks; b++) {
      sums[b] = states.block(first_block + b, first, first + count);
    }
  });
  double maximum = -__builtin_inf(), scaled = 0;
  for (uint64_t b = 0; b < blocks; b++) maximum = sums[b].maximum > maximum ? sums[b].maximum : maximum;
  for (uint64_t b = 0; b < blocks; b++) scaled += sums[b].scaled * exp(sums[b].maximum - maximum);
  return maximum + log(scaled);
}

}  // namespace gibbsite::GIBBSITE_TARGET
