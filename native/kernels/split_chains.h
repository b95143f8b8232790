// Chains cut into halves, as convergence diagnostics look at them (Gelman, Carlin, Stern, Dunson, Vehtari, Rubin 2013;
// Vehtari, Gelman, Simpson, Carpenter, Buerkner 2021). Of an odd number of draws the middle one is left out.
#pragma once
#include "core/fft.h"
#include "core/sums.h"

namespace gibbsite::GIBBSITE_TARGET {

// Where the halves lie in an array [chains][draws].
struct split_chains {
  size_t chains, draws;

  size_t total() const { return chains * draws; }
  size_t half() const { return draws / 2; }
  size_t halves() const { return 2 * chains; }
  // Draws in all halves.
  size_t kept() const { return halves() * half(); }
  size_t start(size_t h) const { return h / 2 * draws + (h % 2 == 0 ? 0 : draws - half()); }
  bool left_out(uint32_t i) const { return draws % 2 == 1 && i % draws == half(); }
};

struct moments {
  double mean, variance;  // the variance with the divisor count - 1
};

// Summed from the first number on: the mean of equal numbers is that number exactly.
inline double mean_of(const double* x, size_t count) {
  double part[sum_parts] = {};
  for (size_t i = 0; i < count; i++) part[i % sum_parts] += x[i] - x[0];
  return x[0] + add_parts(part) / static_cast<double>(count);
}

inline moments moments_of(const double* x, size_t count) {
  const double n = static_cast<double>(count), mean = mean_of(x, count);
  double part[sum_parts] = {};
  for (size_t i = 0; i < count; i++) part[i % sum_parts] += (x[i] - mean) * (x[i] - mean);
  return {mean, add_parts(part) / (n - 1)};
}

// sqrt((B / W + n - 1) / n): n draws a half, B / n the variance of the halves' means, W the mean of their variances.
// Infinite where every half stands still, each somewhere else.
inline double split_rhat(const double* x, const split_chains& split) {
  const size_t halves = split.halves();
  const scratch<double> mean(halves), variance(halves);
  for (size_t h = 0; h < halves; h++) {
    const moments m = moments_of(x + split.start(h), split.half());
    mean[h] = m.mean, variance[h] = m.variance;
  }
  const double n = static_cast<double>(split.half());
  const double within = sum(variance.data(), halves) / static_cast<double>(halves);
  return __builtin_sqrt((moments_of(mean.data(), halves).variance / within * n + n - 1) / n);
}

// Effective sample sizes of several sequences [chains][draws], without those that are one number throughout.
class split_ess {
 public:
  // Fewer draws in a half leave Geyer's sequence not even two pairs.
  static constexpr size_t least_half = 6;
  static constexpr size_t most_sequences = fft_lanes;

  explicit split_ess(const split_chains& split) : split_(split) {}

  // ess [count] of `count` <= most_sequences sequences.
  void compute(const double* const* sequences, size_t count, double* ess) const {
    for (int bits = first_bits();; bits++) {
      const fft transform(bits);
      const size_t lags = transform.size() - split_.half();
      const size_t known = lags < split_.half() ? lags : split_.half();
      const scratch<double> covariance(known * fft_lanes);
      autocovariances(transform, sequences, count, known, covariance.data());
      bool enough = true;
      for (size_t s = 0; s < count; s++) {
        ess[s] = geyer(covariance.data() + s, known, variance_of_means(sequences[s]), &enough);
      }
      if (enough) return;
    }
  }

 private:
  // A transform of P numbers gives the autocovariances below lag P - half. Sums of correlations nearly always end far
  // below the length of a half, so an eighth of it is tried before the longest that can be needed, P = 2 half.
  int first_bits() const {
    const size_t half = split_.half(), few = half / 8 > 64 ? half / 8 : 64;
    const size_t wanted = half + (few < half ? few : half);
    int bits = 1;
    while ((size_t{1} << bits) < wanted) bits++;
    return bits;
  }

