#include "kernels/rbm_train.h"

#include "core/sums.h"
#include "kernels/rbm_model.h"
#include "kernels/rbm_statistics.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

struct options {
  size_t batch;
  float momentum, weight_decay;
  uint32_t sweeps;
  bool sampled;
  float sparsity_target, sparsity_cost, offset_rate;
  philox_key key;
};

class trainer {
 public:
  trainer(const options& options, span<const float> betas, span<const float> w, span<const float> b,
          span<const float> c, span<const float> wv, span<float> bv, span<float> cv, span<float> visible_offset,
          span<float> hidden_offset, span<const uint32_t> chains)
      : options_(options),
        betas_(betas),
        persistent_(!chains.empty()),
        temperatures_(persistent_ ? betas.size() : 1),
        model_(w, b, c),
        velocity_(model_.visible, model_.hidden),
        visible_velocity_(bv),
        hidden_velocity_(cv),
        visible_offset_(visible_offset.data(), visible_offset.size()),
        hidden_offset_(hidden_offset.data(), hidden_offset.size()),
        centred_(!visible_offset.empty()),
        chain_rows_(persistent_ ? chains.size() / panel_count(model_.hidden) : options.batch),
        v_(chain_rows_, model_.visible),
        h_(chain_rows_, model_.hidden),
        beta_(chain_rows_),
        energy_(temperatures_ > 1 ? model_.weights.count() * chain_rows_ : 0),
        statistics_(model_.visible, model_.hidden, options.batch, chain_rows_ / temperatures_) {
    pack_panels(wv.data(), velocity_);
    for (size_t r = 0; r < chain_rows_; r++) beta_[r] = betas.empty() ? 1.0f : betas[r % temperatures_];
    memset(h_.words.data(), 0, chain_rows_ * h_.word_count() * sizeof(uint32_t));
    if (persistent_) load_bits(chains.data(), h_);
  }

  // One mini-batch; false if the update is not finite.
  bool step(const uint32_t* rows, size_t count, float rate, uint64_t number) {
    const bit_matrix data(count, model_.visible);
    load_bits(rows, data);
    transpose_panels(model_.weights, model_.transposed);
    const size_t negatives = persistent_ ? chain_rows_ / temperatures_ : count;
    statistics_.start(count, negatives);
    data_phase(data, number);
    model_phase(number);
    if (temperatures_ > 1) swap_neighbours(number);
    statistics_.finish(data, v_, temperatures_);
    if (centred_) move_offsets();
    return update(rate);
  }

  void finish(span<float> w, span<float> b, span<float> c, span<float> wv, span<float> visible_offset,
              span<float> hidden_offset, span<uint32_t> chains, span<uint32_t> fantasies) const {
    unpack_panels(model_.weights, w.data());
    unpack_panels(velocity_, wv.data());
    copy(model_.visible_bias, b), copy(model_.hidden_bias, c);
    if (centred_) copy(visible_offset_, visible_offset), copy(hidden_offset_, hidden_offset);
    if (!persistent_) return;
    store_bits(h_, chains.data());
    for (size_t r = 0; r < chain_rows_ / temperatures_; r++) {
      for (size_t k = 0; k < v_.word_count(); k++) fantasies[r * v_.word_count() + k] = v_.word(k)[r * temperatures_];
    }
  }

 private:
  static void copy(const padded_vector& from, span<float> to) {
    memcpy(to.data(), from.data.data(), to.size() * sizeof(float));
  }

  // Hidden statistics of the data; contrastive divergence starts its chains from the same fields.
  void data_phase(const bit_matrix& data, uint64_t number) {
    const scratch<float> ones(data.rows);
    for (size_t r = 0; r < data.rows; r++) ones[r] = 1;
    const unit_source source{options_.key, tag_data_hidden, number, 0};
    const bit_matrix drawn(options_.sampled && persistent_ ? data.rows : 0, model_.hidden);
    const bit_matrix& target = persistent_ ? drawn : h_;
    bit_product(data, model_.weights, model_.hidden_bias.data.data(),
                [&](size_t panel, size_t first, size_t rows, const float* fields) {
                  if (target.rows != 0) draw_tile(source, panel, first, rows, fields, ones.data(), target);
                  for (size_t r = 0; r < rows; r++) {
                    if (options_.sampled)
                      statistics_.set_sample(panel, first + r, target.word(panel)[first + r]);
                    else
                      statistics_.set_field(panel, first + r, fields + r * panel_width);
                  }
                });
  }

  // `sweeps` times v ~ p(v | h), h ~ p(h | v); the last hidden fields are the statistics of the chains at beta = 1.
  void model_phase(uint64_t number) {
    for (uint32_t sweep = 0; sweep < options_.sweeps; sweep++) {
      const uint64_t time = number * options_.sweeps + sweep;
      draw_layer(h_, model_.transposed, model_.visible_bias.data.data(), beta_.data(),
                 {options_.key, tag_visible, time, 0}, v_);
      const bool last = sweep + 1 == options_.sweeps;
      bit_product(v_, model_.weights, model_.hidden_bias.data.data(),
                  [&](size_t panel, size_t first, size_t rows, const float* fields) {
                    draw_tile({options_.key, tag_hidden, time, 0}, panel, first, rows, fields, beta_.data(), h_);
                    if (last) keep_chain_statistics(panel, first, rows, fields);
                  });
    }
  }

