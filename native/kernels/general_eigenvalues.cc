#include "kernels/general_eigenvalues.h"

#include "core/householder.h"
#include "core/scratch.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

constexpr int most_steps = 60;
// Every so many steps that find nothing, shifts from outside break a cycle.
constexpr int steps_before_kick = 10;
// Of a matrix of norm 1.
constexpr double negligible = 0x1p-53;

class hessenberg_reduction {
 public:
  hessenberg_reduction(double* matrix, size_t n) : matrix_(matrix), n_(n), v_(n), row_(n) {}

  void column(size_t k) const {
    const size_t first = k + 1, count = n_ - first;
    for (size_t i = first; i < n_; i++) v_[i] = at(i, k);
    at(first, k) = make_reflector(v_.data() + first, count);
    for (size_t i = first + 1; i < n_; i++) at(i, k) = 0;
    from_the_left(first);
    from_the_right(first);
  }

 private:
  double& at(size_t i, size_t j) const { return matrix_[i * n_ + j]; }

  // A -= v (v' A)
  void from_the_left(size_t first) const {
    for (size_t j = first; j < n_; j++) row_[j] = 0;
    for (size_t i = first; i < n_; i++) {
      for (size_t j = first; j < n_; j++) row_[j] += v_[i] * at(i, j);
    }
    for (size_t i = first; i < n_; i++) {
      for (size_t j = first; j < n_; j++) at(i, j) -= v_[i] * row_[j];
    }
  }

  // A -= (A v) v'
  void from_the_right(size_t first) const {
    for (size_t i = 0; i < n_; i++) {
      const double factor = dot(&at(i, first), v_.data() + first, n_ - first);
      for (size_t j = first; j < n_; j++) at(i, j) -= factor * v_[j];
    }
  }

  double* matrix_;
  const size_t n_;
  const scratch<double> v_, row_;
};

class qr_method {
 public:
  qr_method(double* matrix, size_t n, span<int32_t> state, double* real, double* imaginary)
      : matrix_(matrix), n_(n), state_(state), real_(real), imaginary_(imaginary) {}

  int32_t run(uint32_t steps) const {
    while (left() > 0) {
      const size_t last = static_cast<size_t>(left()) - 1, first = start_of_block(last);
      if (first == last) {
        put(last, at(last, last), 0);
        found(1);
      } else if (first + 1 == last) {
        solve_pair(first);
        found(2);
      } else {
        if (taken() == most_steps) return -1;
        if (steps-- == 0) return left();
        step(first, last);
        state_[1]++;
      }
    }
    return 0;
  }

 private:
  double& at(size_t i, size_t j) const { return matrix_[i * n_ + j]; }
  int32_t left() const { return state_[0]; }
  int32_t taken() const { return state_[1]; }
  void found(int32_t count) const {
    state_[0] -= count;
    state_[1] = 0;
  }
  void put(size_t i, double real, double imaginary) const {
    real_[i] = real;
    imaginary_[i] = imaginary;
  }

  // The first row of the block that ends with `last` and hangs together.
  size_t start_of_block(size_t last) const {
    size_t i = last;
    while (i > 0 && absolute(at(i, i - 1)) > negligible) i--;
    if (i > 0) at(i, i - 1) = 0;
    return i;
  }

  // The two eigenvalues of rows and columns i and i + 1.
  void solve_pair(size_t i) const {
    const double d = at(i + 1, i + 1), half = (at(i, i) - d) / 2, across = at(i, i + 1) * at(i + 1, i);
    const double square = half * half + across;
    if (square < 0) {
      const double imaginary = __builtin_sqrt(-square);
      put(i, d + half, imaginary);
      put(i + 1, d + half, -imaginary);
      return;
    }
    const double root = __builtin_sqrt(square), z = half < 0 ? half - root : half + root;
    put(i, d + z, 0);
    put(i + 1, z == 0 ? d : d - across / z, 0);
  }

  // Sum and product of the two shifts: the eigenvalues of the last two rows, or others to break a cycle.
  void shifts(size_t last, double* sum, double* product) const {
    const size_t p = last - 1;
    *sum = at(p, p) + at(last, last);
    *product = at(p, p) * at(last, last) - at(p, last) * at(last, p);
    if (taken() % steps_before_kick != steps_before_kick - 1) return;
    // Those of LAPACK: they lie on no symmetric place among the eigenvalues, as those of the last two rows may.
    const double w = absolute(at(last, p)) + absolute(at(p, p - 1)), near = at(last, last) + 0.75 * w;
    *sum = 2 * near;
    *product = near * near + 0.4375 * w * w;
  }

  // From the first column of H^2 - sum H + product, a bulge of three is chased down the block.
  void step(size_t first, size_t last) const {
    double sum, product;
    shifts(last, &sum, &product);
    const double h00 = at(first, first), h10 = at(first + 1, first), h11 = at(first + 1, first + 1);
    double v[3] = {h00 * h00 + at(first, first + 1) * h10 - sum * h00 + product, h10 * (h00 + h11 - sum),
                   h10 * at(first + 2, first + 1)};
    for (size_t k = first; k < last; k++) {
      const size_t size = k + 2 <= last ? 3 : 2;
      if (k > first) {
        for (size_t r = 0; r < size; r++) v[r] = at(k + r, k - 1);
      }
      const double turned = make_reflector(v, size);
      if (k > first) {
        at(k, k - 1) = turned;
        for (size_t r = 1; r < size; r++) at(k + r, k - 1) = 0;
      }
      reflect(first, last, k, size, v);
    }
  }

  // Rows and columns k ... k + size - 1, within the block.
  void reflect(size_t first, size_t last, size_t k, size_t size, const double* v) const {
    double *r0 = &at(k, 0), *r1 = &at(k + 1, 0);
    for (size_t j = k; j <= last; j++) {
      double factor = v[0] * r0[j] + v[1] * r1[j];
      if (size == 3) factor += v[2] * at(k + 2, j);
      r0[j] -= factor * v[0];
      r1[j] -= factor * v[1];
      if (size == 3) at(k + 2, j) -= factor * v[2];
    }
    const size_t end = k + 3 < last ? k + 3 : last;
    for (size_t i = first; i <= end; i++) {
      double* row = &at(i, k);
      double factor = v[0] * row[0] + v[1] * row[1];
      if (size == 3) factor += v[2] * row[2];
      row[0] -= factor * v[0];
      row[1] -= factor * v[1];
      if (size == 3) row[2] -= factor * v[2];
    }
  }

  double* matrix_;
  const size_t n_;
  const span<int32_t> state_;
  double *real_, *imaginary_;
};

}  // namespace

void hessenberg(span<double> matrix, uint32_t n, uint32_t first, uint32_t count) {
  const hessenberg_reduction columns(matrix.data(), n);
  for (size_t k = first; k < first + count && k + 2 < n; k++) columns.column(k);
}

int32_t hessenberg_eigenvalues(span<double> matrix, uint32_t steps, span<int32_t> state, span<double> real,
                               span<double> imaginary) {
  return qr_method(matrix.data(), real.size(), state, real.data(), imaginary.data()).run(steps);
}

}  // namespace gibbsite::GIBBSITE_TARGET
