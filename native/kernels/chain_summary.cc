#include "kernels/chain_summary.h"

#include "core/beta_quantile.h"
#include "core/threads.h"
#include "kernels/sorted_draws.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

constexpr double nan = __builtin_nan("");
constexpr size_t least_half_for_rhat = 2;

// The first draw that is NaN or infinite; `count` where there is none.
size_t first_not_finite(const double* x, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (!(absolute(x[i]) <= float_format<double>::largest)) return i;
  }
  return count;
}

void put_indicator(const double* x, size_t count, double limit, double* to) {
  for (size_t i = 0; i < count; i++) to[i] = x[i] <= limit ? 1 : 0;
}

bool has_two_values(const double* x, size_t count, double tolerance) {
  double lowest = x[0], highest = x[0];
  for (size_t i = 1; i < count; i++) {
    lowest = x[i] < lowest ? x[i] : lowest;
    highest = x[i] > highest ? x[i] : highest;
  }
  return highest - lowest > tolerance;
}

// The draws moved and scaled to lie within -1 ... 1, so that no square overflows or vanishes.
struct standard_draws {
  double centre, range;
  const scratch<double> value, square;
  moments of_value, of_square;

  standard_draws(const double* x, const sorted_draws& sorted)
      : centre(sorted.median()), range(width(sorted)), value(sorted.total()), square(sorted.total()) {
    const size_t count = sorted.total();
    for (size_t i = 0; i < count; i++) value[i] = x[i] / range - centre / range;
    of_value = moments_of(value.data(), count);
    for (size_t i = 0; i < count; i++) square[i] = (value[i] - of_value.mean) * (value[i] - of_value.mean);
    of_square = moments_of(square.data(), count);
  }

  // A power of two at or above the half width: division by it loses nothing.
  static double width(const sorted_draws& sorted) {
    const double half = sorted.highest() / 2 - sorted.lowest() / 2;
    double power = 0x1p-1022;
    while (power < half && power < 0x1p1023) power *= 2;
    return power;
  }
};

class variable_summary {
 public:
  variable_summary(const double* x, const split_chains& split, const normal_scores& scores, double hdi, double* out)
      : x_(x), split_(split), scores_(scores), hdi_(hdi), out_(out) {}

  void fill() const {
    for (size_t k = 0; k < summary_column::count; k++) out_[k] = nan;
    out_[summary_column::status] = summary_status::complete;
    const size_t bad = first_not_finite(x_, split_.total());
    if (bad < split_.total()) {
      out_[summary_column::status] = summary_status::not_finite;
      out_[summary_column::place] = static_cast<double>(bad);
      return;
    }
    const sorted_draws sorted(x_, split_);
    put_interval(sorted);
    if (sorted.lowest() == sorted.highest()) return put_constant(sorted.lowest());
    const standard_draws standard(x_, sorted);
    put_moments(standard);
    if (split_.half() < least_half_for_rhat) return;
    const scratch<double> bulk(split_.total());
    sorted.normalise(scores_, bulk.data());
    put_rhat(sorted, bulk.data());
    if (split_.half() >= split_ess::least_half) put_sizes(sorted, standard, bulk.data());
  }

 private:
  void put_interval(const sorted_draws& sorted) const {
    const size_t steps = static_cast<size_t>(hdi_ * static_cast<double>(split_.total()));
    const size_t most = split_.total() - 1, within = steps < most ? steps : most;
    const size_t first = sorted.narrowest(within);
    out_[summary_column::hdi_low] = sorted[first];
    out_[summary_column::hdi_high] = sorted[first + within];
  }

  void put_constant(double value) const {
    out_[summary_column::mean] = value;
    out_[summary_column::sd] = 0;
    out_[summary_column::status] = summary_status::constant;
  }

  void put_moments(const standard_draws& standard) const {
    out_[summary_column::mean] = standard.centre + standard.range * standard.of_value.mean;
    out_[summary_column::sd] = standard.range * __builtin_sqrt(standard.of_value.variance);
  }

  // The larger of the R-hats of ranks and of ranks of distances to the median.
  void put_rhat(const sorted_draws& sorted, const double* bulk) const {
    const scratch<double> folded(split_.total());
    sorted.normalise_folded(scores_, folded.data());
    const double of_bulk = split_rhat(bulk, split_), of_folded = split_rhat(folded.data(), split_);
    out_[summary_column::r_hat] = of_folded > of_bulk ? of_folded : of_bulk;
  }

