// Sums of many terms in double precision, in one order on every build: term j joins partial sum j % 8, and the eight
// partial sums are added as a tree.
#pragma once
#include "core/simd.h"

namespace gibbsite::GIBBSITE_TARGET {

constexpr int sum_parts = 8;

GIBBSITE_INLINE double add_parts(const double part[sum_parts]) {
  return ((part[0] + part[1]) + (part[2] + part[3])) + ((part[4] + part[5]) + (part[6] + part[7]));
}

// part[j % 8] += term[j] for the first `count` terms.
template <class T>
GIBBSITE_INLINE void add_terms(const T* terms, size_t count, double part[sum_parts]) {
  size_t j = 0;
  for (; j + sum_parts <= count; j += sum_parts) {
    for (int k = 0; k < sum_parts; k++) part[k] += static_cast<double>(terms[j + k]);
  }
  for (; j < count; j++) part[j % sum_parts] += static_cast<double>(terms[j]);
}

template <class T>
GIBBSITE_INLINE double sum(const T* terms, size_t count) {
  double part[sum_parts] = {};
  add_terms(terms, count, part);
  return add_parts(part);
}

// Sum of terms[j] over the set bits of a word.
template <class T>
GIBBSITE_INLINE double sum_where(const T* terms, uint32_t word) {
  double total = 0;
  for (; word != 0; word &= word - 1) total += static_cast<double>(terms[__builtin_ctz(word)]);
  return total;
}

// log(exp(a) + exp(b)) without overflow is built from (maximum, sum of exp(x - maximum)) pairs.
struct log_sum {
  double maximum = -__builtin_inf();
  double scaled = 0;
};

}  // namespace gibbsite::GIBBSITE_TARGET
