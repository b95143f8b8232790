#include "kernels/markov_eliminate.h"

#include "core/matrix_product.h"
#include "core/sums.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

constexpr size_t block_states = 64;
// Rows that a task takes at a time.
constexpr size_t task_rows = 32;
// A law's entries are scaled down where one is above `large`; no ratio of two is beyond 1 / smallest_pivot.
constexpr double large = 0x1p500, smallest_pivot = 0x1p-500;

void add_scaled(const double* from, double factor, size_t count, double* to) {
  for (size_t j = 0; j < count; j++) to[j] += factor * from[j];
}

class elimination {
 public:
  elimination(span<double> work, size_t absorbing, span<double> pivots)
      : work_(work.data()), absorbing_(absorbing), stride_(absorbing + pivots.size()), pivots_(pivots.data()) {}

  // The states end - 1 ... first.
  bool run(size_t first, size_t end) const {
    if (absorbing_ == 0 && first == 0) first = 1;
    if (first >= end) return true;
    for (size_t k = end; k-- > first;) {
      if (!eliminate_within(first, k)) return false;
    }
    finish_columns(first, end);
    finish_rest(first, end);
    return true;
  }

 private:
  double* row(size_t i) const { return work_ + i * stride_; }
  double* to_state(size_t i, size_t k) const { return row(i) + absorbing_ + k; }
  size_t live(size_t k) const { return absorbing_ + k; }

  // State k, in the rows of its block.
  bool eliminate_within(size_t first, size_t k) const {
    const double pivot = sum(row(k), live(k));
    if (!(pivot >= smallest_pivot)) return false;
    pivots_[k] = pivot;
    for (size_t i = first; i < k; i++) jump_over(i, k, 0);
    return true;
  }

  // Walks from i jump over k: the columns from `from` on.
  void jump_over(size_t i, size_t k, size_t from) const {
    double& step = *to_state(i, k);
    step /= pivots_[k];
    add_scaled(row(k) + from, step, live(k) - from, row(i) + from);
  }

  // The states of the block, in the rows above it, columns of the block.
  void finish_columns(size_t first, size_t end) const {
    parallel_for((first + task_rows - 1) / task_rows, [&](size_t task) {
      const size_t last = (task + 1) * task_rows < first ? (task + 1) * task_rows : first;
      for (size_t i = task * task_rows; i < last; i++) {
        for (size_t k = end; k-- > first;) jump_over(i, k, live(first));
      }
    });
  }

  // The states of the block, in the rows above it, the columns before it.
  void finish_rest(size_t first, size_t end) const {
    const size_t terms = end - first, columns = live(first);
    const scratch<double> packed(packed_size(terms, columns));
    pack_product(row(first), stride_, terms, columns, packed.data());
    add_product(to_state(0, first), stride_, packed.data(), first, terms, columns, work_, stride_);
  }

  double* work_;
  size_t absorbing_, stride_;
  double* pivots_;
};

}  // namespace

bool markov_eliminate(span<double> work, uint32_t absorbing, uint32_t first, uint32_t count, span<double> pivots) {
  const elimination states(work, absorbing, pivots);
  for (size_t end = first + count; end > first;) {
    const size_t start = (end - 1) / block_states * block_states;
    if (!states.run(start, end)) return false;
    end = start;
  }
  return true;
}

void markov_stationary(span<const double> work, span<double> law) {
  const size_t n = law.size();
  for (double& p : law) p = 0;
  law[0] = 1;
  for (size_t i = 0; i < n; i++) {
    if (law[i] > large) {
      for (double& p : law) p /= large;
    }
    add_scaled(work.data() + i * n + i + 1, law[i], n - i - 1, law.data() + i + 1);
  }
  const double total = sum(law.data(), n);
  for (double& p : law) p /= total;
}

void markov_absorption(span<const double> work, uint32_t absorbing, span<const double> pivots, uint32_t first,
                       uint32_t count, span<double> absorption) {
  const size_t stride = absorbing + pivots.size();
  for (size_t k = first; k < first + count; k++) {
    const double* row = work.data() + k * stride;
    double* h = absorption.data() + k * absorbing;
    memcpy(h, row, absorbing * sizeof(double));
    for (size_t j = 0; j < k; j++) add_scaled(absorption.data() + j * absorbing, row[absorbing + j], absorbing, h);
    for (size_t c = 0; c < absorbing; c++) h[c] /= pivots[k];
  }
}

}  // namespace gibbsite::GIBBSITE_TARGET
