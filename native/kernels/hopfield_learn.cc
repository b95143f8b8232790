#include "kernels/hopfield_learn.h"

#include "core/sums.h"
#include "kernels/unit_histories.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

// To the nearest integer, ties to even; |x| must be below 2^51.
double nearest(double x) {
  constexpr double magic = 0x1.8p52;
  return (x + magic) - magic;
}

// x + change / count, where an x that stands for some k / count is taken as that.
float moved(float x, double change, double count) {
  const double scaled = static_cast<double>(x) * count, whole = nearest(scaled);
  const double start = static_cast<float>(whole / count) == x ? whole : scaled;
  return static_cast<float>((start + change) / count);
}

}  // namespace

void hopfield_correlate(uint32_t units, span<const uint32_t> add, span<const uint32_t> subtract, double gain,
                        span<float> weights, span<float> bias) {
  const unit_histories plus(add, units), minus(subtract, units);
  const double count = static_cast<double>(units);
  parallel_for(units, [&](size_t i) {
    float* row = weights.data() + i * units;
    for (size_t j = 0; j < units; j++) {
      const int64_t change = plus.correlation(i, j) - minus.correlation(i, j);
      row[j] = i == j ? 0.0f : moved(row[j], gain * static_cast<double>(change), count);
    }
    if (bias.empty()) return;
    bias[i] = moved(bias[i], gain * static_cast<double>(plus.total(i) - minus.total(i)), count);
  });
}

namespace {

// h_i = sum_j W_ij xi_j, in the order of sums.h.
double signed_sum(const double* row, const double* spins, size_t units) {
  double part[sum_parts] = {};
  size_t j = 0;
  for (; j + sum_parts <= units; j += sum_parts) {
    for (size_t k = 0; k < sum_parts; k++) part[k] += row[j + k] * spins[j + k];
  }
  for (; j < units; j++) part[j % sum_parts] += row[j] * spins[j];
  return add_parts(part);
}

void storkey_row(size_t i, size_t units, const double* xi, const double* h, double* row) {
  const double count = static_cast<double>(units), x = xi[i], field = h[i];
  for (size_t j = 0; j < units; j++) {
    // Symmetric in i and j also in its rounding. xi_i h_ji = xi_i h_j - W_ij, and likewise the other.
    const double cross = x * h[j] + field * xi[j];
    row[j] += (x * xi[j] - cross + 2 * row[j]) / count;
  }
  row[i] = 0;
}

}  // namespace

void hopfield_storkey(uint32_t units, span<const uint32_t> patterns, span<double> weights) {
  const size_t words = panel_count(units);
  const scratch<double> xi(units), h(units);
  for (size_t p = 0; p < patterns.size() / words; p++) {
    for (size_t i = 0; i < units; i++) xi[i] = (patterns[p * words + i / 32] >> (i % 32) & 1) != 0 ? 1 : -1;
    parallel_for(units, [&](size_t i) { h[i] = signed_sum(weights.data() + i * units, xi.data(), units); });
    parallel_for(units, [&](size_t i) { storkey_row(i, units, xi.data(), h.data(), weights.data() + i * units); });
  }
}

}  // namespace gibbsite::GIBBSITE_TARGET
