#include "kernels/markov_balance.h"

#include "core/math_base.h"
#include "core/scratch.h"
#include "core/threads.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

// Rows and columns are walked in squares of this side, as one of the two goes down columns.
constexpr size_t side = 32;

struct findings_of_rows {
  double residual = 0, flow = 0, asymmetry = 0;
  size_t from = 0, to = 0;

  void add(size_t i, size_t j, double forth, double back, bool seen) {
    const double gap = absolute(forth - back), both = forth + back;
    if (gap > residual) residual = gap, from = i, to = j;
    const double more = larger(forth, back);
    if (more > flow) flow = more;
    const double part = both >= float_format<double>::smallest_normal ? gap / both : (seen ? 1.0 : 0.0);
    if (part > asymmetry) asymmetry = part;
  }
  void add(const findings_of_rows& other) {
    if (other.residual > residual) residual = other.residual, from = other.from, to = other.to;
    flow = larger(flow, other.flow);
    asymmetry = larger(asymmetry, other.asymmetry);
  }
};

size_t end_of(size_t block, size_t n) { return (block + 1) * side < n ? (block + 1) * side : n; }

}  // namespace

void markov_balance(span<const double> matrix, span<const double> law, span<double> findings) {
  const size_t n = law.size(), blocks = (n + side - 1) / side;
  const scratch<findings_of_rows> found(blocks);
  parallel_for(blocks, [&](size_t b) {
    findings_of_rows mine;
    for (size_t c = b; c < blocks; c++) {
      for (size_t i = b * side; i < end_of(b, n); i++) {
        for (size_t j = c > b ? c * side : i + 1; j < end_of(c, n); j++) {
          const double p = matrix[i * n + j], q = matrix[j * n + i];
          mine.add(i, j, law[i] * p, law[j] * q, p > 0 || q > 0);
        }
      }
    }
    found[b] = mine;
  });
  findings_of_rows all;
  for (size_t b = 0; b < blocks; b++) all.add(found[b]);
  const double result[] = {all.residual, static_cast<double>(all.from), static_cast<double>(all.to), all.flow,
                           all.asymmetry};
  for (size_t k = 0; k < 5; k++) findings[k] = result[k];
}

void markov_symmetric(span<const double> matrix, uint32_t n, span<double> symmetric) {
  const size_t blocks = (n + side - 1) / side;
  parallel_for(blocks, [&](size_t b) {
    for (size_t c = 0; c < blocks; c++) {
      for (size_t i = b * side; i < end_of(b, n); i++) {
        for (size_t j = c * side; j < end_of(c, n); j++) {
          const size_t at = i * n + j, across = j * n + i;
          const double low = smaller(matrix[at], matrix[across]), high = larger(matrix[at], matrix[across]);
          symmetric[at] = __builtin_sqrt(low) * __builtin_sqrt(high);
        }
      }
    }
  });
}

}  // namespace gibbsite::GIBBSITE_TARGET
