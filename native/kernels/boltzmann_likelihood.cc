#include "kernels/boltzmann_likelihood.h"

#include "core/math.h"
#include "core/panels.h"
#include "core/sums.h"

namespace gibbsite::GIBBSITE_TARGET {

void boltzmann_pseudo_likelihood(span<const float> fields, span<const uint32_t> states, uint32_t units, float sharpness,
                                 span<double> log_likelihood) {
  const size_t words = panel_count(units);
  parallel_for(log_likelihood.size(), [&](size_t r) {
    double total = 0;
    for (size_t w = 0; w < words; w++) {
      const uint32_t word = states[r * words + w];
      const size_t count = panel_columns(units, w);
      alignas(64) float terms[panel_width];
      for (size_t i = 0; i < panel_width; i++) {
        const float z = i < count ? fields[r * units + 32 * w + i] * sharpness : 0.0f;
        terms[i] = (word >> i & 1) != 0 ? -z : z;
      }
      for (size_t i = 0; i < panel_width; i += f32_lanes) store(terms + i, softplus(load<f32x>(terms + i)));
      total -= sum(terms, count);
    }
    log_likelihood[r] = total;
  });
}

}  // namespace gibbsite::GIBBSITE_TARGET
