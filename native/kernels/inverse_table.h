// Quantiles from tables, in place: of distributions known by a table of their distribution function.
//
// Both tables hold probabilities below and above: lower[j] rises to 1, upper[j] falls to 0, each relatively accurate
// where it is small. A probability u is looked for by the smaller of u and 1 - u, so draws far in the tails are as good
// as the table there. The guides [guide_cells + 1] cut (0, 1/2] in cells, eight an octave down to 2^-54; a cell holds
// the number of the first entry that can be meant, the next cell that of the last; within a cell the search is binary.
#pragma once
#include "core/span.h"

namespace gibbsite::GIBBSITE_TARGET {

constexpr size_t guide_octaves = 53, guide_per_octave = 8, guide_cells = guide_octaves * guide_per_octave;

// Piecewise cubic: piece j is where lower[j] <= u <= lower[j + 1], that is upper[j] >= 1 - u >= upper[j + 1]; there the
// quantile is c0 + t (c1 + t (c2 + t c3)), coefficients [pieces][4], with t in [0, 1] the place of u between the two.
// lower and upper: [pieces + 1].
void inverse_table(span<const double> lower, span<const double> upper, span<const int32_t> lower_guide,
                   span<const int32_t> upper_guide, span<const double> coefficients, span<double> values);

// Steps: the smallest j with lower[j] >= u, that is upper[j] <= 1 - u, added to `first`.
void step_table(span<const double> lower, span<const double> upper, span<const int32_t> lower_guide,
                span<const int32_t> upper_guide, double first, span<double> values);

}  // namespace gibbsite::GIBBSITE_TARGET
