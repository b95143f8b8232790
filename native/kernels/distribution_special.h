// Families whose quantiles solve an equation in the incomplete gamma or beta function: gamma, beta, Student, Poisson,
// binomial. The rest of distribution.h calls these for them.
#pragma once
#include "core/span.h"

namespace gibbsite::GIBBSITE_TARGET {

void special_quantile(int32_t family, span<const double> parameters, bool upper, span<double> values);
void special_cdf(int32_t family, span<const double> parameters, bool upper, span<double> values);
void special_log_pdf(int32_t family, span<const double> parameters, span<double> values);

}  // namespace gibbsite::GIBBSITE_TARGET
