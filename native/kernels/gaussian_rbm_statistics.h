// The learning gradient of one step of a Gaussian RBM (gaussian_rbm_train.h): one product of visible values with hidden
// probabilities, added to the weights tile by tile.
//
// Examples are the rows of the batch, then the chains. A hidden probability is stored with its weight in the gradient,
// 1 / batch or -1 / chains.
#pragma once
#include "core/sums.h"
#include "kernels/gaussian_rbm_model.h"

namespace gibbsite::GIBBSITE_TARGET {

struct gaussian_update_rule {
  float rate, momentum, weight_decay, sigma_rate, lowest_sigma, highest_sigma;
};

// Beyond this a parameter counts as diverged: fields are products of two parameters and a precision.
constexpr float largest_gaussian_parameter = 1e9f;
// A step goes at most this part of the way to the bottom of the steepest valley; beyond 2 it would climb the other
// side.
constexpr double largest_step = 0.5;
// Enough of them to tell the largest curvature within a factor of the 4 that largest_step leaves.
constexpr int power_iterations = 3;
// The largest change of log sigma in a step.
constexpr float largest_sigma_step = 0.1f;

class gaussian_rbm_statistics {
 public:
  // Of a step of `data` rows and `chains` chains.
  gaussian_rbm_statistics(size_t visible, size_t hidden, size_t data, size_t chains)
      : visible_(visible),
        hidden_(hidden),
        data_(data),
        examples_(data + chains),
        data_weight_(1.0f / static_cast<float>(data)),
        chain_weight_(-1.0f / static_cast<float>(chains)),
        hidden_statistics_(data + chains, hidden),
        values_(visible * (data + chains)),
        mean_gap_(visible),
        square_gap_(visible),
        data_hidden_(padded(hidden)),
        hidden_gap_(padded(hidden)),
        zeros_(padded(hidden)) {
    memset(zeros_.data(), 0, padded(hidden) * sizeof(float));
  }

  // <p_j> over the batch, after `finish`.
  float data_hidden(size_t j) const { return data_hidden_[j]; }

  // The hidden fields of an example, 32 units of a panel; padding units count for nothing.
  void set_fields(size_t panel, size_t example, const float* fields) const {
    const f32x weight = splat<f32x>(example < data_ ? data_weight_ : chain_weight_);
    float* to = hidden_statistics_.at(panel, example);
    for (size_t i = 0; i < panel_width; i += f32_lanes) {
      store(to + i, weight / (1.0f + exp(-load<f32x>(fields + i))));
    }
    for (size_t j = panel_columns(hidden_, panel); j < panel_width; j++) to[j] = 0;
  }

  // Takes the visible values of the batch and of the chains.
  void finish(const gaussian_rbm_model& model, const float* data, const float* chains) const {
    parallel_for(panel_count(visible_), [&](size_t w) {
      const size_t first = w * panel_width, last = first + panel_columns(visible_, w);
      for (size_t i = first; i < last; i++) take_unit(model, data, chains, i);
    });
    parallel_for(panel_count(hidden_), [&](size_t panel) { sum_hidden(panel); });
  }

  // The rate asked for, or less where the valley is steep. With x-means b' + W (h - lambda), the second derivative of
  // the log-likelihood times -s_i^2 is the model's <g g'>, g = (1, h - lambda), for every visible unit alike: with many
  // hidden units that go together its largest eigenvalue grows with their number, and a fixed rate would overshoot.
  float bounded_rate(const gaussian_update_rule& rule, const float* lambda) const {
    const size_t chains = examples_ - data_, width = padded(hidden_);
    const scratch<float> g(chains * width), direction(width);
    const scratch<double> along(chains);
    parallel_for(chains, [&](size_t e) { along[e] = deviate(e, lambda, g.data() + e * width); });
    size_t longest = 0;
    for (size_t e = 1; e < chains; e++) longest = along[e] > along[longest] ? e : longest;
    double curvature = 1, constant = 1;
    memcpy(direction.data(), g.data() + longest * width, width * sizeof(float));
    for (int i = 0; i < power_iterations; i++) {
      parallel_for(chains, [&](size_t e) { along[e] = constant + dot(g.data() + e * width, direction.data(), width); });
      curvature = squares(along.data(), chains) / static_cast<double>(chains) /
                  (constant * constant + dot(direction.data(), direction.data(), width));
      constant = sum(along.data(), chains) / static_cast<double>(chains);
      parallel_for(panel_count(hidden_), [&](size_t p) { combine(p, g.data(), along.data(), direction.data()); });
    }
    const float most = static_cast<float>(largest_step / curvature) * (1.0f - rule.momentum);
    return rule.rate < most ? rule.rate : most;
  }

