// What draws of several chains say about a variable, and how far that can be trusted: after Vehtari, Gelman, Simpson,
// Carpenter, Buerkner (2021), "Rank-normalization, folding, and localization: an improved R-hat for assessing
// convergence of MCMC", with the conventions of Stan's `posterior`.
//
// values [variables][chains][draws]. Variables are independent of each other: each is the same alone as among many.
#pragma once
#include "core/span.h"

namespace gibbsite::GIBBSITE_TARGET {

// Columns of the summary of a variable, NaN where they do not exist.
namespace summary_column {
constexpr size_t mean = 0, sd = 1, hdi_low = 2, hdi_high = 3, mcse_mean = 4, mcse_sd = 5, ess_bulk = 6, ess_tail = 7,
                 r_hat = 8, ess_mean = 9, status = 10, place = 11, count = 12;
}  // namespace summary_column

// Why columns are NaN. In `place`: for not_finite the index of the first such draw in [chains][draws].
namespace summary_status {
constexpr double complete = 0, not_finite = 1, constant = 2, tied_tail = 3, tied_distance = 4;
}  // namespace summary_status

// summary [variables, 12]. sd has the divisor S - 1. The interval is the narrowest that spans floor(hdi S) steps
// between sorted draws. Of a variable that is constant mean, sd and interval remain; R-hat needs 4 draws a chain,
// effective sample sizes and standard errors 12. tied_tail: all draws are at or below the 95 % quantile, which leaves
// no ess_tail; tied_distance: all are equally far from the mean, which leaves no mcse_sd.
void chain_summary(span<const double> values, uint32_t chains, uint32_t draws, double hdi, span<double> summary);

// quantiles [variables, probabilities, 3]: the quantile (type 7 of Hyndman and Fan 1996), the effective sample size of
// the indicator x <= quantile, and half the distance of the draws at the ends of the quantile's 68 % interval. NaN
// where they do not exist: all three with a draw that is not finite, the last two for constant indicators or fewer than
// 12 draws a chain.
void chain_quantiles(span<const double> values, uint32_t chains, uint32_t draws, span<const double> probabilities,
                     span<double> quantiles);

}  // namespace gibbsite::GIBBSITE_TARGET
