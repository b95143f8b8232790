// A layer of binary units in fixed point: exact decisions at the speed of 16-bit sums.
//
// A field is bias + unit * sum_i x_i w_i with integer weights w_i = round(W_i / unit) of some 26 bits, a `unit` for
// every output. Integer sums have no order, so any path gives the same field. Decisions first look at a coarse field,
// summed in 16 bits: its distance from the true one has a known bound, and a unit whose random number falls inside the
// bound (one in two hundred, say) is decided again from the full sum.
//
// Coarse sums: groups of four inputs are tabulated (bit_product.h), each entry rounded to a multiple of 2^10 units, a
// step; so every group errs by at most half a step. Sixteen bits hold a segment of 128 inputs; segments are added up
// in 32. The shorter the segment, the smaller the step may be.
#pragma once
#include "core/panels.h"

namespace gibbsite::GIBBSITE_TARGET {

constexpr int coarse_shift = 10;
constexpr size_t segment_words = 4, segment_groups = segment_words * 8;
// Steps that the sums of a segment may span: 2^16 less the rounding of its groups.
constexpr float segment_range = 65536 - segment_groups - 4;
// A layer whose coarse fields may err by more than this is not worth it: too many units would be decided twice.
constexpr float largest_coarse_error = 0.25f;

constexpr size_t segment_count(size_t inputs) { return (panel_count(inputs) + segment_words - 1) / segment_words; }

struct fixed_layer {
  size_t inputs, outputs;
  scratch<int32_t> columns;    // [padded(outputs), padded(inputs)]: all weights of an output side by side
  scratch<int16_t> high, low;  // panels: w = 2^10 high + low, low rounded to nearest
  scratch<int16_t> start;  // [segments, padded(outputs)]: where a segment's sum starts, so that its range is centred
  scratch<float> unit, step, bias, coarse_bias;
  scratch<float> error;  // bound on |coarse field - field|

  // weights in panels [inputs, outputs].
  fixed_layer(const panels& weights, const float* biases)
      : inputs(weights.rows),
        outputs(weights.columns),
        columns(padded(outputs) * padded(inputs)),
        high(padded(outputs) * padded(inputs)),
        low(padded(outputs) * padded(inputs)),
        start(segment_count(inputs) * padded(outputs)),
        unit(padded(outputs)),
        step(padded(outputs)),
        bias(padded(outputs)),
        coarse_bias(padded(outputs)),
        error(padded(outputs)) {
    memcpy(bias.data(), biases, padded(outputs) * sizeof(float));
    parallel_for(weights.count(), [&](size_t panel) {
      choose_units(weights, panel);
      quantise(weights, panel);
    });
  }

  // Whether a layer of so many inputs fits, and its coarse fields are good enough to be of use.
  bool useful(float largest_beta) const {
    for (size_t j = 0; j < outputs; j++) {
      if (!(error[j] * largest_beta <= largest_coarse_error)) return false;
    }
    return true;
  }

  const int16_t* high_at(size_t panel, size_t input) const {
    return high.data() + (panel * padded(inputs) + input) * panel_width;
  }
  const int16_t* low_at(size_t panel, size_t input) const {
    return low.data() + (panel * padded(inputs) + input) * panel_width;
  }

  // The field of output j given a row's words, word w at words[w * stride].
  float field(size_t j, const uint32_t* words, size_t stride) const {
    const int32_t* column = columns.data() + j * padded(inputs);
    i32x total[panel_width / f32_lanes] = {};
    for (size_t w = 0; w < panel_count(inputs); w++) {
      const uint32_t word = words[w * stride];
#pragma GCC unroll 8  // so that the sums stay in registers
      for (size_t i = 0; i < panel_width / f32_lanes; i++) {
        total[i] += load_where(column + 32 * w + i * f32_lanes, word >> (i * f32_lanes));
      }
    }
    int32_t sum = 0;
    for (size_t i = 0; i < panel_width / f32_lanes; i++) {
      for (int k = 0; k < f32_lanes; k++) sum += total[i][k];
    }
    return static_cast<float>(sum) * unit[j] + bias[j];
  }

