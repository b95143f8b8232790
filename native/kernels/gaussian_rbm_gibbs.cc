#include "kernels/gaussian_rbm_gibbs.h"

#include "kernels/gaussian_rbm_model.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

void run_sweeps(const gaussian_rbm_model& model, span<const uint32_t> clamp_mask, const unit_source& source,
                uint32_t sweeps, span<float> visible, span<uint32_t> hidden, span<float> visible_sum) {
  const size_t chains = visible.size() / model.visible, words = panel_count(model.visible);
  // One mask [words] for all rows, or one for each.
  const clamped_units clamp{clamp_mask.empty() ? nullptr : clamp_mask.data(), clamp_mask.size() > words ? words : 0};
  bit_matrix h(chains, model.hidden);
  load_bits(hidden.data(), h);
  const unit_betas beta(chains);
  for (uint64_t sweep = source.sweep; sweep < source.sweep + sweeps; sweep++) {
    const unit_source to_hidden{source.key, tag_gaussian_hidden, sweep, source.first_chain, source.streams};
    const unit_source to_visible{source.key, tag_gaussian_visible, sweep, source.first_chain, source.streams};
    hidden_fields(model, visible.data(), chains, [&](size_t panel, size_t first, size_t rows, const float* fields) {
      draw_tile(to_hidden, panel, first, rows, fields, beta.data.data(), h);
    });
    draw_gaussian_layer(model, h, to_visible, clamp, visible.data(), [&](size_t panel, size_t row, const float* means) {
      if (visible_sum.empty()) return;
      const size_t at = row * model.visible + panel * panel_width;
      const uint32_t kept = clamp.of(row, panel);
      for (size_t j = 0; j < panel_columns(model.visible, panel); j++) {
        visible_sum[at + j] += (kept >> j & 1) != 0 ? visible[at + j] : means[j];
      }
    });
  }
  store_bits(h, hidden.data());
}

}  // namespace

void gaussian_rbm_gibbs(span<const float> weights, span<const float> visible_bias, span<const float> hidden_bias,
                        span<const float> sigma, span<const uint32_t> clamp_mask, uint32_t key_low, uint32_t key_high,
                        uint32_t first_chain, uint64_t first_sweep, uint32_t sweeps, span<float> visible,
                        span<uint32_t> hidden, span<float> visible_sum) {
  run_sweeps(gaussian_rbm_model(weights, visible_bias, hidden_bias, sigma), clamp_mask,
             {{key_low, key_high}, 0, first_sweep, first_chain}, sweeps, visible, hidden, visible_sum);
}

void gaussian_rbm_gibbs_streams(span<const float> weights, span<const float> visible_bias,
                                span<const float> hidden_bias, span<const float> sigma, span<const uint32_t> clamp_mask,
                                span<const uint32_t> streams, uint64_t first_sweep, uint32_t sweeps,
                                span<float> visible, span<uint32_t> hidden, span<float> visible_sum) {
  run_sweeps(gaussian_rbm_model(weights, visible_bias, hidden_bias, sigma), clamp_mask,
             {{}, 0, first_sweep, 0, streams}, sweeps, visible, hidden, visible_sum);
}

void gaussian_rbm_hidden(span<const float> weights, span<const float> hidden_bias, span<const float> sigma,
                         span<const float> values, span<float> probabilities) {
  const scratch<float> no_bias(sigma.size());
  memset(no_bias.data(), 0, sigma.size() * sizeof(float));
  const gaussian_rbm_model model(weights, {no_bias.data(), sigma.size()}, hidden_bias, sigma);
  const size_t rows = values.size() / model.visible;
  hidden_fields(model, values.data(), rows, [&](size_t panel, size_t first, size_t count, const float* fields) {
    const size_t width = panel_columns(model.hidden, panel);
    for (size_t r = 0; r < count; r++) {
      alignas(64) float p[panel_width];
      for (size_t i = 0; i < panel_width; i += f32_lanes) {
        store(p + i, 1.0f / (1.0f + exp(-load<f32x>(fields + r * panel_width + i))));
      }
      memcpy(probabilities.data() + (first + r) * model.hidden + panel * panel_width, p, width * sizeof(float));
    }
  });
}

void gaussian_rbm_means(span<const float> weights, span<const float> visible_bias, span<const float> hidden,
                        span<float> means) {
  const size_t units = visible_bias.size(), inputs = weights.size() / units, rows = hidden.size() / inputs;
  const panels forward(units, inputs), backward(inputs, units);
  pack_panels(weights.data(), forward);
  transpose_panels(forward, backward);
  const padded_vector bias(visible_bias.data(), units);
  product(hidden.data(), rows, backward, bias.data.data(),
          [&](size_t panel, size_t first, size_t count, const float* fields) {
            const size_t width = panel_columns(units, panel);
            for (size_t r = 0; r < count; r++) {
              memcpy(means.data() + (first + r) * units + panel * panel_width, fields + r * panel_width,
                     width * sizeof(float));
            }
          });
}

}  // namespace gibbsite::GIBBSITE_TARGET