  // Moves the parameters; false if one of them is no longer finite. lambda [padded(H)] are the hidden offsets.
  bool apply(const gaussian_update_rule& rule, const float* lambda, const gaussian_rbm_model& model,
             const panels& velocity, float* visible_velocity, float* hidden_velocity, float* sigma_velocity) const {
    const float rate = bounded_rate(rule, lambda);
    const size_t tiles = (visible_ + tile_rows - 1) / tile_rows, count = panel_count(hidden_);
    const scratch<uint8_t> finite(tiles * count);
    const scratch<double> to_visible(count * visible_), to_sigma(count * visible_);
    product(values_.data(), visible_, hidden_statistics_, zeros_.data(),
            [&](size_t panel, size_t first, size_t rows, float* gradient) {
              const size_t at = panel * visible_ + first;
              const float* offsets = lambda + panel * panel_width;
              dot_rows(gradient, model.weights.at(panel, first), panel_width, rows, to_sigma.data() + at);
              centre(first, rows, offsets, gradient);
              dot_rows(gradient, offsets, 0, rows, to_visible.data() + at);
              finite[panel * tiles + first / tile_rows] =
                  move_weights(rule, rate, gradient, rows, model.weights.at(panel, first), velocity.at(panel, first));
            });
    bool fine = true;
    for (size_t i = 0; i < tiles * count; i++) fine = fine && finite[i] != 0;
    for (size_t i = 0; i < visible_; i++) {
      double gap = mean_gap_[i], spread = square_gap_[i];
      for (size_t p = 0; p < count; p++) gap -= to_visible[p * visible_ + i];
      for (size_t p = 0; p < count; p++) spread -= 2 * to_sigma[p * visible_ + i];
      fine = move(rule, rate, static_cast<float>(gap), &visible_velocity[i], &model.visible_bias.data[i]) && fine;
      move_sigma(rule, static_cast<float>(spread), &sigma_velocity[i], &model.sigma.data[i]);
    }
    for (size_t j = 0; j < hidden_; j++) {
      fine = move(rule, rate, hidden_gap_[j], &hidden_velocity[j], &model.hidden_bias.data[j]) && fine;
    }
    return fine;
  }

 private:
  // g = p - lambda of a chain; returns its squared length.
  double deviate(size_t chain, const float* lambda, float* g) const {
    for (size_t p = 0; p < panel_count(hidden_); p++) {
      const float* statistics = hidden_statistics_.at(p, data_ + chain);
      for (size_t j = 0; j < panel_width; j += f32_lanes) {
        store(g + p * panel_width + j,
              load<f32x>(statistics + j) / chain_weight_ - load<f32x>(lambda + p * panel_width + j));
      }
    }
    return dot(g, g, padded(hidden_));
  }

  // direction = the mean of g along_e, for one panel.
  void combine(size_t panel, const float* g, const double* along, float* direction) const {
    panel_row total{};
    for (size_t e = 0; e < examples_ - data_; e++) {
      const panel_row row = load_row(g + e * padded(hidden_) + panel * panel_width);
      for (int k = 0; k < panel_vectors; k++)
        total.part[k] += row.part[k] * (static_cast<float>(along[e]) * -chain_weight_);
    }
    store_row(direction + panel * panel_width, total);
  }

  // n is a multiple of 32.
  static double dot(const float* a, const float* b, size_t n) {
    double total = 0;
    for (size_t i = 0; i < n; i += panel_width) {
      alignas(64) float terms[panel_width];
      for (size_t k = 0; k < panel_width; k += f32_lanes)
        store(terms + k, load<f32x>(a + i + k) * load<f32x>(b + i + k));
      total += sum(terms, panel_width);
    }
    return total;
  }

  static double squares(const double* values, size_t n) {
    double part[sum_parts] = {};
    for (size_t i = 0; i < n; i++) part[i % sum_parts] += values[i] * values[i];
    return add_parts(part);
  }

