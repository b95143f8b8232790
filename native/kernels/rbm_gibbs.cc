#include "kernels/rbm_gibbs.h"

#include "core/dense_product.h"
#include "core/fixed_sampler.h"
#include "kernels/rbm_model.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

// The values that a call keeps clamped, in the words of the visible state: the units of one mask [words], or of one for
// each row [rows, words].
struct clamps {
  span<const uint32_t> mask;
  size_t stride;  // from a row's mask to the next
  bit_matrix kept;

  clamps(span<const uint32_t> mask, const bit_matrix& state)
      : mask(mask), stride(mask.size() > state.word_count() ? state.word_count() : 0), kept(state.rows, state.columns) {
    if (!mask.empty())
      memcpy(kept.words.data(), state.words.data(), state.rows * state.word_count() * sizeof(uint32_t));
  }
  void restore(const bit_matrix& state, size_t panel, size_t first, size_t rows) const {
    if (mask.empty()) return;
    for (size_t r = first; r < first + rows; r++) {
      const uint32_t fixed = mask[r * stride + panel];
      state.word(panel)[r] = (state.word(panel)[r] & ~fixed) | (kept.word(panel)[r] & fixed);
    }
  }

  // The clamped units of one panel row are their values.
  void replace(size_t panel, size_t row, float* p) const {
    if (mask.empty()) return;
    for (uint32_t fixed = mask[row * stride + panel]; fixed != 0; fixed &= fixed - 1) {
      const int j = __builtin_ctz(fixed);
      p[j] = static_cast<float>(kept.word(panel)[row] >> j & 1);
    }
  }
};

// sum [chains, V] += P(v = 1 | h), or the value of a clamped unit.
void add_probabilities(const rbm_model& model, const bit_matrix& h, const clamps& clamp, const float* beta,
                       float* sum) {
  bit_product(h, model.transposed, model.visible_bias.data.data(),
              [&](size_t panel, size_t first, size_t rows, const float* fields) {
                const size_t width = panel_columns(model.visible, panel);
                for (size_t r = 0; r < rows; r++) {
                  alignas(64) float p[panel_width];
                  for (size_t i = 0; i < panel_width; i += f32_lanes) {
                    store(p + i, 1.0f / (1.0f + exp(-(load<f32x>(fields + r * panel_width + i) * beta[first + r]))));
                  }
                  clamp.replace(panel, first + r, p);
                  float* to = sum + (first + r) * model.visible + panel * panel_width;
                  for (size_t j = 0; j < width; j++) to[j] += p[j];
                }
              });
}

// Draws from fixed-point fields where those are good enough (fixed_layer.h), else from floats: which, depends on the
// weights alone.
class gibbs_sampler {
 public:
  gibbs_sampler(const rbm_model& model, const chain_betas& betas, size_t chains, const unit_source& source)
      : model_(model),
        betas_(betas.data.data()),
        largest_beta_(betas.largest(chains)),
        source_(source),
        to_hidden_(model.weights, model.hidden_bias.data.data()),
        to_visible_(model.transposed, model.visible_bias.data.data()),
        visible_offsets_(chains, model.visible),
        hidden_offsets_(chains, model.hidden),
        fixed_(to_hidden_.useful(largest_beta_) && to_visible_.useful(largest_beta_)) {}

  void draw_hidden(const bit_matrix& v, const bit_matrix& h, uint64_t sweep) const {
    draw(v, model_.weights, model_.hidden_bias.data.data(), to_hidden_, visible_offsets_, source_at(tag_hidden, sweep),
         h, [](size_t, size_t, size_t) {});
  }

  // done(panel, first row, rows) follows each tile, before another thread can see it.
  template <class Done>
  void draw_visible(const bit_matrix& h, const bit_matrix& v, uint64_t sweep, const Done& done) const {
    draw(h, model_.transposed, model_.visible_bias.data.data(), to_visible_, hidden_offsets_,
         source_at(tag_visible, sweep), v, done);
  }

 private:
  unit_source source_at(uint32_t tag, uint64_t sweep) const {
    return {source_.key, tag, sweep, source_.first_chain, source_.streams};
  }

