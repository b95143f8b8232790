// Householder's (1958) reflections: I - v v' with v' v = 2, which turn a vector into a multiple of its first axis.
#pragma once
#include "core/math_base.h"
#include "core/sums.h"

namespace gibbsite::GIBBSITE_TARGET {

inline double dot(const double* a, const double* b, size_t count) {
  double part[sum_parts] = {};
  for (size_t j = 0; j < count; j++) part[j % sum_parts] += a[j] * b[j];
  return add_parts(part);
}

// Puts v over x [count] and returns the first entry of the turned x, whose others are 0. Where they are 0 already, v
// is zero.
inline double make_reflector(double* x, size_t count) {
  double most = 0;
  for (size_t j = 1; j < count; j++) most = larger(most, absolute(x[j]));
  const double head = x[0];
  if (most == 0) {
    x[0] = 0;
    return head;
  }
  most = larger(most, absolute(head));  // so that squares neither overflow nor vanish
  for (size_t j = 0; j < count; j++) x[j] /= most;
  const double norm = __builtin_sqrt(dot(x, x, count));
  const double turned = x[0] > 0 ? -norm : norm;
  x[0] -= turned;
  const double scale = __builtin_sqrt(2 / dot(x, x, count));
  for (size_t j = 0; j < count; j++) x[j] *= scale;
  return turned * most;
}

}  // namespace gibbsite::GIBBSITE_TARGET
