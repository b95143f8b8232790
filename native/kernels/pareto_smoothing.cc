#include "kernels/pareto_smoothing.h"

#include "core/math.h"
#include "core/sort.h"
#include "core/sums.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

constexpr double nan = __builtin_nan("");
constexpr size_t least_tail = 5;

double largest(span<const double> values) {
  double maximum = -__builtin_inf();
  for (size_t i = 0; i < values.size(); i++) maximum = values[i] > maximum ? values[i] : maximum;
  return maximum;
}

double exp_minus_1(double x) {
  const double half = tanh(x / 2);
  return 2 * half / (1 - half);
}

struct pareto {
  double shape, scale;

  // The quantile above the threshold.
  double quantile(double p) const {
    const double t = -log1p(-p);
    return scale * (shape == 0 ? t : exp_minus_1(shape * t) / shape);
  }
};

// Fits excesses x [count], ascending, positive or 0. The posterior mean of theta = -shape / scale over a grid, its
// density the profile likelihood; then the shape that belongs to it.
class pareto_fit {
 public:
  pareto_fit(const double* x, size_t count) : x_(x), count_(count), logs_(count) {}

  // The shape is NaN where the lowest quarter is 0, or all are alike.
  pareto operator()() const {
    const double quartile = x_[static_cast<size_t>(size() / 4 + 0.5) - 1];
    if (!(quartile > 0) || x_[0] == x_[count_ - 1]) return {nan, nan};
    const double theta = mean_theta(quartile), shape = shape_for(theta);
    return {(shape * size() + 0.5 * prior_draws) / (size() + prior_draws), -shape / theta};
  }

 private:
  static constexpr double prior_draws = 10, least_grid = 30, prior_scale = 3;

  double size() const { return static_cast<double>(count_); }

  double mean_theta(double quartile) const {
    const size_t points = static_cast<size_t>(least_grid + __builtin_sqrt(size()));
    const scratch<double> theta(points), likelihood(points), term(points);
    double most = -__builtin_inf();
    for (size_t j = 0; j < points; j++) {
      const double part = static_cast<double>(points) / (static_cast<double>(j) + 0.5);
      theta[j] = 1 / x_[count_ - 1] + (1 - __builtin_sqrt(part)) / (prior_scale * quartile);
      const double shape = shape_for(theta[j]);
      likelihood[j] = size() * (log(-theta[j] / shape) - shape - 1);
      most = likelihood[j] > most ? likelihood[j] : most;
    }
    for (size_t j = 0; j < points; j++) likelihood[j] = exp(likelihood[j] - most);
    for (size_t j = 0; j < points; j++) term[j] = theta[j] * likelihood[j];
    return sum(term.data(), points) / sum(likelihood.data(), points);
  }

  // The mean of log(1 - theta x).
  double shape_for(double theta) const {
    size_t i = 0;
    for (; i + f64_lanes <= count_; i += f64_lanes) store(logs_.data() + i, log1p(load<f64x>(x_ + i) * -theta));
    for (; i < count_; i++) logs_[i] = log1p(x_[i] * -theta);
    return sum(logs_.data(), count_) / size();
  }

  const double* const x_;
  const size_t count_;
  const scratch<double> logs_;
};

size_t tail_length(size_t count) {
  const double size = static_cast<double>(count), root = 3 * __builtin_sqrt(size);
  const double length = size / 5 < root ? size / 5 : root;
  const size_t floor = static_cast<size_t>(length);
  return static_cast<double>(floor) < length ? floor + 1 : floor;
}

}  // namespace

double pareto_smooth(span<const double> log_weights, span<double> smoothed) {
  const size_t count = log_weights.size(), length = tail_length(count);
  memcpy(smoothed.data(), log_weights.data(), count * sizeof(double));
  if (length < least_tail || length >= count) return nan;
  const scratch<uint32_t> order(count);
  const sorter sorting(count);
  sorting.sort(log_weights.data(), count, order.data());
  const uint32_t* tail = order.data() + count - length;
  const double most = log_weights[tail[length - 1]];
  if (most == -__builtin_inf()) return nan;
  const double threshold = exp(log_weights[tail[-1]] - most);
  const scratch<double> excess(length);
  for (size_t i = 0; i < length; i++) excess[i] = exp(log_weights[tail[i]] - most) - threshold;
  const pareto fit = pareto_fit(excess.data(), length)();
  if (!(absolute(fit.shape) <= float_format<double>::largest)) return nan;
  for (size_t i = 0; i < length; i++) {
    const double p = (static_cast<double>(i) + 0.5) / static_cast<double>(length);
    const double weight = log(fit.quantile(p) + threshold);
    smoothed[tail[i]] = most + (weight < 0 ? weight : 0);
  }
  return fit.shape;
}

void importance_estimate(span<const double> log_weights, span<const double> values, bool self_normalised,
                         span<double> estimate) {
  const size_t count = values.size();
  const double size = static_cast<double>(count), most = largest(log_weights);
  const scratch<double> weight(count), term(count);
  for (size_t i = 0; i < count; i++) weight[i] = exp(log_weights[i] - most);
  for (size_t i = 0; i < count; i++) term[i] = weight[i] * values[i];
  const double total = self_normalised ? sum(weight.data(), count) : size;
  const double mean = sum(term.data(), count) / total;
  for (size_t i = 0; i < count; i++) {
    const double away = self_normalised ? weight[i] * (values[i] - mean) : term[i] - mean;
    term[i] = away * away;
  }
  const double squares = sum(term.data(), count);
  const double error = self_normalised ? __builtin_sqrt(squares) / total : __builtin_sqrt(squares / (size - 1) / size);
  const double scale = self_normalised ? 1 : exp(most);
  estimate[0] = mean * scale;
  estimate[1] = error * scale;
}

}  // namespace gibbsite::GIBBSITE_TARGET
