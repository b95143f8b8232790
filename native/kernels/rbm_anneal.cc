#include "kernels/rbm_anneal.h"

#include "core/sums.h"
#include "kernels/rbm_model.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

// Chains of one task when the parts of a weight are added up.
constexpr size_t collect_rows = 16;

class annealer {
 public:
  annealer(const rbm_model& model, span<const float> base_bias, philox_key key, uint32_t first_chain,
           span<uint32_t> visible, span<double> log_weights)
      : model_(model),
        base_(base_bias.data(), model.visible),
        bias_gap_(padded(model.visible)),
        key_(key),
        first_chain_(first_chain),
        log_weights_(log_weights),
        v_(log_weights.size(), model.visible),
        h_(log_weights.size(), model.hidden),
        beta_(log_weights.size()),
        partial_(model.weights.count() * log_weights.size()) {
    load_bits(visible.data(), v_);
    for (size_t i = 0; i < padded(model.visible); i++) {
      bias_gap_[i] = static_cast<double>(model.visible_bias.data[i]) - static_cast<double>(base_.data[i]);
    }
  }

  // Adds log p*_to(v) - log p*_from(v) to every chain.
  void weigh(double from, double to) {
    visit([&](size_t panel, size_t first, size_t rows, const float* fields) {
      add_softplus_gap(panel, first, rows, fields, from, to);
    });
    collect(to - from);
  }

  // h ~ p_beta(h | v).
  void draw_hidden(double beta, uint64_t step) {
    set_beta(beta);
    visit([&](size_t panel, size_t first, size_t rows, const float* fields) {
      draw_tile(hidden_source(step), panel, first, rows, fields, beta_.data(), h_);
    });
  }

  // Both at once, from the same fields: the weight from one beta to the next, and h of the next.
  void weigh_and_draw(double from, double to, double beta, uint64_t step) {
    set_beta(beta);
    visit([&](size_t panel, size_t first, size_t rows, const float* fields) {
      add_softplus_gap(panel, first, rows, fields, from, to);
      draw_tile(hidden_source(step), panel, first, rows, fields, beta_.data(), h_);
    });
    collect(to - from);
  }

  // v ~ p_beta(v | h): fields (1 - beta) a + beta (b + W h).
  void draw_visible(double beta, uint64_t step) {
    set_beta(1);
    const float model_part = static_cast<float>(beta), base_part = static_cast<float>(1 - beta);
    bit_product(h_, model_.transposed, model_.visible_bias.data.data(),
                [&](size_t panel, size_t first, size_t rows, float* fields) {
                  for (size_t i = 0; i < rows * panel_width; i += f32_lanes) {
                    const f32x base = load<f32x>(base_.data.data() + panel * panel_width + i % panel_width);
                    store(fields + i, base * base_part + load<f32x>(fields + i) * model_part);
                  }
                  draw_tile({key_, tag_visible, step, first_chain_}, panel, first, rows, fields, beta_.data(), v_);
                });
  }

  void finish(span<uint32_t> visible) const { store_bits(v_, visible.data()); }

 private:
  template <class Finish>
  void visit(const Finish& finish) {
    bit_product(v_, model_.weights, model_.hidden_bias.data.data(), finish);
  }

  void set_beta(double beta) {
    for (size_t r = 0; r < v_.rows; r++) beta_[r] = static_cast<float>(beta);
  }

  unit_source hidden_source(uint64_t step) const { return {key_, tag_hidden, step, first_chain_}; }

  // sum_j softplus(to x_j) - softplus(from x_j) of each row of a tile.
  void add_softplus_gap(size_t panel, size_t first, size_t rows, const float* fields, double from, double to) {
    const size_t width = panel_columns(model_.hidden, panel);
    for (size_t r = 0; r < rows; r++) {
      alignas(64) float gap[panel_width];
      for (size_t i = 0; i < panel_width; i += f32_lanes) {
        const f32x x = load<f32x>(fields + r * panel_width + i);
        store(gap + i, softplus(x * static_cast<float>(to)) - softplus(x * static_cast<float>(from)));
      }
      partial_[panel * v_.rows + first + r] = sum(gap, width);
    }
  }

  // log_weight += step * (b - a)' v + what the hidden units gave.
  void collect(double step) {
    parallel_for((v_.rows + collect_rows - 1) / collect_rows, [&](size_t task) {
      const size_t last = (task + 1) * collect_rows < v_.rows ? (task + 1) * collect_rows : v_.rows;
      for (size_t r = task * collect_rows; r < last; r++) {
        double bias = 0, total = 0;
        for (size_t w = 0; w < v_.word_count(); w++) bias += sum_where(bias_gap_.data() + 32 * w, v_.word(w)[r]);
        for (size_t p = 0; p < model_.weights.count(); p++) total += partial_[p * v_.rows + r];
        log_weights_[r] += step * bias + total;
      }
    });
  }

  const rbm_model& model_;
  padded_vector base_;
  scratch<double> bias_gap_;
  philox_key key_;
  uint32_t first_chain_;
  span<double> log_weights_;
  bit_matrix v_, h_;
  scratch<float> beta_;
  scratch<double> partial_;
};

}  // namespace

void rbm_anneal(span<const float> weights, span<const float> visible_bias, span<const float> hidden_bias,
                span<const float> base_bias, span<const double> betas, bool reverse, uint32_t key_low,
                uint32_t key_high, uint32_t first_chain, uint64_t first_step, span<uint32_t> visible,
                span<double> log_weights) {
  const rbm_model model(weights, visible_bias, hidden_bias);
  annealer chains(model, base_bias, {key_low, key_high}, first_chain, visible, log_weights);
  for (size_t k = 1; k < betas.size(); k++) {
    const double from = betas[k - 1], to = betas[k], beta = reverse ? from : to;
    if (!reverse) chains.weigh_and_draw(from, to, beta, first_step + k);
    // In reverse the fields that weigh a state are also those that the next sweep draws from.
    if (reverse && k == 1) chains.draw_hidden(beta, first_step + k);
    if (reverse && k > 1) chains.weigh_and_draw(betas[k - 2], from, beta, first_step + k);
    chains.draw_visible(beta, first_step + k);
  }
  if (reverse && betas.size() > 1) chains.weigh(betas[betas.size() - 2], betas[betas.size() - 1]);
  chains.finish(visible);
}

}  // namespace gibbsite::GIBBSITE_TARGET
