// The draws of one variable in order: quantiles, the narrowest interval, and rank normalisation.
#pragma once
#include "core/math_normal.h"
#include "core/sort.h"
#include "kernels/split_chains.h"

namespace gibbsite::GIBBSITE_TARGET {

// Phi^-1((r - 3/8) / (S + 1/4)) of the ranks r of S draws (Blom 1958).
class normal_scores {
 public:
  explicit normal_scores(size_t total) : total_(total), score_(total + 1) {
    for (size_t rank = 1; 2 * rank <= total + 1; rank++) {
      score_[rank] = compute(static_cast<double>(rank));
      score_[total + 1 - rank] = -score_[rank];
    }
  }

  // Of the mean of the ranks first ... last, which tied draws share.
  double shared(size_t first, size_t last) const {
    const size_t twice = first + last;
    return twice % 2 == 0 ? score_[twice / 2] : compute(static_cast<double>(twice) / 2);
  }

 private:
  double compute(double rank) const {
    const double p = (rank - 0.375) / (static_cast<double>(total_) + 0.25);
    return normal_quantile(p - 0.5, smaller(p, 1 - p));
  }

  const size_t total_;
  const scratch<double> score_;
};

class sorted_draws {
 public:
  sorted_draws(const double* x, const split_chains& split)
      : split_(split), order_(split.total()), value_(split.total()) {
    const sorter sorting(split.total());
    sorting.sort(x, split.total(), order_.data());
    for (size_t k = 0; k < split.total(); k++) value_[k] = x[order_[k]];
  }

  size_t total() const { return split_.total(); }
  // The k-th smallest, from 0.
  double operator[](size_t k) const { return value_[k]; }
  double lowest() const { return value_[0]; }
  double highest() const { return value_[total() - 1]; }

  double median() const {
    const size_t middle = total() / 2;
    return total() % 2 == 1 ? value_[middle] : value_[middle - 1] / 2 + value_[middle] / 2;
  }

  double quantile(double p) const {
    const double index = 1 + static_cast<double>(total() - 1) * p;
    const size_t low = static_cast<size_t>(index) - 1;
    const double part = index - static_cast<double>(low + 1);
    if (!(part > 0) || low + 1 >= total() || value_[low + 1] == value_[low]) return value_[low];
    return (1 - part) * value_[low] + part * value_[low + 1];
  }

  // The first place of the narrowest interval from draw k to draw k + steps, steps below the total.
  size_t narrowest(size_t steps) const {
    size_t best = 0;
    for (size_t k = 1; k + steps < total(); k++) {
      if (value_[k + steps] - value_[k] < value_[best + steps] - value_[best]) best = k;
    }
    return best;
  }

  // z [chains][draws]: the normal scores of the draws of all halves.
  void normalise(const normal_scores& scores, double* z) const { put_scores(scores, order_.data(), value_.data(), z); }

  // The same of their distances to the median, of which the order is known on either side of it.
  void normalise_folded(const normal_scores& scores, double* z) const {
    const double centre = median();
    const scratch<uint32_t> merged(total());
    const scratch<double> distance(total());
    size_t above = 0;
    while (above < total() && value_[above] < centre) above++;
    for (size_t below = above, k = 0; k < total(); k++) {
      const bool lower = above == total() || (below > 0 && centre - value_[below - 1] < value_[above] - centre);
      const size_t next = lower ? --below : above++;
      merged[k] = order_[next];
      distance[k] = lower ? centre - value_[next] : value_[next] - centre;
    }
    put_scores(scores, merged.data(), distance.data(), z);
  }

 private:
  // Draws in ascending order of their values: which they are, and the values.
  void put_scores(const normal_scores& scores, const uint32_t* order, const double* value, double* z) const {
    size_t rank = 0;
    for (size_t first = 0, next; first < total(); first = next) {
      size_t ties = 0;
      for (next = first; next < total() && value[next] == value[first]; next++) ties += !split_.left_out(order[next]);
      if (ties == 0) continue;
      const double score = scores.shared(rank + 1, rank + ties);
      for (size_t k = first; k < next; k++) z[order[k]] = score;
      rank += ties;
    }
  }

  const split_chains split_;
  const scratch<uint32_t> order_;
  const scratch<double> value_;
};

}  // namespace gibbsite::GIBBSITE_TARGET
