// What the RBM kernels share: parameters in panels, a half-sweep, the tags of their random words.
#pragma once
#include "core/span.h"
#include "core/unit_sampler.h"

namespace gibbsite::GIBBSITE_TARGET {

// Purposes of random words under one key (unit_sampler.h, philox.h). One number is used once in the whole library.
enum rbm_tag : uint32_t { tag_hidden = 1, tag_visible = 2, tag_data_hidden = 3, tag_swap = 4, tag_flip = 5 };

// Weights in both directions, biases padded with zeros.
struct rbm_model {
  size_t visible, hidden;
  panels weights;     // [V, H]: inputs visible, outputs hidden
  panels transposed;  // [H, V]
  padded_vector visible_bias, hidden_bias;

  rbm_model(span<const float> w, span<const float> b, span<const float> c)
      : visible(b.size()),
        hidden(c.size()),
        weights(visible, hidden),
        transposed(hidden, visible),
        visible_bias(b.data(), visible),
        hidden_bias(c.data(), hidden) {
    pack_panels(w.data(), weights);
    transpose_panels(weights, transposed);
  }
};

// One factor a chain; an empty span means all 1.
struct chain_betas {
  scratch<float> data;
  chain_betas(span<const float> betas, size_t chains) : data(chains) {
    for (size_t r = 0; r < chains; r++) data[r] = betas.empty() ? 1.0f : betas[r];
  }
  float largest(size_t chains) const {
    float largest = 0;
    for (size_t r = 0; r < chains; r++) {
      const float magnitude = data[r] < 0 ? -data[r] : data[r];
      largest = magnitude > largest ? magnitude : largest;
    }
    return largest;
  }
};

// Draws all outputs of every row given its input bits.
inline void draw_layer(const bit_matrix& from, const panels& weights, const float* bias, const float* beta,
                       const unit_source& source, const bit_matrix& to) {
  bit_product(from, weights, bias, [&](size_t panel, size_t first, size_t rows, const float* fields) {
    draw_tile(source, panel, first, rows, fields, beta, to);
  });
}

}  // namespace gibbsite::GIBBSITE_TARGET
