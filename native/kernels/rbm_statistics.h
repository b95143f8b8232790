// The learning gradient of one RBM step: sums over examples of visible bit times hidden statistic, as one product of
// bits.
//
// Examples are the rows of the batch, then the chains at beta = 1. A hidden statistic is stored with its weight in the
// gradient, + 1 / batch or
// - 1 / chains, so the product of the transposed visible bits [V, examples] with the statistics [examples, H] is <v
// h'>_data - <v h'>_model.
#pragma once
#include "core/sums.h"
#include "kernels/rbm_model.h"

namespace gibbsite::GIBBSITE_TARGET {

struct update_rule {
  float rate, momentum, weight_decay, sparsity_target, sparsity_cost;
};

// Beyond this a parameter counts as diverged, long before a float overflows.
constexpr float largest_parameter = 1e15f;

class rbm_statistics {
 public:
  rbm_statistics(size_t visible, size_t hidden, size_t most_data, size_t most_chains)
      : visible_(visible),
        hidden_(hidden),
        hidden_statistics_(most_data + most_chains, hidden),
        bits_(visible, most_data + most_chains),
        data_visible_(visible),
        visible_gap_(visible),
        data_hidden_(padded(hidden)),
        hidden_gap_(padded(hidden)),
        scale_(2 * padded(hidden)),
        zeros_(padded(hidden)) {
    memset(hidden_statistics_.at(0, 0), 0,
           panel_count(hidden) * padded(most_data + most_chains) * panel_width * sizeof(float));
    memset(zeros_.data(), 0, padded(hidden) * sizeof(float));
  }

  // Begins a step of `data` rows and `chains` chains.
  void start(size_t data, size_t chains) {
    data_ = data, chains_ = chains;
    const float data_weight = 1.0f / static_cast<float>(data), chain_weight = -1.0f / static_cast<float>(chains);
    for (size_t j = 0; j < padded(hidden_); j++) {
      scale_[j] = j < hidden_ ? data_weight : 0;
      scale_[padded(hidden_) + j] = j < hidden_ ? chain_weight : 0;
    }
  }

  size_t first_negative() const { return data_; }
  float data_visible(size_t i) const { return data_visible_[i]; }
  float data_hidden(size_t j) const { return data_hidden_[j]; }

  // The statistic of an example is sigma(field) ...
  GIBBSITE_INLINE void set_field(size_t panel, size_t example, const float* field) const {
    float* to = hidden_statistics_.at(panel, example);
    const float* scale = scale_of(panel, example);
    for (size_t i = 0; i < panel_width; i += f32_lanes) {
      store(to + i, load<f32x>(scale + i) / (1.0f + exp(-load<f32x>(field + i))));
    }
  }

  // ... or a sample.
  void set_sample(size_t panel, size_t example, uint32_t word) const {
    float* to = hidden_statistics_.at(panel, example);
    const float* scale = scale_of(panel, example);
    for (size_t j = 0; j < panel_width; j++) to[j] = (word >> j & 1) != 0 ? scale[j] : 0;
  }

  // Takes the visible states: rows of the batch, and every `stride`-th row of the chains.
  void finish(const bit_matrix& data, const bit_matrix& chains, size_t stride) {
    parallel_for(data.word_count(), [&](size_t w) { transpose_visible(data, chains, stride, w); });
    parallel_for(panel_count(hidden_), [&](size_t panel) { sum_hidden(panel); });
  }

  // Moves the parameters; false if one of them is no longer finite. mu and lambda are the offsets of a centred
  // gradient, or null.
  bool apply(const update_rule& rule, const float* mu, const float* lambda, const rbm_model& model,
             const panels& velocity, float* visible_velocity, float* hidden_velocity) const {
    const size_t tiles = (visible_ + tile_rows - 1) / tile_rows, count = panel_count(hidden_);
    const scratch<uint8_t> finite(tiles * count);
    const scratch<double> to_visible(mu != nullptr ? count * visible_ : 0);
    const scratch<float> to_hidden(mu != nullptr ? tiles * padded(hidden_) : 0);
    bit_product(
        bits_, hidden_statistics_, zeros_.data(), [&](size_t panel, size_t first, size_t rows, float* gradient) {
          if (mu != nullptr) {
            const size_t column = panel * panel_width, tile = first / tile_rows;
            centre(panel, first, rows, mu, lambda + column, gradient);
            correct_biases(rows, mu + first, lambda + column, gradient, to_visible.data() + panel * visible_ + first,
                           to_hidden.data() + tile * padded(hidden_) + column);
          }
          finite[panel * tiles + first / tile_rows] =
              move_weights(rule, gradient, rows, model.weights.at(panel, first), velocity.at(panel, first));
        });
    bool fine = true;
    for (size_t i = 0; i < tiles * count; i++) fine = fine && finite[i] != 0;
    for (size_t i = 0; i < visible_; i++) {
      double gap = visible_gap_[i];
      for (size_t p = 0; mu != nullptr && p < count; p++) gap -= to_visible[p * visible_ + i];
      fine = move(rule, static_cast<float>(gap), &visible_velocity[i], &model.visible_bias.data[i]) && fine;
    }
    for (size_t j = 0; j < hidden_; j++) {
      float gap = hidden_gap_[j];
      for (size_t t = 0; mu != nullptr && t < tiles; t++) gap -= to_hidden[t * padded(hidden_) + j];
      gap += rule.sparsity_cost * (rule.sparsity_target - data_hidden_[j]);
      fine = move(rule, gap, &hidden_velocity[j], &model.hidden_bias.data[j]) && fine;
    }
    return fine;
  }

