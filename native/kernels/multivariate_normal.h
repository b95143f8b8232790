// The multivariate normal distribution by triangular factors, many rows at a time with lanes = rows.
//
// factor [d][d]: the lower triangle L of Cholesky's decomposition, covariance = L L', or precision = L L' where
// `of_precision` (what is above the diagonal is not read); mean [d]; rows [n][d].
#pragma once
#include "core/span.h"

namespace gibbsite::GIBBSITE_TARGET {

// Rows of standard normal numbers z become mean + L z, or mean + L'^-1 z.
void multivariate_normal_draws(span<const double> mean, span<const double> factor, bool of_precision,
                               span<double> rows);

// log_pdf [n] = -|y|^2 / 2 - sum ln L_ii - d ln(2 pi) / 2, y = L^-1 (x - mean); or with y = L' (x - mean) and the sign
// of the sum turned.
void multivariate_normal_log_pdf(span<const double> mean, span<const double> factor, bool of_precision,
                                 span<const double> rows, span<double> log_pdf);

}  // namespace gibbsite::GIBBSITE_TARGET