  void keep_chain_statistics(size_t panel, size_t first, size_t rows, const float* fields) {
    for (size_t r = first; r < first + rows; r++, fields += panel_width) {
      const uint32_t word = h_.word(panel)[r];
      if (temperatures_ > 1) energy_[panel * chain_rows_ + r] = -sum_where(fields, word);
      if (r % temperatures_ != 0) continue;
      const size_t example = statistics_.first_negative() + r / temperatures_;
      if (options_.sampled)
        statistics_.set_sample(panel, example, word);
      else
        statistics_.set_field(panel, example, fields);
    }
  }

  // Replicas of one chain at neighbouring temperatures change places with probability min(1, exp((beta - beta') (E -
  // E'))).
  void swap_neighbours(uint64_t number) {
    for (size_t chain = 0; chain < chain_rows_ / temperatures_; chain++) {
      for (size_t t = number % 2; t + 1 < temperatures_; t += 2) {
        const size_t a = chain * temperatures_ + t, b = a + 1;
        const double gap = (static_cast<double>(beta_[a]) - static_cast<double>(beta_[b])) * (energy(a) - energy(b));
        const uint32_t counter[4] = {static_cast<uint32_t>(t), static_cast<uint32_t>(number),
                                     static_cast<uint32_t>(chain),
                                     tag_swap | static_cast<uint32_t>(number >> 32) << 16};
        uint32_t random[4];
        philox(counter, options_.key, random);
        if ((static_cast<double>(random[0]) + 0.5) * 0x1p-32 < exp(gap < 0 ? gap : 0)) swap_rows(a, b);
      }
    }
  }

  double energy(size_t row) const {
    double total = 0;
    for (size_t p = 0; p < model_.weights.count(); p++) total += energy_[p * chain_rows_ + row];
    for (size_t w = 0; w < v_.word_count(); w++)
      total -= sum_where(model_.visible_bias.data.data() + 32 * w, v_.word(w)[row]);
    return total;
  }

  void swap_rows(size_t a, size_t b) {
    for (size_t w = 0; w < h_.word_count(); w++) {
      const uint32_t word = h_.word(w)[a];
      h_.word(w)[a] = h_.word(w)[b];
      h_.word(w)[b] = word;
    }
  }

  // Offsets follow the batch means of the data: mu <- (1 - nu) mu + nu <v>.
  void move_offsets() {
    const float keep = 1.0f - options_.offset_rate;
    for (size_t i = 0; i < model_.visible; i++) {
      visible_offset_.data[i] = visible_offset_.data[i] * keep + statistics_.data_visible(i) * options_.offset_rate;
    }
    for (size_t j = 0; j < model_.hidden; j++) {
      hidden_offset_.data[j] = hidden_offset_.data[j] * keep + statistics_.data_hidden(j) * options_.offset_rate;
    }
  }

  bool update(float rate) {
    const update_rule rule{rate, options_.momentum, options_.weight_decay, options_.sparsity_target,
                           options_.sparsity_cost};
    const float* mu = centred_ ? visible_offset_.data.data() : nullptr;
    const float* lambda = centred_ ? hidden_offset_.data.data() : nullptr;
    return statistics_.apply(rule, mu, lambda, model_, velocity_, visible_velocity_.data(), hidden_velocity_.data());
  }

  const options options_;
  const span<const float> betas_;
  const bool persistent_;
  const size_t temperatures_;
  rbm_model model_;
  panels velocity_;
  span<float> visible_velocity_, hidden_velocity_;
  padded_vector visible_offset_, hidden_offset_;
  const bool centred_;
  const size_t chain_rows_;
  bit_matrix v_, h_;
  scratch<float> beta_;
  scratch<double> energy_;
  rbm_statistics statistics_;
};

}  // namespace

int32_t rbm_train(span<const uint32_t> data, uint32_t batch, span<const float> rates, float momentum,
                  float weight_decay, uint32_t sweeps, bool sampled, float sparsity_target, float sparsity_cost,
                  float offset_rate, span<const float> betas, uint32_t key_low, uint32_t key_high, uint64_t first_step,
                  span<float> weights, span<float> visible_bias, span<float> hidden_bias, span<float> weight_velocity,
                  span<float> visible_velocity, span<float> hidden_velocity, span<float> visible_offset,
                  span<float> hidden_offset, span<uint32_t> chains, span<uint32_t> fantasies) {
  const options settings{batch,         momentum,    weight_decay,       sweeps, sampled, sparsity_target,
                         sparsity_cost, offset_rate, {key_low, key_high}};
  const auto read = [](span<float> s) { return span<const float>(s.data(), s.size()); };
  trainer machine(settings, betas, read(weights), read(visible_bias), read(hidden_bias), read(weight_velocity),
                  visible_velocity, hidden_velocity, visible_offset, hidden_offset, {chains.data(), chains.size()});
  const size_t words = panel_count(visible_bias.size()), rows = data.size() / words;
  for (size_t s = 0; s < rates.size(); s++) {
    const size_t first = s * batch, count = rows - first < batch ? rows - first : batch;
    if (!machine.step(data.data() + first * words, count, rates[s], first_step + s)) return static_cast<int32_t>(s);
  }
  machine.finish(weights, visible_bias, hidden_bias, weight_velocity, visible_offset, hidden_offset, chains, fantasies);
  return -1;
}

}  // namespace gibbsite::GIBBSITE_TARGET
