#include "kernels/symmetric_eigenvalues.h"

#include "core/householder.h"
#include "core/scratch.h"
#include "core/threads.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

constexpr int most_steps = 60;
constexpr double unit_roundoff = 0x1p-53;
// Numbers that a task goes through, about.
constexpr size_t task_numbers = 1 << 14;
constexpr int part_vectors = sum_parts / f64_lanes;

// row -= a image + b reflector; returns what is left times `next`.
double reflect_row(double* row, double a, const double* image, double b, const double* reflector, const double* next,
                   size_t count) {
  f64x sum[part_vectors] = {};
  size_t j = 0;
  for (; j + sum_parts <= count; j += sum_parts) {
    for (int v = 0; v < part_vectors; v++) {
      const size_t at = j + v * f64_lanes;
      const f64x change = load<f64x>(image + at) * a + load<f64x>(reflector + at) * b;
      const f64x value = load<f64x>(row + at) - change;
      store(row + at, value);
      sum[v] += value * load<f64x>(next + at);
    }
  }
  double part[sum_parts];
  for (int v = 0; v < part_vectors; v++) store(part + v * f64_lanes, sum[v]);
  for (; j < count; j++) {
    row[j] -= image[j] * a + reflector[j] * b;
    part[j % sum_parts] += row[j] * next[j];
  }
  return add_parts(part);
}

class reduction {
 public:
  reduction(span<double> matrix, span<double> reflector, span<double> image, span<double> diagonal, span<double> beside)
      : n_(diagonal.size()),
        matrix_(matrix.data()),
        reflector_(reflector.data()),
        image_(image.data()),
        diagonal_(diagonal.data()),
        beside_(beside.data()),
        next_(n_),
        product_(n_) {}

  void column(size_t k) const {
    double* row = matrix_ + k * n_;
    if (k > 0) {
      for (size_t j = k; j < n_; j++) row[j] -= reflector_[k] * image_[j] + image_[k] * reflector_[j];
    }
    diagonal_[k] = row[k];
    beside_[k] = 0;
    if (k + 1 == n_) return;
    const size_t first = k + 1, count = n_ - first;
    memcpy(next_.data() + first, row + first, count * sizeof(double));
    beside_[k] = make_reflector(next_.data() + first, count);
    pass(k > 0, first, count);
    // A - v p' - p v' + (v' p) v v' with p = A v, as A - v w' - w v'.
    const double half = dot(next_.data() + first, product_.data() + first, count) / 2;
    for (size_t j = first; j < n_; j++) {
      image_[j] = product_[j] - half * next_[j];
      reflector_[j] = next_[j];
    }
  }

 private:
  // Subtracts the last reflection, if there was one, from the rows below and multiplies them with the next reflector.
  void pass(bool subtract, size_t first, size_t count) const {
    const size_t each = task_numbers / count + 1;
    parallel_for((count + each - 1) / each, [&](size_t task) {
      const size_t start = first + task * each, end = start + each < n_ ? start + each : n_;
      for (size_t i = start; i < end; i++) {
        const double a = subtract ? reflector_[i] : 0, b = subtract ? image_[i] : 0;
        product_[i] = reflect_row(matrix_ + i * n_ + first, a, image_ + first, b, reflector_ + first,
                                  next_.data() + first, count);
      }
    });
  }

  const size_t n_;
  double* matrix_;
  double *reflector_, *image_, *diagonal_, *beside_;
  const scratch<double> next_, product_;
};

double hypotenuse(double a, double b) { return __builtin_sqrt(a * a + b * b); }

// One QL step on rows l ... m of the tridiagonal form, which shrinks beside[l].
void shift_and_turn(double* d, double* e, size_t l, size_t m) {
  double g = (d[l + 1] - d[l]) / (2 * e[l]);
  const double r0 = hypotenuse(g, 1);
  g = d[m] - d[l] + e[l] / (g < 0 ? g - r0 : g + r0);
  double s = 1, c = 1, p = 0;
  for (size_t i = m; i-- > l;) {
    const double f = s * e[i], b = c * e[i], r = hypotenuse(f, g);
    e[i + 1] = r;
    if (r == 0) {
      d[i + 1] -= p;
      e[m] = 0;
      return;
    }
    s = f / r;
    c = g / r;
    g = d[i + 1] - p;
    const double t = (d[i] - g) * s + 2 * c * b;
    p = s * t;
    d[i + 1] = g + p;
    g = c * t - b;
  }
  d[l] -= p;
  e[l] = g;
  e[m] = 0;
}

}  // namespace

void symmetric_tridiagonal(span<double> matrix, uint32_t first, uint32_t count, span<double> reflector,
                           span<double> image, span<double> diagonal, span<double> beside) {
  const reduction columns(matrix, reflector, image, diagonal, beside);
  for (size_t k = first; k < first + count; k++) columns.column(k);
}

bool tridiagonal_eigenvalues(span<double> diagonal, span<double> beside, double norm, uint32_t first, uint32_t count) {
  const size_t n = diagonal.size();
  double *d = diagonal.data(), *e = beside.data();
  for (size_t l = first; l < first + count; l++) {
    for (int step = 0;; step++) {
      size_t m = l;
      while (m + 1 < n && absolute(e[m]) > unit_roundoff * norm) m++;
      if (m == l) break;
      if (step == most_steps) return false;
      shift_and_turn(d, e, l, m);
    }
  }
  return true;
}

}  // namespace gibbsite::GIBBSITE_TARGET
