// Means of numbers that are known by their logarithms, as importance weights are, and the logits of probabilities.
#pragma once
#include "core/span.h"

namespace gibbsite::GIBBSITE_TARGET {

// log sum_i exp(x_i), without overflow and in a fixed order; -infinity for no values or only such.
double log_sum_exp(span<const double> values);

// summary[0] = log of the mean of w_i = exp(log_weights_i); summary[1] = its standard error by the delta method,
// sd(w) / (mean(w) sqrt(n)); summary[2] = effective sample size (sum w)^2 / sum w^2 (Kish 1965).
void log_weight_summary(span<const double> log_weights, span<double> summary);

// result_i = exp(values_i - shift).
void exponentials(span<const double> values, double shift, span<double> result);

// result_i = log(values_i).
void logarithms(span<const double> values, span<double> result);

// logits_i = log(p_i / (1 - p_i)) for p strictly between 0 and 1.
void logits(span<const double> probabilities, span<float> logits);

}  // namespace gibbsite::GIBBSITE_TARGET
