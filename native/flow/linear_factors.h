// The matrices of an invertible linear layer (linear.cc), made of its parameters.
#pragma once
#include "core/gemm.h"
#include "core/scratch.h"
#include "flow/linear_rows.h"
#include "flow/triangle.h"

namespace gibbsite::GIBBSITE_TARGET {

inline size_t size_of(const flow_layer& layer) { return layer.before.features; }
inline size_t triangle_count(size_t c) { return c * (c - 1) / 2; }

// Row i of the strict triangles within the parameters (or their gradient).
template <class T>
struct triangle_rows {
  T *log_scale, *lower, *upper;
  size_t c;

  triangle_rows(T* parameters, size_t c)
      : log_scale(parameters), lower(parameters + c), upper(lower + triangle_count(c)), c(c) {}

  T* lower_row(size_t i) const { return lower + triangle_count(i); }                // columns 0 ... i - 1
  T* upper_row(size_t i) const { return upper + i * (c - 1) - triangle_count(i); }  // columns i + 1 ... c - 1
};

// Matrices [c][c] made of the parameters, with the zeros and ones; W once more in the order of gemm_packed, and turned
// for linear_rows.h.
struct factors {
  float *matrix, *lower, *upper, *packed, *turned;

  factors(float* prepared, size_t c)
      : matrix(prepared),
        lower(matrix + c * c),
        upper(lower + c * c),
        packed(upper + c * c),
        turned(packed + packed_left_size(c, c)) {}
};

// L and V = U + diag(s).
inline void unpack(const flow_layer& layer, float* lower, float* upper) {
  const size_t c = size_of(layer);
  const triangle_rows<const float> rows(layer.parameters, c);
  memset(lower, 0, c * c * sizeof(float));
  memset(upper, 0, c * c * sizeof(float));
  for (size_t i = 0; i < c; i++) {
    memcpy(lower + i * c, rows.lower_row(i), i * sizeof(float));
    lower[i * c + i] = 1.0f;
    upper[i * c + i] = exp(rows.log_scale[i]) * static_cast<float>(layer.words[c + i]);
    memcpy(upper + i * c + i + 1, rows.upper_row(i), (c - 1 - i) * sizeof(float));
  }
}

inline size_t linear_prepared_size(const flow_layer& layer) {
  const size_t c = size_of(layer);
  return 3 * c * c + packed_left_size(c, c) + turned_size(c);
}

// row = (L V)[i], the terms in the order of the columns of L.
inline void assemble_row(const float* lower_row, size_t i, const float* upper, size_t c, float* row) {
  memset(row, 0, c * sizeof(float));
  for (size_t k = 0; k <= i; k++) {
    for (size_t j = k; j < c; j++) row[j] += lower_row[k] * upper[k * c + j];
  }
}

inline void linear_prepare(const flow_layer& layer, float* prepared) {
  const size_t c = size_of(layer);
  const factors f(prepared, c);
  unpack(layer, f.lower, f.upper);
  for (size_t i = 0; i < c; i++) {
    const size_t from = static_cast<size_t>(layer.words[i]);
    assemble_row(f.lower + from * c, from, f.upper, c, f.matrix + i * c);
  }
  pack_left(c, c, {f.matrix, c, 1}, f.packed);
  if (goes_by_rows(c)) turn_matrix(f.matrix, c, f.turned);
}

// The prepared factors, made here where nobody did before.
class ready_factors {
 public:
  explicit ready_factors(const flow_layer& layer)
      : own_(layer.prepared == nullptr ? linear_prepared_size(layer) : 0),
        f_(layer.prepared == nullptr ? own_.data() : const_cast<float*>(layer.prepared), size_of(layer)) {
    if (layer.prepared == nullptr) linear_prepare(layer, own_.data());
  }

  matrix_view matrix(size_t c) const { return {f_.matrix, c, 1}; }
  const float* packed() const { return f_.packed; }
  const float* turned() const { return f_.turned; }
  triangle lower(size_t c) const { return {f_.lower, c, c, 1, true}; }
  triangle upper(size_t c) const { return {f_.upper, c, c, 1, false}; }

 private:
  const scratch<float> own_;
  const factors f_;
};

}  // namespace gibbsite::GIBBSITE_TARGET
