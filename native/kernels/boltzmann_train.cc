#include "kernels/boltzmann_train.h"

#include "kernels/boltzmann_gibbs.h"
#include "kernels/boltzmann_visit.h"
#include "kernels/coupling_table.h"
#include "kernels/couplings.h"
#include "kernels/unit_histories.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

struct settings {
  size_t units, visible;
  bool binary;
  double temperature;
  float momentum, weight_decay;
  uint32_t sweeps, data_sweeps;
  philox_key data_key, chain_key;
};

template <class T>
span<const T> read_only(span<T> s) {
  return {s.data(), s.size()};
}

// The machine's couplings as integers, made anew after each step.
class integers {
 public:
  explicit integers(size_t units)
      : units_(static_cast<uint32_t>(units)),
        table_size_(padded_units(units) * row_stride(units)),
        table_(table_size_),
        offsets_(2 * padded_units(units)) {}

  void take(span<const float> weights, span<const float> bias, bool binary) {
    double scale[3];
    couplings_scale(weights, bias, {scale, 3});
    unit_ = scale[0];
    binary_ = binary;
    couplings_quantise(weights, bias, unit_, binary, false, {table_.data(), table_size_},
                       {offsets_.data(), 2 * padded_units(units_)});
  }

  // `sweeps` sweeps of all rows of states. Units in the mask keep their values.
  void sweep(uint32_t sweeps, double temperature, span<const uint32_t> mask, philox_key key, uint64_t first_sweep,
             span<uint32_t> states) const {
    const scratch<double> temperatures(sweeps);
    for (size_t k = 0; k < sweeps; k++) temperatures[k] = temperature;
    boltzmann_gibbs(units_, binary_, false, unit_, {table_.data(), table_size_},
                    {offsets_.data(), 2 * padded_units(units_)}, boltzmann_scan::sequential, false,
                    {temperatures.data(), sweeps}, mask, key.low, key.high, 0, 0, 0, first_sweep, states, {}, {});
  }

 private:
  const uint32_t units_;
  const size_t table_size_;
  const scratch<int32_t> table_, offsets_;
  double unit_ = 1;
  bool binary_ = false;
};

// Bits of the first `columns` units of word w.
uint32_t units_below(size_t columns, size_t w) { return w >= panel_count(columns) ? 0 : word_mask(columns, w); }

class trainer {
 public:
  trainer(const settings& settings, span<float> weights, span<float> bias, span<float> weight_velocity,
          span<float> bias_velocity, span<uint32_t> chains)
      : settings_(settings),
        words_(panel_count(settings.units)),
        weights_(weights),
        bias_(bias),
        weight_velocity_(weight_velocity),
        bias_velocity_(bias_velocity),
        chains_(chains),
        clamped_(words_),
        integers_(settings.units) {
    for (size_t w = 0; w < words_; w++) clamped_[w] = units_below(settings.visible, w);
  }

  // One mini-batch of packed rows; false if the update is not finite.
  bool step(const uint32_t* rows, size_t count, float rate, uint64_t number) {
    const settings& s = settings_;
    integers_.take(read_only(weights_), read_only(bias_), s.binary);
    const scratch<uint32_t> states(count * words_);
    const span<uint32_t> data(states.data(), count * words_);
    start(rows, count, number, data);
    if (s.units > s.visible) {
      integers_.sweep(s.data_sweeps, s.temperature, {clamped_.data(), words_}, s.data_key, number * s.data_sweeps,
                      data);
    }
    integers_.sweep(s.sweeps, s.temperature, {}, s.chain_key, number * s.sweeps, chains_);
    return update(unit_histories(read_only(data), s.units), unit_histories(read_only(chains_), s.units), rate);
  }

