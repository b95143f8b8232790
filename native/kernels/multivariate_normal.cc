#include "kernels/multivariate_normal.h"

#include "core/math.h"
#include "core/math_normal.h"
#include "core/scratch.h"
#include "core/threads.h"

namespace gibbsite::GIBBSITE_TARGET {
namespace {

// Rows that go through a triangle together: as many sums in registers as hide the additions' latency.
constexpr size_t vectors = 4, block_rows = vectors * f64_lanes;
constexpr size_t rows_per_task = 16 * block_rows;

// A block of rows with coordinates apart: x[i][row].
struct block {
  double* x;
  f64x* at(size_t i) const { return reinterpret_cast<f64x*>(x + i * block_rows); }
};

struct sums {
  f64x of[vectors];
  void load(const f64x* from) {
    for (size_t v = 0; v < vectors; v++) of[v] = from[v];
  }
  void add(double factor, const f64x* x) {
    for (size_t v = 0; v < vectors; v++) of[v] += factor * x[v];
  }
  void scale(double factor) {
    for (size_t v = 0; v < vectors; v++) of[v] *= factor;
  }
  void divide(double divisor) {
    for (size_t v = 0; v < vectors; v++) of[v] /= divisor;
  }
  void store(f64x* to) const {
    for (size_t v = 0; v < vectors; v++) to[v] = of[v];
  }
};

// All four in place, each coordinate from those that are not yet, or already, replaced.
void multiply_lower(const double* l, size_t d, const block& b) {  // L x
  for (size_t i = d; i-- > 0;) {
    sums s;
    s.load(b.at(i));
    s.scale(l[i * d + i]);
    for (size_t j = 0; j < i; j++) s.add(l[i * d + j], b.at(j));
    s.store(b.at(i));
  }
}
void multiply_upper(const double* l, size_t d, const block& b) {  // L' x
  for (size_t i = 0; i < d; i++) {
    sums s;
    s.load(b.at(i));
    s.scale(l[i * d + i]);
    for (size_t j = i + 1; j < d; j++) s.add(l[j * d + i], b.at(j));
    s.store(b.at(i));
  }
}
void solve_lower(const double* l, size_t d, const block& b) {  // L^-1 x
  for (size_t i = 0; i < d; i++) {
    sums s;
    s.load(b.at(i));
    for (size_t j = 0; j < i; j++) s.add(-l[i * d + j], b.at(j));
    s.divide(l[i * d + i]);
    s.store(b.at(i));
  }
}
void solve_upper(const double* l, size_t d, const block& b) {  // L'^-1 x
  for (size_t i = d; i-- > 0;) {
    sums s;
    s.load(b.at(i));
    for (size_t j = i + 1; j < d; j++) s.add(-l[j * d + i], b.at(j));
    s.divide(l[i * d + i]);
    s.store(b.at(i));
  }
}

// visit(block, first row, count) for all blocks of rows; the blocks hold rows - offset, filled up with zeros.
template <class Visit>
void for_each_block(const double* rows, size_t n, size_t d, const double* offset, const Visit& visit) {
  parallel_for((n + rows_per_task - 1) / rows_per_task, [&](size_t task) {
    const scratch<double> memory(d * block_rows);
    const block b{memory.data()};
    const size_t end = (task + 1) * rows_per_task < n ? (task + 1) * rows_per_task : n;
    for (size_t first = task * rows_per_task; first < end; first += block_rows) {
      const size_t count = end - first < block_rows ? end - first : block_rows;
      for (size_t i = 0; i < d; i++) {
        for (size_t r = 0; r < block_rows; r++) {
          b.x[i * block_rows + r] = r < count ? rows[(first + r) * d + i] - offset[i] : 0;
        }
      }
      visit(b, first, count);
    }
  });
}

}  // namespace

void multivariate_normal_draws(span<const double> mean, span<const double> factor, bool of_precision,
                               span<double> rows) {
  const size_t d = mean.size(), n = rows.size() / d;
  const scratch<double> zero(d);
  for (size_t i = 0; i < d; i++) zero[i] = 0;
  for_each_block(rows.data(), n, d, zero.data(), [&](const block& b, size_t first, size_t count) {
    if (of_precision) {
      solve_upper(factor.data(), d, b);
    } else {
      multiply_lower(factor.data(), d, b);
    }
    for (size_t r = 0; r < count; r++) {
      for (size_t i = 0; i < d; i++) rows[(first + r) * d + i] = mean[i] + b.x[i * block_rows + r];
    }
  });
}

void multivariate_normal_log_pdf(span<const double> mean, span<const double> factor, bool of_precision,
                                 span<const double> rows, span<double> log_pdf) {
  const size_t d = mean.size();
  double log_determinant = 0;
  for (size_t i = 0; i < d; i++) log_determinant += log(factor[i * d + i]);
  const double constant =
      (of_precision ? log_determinant : -log_determinant) - static_cast<double>(d) * log_root_two_pi;
  for_each_block(rows.data(), log_pdf.size(), d, mean.data(), [&](const block& b, size_t first, size_t count) {
    if (of_precision) {
      multiply_upper(factor.data(), d, b);
    } else {
      solve_lower(factor.data(), d, b);
    }
    for (size_t r = 0; r < count; r++) {
      double square = 0;
      for (size_t i = 0; i < d; i++) square += b.x[i * block_rows + r] * b.x[i * block_rows + r];
      log_pdf[first + r] = constant - 0.5 * square;
    }
  });
}

}  // namespace gibbsite::GIBBSITE_TARGET
