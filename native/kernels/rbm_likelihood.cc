#include "kernels/rbm_likelihood.h"

#include "core/dense_product.h"
#include "core/sums.h"
#include "kernels/rbm_model.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

// sum_j softplus(scale * field_j) over the first `width` units of a panel row.
double softplus_sum(const float* fields, size_t width) {
  alignas(64) float terms[panel_width];
  for (size_t i = 0; i < panel_width; i += f32_lanes) store(terms + i, softplus(load<f32x>(fields + i)));
  return sum(terms, width);
}

double dot(const float* a, const float* b, size_t n) {
  double part[sum_parts] = {};
  for (size_t i = 0; i < n; i++) part[i % sum_parts] += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  return add_parts(part);
}

// Hidden fields of one packed row, all panels: fields [padded(H)].
void row_fields(const rbm_model& model, const uint32_t* row, float* fields) {
  for (size_t p = 0; p < model.weights.count(); p++) {
    store_row(fields + p * panel_width, load_row(model.hidden_bias.data.data() + p * panel_width));
    for (size_t w = 0; w < panel_count(model.visible); w++) {
      add_word_directly(model.weights.at(p, w * 32), row[w], fields + p * panel_width);
    }
  }
}

double softplus_total(const rbm_model& model, const float* fields) {
  double total = 0;
  for (size_t p = 0; p < model.weights.count(); p++) {
    total += softplus_sum(fields + p * panel_width, panel_columns(model.hidden, p));
  }
  return total;
}

// log P(v_i | v_-i) = -softplus(F(v) - F(v with i flipped)).
double log_conditional(const rbm_model& model, const uint32_t* row, size_t i, const float* fields, double base) {
  const float step = (row[i / 32] >> (i % 32) & 1) != 0 ? -1.0f : 1.0f;
  double total = 0;
  for (size_t p = 0; p < model.weights.count(); p++) {
    alignas(64) float moved[panel_width];
    for (size_t l = 0; l < panel_width; l += f32_lanes) {
      store(moved + l, load<f32x>(fields + p * panel_width + l) + load<f32x>(model.weights.at(p, i) + l) * step);
    }
    total += softplus_sum(moved, panel_columns(model.hidden, p));
  }
  const double bias = static_cast<double>(step) * static_cast<double>(model.visible_bias.data[i]);
  return -softplus(bias + (total - base));
}

// Unit number n of a row's random choice, uniform on 0 .. count - 1 (multiply-shift; bias below count / 2^32).
size_t chosen_unit(philox_key key, uint32_t row, uint32_t n, size_t count) {
  const uint32_t counter[4] = {n / 4, 0, row, tag_flip};
  uint32_t random[4];
  philox(counter, key, random);
  return static_cast<size_t>(uint64_t{random[n % 4]} * count >> 32);
}

}  // namespace

void rbm_free_energy(span<const float> weights, span<const float> visible_bias, span<const float> hidden_bias,
                     span<const float> values, span<double> free_energy) {
  const rbm_model model(weights, visible_bias, hidden_bias);
  const size_t rows = free_energy.size();
  const scratch<double> partial(model.weights.count() * rows);
  product(values.data(), rows, model.weights, model.hidden_bias.data.data(),
          [&](size_t panel, size_t first, size_t count, const float* fields) {
            const size_t width = panel_columns(model.hidden, panel);
            for (size_t r = 0; r < count; r++) {
              partial[panel * rows + first + r] = softplus_sum(fields + r * panel_width, width);
            }
          });
  for (size_t r = 0; r < rows; r++) {
    double total = dot(visible_bias.data(), values.data() + r * model.visible, model.visible);
    for (size_t p = 0; p < model.weights.count(); p++) total += partial[p * rows + r];
    free_energy[r] = -total;
  }
}

void rbm_energy(span<const float> weights, span<const float> visible_bias, span<const float> hidden_bias,
                span<const float> visible, span<const float> hidden, span<double> energy) {
  const size_t v = visible_bias.size(), h = hidden_bias.size();
  parallel_for(energy.size(), [&](size_t r) {
    const float* x = visible.data() + r * v;
    const float* y = hidden.data() + r * h;
    double total = dot(visible_bias.data(), x, v) + dot(hidden_bias.data(), y, h);
    for (size_t i = 0; i < v; i++) {
      if (x[i] != 0.0f) total += static_cast<double>(x[i]) * dot(weights.data() + i * h, y, h);
    }
    energy[r] = -total;
  });
}

void rbm_pseudo_likelihood(span<const float> weights, span<const float> visible_bias, span<const float> hidden_bias,
                           span<const uint32_t> visible, uint32_t flips, uint32_t key_low, uint32_t key_high,
                           uint32_t first_row, span<double> pseudo_likelihood) {
  const rbm_model model(weights, visible_bias, hidden_bias);
  const size_t units = model.visible, words = panel_count(units);
  parallel_for(pseudo_likelihood.size(), [&](size_t r) {
    const uint32_t* row = visible.data() + r * words;
    const scratch<float> fields(padded(model.hidden));
    row_fields(model, row, fields.data());
    const double base = softplus_total(model, fields.data());
    const size_t terms = flips < units ? flips : units;
    double total = 0;
    for (size_t n = 0; n < terms; n++) {
      const size_t unit = terms == units ? n
                                         : chosen_unit({key_low, key_high}, first_row + static_cast<uint32_t>(r),
                                                       static_cast<uint32_t>(n), units);
      total += log_conditional(model, row, unit, fields.data(), base);
    }
    pseudo_likelihood[r] = total * (static_cast<double>(units) / static_cast<double>(terms));
  });
}

}  // namespace gibbsite::GIBBSITE_TARGET