 private:
  // Visible units from the rows, hidden ones by fair coins.
  void start(const uint32_t* rows, size_t count, uint64_t number, span<uint32_t> states) const {
    const size_t row_words = panel_count(settings_.visible);
    alignas(64) uint32_t random[sampler_rows * panel_width];
    for (size_t r = 0; r < count; r++) {
      for (size_t w = 0; w < words_; w++) {
        const uint32_t hidden = word_mask(settings_.units, w) & ~clamped_[w];
        uint32_t coins = 0;
        if (hidden != 0) {
          panel_words({settings_.data_key, tag_coin, number, 0}, w, r, 1, random);
          for (size_t i = 0; i < panel_width; i++) coins |= (random[i] >> 31) << i;
        }
        states[r * words_ + w] = (w < row_words ? rows[r * row_words + w] & clamped_[w] : 0) | (coins & hidden);
      }
    }
  }

  bool update(const unit_histories& data, const unit_histories& model, float rate) const {
    const size_t units = settings_.units;
    const scratch<uint8_t> fine(units);
    parallel_for(units, [&](size_t i) { fine[i] = update_row(data, model, rate, i); });
    bool all = true;
    for (size_t i = 0; i < units; i++) all = all && fine[i] != 0;
    return all;
  }

  // Both halves of the matrix get the same numbers, from the same integers.
  bool update_row(const unit_histories& data, const unit_histories& model, float rate, size_t i) const {
    const double from_data = 1 / (settings_.temperature * static_cast<double>(data.states));
    const double from_model = 1 / (settings_.temperature * static_cast<double>(model.states));
    float* row = weights_.data() + i * settings_.units;
    float* velocity = weight_velocity_.data() + i * settings_.units;
    bool fine = true;
    for (size_t j = 0; j < settings_.units; j++) {
      const double gradient = pair_sum(data, i, j) * from_data - pair_sum(model, i, j) * from_model;
      if (i != j)
        fine &= move(row + j, velocity + j, static_cast<float>(gradient) - settings_.weight_decay * row[j], rate);
    }
    const double gradient = unit_sum(data, i) * from_data - unit_sum(model, i) * from_model;
    return move(bias_.data() + i, bias_velocity_.data() + i, static_cast<float>(gradient), rate) && fine;
  }

  double pair_sum(const unit_histories& states, size_t i, size_t j) const {
    return static_cast<double>(settings_.binary ? states.both_on(i, j) : states.correlation(i, j));
  }
  double unit_sum(const unit_histories& states, size_t i) const {
    return static_cast<double>(settings_.binary ? states.both_on(i, i) : states.total(i));
  }

  bool move(float* parameter, float* velocity, float gradient, float rate) const {
    *velocity = settings_.momentum * *velocity + rate * gradient;
    *parameter += *velocity;
    return *parameter < largest_coupling && *parameter > -largest_coupling;
  }

  // As src/energy/limits.ts: beyond this, sums might overflow.
  static constexpr float largest_coupling = 1e15f;

  const settings settings_;
  const size_t words_;
  const span<float> weights_, bias_, weight_velocity_, bias_velocity_;
  const span<uint32_t> chains_;
  const scratch<uint32_t> clamped_;
  integers integers_;
};

}  // namespace

int32_t boltzmann_train(span<const uint32_t> data, uint32_t visible, bool binary, double temperature, uint32_t batch,
                        span<const float> rates, float momentum, float weight_decay, uint32_t sweeps,
                        uint32_t data_sweeps, uint32_t data_key_low, uint32_t data_key_high, uint32_t chain_key_low,
                        uint32_t chain_key_high, uint64_t first_step, span<float> weights, span<float> bias,
                        span<float> weight_velocity, span<float> bias_velocity, span<uint32_t> chains) {
  const settings settings{bias.size(),
                          visible,
                          binary,
                          temperature,
                          momentum,
                          weight_decay,
                          sweeps,
                          data_sweeps,
                          {data_key_low, data_key_high},
                          {chain_key_low, chain_key_high}};
  trainer machine(settings, weights, bias, weight_velocity, bias_velocity, chains);
  const size_t words = panel_count(visible), rows = data.size() / words;
  for (size_t s = 0; s < rates.size(); s++) {
    const size_t first = s * batch, count = rows - first < batch ? rows - first : batch;
    if (!machine.step(data.data() + first * words, count, rates[s], first_step + s)) return static_cast<int32_t>(s);
  }
  return -1;
}

}  // namespace gibbsite::GIBBSITE_TARGET
