#include "core/gemm.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

float activate(activation act, float x) {
  switch (act) {
    case activation::relu:
      return x > 0.0f ? x : 0.0f;
    case activation::tanh:
      return tanh(x);
    case activation::silu:
      return x * sigmoid(x);
    default:
      return x;
  }
}

}  // namespace

void gemm(size_t m, size_t n, size_t k, matrix_view a, matrix_view b, float* c, size_t c_stride, const gemm_end& end) {
  for (size_t i = 0; i < m; i++) {
    for (size_t j = 0; j < n; j++) {
      float sum = end.accumulate ? c[i * c_stride + j] : 0.0f;
      for (size_t l = 0; l < k; l++) sum += a.data[i * a.row + l * a.column] * b.data[l * b.row + j * b.column];
      c[i * c_stride + j] = activate(end.act, end.bias == nullptr ? sum : sum + end.bias[i]);
    }
  }
}

size_t packed_size(size_t m, size_t k) { return m * k; }

void pack_left(size_t m, size_t k, matrix_view a, float* packed) {
  for (size_t i = 0; i < m; i++) {
    for (size_t l = 0; l < k; l++) packed[i * k + l] = a.data[i * a.row + l * a.column];
  }
}

void gemm_packed(size_t m, size_t n, size_t k, const float* packed, matrix_view b, float* c, size_t c_stride,
                 const gemm_end& end) {
  gemm(m, n, k, {packed, k, 1}, b, c, c_stride, end);
}

}  // namespace gibbsite::GIBBSITE_TARGET
