#include "kernels/bits.h"

#include "core/panels.h"
#include "core/philox.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

// Rows that make up one task; enough work for a thread to be worth waking.
constexpr size_t task_rows = 256;
// Domain of the random words: nothing else draws under this tag.
constexpr uint32_t bernoulli_tag = 16;

template <class Body>
void for_row_tasks(size_t rows, const Body& body) {
  parallel_for((rows + task_rows - 1) / task_rows, [&](size_t task) {
    const size_t last = (task + 1) * task_rows < rows ? (task + 1) * task_rows : rows;
    for (size_t r = task * task_rows; r < last; r++) body(r);
  });
}

// Bit j of the result: values[j] > threshold, for count <= 32 values.
uint32_t word_above(const float* values, size_t count, float threshold) {
  float lanes[panel_width];
  if (count < panel_width) {
    for (size_t i = 0; i < panel_width; i++) lanes[i] = i < count ? values[i] : threshold;
    values = lanes;
  }
  uint32_t word = 0;
  for (size_t i = 0; i < panel_width; i += f32_lanes) {
    word |= less_bits(splat<f32x>(threshold), load<f32x>(values + i)) << i;
  }
  return word;
}

// Unit j of a word takes word j % 4 of block j / 4: u <= value, u in (0, 1], so 0 never is on and 1 always.
uint32_t word_drawn(const float* values, size_t count, const uint32_t base[4], philox_key key) {
  uint32_t word = 0;
  for (uint32_t j = 0; j < count; j += 4) {
    const uint32_t counter[4] = {base[0] + j / 4, base[1], base[2], base[3]};
    uint32_t random[4];
    philox(counter, key, random);
    for (uint32_t k = 0; k < 4 && j + k < count; k++) {
      const float u = fine_uniform(random[k]);
      word |= static_cast<uint32_t>(u <= values[j + k]) << (j + k);
    }
  }
  return word;
}

}  // namespace

void bits_threshold(span<const float> values, uint32_t columns, float threshold, span<uint32_t> bits) {
  const size_t words = panel_count(columns);
  for_row_tasks(values.size() / columns, [&](size_t r) {
    for (size_t w = 0; w < words; w++) {
      const size_t count = columns - 32 * w < 32 ? columns - 32 * w : 32;
      bits[r * words + w] = word_above(values.data() + r * columns + 32 * w, count, threshold);
    }
  });
}

void bits_bernoulli(span<const float> values, uint32_t columns, uint32_t key_low, uint32_t key_high, uint64_t draw,
                    uint32_t first_row, span<uint32_t> bits) {
  const size_t words = panel_count(columns);
  const uint32_t upper = bernoulli_tag | static_cast<uint32_t>(draw >> 32) << 16;
  for_row_tasks(values.size() / columns, [&](size_t r) {
    for (size_t w = 0; w < words; w++) {
      const size_t count = columns - 32 * w < 32 ? columns - 32 * w : 32;
      const uint32_t base[4] = {static_cast<uint32_t>(8 * w), static_cast<uint32_t>(draw),
                                first_row + static_cast<uint32_t>(r), upper};
      bits[r * words + w] = word_drawn(values.data() + r * columns + 32 * w, count, base, {key_low, key_high});
    }
  });
}

void bits_unpack(span<const uint32_t> bits, uint32_t columns, span<uint8_t> values) {
  const size_t words = panel_count(columns);
  for (size_t r = 0; r < values.size() / columns; r++) {
    for (size_t j = 0; j < columns; j++) values[r * columns + j] = bits[r * words + j / 32] >> (j % 32) & 1;
  }
}

void bits_gather(span<const uint32_t> from, uint32_t columns, span<const uint32_t> order, span<uint32_t> to) {
  const size_t words = panel_count(columns);
  for (size_t r = 0; r < order.size(); r++) {
    memcpy(to.data() + r * words, from.data() + order[r] * words, words * sizeof(uint32_t));
  }
}

}  // namespace gibbsite::GIBBSITE_TARGET