 private:
  // A step is the largest sum of magnitudes of any segment over the range of 16 bits.
  void choose_units(const panels& weights, size_t panel) {
    const size_t segment_rows = segment_words * 32, first = panel * panel_width;
    for (size_t c = 0; c < panel_width; c += f32_lanes) {
      f32x largest{}, total{};
      for (size_t s = 0; s < segment_count(inputs); s++) {
        f32x magnitude{};
        for (size_t i = s * segment_rows; i < (s + 1) * segment_rows && i < inputs; i++) {
          const f32x w = load<f32x>(weights.at(panel, i) + c);
          magnitude += select(w < 0.0f, -w, w);
        }
        largest = select(magnitude > largest, magnitude, largest);
        total += magnitude;
      }
      // The smallest normal step keeps a layer without weights apart from a division by zero.
      f32x width = largest * (1.0001f / segment_range);
      width = select(width < 0x1p-100f, splat<f32x>(0x1p-100f), width);
      const f32x b = load<f32x>(bias.data() + first + c);
      const float groups = static_cast<float>(panel_count(inputs) * 8);
      // Half a step a group, and generously the rounding of two sums in floats.
      store(error.data() + first + c,
            width * (0.5f * groups + 1.0f) + (total + select(b < 0.0f, -b, b)) * 1e-6f + 1e-6f);
      store(step.data() + first + c, width);
      store(unit.data() + first + c, width * (1.0f / (1 << coarse_shift)));
    }
  }

  void quantise(const panels& weights, size_t panel) {
    const size_t first = panel * panel_width;
    alignas(64) int32_t block[panel_width * panel_width];
    alignas(64) int32_t total[panel_width] = {}, centres[panel_width] = {};
    for (size_t w = 0; w < panel_count(inputs); w++) {
      for (size_t i = 0; i < panel_width; i++) {
        const size_t input = 32 * w + i;
        quantise_row(weights.at(panel, input), first, block + i * panel_width,
                     (panel * padded(inputs) + input) * panel_width);
        for (size_t c = 0; c < panel_width; c++) total[c] += block[i * panel_width + c];
      }
      // Only bits are moved, so integers may pass for floats.
      transpose_block(reinterpret_cast<const float*>(block),
                      reinterpret_cast<float*>(columns.data() + first * padded(inputs) + 32 * w), padded(inputs));
      if ((w + 1) % segment_words != 0 && w + 1 != panel_count(inputs)) continue;
      for (size_t c = 0; c < panel_width; c++) {
        // The middle between the smallest and the largest sum of the segment.
        const int32_t centre = total[c] / (2 << coarse_shift);
        start[w / segment_words * padded(outputs) + first + c] = static_cast<int16_t>(-centre);
        centres[c] += centre;
        total[c] = 0;
      }
    }
    for (size_t c = 0; c < panel_width; c++) {
      coarse_bias[first + c] = bias[first + c] + static_cast<float>(centres[c]) * step[first + c];
    }
  }

  // One input's weights to 32 outputs.
  void quantise_row(const float* from, size_t first, int32_t* to, size_t at) {
    for (size_t c = 0; c < panel_width; c += f32_lanes) {
      const f32x scaled = load<f32x>(from + c) / load<f32x>(unit.data() + first + c);
      const i32x w = convert<i32x>(scaled + select(scaled < 0.0f, splat<f32x>(-0.5f), splat<f32x>(0.5f)));
      const i32x coarse = (w + (1 << (coarse_shift - 1))) >> coarse_shift;
      store(to + c, w);
      store(high.data() + at + c, convert<i16half>(coarse));
      store(low.data() + at + c, convert<i16half>(w - (coarse << coarse_shift)));
    }
  }
};

}  // namespace gibbsite::GIBBSITE_TARGET
