#include "kernels/inverse_table.h"

#include "core/math_base.h"
#include "kernels/distribution_values.h"

namespace gibbsite::GIBBSITE_TARGET {
namespace {

// The cell of a tail in (0, 1/2]: by exponent and the first three bits of the mantissa.
size_t cell_of(double tail) {
  constexpr uint64_t first = uint64_t{1023 - 1 - guide_octaves} << 3, last = first + guide_cells - 1;
  const uint64_t cell = bit_cast<uint64_t>(tail) >> (52 - 3);
  return cell < first ? 0 : cell > last ? guide_cells - 1 : cell - first;
}

// The first j in [from, to] for which the monotone condition holds; `to` if for none before it.
template <class Holds>
size_t first_where(size_t from, size_t to, const Holds& holds) {
  while (from < to) {
    const size_t middle = from + (to - from) / 2;
    if (holds(middle)) {
      to = middle;
    } else {
      from = middle + 1;
    }
  }
  return from;
}

}  // namespace

void inverse_table(span<const double> lower, span<const double> upper, span<const int32_t> lower_guide,
                   span<const int32_t> upper_guide, span<const double> coefficients, span<double> values) {
  const size_t pieces = lower.size() - 1;
  const auto quantile = [&](double u) {
    const bool below = u <= 0.5;
    const double tail = below ? u : 1 - u;
    const size_t cell = cell_of(tail);
    // Piece j ends at entry j + 1.
    const size_t j =
        below ? first_where(static_cast<size_t>(lower_guide[cell]), static_cast<size_t>(lower_guide[cell + 1]),
                            [&](size_t i) { return lower[i + 1] >= tail; })
              : first_where(static_cast<size_t>(upper_guide[cell + 1]), static_cast<size_t>(upper_guide[cell]),
                            [&](size_t i) { return upper[i + 1] <= tail; });
    const double mass = below ? lower[j + 1] - lower[j] : upper[j] - upper[j + 1];
    const double into = below ? tail - lower[j] : upper[j] - tail;
    const double t = mass > 0 ? smaller(larger(into / mass, 0.0), 1.0) : 0.5;
    const double* c = coefficients.data() + 4 * j;
    return c[0] + t * (c[1] + t * (c[2] + t * c[3]));
  };
  if (pieces == 0) return;
  parallel_for((values.size() + values_per_task - 1) / values_per_task, [&](size_t task) {
    const size_t from = task * values_per_task, end = from + values_per_task;
    for (size_t i = from; i < end && i < values.size(); i++) values[i] = quantile(values[i]);
  });
}

void step_table(span<const double> lower, span<const double> upper, span<const int32_t> lower_guide,
                span<const int32_t> upper_guide, double first, span<double> values) {
  const auto quantile = [&](double u) {
    const bool below = u <= 0.5;
    const double tail = below ? u : 1 - u;
    const size_t cell = cell_of(tail);
    const size_t j =
        below ? first_where(static_cast<size_t>(lower_guide[cell]), static_cast<size_t>(lower_guide[cell + 1]),
                            [&](size_t i) { return lower[i] >= tail; })
              : first_where(static_cast<size_t>(upper_guide[cell + 1]), static_cast<size_t>(upper_guide[cell]),
                            [&](size_t i) { return upper[i] <= tail; });
    return first + static_cast<double>(j);
  };
  parallel_for((values.size() + values_per_task - 1) / values_per_task, [&](size_t task) {
    const size_t from = task * values_per_task, end = from + values_per_task;
    for (size_t i = from; i < end && i < values.size(); i++) values[i] = quantile(values[i]);
  });
}

}  // namespace gibbsite::GIBBSITE_TARGET
