// Products of matrices of floats, the work inside every network of a flow.
//
//   C [m][n] = act(start + sum_k A(i, k) B(k, j) + bias[i])
//
// The terms of one element are added in the order of k, each as a product and an addition of its own, then the bias,
// then the activation: the same bytes on every build, thread count and path (packed, direct, narrow).
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "core/activation.h"
#include "core/simd.h"

namespace gibbsite::GIBBSITE_TARGET {

// A factor: element (i, j) is data[i * row + j * column]. One of the two strides is 1.
struct matrix_view {
  const float* data;
  size_t row, column;
};

struct gemm_end {
  const float* bias = nullptr;  // [m] or null
  activation act = activation::none;
  bool accumulate = false;  // start from C instead of from 0
};

// c [m][c_stride]. Uses all threads where the product is worth it.
void gemm(size_t m, size_t n, size_t k, matrix_view a, matrix_view b, float* c, size_t c_stride,
          const gemm_end& end = {});

// A left factor packed once for many products (weights at inference).
size_t packed_left_size(size_t m, size_t k);
void pack_left(size_t m, size_t k, matrix_view a, float* packed);
void gemm_packed(size_t m, size_t n, size_t k, const float* packed, matrix_view b, float* c, size_t c_stride,
                 const gemm_end& end = {});

}  // namespace gibbsite::GIBBSITE_TARGET
