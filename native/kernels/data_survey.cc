#include "kernels/data_survey.h"

#include "core/philox.h"
#include "core/scratch.h"
#include "core/simd.h"
#include "core/threads.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

// Columns of a task: a kilobyte of each row.
constexpr size_t task_columns = 256;

struct findings {
  uint32_t not_binary = 0, not_unit = 0, low = 0, high = 0;
};

// Two 32-bit mixers after Chris Wellons' "lowbias32" (2018): to notice other data, not to resist an attack.
GIBBSITE_INLINE u32x mix(u32x x) {
  x = (x ^ (x >> 16)) * 0x7feb352du;
  x = (x ^ (x >> 15)) * 0x846ca68bu;
  return x ^ (x >> 16);
}

GIBBSITE_INLINE uint32_t add_lanes(u32x v) {
  uint32_t total = 0;
  for (int i = 0; i < f32_lanes; i++) total += v[i];
  return total;
}

// Values of bits up to those of 1 are the numbers from 0 to 1; bits of negative numbers and NaN are larger.
constexpr uint32_t one_bits = 0x3f800000u;

struct collector {
  u32x not_binary{}, not_unit{}, low{}, high{};

  GIBBSITE_INLINE void add(u32x bits, u32x index) {
    not_binary |= bit_cast<u32x>((bits != 0) & (bits != one_bits));
    not_unit |= bit_cast<u32x>(bits > one_bits);
    const u32x mixed = mix(bits ^ index * 0x9e3779b1u);
    low += mixed;
    high += (mixed ^ bits) * 0x85ebca6bu;
  }
  findings result() const {
    return {add_lanes(not_binary & 1), add_lanes(not_unit & 1), add_lanes(low), add_lanes(high)};
  }
};

// One row of a task: `count` values from element number `index` on.
void add_row(const float* values, size_t count, uint32_t index, double* sums, collector& seen) {
  size_t j = 0;
  for (; j + f32_lanes <= count; j += f32_lanes) {
    seen.add(load<u32x>(values + j), lane_indices() + static_cast<uint32_t>(index + j));
  }
  if (j < count) {
    // Spare lanes count for nothing.
    uint32_t lanes[f32_lanes] = {};
    memcpy(lanes, values + j, (count - j) * sizeof(float));
    const u32x bits = load<u32x>(lanes), at = lane_indices() + static_cast<uint32_t>(index + j);
    const u32x spare = bit_cast<u32x>(lane_indices() >= static_cast<uint32_t>(count - j));
    collector rest;
    rest.add(bits, at);
    seen.not_binary |= rest.not_binary & ~spare, seen.not_unit |= rest.not_unit & ~spare;
    seen.low += rest.low & ~spare, seen.high += rest.high & ~spare;
  }
  for (size_t i = 0; i < count; i++) sums[i] += static_cast<double>(values[i]);
}

}  // namespace

uint32_t data_survey(span<const float> values, uint32_t columns, uint64_t first_row, span<double> sums,
                     span<uint32_t> hash) {
  const size_t rows = values.size() / columns, tasks = (columns + task_columns - 1) / task_columns;
  const scratch<findings> found(tasks);
  parallel_for(tasks, [&](size_t task) {
    const size_t first = task * task_columns;
    const size_t count = columns - first < task_columns ? columns - first : task_columns;
    collector seen;
    for (size_t r = 0; r < rows; r++) {
      const uint32_t index = static_cast<uint32_t>((first_row + r) * columns + first);
      add_row(values.data() + r * columns + first, count, index, sums.data() + first, seen);
    }
    found[task] = seen.result();
  });
  uint32_t not_binary = 0, not_unit = 0;
  for (size_t t = 0; t < tasks; t++) {
    not_binary |= found[t].not_binary, not_unit |= found[t].not_unit;
    hash[0] += found[t].low, hash[1] += found[t].high;
  }
  return not_unit != 0 ? 2 : not_binary != 0 ? 1 : 0;
}

}  // namespace gibbsite::GIBBSITE_TARGET