  // Row i of the transposed values, and the gaps of <x_i> and <(x_i - b_i)^2>.
  void take_unit(const gaussian_rbm_model& model, const float* data, const float* chains, size_t i) const {
    const double bias = static_cast<double>(model.visible_bias.data[i]);
    double sums[2] = {}, squares[2] = {};
    for (size_t e = 0; e < examples_; e++) {
      const float x = e < data_ ? data[e * visible_ + i] : chains[(e - data_) * visible_ + i];
      const double gap = static_cast<double>(x) - bias;
      values_[i * examples_ + e] = x;
      sums[e < data_ ? 0 : 1] += static_cast<double>(x);
      squares[e < data_ ? 0 : 1] += gap * gap;
    }
    const double rows = static_cast<double>(data_), others = static_cast<double>(examples_ - data_);
    mean_gap_[i] = sums[0] / rows - sums[1] / others;
    square_gap_[i] = squares[0] / rows - squares[1] / others;
  }

  void sum_hidden(size_t panel) const {
    panel_row total{};
    for (size_t e = 0; e < examples_; e++) {
      if (e == data_) store_row(data_hidden_.data() + panel * panel_width, total);
      total = total + load_row(hidden_statistics_.at(panel, e));
    }
    store_row(hidden_gap_.data() + panel * panel_width, total);
  }

  // <x (p - lambda)'>_data - <...>_model = gradient - (gap of x) lambda'.
  void centre(size_t first, size_t rows, const float* lambda, float* gradient) const {
    for (size_t r = 0; r < rows; r++) {
      const float gap = static_cast<float>(mean_gap_[first + r]);
      for (size_t i = 0; i < panel_width; i += f32_lanes) {
        float* g = gradient + r * panel_width + i;
        store(g, load<f32x>(g) - load<f32x>(lambda + i) * gap);
      }
    }
  }

  // out[r] = the product of row r of a tile with row r of another (stride 0: with one row).
  static void dot_rows(const float* tile, const float* other, size_t stride, size_t rows, double* out) {
    for (size_t r = 0; r < rows; r++) {
      alignas(64) float terms[panel_width];
      for (size_t i = 0; i < panel_width; i += f32_lanes) {
        store(terms + i, load<f32x>(tile + r * panel_width + i) * load<f32x>(other + r * stride + i));
      }
      out[r] = sum(terms, panel_width);
    }
  }

  static bool move_weights(const gaussian_update_rule& rule, float rate, const float* gradient, size_t rows,
                           float* weights, float* velocity) {
    i32x fine = splat<i32x>(-1);
    for (size_t i = 0; i < rows * panel_width; i += f32_lanes) {
      f32x w = load<f32x>(weights + i);
      const f32x v =
          load<f32x>(velocity + i) * rule.momentum + (load<f32x>(gradient + i) - w * rule.weight_decay) * rate;
      w += v;
      fine &= (w < largest_gaussian_parameter) & (w > -largest_gaussian_parameter);
      store(velocity + i, v);
      store(weights + i, w);
    }
    for (int i = 0; i < f32_lanes; i++) {
      if (fine[i] == 0) return false;
    }
    return true;
  }

  static bool move(const gaussian_update_rule& rule, float rate, float gradient, float* velocity, float* parameter) {
    *velocity = *velocity * rule.momentum + gradient * rate;
    *parameter += *velocity;
    return *parameter < largest_gaussian_parameter && *parameter > -largest_gaussian_parameter;
  }

  static float within(float x, float lowest, float highest) { return x < lowest ? lowest : x > highest ? highest : x; }

  static void move_sigma(const gaussian_update_rule& rule, float spread, float* velocity, float* sigma) {
    if (rule.sigma_rate == 0) return;
    const float gradient = *sigma > 1 ? spread / (*sigma * *sigma) : spread;
    const float step = *velocity * rule.momentum + gradient * rule.rate * rule.sigma_rate;
    *velocity = within(step, -largest_sigma_step, largest_sigma_step);
    *sigma = within(*sigma * exp(*velocity), rule.lowest_sigma, rule.highest_sigma);
  }

  const size_t visible_, hidden_, data_, examples_;
  const float data_weight_, chain_weight_;
  panels hidden_statistics_;
  scratch<float> values_;
  scratch<double> mean_gap_, square_gap_;
  scratch<float> data_hidden_, hidden_gap_, zeros_;
};

}  // namespace gibbsite::GIBBSITE_TARGET
