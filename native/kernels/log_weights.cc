#include "kernels/log_weights.h"

#include "core/math.h"
#include "core/scratch.h"
#include "core/sums.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

double largest(span<const double> values) {
  double maximum = -__builtin_inf();
  for (size_t i = 0; i < values.size(); i++) maximum = values[i] > maximum ? values[i] : maximum;
  return maximum;
}

}  // namespace

double log_sum_exp(span<const double> values) {
  const double maximum = largest(values);
  if (maximum == -__builtin_inf()) return maximum;
  const scratch<double> scaled(values.size());
  for (size_t i = 0; i < values.size(); i++) scaled[i] = exp(values[i] - maximum);
  return maximum + log(sum(scaled.data(), values.size()));
}

void log_weight_summary(span<const double> log_weights, span<double> summary) {
  const size_t n = log_weights.size();
  const double count = static_cast<double>(n), maximum = largest(log_weights);
  const scratch<double> weight(n), square(n);
  for (size_t i = 0; i < n; i++) weight[i] = exp(log_weights[i] - maximum);
  const double total = sum(weight.data(), n), mean = total / count;
  for (size_t i = 0; i < n; i++) square[i] = (weight[i] - mean) * (weight[i] - mean);
  const double variance = n > 1 ? sum(square.data(), n) / (count - 1) : 0;
  for (size_t i = 0; i < n; i++) square[i] = weight[i] * weight[i];
  summary[0] = maximum + log(mean);
  summary[1] = __builtin_sqrt(variance / count) / mean;
  summary[2] = total * total / sum(square.data(), n);
}

void exponentials(span<const double> values, double shift, span<double> result) {
  for (size_t i = 0; i < values.size(); i++) result[i] = exp(values[i] - shift);
}

void logarithms(span<const double> values, span<double> result) {
  for (size_t i = 0; i < values.size(); i++) result[i] = log(values[i]);
}

void logits(span<const double> probabilities, span<float> logits) {
  for (size_t i = 0; i < probabilities.size(); i++) {
    logits[i] = static_cast<float>(log(probabilities[i]) - log(1.0 - probabilities[i]));
  }
}

}  // namespace gibbsite::GIBBSITE_TARGET
