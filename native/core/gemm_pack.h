// Products of gemm.h as its paths see them: blocks of terms of the two factors, where they lie or copied in the order
// in which the inner loops read them.
//
// A left factor is packed in panels of 16 rows, [m / 16][k][16], padded with zeros: a wide tile takes its rows from a
// panel one by one, a narrow tile loads them as lanes.
#pragma once
#include <string.h>

#include "core/gemm.h"
#include "core/transpose.h"

namespace gibbsite::GIBBSITE_TARGET {

constexpr size_t left_panel = 16;
// Terms of a block: then a panel of A and a tile of B stay in the first-level cache, the columns of a task in the
// second.
constexpr size_t block_terms = 256;

constexpr size_t parts_of(size_t n, size_t part) { return (n + part - 1) / part; }
constexpr size_t rounded_up(size_t n, size_t step) { return parts_of(n, step) * step; }

struct gemm_job {
  size_t m, n, k;
  matrix_view a;        // unless there is a packed left factor
  const float* packed;  // or null
  matrix_view b;
  float* c;
  size_t c_stride;
  gemm_end end;

  size_t terms(size_t first) const { return k - first < block_terms ? k - first : block_terms; }
};

// to[k][width] = lines k < terms of a factor, `count` numbers each, and zeros after them: rows of the left factor or
// columns of the right one. Number i of line k is from[k * line + i * step]; one of the two strides is 1.
inline void pack_lines(const float* from, size_t line, size_t step, size_t terms, size_t count, float* to,
                       size_t width) {
  if (step == 1) {
    for (size_t k = 0; k < terms; k++) memcpy(to + k * width, from + k * line, count * sizeof(float));
  } else {
    transpose(count, terms, from, step, to, width);
  }
  if (count == width) return;
  for (size_t k = 0; k < terms; k++) memset(to + k * width + count, 0, (width - count) * sizeof(float));
}

}  // namespace gibbsite::GIBBSITE_TARGET
