#include "kernels/transition_matrix.h"

#include "core/scratch.h"
#include "core/threads.h"
#include "kernels/boltzmann_gibbs.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

struct flip_table {
  const double* flips;
  size_t units;

  size_t states() const { return size_t{1} << units; }
  double flip(size_t state, size_t unit) const { return flips[state * units + unit]; }

  // to += weight * from K_unit.
  void add_visit(const double* from, size_t unit, double weight, double* to) const {
    const size_t bit = size_t{1} << unit;
    for (size_t state = 0; state < states(); state++) {
      const double mass = weight * from[state], moved = mass * flip(state, unit);
      to[state] += mass - moved;
      to[state ^ bit] += moved;
    }
  }
};

void start_at(size_t state, size_t states, double* row) {
  memset(row, 0, states * sizeof(double));
  row[state] = 1;
}

void in_order(const flip_table& table, span<const uint32_t> order, size_t state, double* row) {
  const size_t states = table.states();
  const scratch<double> next(states);
  start_at(state, states, row);
  for (const uint32_t unit : order) {
    memset(next.data(), 0, states * sizeof(double));
    table.add_visit(row, unit, 1, next.data());
    memcpy(row, next.data(), states * sizeof(double));
  }
}

void at_random(const flip_table& table, size_t state, double* row) {
  const size_t states = table.states();
  const scratch<double> next(states);
  start_at(state, states, row);
  for (size_t visit = 0; visit < table.units; visit++) {
    memset(next.data(), 0, states * sizeof(double));
    for (size_t unit = 0; unit < table.units; unit++) {
      table.add_visit(row, unit, 1 / static_cast<double>(table.units), next.data());
    }
    memcpy(row, next.data(), states * sizeof(double));
  }
}

// After all orders of the units of a set, each as likely, the state differs from the start within the set alone. The
// law is kept for the subsets t of the set in rising order: the place of t is its bits at the set's.
class permuted {
 public:
  explicit permuted(const flip_table& table) : table_(table), first_(table.states() + 1), law_(size_of_all()) {
    first_[0] = 0;
    for (size_t set = 0; set < table.states(); set++) {
      first_[set + 1] = first_[set] + (size_t{1} << __builtin_popcountll(set));
    }
  }

  void run(size_t state, double* row) const {
    law_[0] = 1;
    for (size_t set = 1; set < table_.states(); set++) {
      const size_t size = first_[set + 1] - first_[set];
      memset(law_.data() + first_[set], 0, size * sizeof(double));
      for (size_t left = set; left != 0; left &= left - 1) {
        add_last(state, set, static_cast<size_t>(__builtin_ctzll(left)));
      }
    }
    const double* all = law_.data() + first_[table_.states() - 1];
    for (size_t t = 0; t < table_.states(); t++) row[state ^ t] = all[t];
  }

 private:
  // 3^n: each unit is out of the set, or in it, the same or flipped.
  size_t size_of_all() const {
    size_t size = 1;
    for (size_t i = 0; i < table_.units; i++) size *= 3;
    return size;
  }

  // The orders of the set that end with `unit`.
  void add_last(size_t state, size_t set, size_t unit) const {
    const size_t before = set & ~(size_t{1} << unit);
    const double weight = 1 / static_cast<double>(__builtin_popcountll(set));
    const double* from = law_.data() + first_[before];
    double* to = law_.data() + first_[set];
    const size_t below = (size_t{1} << __builtin_popcountll(set & ((size_t{1} << unit) - 1))) - 1;
    size_t rank = 0, t = 0;
    do {
      const double mass = weight * from[rank], moved = mass * table_.flip(state ^ t, unit);
      const size_t same = (rank & below) | (rank & ~below) << 1;
      to[same] += mass - moved;
      to[same | (below + 1)] += moved;
      rank++;
      t = (t - before) & before;
    } while (t != 0);
  }

  const flip_table table_;
  const scratch<size_t> first_;
  const scratch<double> law_;
};

}  // namespace

void transition_matrix(span<const double> flips, uint32_t units, span<const uint32_t> order, uint32_t scan,
                       uint32_t first_row, span<double> matrix) {
  const flip_table table{flips.data(), units};
  const size_t states = table.states();
  parallel_for(matrix.size() / states, [&](size_t r) {
    double* row = matrix.data() + r * states;
    if (!order.empty())
      in_order(table, order, first_row + r, row);
    else if (scan == boltzmann_scan::random)
      at_random(table, first_row + r, row);
    else
      permuted(table).run(first_row + r, row);
  });
}

}  // namespace gibbsite::GIBBSITE_TARGET
