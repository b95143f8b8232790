#include "kernels/gaussian_rbm_train.h"

#include "kernels/gaussian_rbm_model.h"
#include "kernels/gaussian_rbm_statistics.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

struct options {
  size_t batch;
  float momentum, weight_decay, sigma_rate, lowest_sigma, highest_sigma;
  uint32_t sweeps;
  float offset_rate;
  philox_key key;
};

struct velocities {
  span<float> weights, visible, hidden, sigma;
};

class trainer {
 public:
  trainer(const options& options, const gaussian_rbm_model& model, const velocities& velocities,
          span<float> hidden_offset, span<uint32_t> chains)
      : options_(options),
        persistent_(!chains.empty()),
        model_(model),
        velocities_(velocities),
        velocity_(model.visible, model.hidden),
        hidden_offset_(hidden_offset.data(), hidden_offset.size()),
        chain_rows_(persistent_ ? chains.size() / panel_count(model.hidden) : 0),
        persistent_h_(chain_rows_, model.hidden) {
    pack_panels(velocities.weights.data(), velocity_);
    if (persistent_) load_bits(chains.data(), persistent_h_);
  }

  // One mini-batch of rows [count, V]; false if the update is not finite.
  bool step(const float* rows, size_t count, float rate, uint64_t number) {
    const size_t chains = persistent_ ? chain_rows_ : count;
    const gaussian_rbm_statistics statistics(model_.visible, model_.hidden, count, chains);
    const bit_matrix started(persistent_ ? 0 : count, model_.hidden);
    const bit_matrix& h = persistent_ ? persistent_h_ : started;
    const scratch<float> x(chains * model_.visible);
    data_phase(rows, count, number, statistics, started);
    model_phase(number, statistics, count, h, x.data());
    statistics.finish(model_, rows, x.data());
    move_offset(statistics);
    const gaussian_update_rule rule{rate,
                                    options_.momentum,
                                    options_.weight_decay,
                                    options_.sigma_rate,
                                    options_.lowest_sigma,
                                    options_.highest_sigma};
    const bool fine = statistics.apply(rule, hidden_offset_.data.data(), model_, velocity_, velocities_.visible.data(),
                                       velocities_.hidden.data(), velocities_.sigma.data());
    model_.update();
    return fine;
  }

  void finish(span<float> w, span<float> b, span<float> c, span<float> s, span<float> hidden_offset,
              span<uint32_t> chains) const {
    unpack_panels(model_.weights, w.data());
    unpack_panels(velocity_, velocities_.weights.data());
    copy(model_.visible_bias, b), copy(model_.hidden_bias, c), copy(model_.sigma, s);
    copy(hidden_offset_, hidden_offset);
    if (persistent_) store_bits(persistent_h_, chains.data());
  }

 private:
  static void copy(const padded_vector& from, span<float> to) {
    memcpy(to.data(), from.data.data(), to.size() * sizeof(float));
  }

  // Hidden statistics of the data; contrastive divergence starts its chains from the same fields.
  void data_phase(const float* rows, size_t count, uint64_t number, const gaussian_rbm_statistics& statistics,
                  const bit_matrix& started) const {
    const unit_betas ones(count);
    hidden_fields(model_, rows, count, [&](size_t panel, size_t first, size_t tile, const float* fields) {
      if (!persistent_) {
        draw_tile({options_.key, tag_gaussian_data_hidden, number, 0}, panel, first, tile, fields, ones.data.data(),
                  started);
      }
      for (size_t r = 0; r < tile; r++) statistics.set_fields(panel, first + r, fields + r * panel_width);
    });
  }

  // `sweeps` times x ~ p(x | h), h ~ p(h | x); the last hidden fields are the statistics.
  void model_phase(uint64_t number, const gaussian_rbm_statistics& statistics, size_t first_example,
                   const bit_matrix& h, float* x) const {
    const unit_betas ones(h.rows);
    for (uint32_t sweep = 0; sweep < options_.sweeps; sweep++) {
      const uint64_t time = number * options_.sweeps + sweep;
      draw_gaussian_layer(model_, h, {options_.key, tag_gaussian_visible, time, 0}, {nullptr, 0}, x,
                          [](size_t, size_t, const float*) {});
      const bool last = sweep + 1 == options_.sweeps;
      hidden_fields(model_, x, h.rows, [&](size_t panel, size_t first, size_t tile, const float* fields) {
        draw_tile({options_.key, tag_gaussian_hidden, time, 0}, panel, first, tile, fields, ones.data.data(), h);
        for (size_t r = 0; last && r < tile; r++) {
          statistics.set_fields(panel, first_example + first + r, fields + r * panel_width);
        }
      });
    }
  }

  // lambda <- (1 - nu) lambda + nu <p>_data.
  void move_offset(const gaussian_rbm_statistics& statistics) {
    const float keep = 1.0f - options_.offset_rate;
    for (size_t j = 0; j < model_.hidden; j++) {
      hidden_offset_.data[j] = hidden_offset_.data[j] * keep + statistics.data_hidden(j) * options_.offset_rate;
    }
  }

  const options options_;
  const bool persistent_;
  const gaussian_rbm_model& model_;
  const velocities velocities_;
  panels velocity_;
  padded_vector hidden_offset_;
  const size_t chain_rows_;
  bit_matrix persistent_h_;
};

}  // namespace

int32_t gaussian_rbm_train(span<const float> values, uint32_t batch, span<const float> rates, float momentum,
                           float weight_decay, float sigma_rate, float lowest_sigma, float highest_sigma,
                           uint32_t sweeps, float offset_rate, uint32_t key_low, uint32_t key_high, uint64_t first_step,
                           span<float> weights, span<float> visible_bias, span<float> hidden_bias, span<float> sigma,
                           span<float> weight_velocity, span<float> visible_velocity, span<float> hidden_velocity,
                           span<float> sigma_velocity, span<float> hidden_offset, span<uint32_t> chains) {
  const options settings{batch,         momentum, weight_decay, sigma_rate,         lowest_sigma,
                         highest_sigma, sweeps,   offset_rate,  {key_low, key_high}};
  const auto read = [](span<float> s) { return span<const float>(s.data(), s.size()); };
  const gaussian_rbm_model model(read(weights), read(visible_bias), read(hidden_bias), read(sigma));
  trainer machine(settings, model, {weight_velocity, visible_velocity, hidden_velocity, sigma_velocity}, hidden_offset,
                  chains);
  const size_t visible = visible_bias.size(), rows = values.size() / visible;
  for (size_t s = 0; s < rates.size(); s++) {
    const size_t first = s * batch, count = rows - first < batch ? rows - first : batch;
    if (!machine.step(values.data() + first * visible, count, rates[s], first_step + s)) return static_cast<int32_t>(s);
  }
  machine.finish(weights, visible_bias, hidden_bias, sigma, hidden_offset, chains);
  return -1;
}

}  // namespace gibbsite::GIBBSITE_TARGET
