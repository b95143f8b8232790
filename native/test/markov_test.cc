// Products, eliminations and eigenvalues against plain sums in long double, and in pieces of any size.
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "core/philox.h"
#include "kernels/general_eigenvalues.h"
#include "kernels/markov_balance.h"
#include "kernels/markov_eliminate.h"
#include "kernels/markov_powers.h"
#include "kernels/markov_structure.h"
#include "kernels/symmetric_eigenvalues.h"

using namespace gibbsite::GIBBSITE_TARGET;

namespace {

using numbers = std::vector<double>;

double draw(uint32_t k, uint32_t seed) {
  const uint32_t counter[4] = {k, seed, 0, 0};
  uint32_t words[4];
  philox(counter, philox_key{5, 6}, words);
  return (words[0] + 0.5) * 0x1p-32;
}

numbers random_matrix(size_t rows, size_t columns, uint32_t seed) {
  numbers m(rows * columns);
  for (size_t k = 0; k < m.size(); k++) m[k] = draw(static_cast<uint32_t>(k), seed);
  return m;
}

numbers random_chain(uint32_t n, uint32_t seed) {
  numbers m = random_matrix(n, n, seed);
  CHECK(markov_normalise({m.data(), m.size()}, n, 1e9) == -1);
  return m;
}

template <class T>
span<T> all(std::vector<T>& v) {
  return {v.data(), v.size()};
}
template <class T>
span<const T> read(const std::vector<T>& v) {
  return {v.data(), v.size()};
}

}  // namespace

TEST_CASE("products take their terms in order, whatever the tiles and pieces") {
  for (const uint32_t n : {1u, 7u, 16u, 49u, 131u, 300u}) {
    const numbers a = random_matrix(n, n, 1), b = random_matrix(n, n, 2);
    numbers packed((n + 15) / 16 * 16 * size_t{n}), whole(n * size_t{n}), parts(n * size_t{n}), plain(n * size_t{n});
    matrix_pack(read(b), n, all(packed));
    matrix_product(read(a), read(packed), n, 0, n, all(whole));
    for (uint32_t first = 0; first < n; first += 13) {
      matrix_product(read(a), read(packed), n, first, n - first < 13 ? n - first : 13, all(parts));
    }
    for (size_t i = 0; i < n; i++) {
      for (size_t j = 0; j < n; j++) {
        double sum = 0;
        for (size_t k = 0; k < n; k++) sum += a[i * n + k] * b[k * n + j];
        plain[i * n + j] = sum;
      }
    }
    CHECK(whole == plain);
    CHECK(parts == plain);
  }
}

TEST_CASE("the stationary law of an elimination in blocks is left by the matrix") {
  for (const uint32_t n : {1u, 2u, 63u, 64u, 65u, 200u}) {
    const numbers chain = random_chain(n, n);
    numbers work = chain, pivots(n), law(n);
    const uint32_t last = (n - 1) / 64 * 64;
    CHECK(markov_eliminate(all(work), 0, last, n - last, all(pivots)));
    if (last > 0) CHECK(markov_eliminate(all(work), 0, 0, last, all(pivots)));
    markov_stationary(read(work), all(law));
    for (size_t j = 0; j < n; j++) {
      long double sum = 0;
      for (size_t i = 0; i < n; i++) sum += static_cast<long double>(law[i]) * chain[i * n + j];
      CHECK(std::fabs(static_cast<double>(sum / law[j]) - 1) < 1e-14);
    }
    numbers again = chain, other(n);
    CHECK(markov_eliminate(all(again), 0, 0, n, all(pivots)));
    markov_stationary(read(again), all(other));
    CHECK(other == law);
  }
}

TEST_CASE("absorption probabilities are harmonic") {
  const uint32_t n = 150, ends = 3;
  numbers chain = random_matrix(n, n + ends, 4);
  for (size_t i = 0; i < n; i++) {
    double sum = 0;
    for (size_t j = 0; j < n + ends; j++) sum += chain[i * (n + ends) + j];
    for (size_t j = 0; j < n + ends; j++) chain[i * (n + ends) + j] /= sum;
  }
  numbers work = chain, pivots(n), found(n * ends);
  CHECK(markov_eliminate(all(work), ends, 0, n, all(pivots)));
  markov_absorption(read(work), ends, read(pivots), 0, 70, all(found));
  markov_absorption(read(work), ends, read(pivots), 70, n - 70, all(found));
  for (size_t i = 0; i < n; i++) {
    for (size_t c = 0; c < ends; c++) {
      long double sum = chain[i * (n + ends) + c];
      for (size_t j = 0; j < n; j++) {
        sum += static_cast<long double>(chain[i * (n + ends) + ends + j]) * found[j * ends + c];
      }
      CHECK(std::fabs(static_cast<double>(sum) / found[i * ends + c] - 1) < 1e-13);
    }
  }
}