 private:
  const float* scale_of(size_t panel, size_t example) const {
    return scale_.data() + (example < data_ ? 0 : padded(hidden_)) + panel * panel_width;
  }

  // bits_[i, example] for the 32 visible units of word w, and the means of those units.
  void transpose_visible(const bit_matrix& data, const bit_matrix& chains, size_t stride, size_t w) {
    const size_t first = 32 * w, last = visible_ - first < 32 ? visible_ : first + 32;
    uint32_t in_data[32] = {}, in_chains[32] = {};
    for (size_t e = 0; e < bits_.word_count(); e++) {
      uint32_t block[32];
      for (size_t k = 0; k < 32; k++) block[k] = visible_word(data, chains, stride, w, 32 * e + k);
      transpose_bits(block);
      const uint32_t mask = data_mask(e);
      for (size_t i = first; i < last; i++) {
        const uint32_t word = block[i - first];
        bits_.word(e)[i] = word;
        in_data[i - first] += static_cast<uint32_t>(__builtin_popcount(word & mask));
        in_chains[i - first] += static_cast<uint32_t>(__builtin_popcount(word & ~mask));
      }
    }
    for (size_t i = first; i < last; i++) {
      data_visible_[i] = static_cast<float>(in_data[i - first]) / static_cast<float>(data_);
      visible_gap_[i] = data_visible_[i] - static_cast<float>(in_chains[i - first]) / static_cast<float>(chains_);
    }
  }

  uint32_t visible_word(const bit_matrix& data, const bit_matrix& chains, size_t stride, size_t w,
                        size_t example) const {
    if (example < data_) return data.word(w)[example];
    return example < data_ + chains_ ? chains.word(w)[(example - data_) * stride] : 0;
  }

  // Which bits of word e of the examples are rows of the batch.
  uint32_t data_mask(size_t e) const {
    if (32 * e >= data_) return 0;
    return data_ - 32 * e >= 32 ? 0xffffffffu : (1u << (data_ - 32 * e)) - 1;
  }

  void sum_hidden(size_t panel) {
    panel_row total{};
    for (size_t e = 0; e < data_ + chains_; e++) {
      if (e == data_) store_row(data_hidden_.data() + panel * panel_width, total);
      total = total + load_row(hidden_statistics_.at(panel, e));
    }
    store_row(hidden_gap_.data() + panel * panel_width, total);
  }

  // <(v - mu)(h - lambda)'>_data - <...>_model = gradient - mu (gap of h)' - (gap of v) lambda'.
  void centre(size_t panel, size_t first, size_t rows, const float* mu, const float* lambda, float* gradient) const {
    const float* gap = hidden_gap_.data() + panel * panel_width;
    for (size_t r = 0; r < rows; r++) {
      for (size_t i = 0; i < panel_width; i += f32_lanes) {
        float* g = gradient + r * panel_width + i;
        store(g,
              load<f32x>(g) - load<f32x>(gap + i) * mu[first + r] - load<f32x>(lambda + i) * visible_gap_[first + r]);
      }
    }
  }

  // The parts of dW lambda and dW' mu that come from a tile; dW is the gradient, centred already.
  static void correct_biases(size_t rows, const float* mu, const float* lambda, const float* gradient,
                             double* to_visible, float* to_hidden) {
    panel_row hidden{};
    for (size_t r = 0; r < rows; r++) {
      alignas(64) float terms[panel_width];
      for (int i = 0; i < panel_vectors; i++) {
        const f32x g = load<f32x>(gradient + r * panel_width + i * f32_lanes);
        hidden.part[i] += g * mu[r];
        store(terms + i * f32_lanes, g * load<f32x>(lambda + i * f32_lanes));
      }
      to_visible[r] = sum(terms, panel_width);
    }
    store_row(to_hidden, hidden);
  }

  static bool move_weights(const update_rule& rule, const float* gradient, size_t rows, float* weights,
                           float* velocity) {
    i32x fine = splat<i32x>(-1);
    for (size_t i = 0; i < rows * panel_width; i += f32_lanes) {
      f32x w = load<f32x>(weights + i);
      const f32x v =
          load<f32x>(velocity + i) * rule.momentum + (load<f32x>(gradient + i) - w * rule.weight_decay) * rule.rate;
      w += v;
      fine &= (w < largest_parameter) & (w > -largest_parameter);
      store(velocity + i, v);
      store(weights + i, w);
    }
    for (int i = 0; i < f32_lanes; i++) {
      if (fine[i] == 0) return false;
    }
    return true;
  }

  static bool move(const update_rule& rule, float gradient, float* velocity, float* parameter) {
    *velocity = *velocity * rule.momentum + gradient * rule.rate;
    *parameter += *velocity;
    return *parameter < largest_parameter && *parameter > -largest_parameter;
  }

  size_t visible_, hidden_, data_ = 0, chains_ = 0;
  panels hidden_statistics_;
  bit_matrix bits_;
  scratch<float> data_visible_, visible_gap_, data_hidden_, hidden_gap_, scale_, zeros_;
};

}  // namespace gibbsite::GIBBSITE_TARGET
