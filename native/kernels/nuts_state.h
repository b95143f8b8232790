// What a block of chains of the no-U-turn sampler keeps: rows of one number a lane, in one piece of work memory. A
// vector is dim rows, one for each coordinate.
#pragma once
#include "core/math.h"
#include "core/span.h"
#include "kernels/nuts.h"

namespace gibbsite::GIBBSITE_TARGET {

// Vectors. The first five outlive a call, in this order (`state` in nuts.h).
namespace nuts_vector {
enum : size_t {
  // The present draw.
  draw,
  draw_gradient,
  // v, the variances that scale the momenta, and the means and sums of squares of the window that will replace them.
  variance,
  mean,
  squares,
  // 1 / sqrt(v): standard deviations of the momenta.
  scale,
  // Where the trajectory grows: at its last point.
  position,
  gradient,
  momentum,
  // The momentum at the end from which the present stretch set out; all of the other end.
  near_momentum,
  far_position,
  far_momentum,
  far_gradient,
  // Sums of the momenta of the trajectory before the stretch, and of the part of the stretch that is looked at.
  sum,
  part_sum,
  // The point drawn from the stretch.
  candidate,
  candidate_gradient,
  // Parts of the stretch that wait for their other half: of 1 step the momentum, of 2, 4 ... the first and the last
  // momentum and the sum of all.
  waiting,
};
}  // namespace nuts_vector

// Single rows. The first nuts_numbers outlive a call, in this order.
namespace nuts_number {
enum : size_t {
  draw_log_density,
  // What the chain does next: see nuts_stage.
  stage,
  step,
  // Dual averaging: adaptations since the step size was searched, mean error of the acceptance, mean of the logarithm
  // of the step, and where that is drawn to.
  adaptations,
  mean_error,
  mean_log_step,
  target_log_step,
  // Points in the window.
  window_points,
  // Iterations done; 0, or why the chain stopped (nuts_failure).
  iteration,
  failure,

  log_density,
  energy,
  first_energy,
  // 1 forward in time, -1 backward.
  direction,
  // Steps of the stretch done, and its length.
  leaf,
  length,
  // Doublings done.
  depth,
  // Logarithms of the weights exp(first energy - energy), summed over the trajectory and over the stretch.
  log_weight,
  part_log_weight,
  // Of the trajectory so far: steps, the sum of min(1, exp(first energy - energy)), 1 if it diverged.
  leapfrogs,
  acceptance,
  divergent,
  draw_energy,
  candidate_log_density,
  candidate_energy,
  // Trials of a step size so far, and whether it is to grow (1) or to shrink (-1); 0 before that is known.
  trial,
  search,
  count,
};
}  // namespace nuts_number
static_assert(nuts_number::failure + 1 == nuts_numbers);

// What a chain waits for the density of: nothing, being ready for an iteration or for the search of a step size, as all
// are between calls; a trial of a step size; the next point of a trajectory.
namespace nuts_stage {
constexpr double to_search = 0, ready = 1, searching = 2, growing = 3;
}

// Why a chain stopped: the log density was NaN, or plus infinity, or its gradient not finite; all steps are too long,
// or too short. src/sampling/nuts-failure.ts has the words.
namespace nuts_failure {
constexpr double none = 0, nan = 1, infinite = 2, gradient = 3, no_step = 4, improper = 5;
}

struct nuts_shape {
  size_t dim, levels, width;

  // max_depth: the longest stretch has 2^(max_depth - 1) steps, so parts of up to half of that wait.
  nuts_shape(size_t dim, size_t max_depth, size_t width) : dim(dim), levels(max_depth - 1), width(width) {}
  size_t vectors() const { return nuts_vector::waiting + (levels == 0 ? 0 : 3 * levels - 2); }
  size_t size() const { return (vectors() * dim + nuts_number::count) * width; }
  size_t vector(size_t v) const { return v * dim * width; }
  size_t number(size_t n) const { return (vectors() * dim + n) * width; }
};

// Consecutive points of a trajectory by their momenta.
struct momenta {
  const double *first, *last, *sum;
};

// The parts of 2^level steps that wait.
inline momenta waiting_part(double* block, const nuts_shape& shape, size_t level) {
  double* first = block + shape.vector(nuts_vector::waiting + (level == 0 ? 0 : 3 * level - 2));
  const size_t vector = level == 0 ? 0 : shape.vector(1);
  return {first, first + vector, first + 2 * vector};
}

}  // namespace gibbsite::GIBBSITE_TARGET
