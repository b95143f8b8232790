// What the kernels of the Gaussian RBM share: parameters in panels, the two half-sweeps, the tags of their random
// words.
#pragma once
#include "core/box_muller.h"
#include "core/dense_product.h"
#include "core/span.h"
#include "core/unit_sampler.h"

namespace gibbsite::GIBBSITE_TARGET {

// Purposes of random words under one key, as in rbm_model.h. One number is used once in the whole library.
enum gaussian_rbm_tag : uint32_t { tag_gaussian_visible = 20, tag_gaussian_hidden = 21, tag_gaussian_data_hidden = 22 };

struct gaussian_rbm_model {
  size_t visible, hidden;
  panels weights;     // [V, H]: inputs visible, outputs hidden
  panels transposed;  // [H, V]
  padded_vector visible_bias, hidden_bias, sigma;
  scratch<float> precision;  // 1 / sigma^2, [V]

  gaussian_rbm_model(span<const float> w, span<const float> b, span<const float> c, span<const float> s)
      : visible(b.size()),
        hidden(c.size()),
        weights(visible, hidden),
        transposed(hidden, visible),
        visible_bias(b.data(), visible),
        hidden_bias(c.data(), hidden),
        sigma(s.data(), visible),
        precision(visible) {
    pack_panels(w.data(), weights);
    update();
  }

  // After a change of weights or sigma.
  void update() const {
    transpose_panels(weights, transposed);
    for (size_t i = 0; i < visible; i++) precision[i] = 1.0f / (sigma.data[i] * sigma.data[i]);
  }
};

// The inverse temperatures of rows that all have 1.
struct unit_betas {
  scratch<float> data;
  explicit unit_betas(size_t rows) : data(rows) {
    for (size_t r = 0; r < rows; r++) data[r] = 1;
  }
};

// Rows of a task that goes through whole rows.
constexpr size_t gaussian_task_rows = 16;

// weighted = x / sigma^2: what meets the weights in the fields of the hidden units.
inline void weigh_rows(const gaussian_rbm_model& model, const float* x, size_t rows, float* weighted) {
  parallel_for((rows + gaussian_task_rows - 1) / gaussian_task_rows, [&](size_t task) {
    const size_t last = (task + 1) * gaussian_task_rows < rows ? (task + 1) * gaussian_task_rows : rows;
    for (size_t r = task * gaussian_task_rows; r < last; r++) {
      const size_t at = r * model.visible;
      for (size_t i = 0; i < model.visible; i++) weighted[at + i] = x[at + i] * model.precision[i];
    }
  });
}

// Fields c_j + sum_i x_i W_ij / sigma_i^2 of rows x [rows, V], tile by tile: finish(panel, first row, rows, fields).
template <class Finish>
void hidden_fields(const gaussian_rbm_model& model, const float* x, size_t rows, const Finish& finish) {
  const scratch<float> weighted(rows * model.visible);
  weigh_rows(model, x, rows, weighted.data());
  product(weighted.data(), rows, model.weights, model.hidden_bias.data.data(), finish);
}

// One normal draw for each unit of a panel row: units j and j + 16 share the words j and j + 16.
inline void normal_row(const uint32_t* random, float* normal) {
  constexpr size_t half = panel_width / 2;
  for (size_t i = 0; i < half; i += f32_lanes) {
    f32x z1, z2;
    box_muller(load<u32x>(random + i), load<u32x>(random + half + i), &z1, &z2);
    store(normal + i, z1);
    store(normal + half + i, z2);
  }
}

// Which units of a row keep their values: masks of words(V) words, `stride` apart from row to row; null: none.
struct clamped_units {
  const uint32_t* masks;
  size_t stride;

  uint32_t of(size_t row, size_t panel) const { return masks == nullptr ? 0 : masks[row * stride + panel]; }
};

// x ~ N(b + W h, sigma^2) for every row, except the units that `clamp` marks, which keep their values. seen(panel, row,
// means) comes before the draw of each panel row.
template <class Seen>
void draw_gaussian_layer(const gaussian_rbm_model& model, const bit_matrix& h, const unit_source& source,
                         const clamped_units& clamp, float* x, const Seen& seen) {
  bit_product(h, model.transposed, model.visible_bias.data.data(),
              [&](size_t panel, size_t first, size_t rows, const float* means) {
                alignas(64) uint32_t random[sampler_rows * panel_width];
                alignas(64) float normal[panel_width];
                const size_t width = panel_columns(model.visible, panel), column = panel * panel_width;
                for (size_t r = 0; r < rows; r++, means += panel_width) {
                  const uint32_t kept = clamp.of(first + r, panel);
                  if (r % sampler_rows == 0) {
                    const size_t count = rows - r < sampler_rows ? rows - r : sampler_rows;
                    panel_words(source, panel, first + r, count, random);
                  }
                  seen(panel, first + r, means);
                  normal_row(random + r % sampler_rows * panel_width, normal);
                  float* to = x + (first + r) * model.visible + column;
                  for (size_t j = 0; j < width; j++) {
                    if ((kept >> j & 1) == 0) to[j] = means[j] + model.sigma.data[column + j] * normal[j];
                  }
                }
              });
}

}  // namespace gibbsite::GIBBSITE_TARGET
