#include "kernels/hopfield_states.h"

#include "core/panels.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

struct encodings {
  uint32_t spins = 1, binary = 1;
};

encodings encodings_of(const float* values, size_t count) {
  encodings possible;
  for (size_t i = 0; i < count; i++) {
    const float x = values[i];
    possible.spins &= static_cast<uint32_t>(x * x == 1.0f);
    possible.binary &= static_cast<uint32_t>(x * (x - 1.0f) == 0.0f);
  }
  return possible;
}

}  // namespace

double hopfield_encoding(span<const float> values) {
  constexpr size_t chunk = 4096;
  encodings possible;
  for (size_t first = 0; first < values.size(); first += chunk) {
    const size_t count = values.size() - first < chunk ? values.size() - first : chunk;
    const encodings before = possible, here = encodings_of(values.data() + first, count);
    possible = {before.spins & here.spins, before.binary & here.binary};
    if ((possible.spins | possible.binary) != 0) continue;
    encodings left = before;
    for (size_t i = first; i < first + count; i++) {
      const encodings one = encodings_of(values.data() + i, 1);
      left = {left.spins & one.spins, left.binary & one.binary};
      if ((left.spins | left.binary) == 0) return static_cast<double>(i);
    }
  }
  return possible.spins != 0 ? state_encoding::spins : state_encoding::binary;
}

void hopfield_unpack(span<const uint32_t> bits, uint32_t columns, int32_t off, span<uint8_t> values) {
  const size_t words = panel_count(columns);
  const uint8_t low = static_cast<uint8_t>(off), difference = static_cast<uint8_t>(1 - off);
  for (size_t r = 0; r < values.size() / columns; r++) {
    uint8_t* to = values.data() + r * columns;
    for (size_t w = 0; w < words; w++) {
      const uint32_t word = bits[r * words + w];
      const size_t count = columns - 32 * w < 32 ? columns - 32 * w : 32;
      for (size_t j = 0; j < count; j++) to[32 * w + j] = static_cast<uint8_t>(low + (word >> j & 1) * difference);
    }
  }
}

}  // namespace gibbsite::GIBBSITE_TARGET