  // covariance [known][8]: lag by lag the mean over all halves of (1 / n) sum_t (x_t - mean) (x_{t + lag} - mean).
  void autocovariances(const fft& transform, const double* const* sequences, size_t count, size_t known,
                       double* covariance) const {
    const size_t size = transform.size(), tasks = count * split_.chains;
    const scratch<double> re(size * fft_lanes), im(size * fft_lanes), power(size * count);
    memset(power.data(), 0, size * count * sizeof(double));
    for (size_t first = 0; first < tasks; first += fft_lanes) {
      const size_t lanes = tasks - first < fft_lanes ? tasks - first : fft_lanes;
      memset(re.data(), 0, size * fft_lanes * sizeof(double));
      memset(im.data(), 0, size * fft_lanes * sizeof(double));
      for (size_t lane = 0; lane < lanes; lane++) {
        const size_t s = (first + lane) / split_.chains, chain = (first + lane) % split_.chains;
        put_centred(sequences[s] + split_.start(2 * chain), re.data() + lane);
        put_centred(sequences[s] + split_.start(2 * chain + 1), im.data() + lane);
      }
      transform.transform(re.data(), im.data());
      for (size_t lane = 0; lane < lanes; lane++) {
        add_power(re.data() + lane, im.data() + lane, size, power.data() + (first + lane) / split_.chains * size);
      }
    }
    from_power(transform, power.data(), count, re.data(), im.data());
    const double scale = 1 / (static_cast<double>(size) * static_cast<double>(split_.kept()));
    for (size_t lag = 0; lag < known; lag++) {
      const double* from = re.data() + transform.reversed(lag) * fft_lanes;
      for (size_t s = 0; s < count; s++) covariance[lag * fft_lanes + s] = from[s] * scale;
    }
  }

  void put_centred(const double* x, double* to) const {
    const double mean = mean_of(x, split_.half());
    for (size_t t = 0; t < split_.half(); t++) to[t * fft_lanes] = x[t] - mean;
  }

  // The two halves of a chain are the real and the imaginary part of one sequence: the real part of its autocovariance
  // is the sum of theirs.
  static void add_power(const double* re, const double* im, size_t size, double* power) {
    for (size_t k = 0; k < size; k++) {
      const double a = re[k * fft_lanes], b = im[k * fft_lanes];
      power[k] += a * a + b * b;
    }
  }

  // From power [count][size], frequencies in reversed places, back to lags in reversed places of re. The real part of
  // the inverse transform of real numbers is that of the transform itself.
  void from_power(const fft& transform, const double* power, size_t count, double* re, double* im) const {
    const size_t size = transform.size();
    memset(re, 0, size * fft_lanes * sizeof(double));
    memset(im, 0, size * fft_lanes * sizeof(double));
    for (size_t k = 0; k < size; k++) {
      const size_t place = transform.reversed(k);
      for (size_t s = 0; s < count; s++) re[k * fft_lanes + s] = power[s * size + place];
    }
    transform.transform(re, im);
  }

  double variance_of_means(const double* x) const {
    const scratch<double> mean(split_.halves());
    for (size_t h = 0; h < split_.halves(); h++) {
      mean[h] = mean_of(x + split_.start(h), split_.half());
    }
    return moments_of(mean.data(), split_.halves()).variance;
  }

  // S / tau by Geyer's (1992) initial monotone sequence, as Stan has it: correlations of all halves together, pair by
  // pair until the first pair whose sum is negative; from there only an even term that is positive; no pair above the
  // one before. Clears `enough` where lags at or above `known` are needed that a longer transform would give.
  double geyer(const double* covariance, size_t known, double variance_of_means, bool* enough) const {
    const size_t n = split_.half();
    const double draws = static_cast<double>(n), within = covariance[0] * draws / (draws - 1);
    const double total = covariance[0] + variance_of_means;
    const scratch<double> rho(n + 1);
    memset(rho.data(), 0, (n + 1) * sizeof(double));
    const auto correlation = [&](size_t lag) { return 1 - (within - covariance[lag * fft_lanes]) / total; };
    double even = 1, odd = correlation(1);
    rho[0] = even, rho[1] = odd;
    size_t end = 0;
    while (end + 5 < n && even + odd > 0) {
      end += 2;
      if (end + 1 >= known) {
        *enough = false;
        return 0;
      }
      even = correlation(end), odd = correlation(end + 1);
      if (even + odd >= 0) rho[end] = even, rho[end + 1] = odd;
    }
    if (even > 0) rho[end] = even;
    for (size_t t = 2; t + 2 <= end; t += 2) {
      const double before = rho[t - 2] + rho[t - 1];
      if (rho[t] + rho[t + 1] > before) rho[t] = rho[t + 1] = before / 2;
    }
    const double size = static_cast<double>(split_.kept());
    const double tau = 2 * sum(rho.data(), end) - 1 + rho[end], least = log(10.0) / log(size);
    return size / (tau > least ? tau : least);
  }

  const split_chains split_;
};

}  // namespace gibbsite::GIBBSITE_TARGET
