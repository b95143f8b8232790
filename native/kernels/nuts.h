// Hamiltonian Monte Carlo with the no-U-turn criterion (Hoffman and Gelman 2014), in the multinomial form of Betancourt
// (2017, "A conceptual introduction to Hamiltonian Monte Carlo", appendix A) and with the warm-up of Stan (Reference
// Manual, "HMC algorithm parameters"): H(x, p) = -log density(x) + 1/2 sum_i v_i p_i^2, leapfrog steps of size e
//
//   p <- p + e/2 grad,   x <- x + e v p,   p <- p + e/2 grad
//
// forward or backward in time, in stretches of 1, 2, 4 ... steps, until a stretch of a power of two turns back on
// itself: p_first' V (sum of p) <= 0 or p_last' V (sum of p) <= 0, where V = diag(v), or the same for either half of it
// together with the nearest momentum of the other half. A point of a stretch is drawn with probability proportional to
// exp(-H); a new stretch's replaces the present draw with probability min(1, its weight / the weight of those before).
// A step whose energy is more than 1000 above the first is a divergence and ends the draw.
//
// Chains go side by side in the lanes of vectors, each at its own place of its own trajectory of its own iteration: all
// advance by one step at a time and none waits for the longest. Only when it has finished what the call is asked for
// does a chain stand still. Nothing that a chain does depends on the others.
//
//   settings   [max_depth, target, warmup, first_iteration, iterations, thin, first_chain]:
//              doublings of a trajectory at most (1 to 20); the mean acceptance that the step size is adapted to;
//              iterations 0 ... warmup - 1 adapt; the number of the call's first iteration; how many each chain makes,
//              of which every thin-th is written to `draws`; the number of the first chain, for its random numbers
//   windows    [first, end_1, end_2 ...]: points of iterations first ... end_1 - 1 tell the variances that are v from
//              iteration end_1 on, those of end_1 ... end_2 - 1 the next ones. Empty: v stays as it is
//   state      [chains, 5 dim + nuts_numbers]: point, gradient, v, means and sums of squares of the window, then the
//              numbers of nuts_state.h. A chain begins with its start point, that one's log density and gradient, v = 1
//              and step = 1; all else is 0
//   points     [chains, dim]: where a chain failed (its number `failure` is not 0)
//   draws      [chains, iterations / thin, dim + nuts_statistics]: the point, then log density, mean acceptance, step
//              size, depth, leapfrog steps, 1 if it diverged, energy. Empty if they are not wanted
//
// Cost of a leapfrog step: one evaluation of the density, some 30 vector operations a coordinate, and about 250 for the
// exponentials, logarithm and random numbers of the choice.
#pragma once
#include "core/span.h"

namespace gibbsite::GIBBSITE_TARGET {

constexpr size_t nuts_statistics = 7, nuts_numbers = 10;

// All iterations of all chains, for a density that kernels evaluate (density.h).
void nuts_run(uint32_t dim, int32_t family, span<const double> numbers, span<const int32_t> program,
              span<const double> settings, span<const int32_t> windows, uint32_t key_low, uint32_t key_high,
              span<double> state, span<double> points, span<double> draws);

// The same for a density that is evaluated between calls. nuts_begin fills points and pending [chains]; while a chain
// is pending, nuts_advance wants its log density [chains] and gradient [chains, dim] at its point (others are not read;
// a log density of NaN stops the chain) and fills points and pending anew. nuts_end brings the state up to date. work
// [nuts_work(...)] keeps the trajectories in between.
double nuts_work(uint32_t dim, uint32_t max_depth, uint32_t chains);
void nuts_begin(uint32_t dim, span<const double> settings, span<const int32_t> windows, uint32_t key_low,
                uint32_t key_high, span<const double> state, span<double> work, span<double> points,
                span<uint8_t> pending);
void nuts_advance(uint32_t dim, span<const double> settings, span<const int32_t> windows, uint32_t key_low,
                  uint32_t key_high, span<const double> log_density, span<const double> gradient, span<double> work,
                  span<double> points, span<uint8_t> pending, span<double> draws);
void nuts_end(uint32_t dim, span<const double> settings, span<const double> work, span<double> state);

}  // namespace gibbsite::GIBBSITE_TARGET
