// The warm-up of one chain of the no-U-turn sampler: dual averaging of the step size (Nesterov 2009; Hoffman and Gelman
// 2014, section 3.2, with their gamma = 0.05, t0 = 10, kappa = 0.75) and variances from windows of draws, shrunk to
// 10^-3 as Stan does.
#pragma once
#include "kernels/nuts_group.h"

namespace gibbsite::GIBBSITE_TARGET {

// One lane of a group: a chain by itself.
struct nuts_lane {
  const nuts_group& group;
  const size_t lane;

  double& number(size_t n) const { return group.number_row(n)[lane]; }
  // Coordinate i is element i * width.
  double* vector(size_t v) const { return group.vector(v) + lane; }
  size_t dim() const { return group.shape.dim; }
  size_t width() const { return group.shape.width; }
  // The chain, counted from the first of the call, and its number for random draws.
  size_t chain() const { return group.first + lane; }
  uint32_t chain_number() const { return group.plan.first_chain + static_cast<uint32_t>(chain()); }
};

GIBBSITE_INLINE double square_root(double x) { return sqrt(splat<f64x>(x))[0]; }

// Begins the averaging anew about ten times the present step, which is better too long than too short at first.
inline void restart_averaging(const nuts_lane& lane) {
  lane.number(nuts_number::adaptations) = 0;
  lane.number(nuts_number::mean_error) = 0;
  lane.number(nuts_number::mean_log_step) = 0;
  lane.number(nuts_number::target_log_step) = log(10 * lane.number(nuts_number::step));
}

inline void average_step(const nuts_lane& lane, double acceptance) {
  constexpr double gamma = 0.05, t0 = 10;
  const double count = lane.number(nuts_number::adaptations) += 1;
  const double weight = 1 / (count + t0), root = square_root(count);
  double& error = lane.number(nuts_number::mean_error);
  error = (1 - weight) * error + weight * (lane.group.plan.target - acceptance);
  const double log_step = lane.number(nuts_number::target_log_step) - error * root / gamma;
  const double newest = 1 / (root * square_root(root));  // count^-kappa
  double& mean = lane.number(nuts_number::mean_log_step);
  mean = (1 - newest) * mean + newest * log_step;
  lane.number(nuts_number::step) = exp(log_step);
}

// Adds the draw to the means and sums of squares (Welford 1962).
inline void add_to_window(const nuts_lane& lane) {
  const double count = lane.number(nuts_number::window_points) += 1;
  const double* draw = lane.vector(nuts_vector::draw);
  double *mean = lane.vector(nuts_vector::mean), *squares = lane.vector(nuts_vector::squares);
  for (size_t k = 0; k < lane.dim() * lane.width(); k += lane.width()) {
    const double delta = draw[k] - mean[k];
    mean[k] += delta / count;
    squares[k] += delta * (draw[k] - mean[k]);
  }
}

inline void set_scales(const nuts_lane& lane) {
  const double* variance = lane.vector(nuts_vector::variance);
  double* scale = lane.vector(nuts_vector::scale);
  for (size_t k = 0; k < lane.dim() * lane.width(); k += lane.width()) scale[k] = 1 / square_root(variance[k]);
}

// The window's variances, as far as its points go, and 10^-3 as if five more points said so; the next window is empty.
inline void end_window(const nuts_lane& lane) {
  const double count = lane.number(nuts_number::window_points), total = count + 5;
  double *variance = lane.vector(nuts_vector::variance), *mean = lane.vector(nuts_vector::mean),
         *squares = lane.vector(nuts_vector::squares);
  for (size_t k = 0; k < lane.dim() * lane.width(); k += lane.width()) {
    variance[k] = count / total * (squares[k] / (count - 1)) + 1e-3 * (5 / total);
    mean[k] = squares[k] = 0;
  }
  lane.number(nuts_number::window_points) = 0;
  set_scales(lane);
}

// What iteration `t` of the warm-up leaves to learn; true where the variances have changed, so that the step size has
// to be searched anew.
inline bool adapt(const nuts_lane& lane, double t, double acceptance) {
  const nuts_plan& plan = lane.group.plan;
  average_step(lane, acceptance);
  bool changed = false;
  if (!plan.windows.empty() && t >= plan.windows[0] && t < plan.windows[plan.windows.size() - 1]) {
    add_to_window(lane);
    for (size_t w = 1; w < plan.windows.size(); w++) changed |= t + 1 == plan.windows[w];
  }
  if (changed) end_window(lane);
  if (t + 1 == plan.warmup) lane.number(nuts_number::step) = exp(lane.number(nuts_number::mean_log_step));
  return changed;
}

}  // namespace gibbsite::GIBBSITE_TARGET