TEST_CASE("eigenvalues have the traces of the matrix and its square, and pieces change no bit") {
  for (const uint32_t n : {1u, 2u, 3u, 20u, 97u}) {
    const numbers chain = random_chain(n, 10 + n);
    numbers symmetric(n * n);
    markov_symmetric(read(chain), n, all(symmetric));
    const auto traces = [n](const numbers& m, long double* trace, long double* square) {
      *trace = *square = 0;
      for (size_t i = 0; i < n; i++) {
        *trace += m[i * n + i];
        for (size_t j = 0; j < n; j++) *square += static_cast<long double>(m[i * n + j]) * m[j * n + i];
      }
    };
    const auto compare = [](const numbers& re, const numbers& im, long double trace, long double square) {
      for (size_t k = 0; k < re.size(); k++) {
        trace -= re[k];
        square -= static_cast<long double>(re[k]) * re[k] - static_cast<long double>(im[k]) * im[k];
      }
      CHECK(std::fabs(static_cast<double>(trace)) < 1e-13);
      CHECK(std::fabs(static_cast<double>(square)) < 1e-13);
    };
    long double trace, square;
    numbers last;
    for (const uint32_t piece : {n, 1u, 5u}) {
      numbers matrix = symmetric, v(n), w(n), d(n), e(n);
      for (uint32_t k = 0; k < n; k += piece) {
        symmetric_tridiagonal(all(matrix), k, n - k < piece ? n - k : piece, all(v), all(w), all(d), all(e));
      }
      for (uint32_t k = 0; k < n; k += piece) {
        CHECK(tridiagonal_eigenvalues(all(d), all(e), 1, k, n - k < piece ? n - k : piece));
      }
      traces(symmetric, &trace, &square);
      compare(d, numbers(n), trace, square);
      if (!last.empty()) CHECK(d == last);
      last = d;
    }
    last.clear();
    for (const uint32_t piece : {1000u, 1u, 7u}) {
      numbers matrix = chain, re(n), im(n);
      std::vector<int32_t> state = {static_cast<int32_t>(n), 0};
      for (uint32_t k = 0; k < n; k += piece) hessenberg(all(matrix), n, k, n - k < piece ? n - k : piece);
      int32_t left;
      do {
        left = hessenberg_eigenvalues(all(matrix), piece, all(state), all(re), all(im));
      } while (left > 0);
      CHECK(left == 0);
      traces(chain, &trace, &square);
      compare(re, im, trace, square);
      if (!last.empty()) CHECK(re == last);
      last = re;
    }
  }
}

TEST_CASE("scaling by powers of two, and the roots of what they scaled") {
  numbers m = {0x1p-700, 0, 0, 0x1p-720};
  CHECK(matrix_rescale(2, all(m)) == -700);
  CHECK(m == numbers{1, 0, 0, 0x1p-20});
  numbers tiny = {0x1p-1060};
  CHECK(matrix_rescale(1, all(tiny)) == -1060);
  CHECK(tiny[0] == 1);
  numbers none = {0};
  CHECK(matrix_rescale(1, all(none)) == -10000);
  CHECK(std::fabs(matrix_root(-16, 2, 3) - 16) < 1e-14);
  // A turn by any angle, shrunk: a pair of modulus 1/2.
  const double c = std::cos(1.0) / 2, s = std::sin(1.0) / 2;
  const numbers a = {c, -s, s, c}, b = {c * c - s * s, -2 * c * s, 2 * c * s, c * c - s * s};
  const numbers f = {b[0] * b[0] - b[2] * b[2], -2 * b[0] * b[2], 2 * b[0] * b[2], b[0] * b[0] - b[2] * b[2]};
  CHECK(std::fabs(matrix_pair(read(a), read(b), 0, read(f), 2) - 0.5) < 1e-15);
  CHECK(matrix_factor(read(a), read(b), 2) == 0);
}
