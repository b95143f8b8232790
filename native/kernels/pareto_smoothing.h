// Pareto smoothed importance sampling: Vehtari, Simpson, Gelman, Yao, Gabry (2024), "Pareto smoothed importance
// sampling".
#pragma once
#include "core/span.h"

namespace gibbsite::GIBBSITE_TARGET {

// The largest ceil(min(S / 5, 3 sqrt S)) of S weights are replaced by quantiles, (i - 1/2) / M for the i-th of M, of a
// generalised Pareto distribution above the largest of the others, and cut at the largest weight; smoothed [S] are the
// new log weights. The fit is that of Zhang and Stephens (2009), its shape drawn to 1/2 by a prior worth ten draws.
//
// Returns the shape k-hat; NaN, and the log weights as they are, for a tail of fewer than 5 draws, one whose weights
// are all alike, or one whose lowest quarter is not above the largest of the others.
double pareto_smooth(span<const double> log_weights, span<double> smoothed);

// estimate[0] is the mean of values under the weights exp(log_weights), estimate[1] its standard error.
// Self-normalised: mu = sum w f / sum w and sqrt(sum w^2 (f - mu)^2) / sum w; else sum w f / S and sd(w f) / sqrt(S).
void importance_estimate(span<const double> log_weights, span<const double> values, bool self_normalised,
                         span<double> estimate);

}  // namespace gibbsite::GIBBSITE_TARGET