  void put_sizes(const sorted_draws& sorted, const standard_draws& standard, const double* bulk) const {
    const size_t total = split_.total();
    const scratch<double> below_low(total), below_high(total);
    put_indicator(x_, total, sorted.quantile(0.05), below_low.data());
    put_indicator(x_, total, sorted.quantile(0.95), below_high.data());
    const bool has_tail = has_two_values(below_high.data(), total, 0);
    const bool has_distance = has_two_values(standard.square.data(), total, 0x1p-50);
    const double* sequences[5] = {bulk, standard.value.data(), below_low.data()};
    size_t count = 3;
    if (has_tail) sequences[count++] = below_high.data();
    if (has_distance) sequences[count++] = standard.square.data();
    double ess[5];
    split_ess(split_).compute(sequences, count, ess);
    out_[summary_column::ess_bulk] = ess[0];
    out_[summary_column::ess_mean] = ess[1];
    out_[summary_column::mcse_mean] = out_[summary_column::sd] / __builtin_sqrt(ess[1]);
    if (has_tail) out_[summary_column::ess_tail] = ess[2] < ess[3] ? ess[2] : ess[3];
    if (has_distance) put_mcse_sd(standard, ess[count - 1]);
    if (!has_distance) out_[summary_column::status] = summary_status::tied_distance;
    if (!has_tail) out_[summary_column::status] = summary_status::tied_tail;
  }

  // Var(s^2) = (E d^4 - (E d^2)^2) / ess for distances d to the mean, and Var(s) = Var(s^2) / (4 E d^2).
  void put_mcse_sd(const standard_draws& standard, double ess) const {
    const double total = static_cast<double>(split_.total());
    const double of_square = standard.of_square.variance * (total - 1) / total;
    out_[summary_column::mcse_sd] = standard.range * __builtin_sqrt(of_square / ess / standard.of_square.mean / 4);
  }

  const double* const x_;
  const split_chains split_;
  const normal_scores& scores_;
  const double hdi_;
  double* const out_;
};

// Phi(-1) and Phi(1), as `posterior` rounds them.
constexpr double interval_low = 0.1586553, interval_high = 0.8413447;

// Half the distance of the order statistics between which the quantile lies with probability 68 %.
double quantile_error(const sorted_draws& sorted, double p, double ess) {
  const double total = static_cast<double>(sorted.total());
  const double low = beta_quantile(interval_low, ess * p + 1, ess * (1 - p) + 1) * total;
  const double high = beta_quantile(interval_high, ess * p + 1, ess * (1 - p) + 1) * total;
  const size_t first = static_cast<size_t>(low), floor_high = static_cast<size_t>(high);
  const size_t last = static_cast<double>(floor_high) < high ? floor_high + 1 : floor_high;
  const size_t from = first < 1 ? 1 : first, to = last > sorted.total() ? sorted.total() : last;
  return sorted[to - 1] / 2 - sorted[from - 1] / 2;
}

void put_quantiles(const double* x, const split_chains& split, span<const double> probabilities, double* out) {
  for (size_t k = 0; k < 3 * probabilities.size(); k++) out[k] = nan;
  if (first_not_finite(x, split.total()) < split.total()) return;
  const sorted_draws sorted(x, split);
  const scratch<double> below(split.total());
  for (size_t k = 0; k < probabilities.size(); k++) {
    const double p = probabilities[k], limit = sorted.quantile(p);
    out[3 * k] = limit;
    put_indicator(x, split.total(), limit, below.data());
    if (split.half() < split_ess::least_half || !has_two_values(below.data(), split.total(), 0)) continue;
    const double* sequence = below.data();
    split_ess(split).compute(&sequence, 1, &out[3 * k + 1]);
    out[3 * k + 2] = quantile_error(sorted, p, out[3 * k + 1]);
  }
}

}  // namespace

void chain_summary(span<const double> values, uint32_t chains, uint32_t draws, double hdi, span<double> summary) {
  const split_chains split{chains, draws};
  const normal_scores scores(split.kept());
  parallel_for(summary.size() / summary_column::count, [&](size_t v) {
    double* out = summary.data() + v * summary_column::count;
    variable_summary(values.data() + v * split.total(), split, scores, hdi, out).fill();
  });
}

void chain_quantiles(span<const double> values, uint32_t chains, uint32_t draws, span<const double> probabilities,
                     span<double> quantiles) {
  const split_chains split{chains, draws};
  parallel_for(values.size() / split.total(), [&](size_t v) {
    const double* x = values.data() + v * split.total();
    put_quantiles(x, split, probabilities, quantiles.data() + v * 3 * probabilities.size());
  });
}

}  // namespace gibbsite::GIBBSITE_TARGET