  template <class Done>
  void draw(const bit_matrix& from, const panels& weights, const float* bias, const fixed_layer& layer,
            const lookup_offsets& offsets, const unit_source& source, const bit_matrix& to, const Done& done) const {
    if (fixed_) return draw_fixed_layer(from, layer, offsets, betas_, largest_beta_, source, to, done);
    bit_product(from, weights, bias, [&](size_t panel, size_t first, size_t rows, const float* fields) {
      draw_tile(source, panel, first, rows, fields, betas_, to);
      done(panel, first, rows);
    });
  }

  const rbm_model& model_;
  const float* betas_;
  const float largest_beta_;
  const unit_source source_;
  const fixed_layer to_hidden_, to_visible_;
  const lookup_offsets visible_offsets_, hidden_offsets_;
  const bool fixed_;
};

void run_sweeps(const rbm_model& model, span<const float> beta, span<const uint32_t> clamp_mask,
                const unit_source& source, uint32_t sweeps, span<uint32_t> visible, span<uint32_t> hidden,
                span<float> visible_sum) {
  const size_t chains = visible.size() / panel_count(model.visible);
  bit_matrix v(chains, model.visible), h(chains, model.hidden);
  load_bits(visible.data(), v);
  load_bits(hidden.data(), h);
  const clamps clamp(clamp_mask, v);
  const chain_betas betas(beta, chains);
  const gibbs_sampler sampler(model, betas, chains, source);
  for (uint64_t sweep = source.sweep; sweep < source.sweep + sweeps; sweep++) {
    sampler.draw_hidden(v, h, sweep);
    sampler.draw_visible(h, v, sweep,
                         [&](size_t panel, size_t first, size_t rows) { clamp.restore(v, panel, first, rows); });
    if (!visible_sum.empty()) add_probabilities(model, h, clamp, betas.data.data(), visible_sum.data());
  }
  store_bits(v, visible.data());
  store_bits(h, hidden.data());
}

}  // namespace

void rbm_gibbs(span<const float> weights, span<const float> visible_bias, span<const float> hidden_bias,
               span<const float> beta, span<const uint32_t> clamp_mask, uint32_t key_low, uint32_t key_high,
               uint32_t first_chain, uint64_t first_sweep, uint32_t sweeps, span<uint32_t> visible,
               span<uint32_t> hidden, span<float> visible_sum) {
  run_sweeps(rbm_model(weights, visible_bias, hidden_bias), beta, clamp_mask,
             {{key_low, key_high}, 0, first_sweep, first_chain}, sweeps, visible, hidden, visible_sum);
}

void rbm_gibbs_streams(span<const float> weights, span<const float> visible_bias, span<const float> hidden_bias,
                       span<const float> beta, span<const uint32_t> clamp_mask, span<const uint32_t> streams,
                       uint64_t first_sweep, uint32_t sweeps, span<uint32_t> visible, span<uint32_t> hidden,
                       span<float> visible_sum) {
  run_sweeps(rbm_model(weights, visible_bias, hidden_bias), beta, clamp_mask, {{}, 0, first_sweep, 0, streams}, sweeps,
             visible, hidden, visible_sum);
}

void rbm_conditional(span<const float> weights, span<const float> bias, span<const float> values, bool transposed,
                     span<float> probabilities) {
  const size_t outputs = bias.size(), inputs = weights.size() / outputs, rows = values.size() / inputs;
  const size_t visible = transposed ? outputs : inputs, hidden = transposed ? inputs : outputs;
  const panels forward(visible, hidden);
  pack_panels(weights.data(), forward);
  const panels backward(transposed ? hidden : 0, transposed ? visible : 0);
  if (transposed) transpose_panels(forward, backward);
  const padded_vector padded_bias(bias.data(), outputs);
  product(values.data(), rows, transposed ? backward : forward, padded_bias.data.data(),
          [&](size_t panel, size_t first, size_t count, const float* fields) {
            const size_t start = panel * panel_width;
            const size_t width = panel_columns(outputs, panel);
            for (size_t r = 0; r < count; r++) {
              alignas(64) float p[panel_width];
              for (size_t i = 0; i < panel_width; i += f32_lanes) {
                store(p + i, 1.0f / (1.0f + exp(-load<f32x>(fields + r * panel_width + i))));
              }
              memcpy(probabilities.data() + (first + r) * outputs + start, p, width * sizeof(float));
            }
          });
}

}  // namespace gibbsite::GIBBSITE_TARGET
