// The order of numbers: a radix sort of their bits, stable, in time proportional to their count.
#pragma once
#include "core/scratch.h"
#include "core/simd.h"

namespace gibbsite::GIBBSITE_TARGET {

// Unsigned integers in the order of the numbers (Herf 2001). -0 comes before 0.
GIBBSITE_INLINE uint64_t sort_key(double x) {
  const uint64_t bits = bit_cast<uint64_t>(x);
  return bits ^ (static_cast<uint64_t>(static_cast<int64_t>(bits) >> 63) | uint64_t{1} << 63);
}

// order [count]: indices of the values from the smallest to the largest, of equal ones the earlier first. Fewer than
// 2^32 values, no NaN.
class sorter {
 public:
  explicit sorter(size_t most) : first_(most), second_(most) {}

  void sort(const double* values, size_t count, uint32_t* order) const {
    item *from = first_.data(), *to = second_.data();
    for (size_t i = 0; i < count; i++) from[i] = {sort_key(values[i]), static_cast<uint32_t>(i)};
    const scratch<uint32_t> counts(digits * places);
    count_digits(from, count, counts.data());
    for (int digit = 0; digit < digits; digit++) {
      uint32_t* places_of = counts.data() + static_cast<size_t>(digit) * places;
      // A digit that all keys share moves nothing.
      if (places_of[digit_of(from[0].key, digit)] == count) continue;
      move(from, count, digit, places_of, to);
      item* const other = from;
      from = to, to = other;
    }
    for (size_t i = 0; i < count; i++) order[i] = from[i].index;
  }

 private:
  struct item {
    uint64_t key;
    uint32_t index;
  };
  static constexpr int digit_bits = 11, digits = 6;
  static constexpr size_t places = size_t{1} << digit_bits;

  static GIBBSITE_INLINE size_t digit_of(uint64_t key, int digit) { return key >> (digit * digit_bits) & (places - 1); }

  static void count_digits(const item* items, size_t count, uint32_t* counts) {
    memset(counts, 0, digits * places * sizeof(uint32_t));
    for (size_t i = 0; i < count; i++) {
      for (int digit = 0; digit < digits; digit++) {
        counts[static_cast<size_t>(digit) * places + digit_of(items[i].key, digit)]++;
      }
    }
  }

  static void move(const item* from, size_t count, int digit, uint32_t* place, item* to) {
    uint32_t before = 0;
    for (size_t d = 0; d < places; d++) {
      const uint32_t here = place[d];
      place[d] = before;
      before += here;
    }
    for (size_t i = 0; i < count; i++) to[place[digit_of(from[i].key, digit)]++] = from[i];
  }

  const scratch<item> first_, second_;
};

}  // namespace gibbsite::GIBBSITE_TARGET
