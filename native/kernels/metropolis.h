// Metropolis-Hastings chains (metropolis_move.h has the formulas, metropolis_adapt.h what the warm-up learns).
//
// Columns are chains times temperatures: column chain levels + level has inverse_temperatures[level], [levels], of
// which the first is 1; level 0 gives the draws. Arrays of columns:
//
//   positions [columns, dim], log_density [columns], gradient [columns, dim] (Langevin proposals; else empty)
//   step [columns], scale [columns, 0, dim or dim (dim + 1) / 2] (identity, diagonal, rows of a lower triangle)
//   base, offset, average [columns]: of the step, while it adapts; else empty
//   mean [columns, dim], spread [columns, as scale]: while a scale is learned; else empty
//
// swaps [chains, levels - 1] counts accepted swaps. All these are read and brought up to date.
//
// A log density of NaN or plus infinity ends a call: the result is the number, from 0, of the first iteration that met
// one, and failure [1 + dim] its column and point; -1 where there was none. Other columns may then have gone further:
// whoever wants to keep what was before starts again and makes as many iterations.
#pragma once
#include "core/span.h"

namespace gibbsite::GIBBSITE_TARGET {

// `iterations` iterations for a density of the kernels' own (kernels/density.h).
//
// After every `thin` of them a draw goes to row first_row ... of draws [chains, rows, dim], and beside it to
// log_densities and acceptance [chains, rows], the fraction of the `thin` proposals accepted. No draws: thin 0.
//
// While the step adapts, to the acceptance probability `target`, `adapted` iterations were made since its base was set;
// while a scale is learned, `gathered` draws are in the sums.
int32_t metropolis_run(uint32_t dim, int32_t family, span<const double> numbers, span<const int32_t> program,
                       uint32_t proposal, span<const double> inverse_temperatures, uint32_t key_low, uint32_t key_high,
                       uint32_t first_chain, uint64_t first_iteration, uint32_t iterations, span<double> positions,
                       span<double> log_density, span<double> gradient, span<double> step, span<const double> scale,
                       span<double> swaps, double target, uint64_t adapted, uint64_t gathered, span<double> base,
                       span<double> offset, span<double> average, span<double> mean, span<double> spread, uint32_t thin,
                       uint32_t rows, uint32_t first_row, span<double> draws, span<double> log_densities,
                       span<double> acceptance, span<double> failure);

// The first half of one iteration: proposals [columns, dim], for a density or a proposal that kernels do not know.
// flip_sum: of the two values of a coordinate, for flips.
void metropolis_propose(uint32_t dim, uint32_t proposal, double flip_sum, span<const double> inverse_temperatures,
                        uint32_t key_low, uint32_t key_high, uint32_t first_chain, uint64_t iteration,
                        span<const double> positions, span<const double> gradient, span<const double> step,
                        span<const double> scale, span<double> proposals);

// The second half, from the proposals and their log densities, gradients (Langevin) and log q(x | x') - log q(x' | x)
// [columns] (where it is not 0; else empty); they have been looked at, none is NaN or plus infinity. accepted [columns]
// counts. Both halves together are the bytes of metropolis_run.
void metropolis_accept(uint32_t dim, uint32_t proposal, span<const double> inverse_temperatures, uint32_t key_low,
                       uint32_t key_high, uint32_t first_chain, uint64_t iteration, span<const double> proposals,
                       span<const double> proposed_log_density, span<const double> proposed_gradient,
                       span<const double> log_ratio, span<double> positions, span<double> log_density,
                       span<double> gradient, span<double> step, span<const double> scale, span<double> swaps,
                       double target, uint64_t adapted, uint64_t gathered, span<double> base, span<double> offset,
                       span<double> average, span<double> mean, span<double> spread, span<double> accepted);

// The end of a window: scale from mean and spread over `gathered` draws. `ideal` is the step that suits a target of the
// proposal's own covariance; the scale takes over what the step had to say, and the step begins at `ideal` again. mean
// and spread become 0.
void metropolis_learn(uint32_t dim, uint64_t gathered, double ideal, span<double> step, span<double> scale,
                      span<double> base, span<double> offset, span<double> average, span<double> mean,
                      span<double> spread);

// The end of adaptation: step = base exp(average).
void metropolis_settle(span<const double> base, span<const double> average, span<double> step);

}  // namespace gibbsite::GIBBSITE_TARGET
