#include "kernels/boltzmann_enumerate.h"

#include "core/math.h"
#include "core/scratch.h"
#include "core/sums.h"
#include "core/threads.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

constexpr size_t most_low_units = 12, group_blocks = 64;

// The part of log p + log Z that the low units make among themselves, and what it takes for the rest.
class enumeration {
 public:
  enumeration(span<const double> couplings, span<const double> bias, bool binary, double beta)
      : units_(bias.size()),
        low_(units_ < most_low_units ? units_ : most_low_units),
        couplings_(couplings),
        bias_(bias),
        off_(binary ? 0 : -1),
        beta_(beta),
        pairs_(states()) {
    pairs_[0] = 0;
    for (size_t i = 0; i < low_; i++) {
      for (size_t j = 0; j < i; j++) pairs_[0] += off_ * off_ * coupling(i, j);
    }
    for (size_t k = 0; k < low_; k++) {
      for (size_t s = 0; s < size_t{1} << k; s++) pairs_[s | size_t{1} << k] = pairs_[s] + (1 - off_) * low_field(k, s);
    }
  }

  size_t units() const { return units_; }
  size_t low() const { return low_; }
  size_t states() const { return size_t{1} << low_; }
  size_t blocks() const { return size_t{1} << (units_ - low_); }

  // x [states]: beta (1/2 y' W y + b' y) of the states of a block; returns the largest.
  double exponents(size_t block, double* x) const {
    double field[most_low_units], constant = 0;
    for (size_t i = 0; i < low_; i++) {
      field[i] = bias_[i] + high_field(i, block);
      constant += off_ * field[i];
    }
    for (size_t i = low_; i < units_; i++) constant += value(i, block) * (bias_[i] + 0.5 * high_field(i, block));
    x[0] = constant;
    for (size_t k = 0; k < low_; k++) {
      const size_t half = size_t{1} << k;
      const double step = (1 - off_) * field[k];
      for (size_t s = 0; s < half; s++) x[half + s] = x[s] + step;
    }
    double largest = -__builtin_inf();
    for (size_t s = 0; s < states(); s++) {
      x[s] = beta_ * (x[s] + pairs_[s]);
      largest = x[s] > largest ? x[s] : largest;
    }
    return largest;
  }

  // p [states]: exp(log p + log Z - shift).
  void weights(size_t block, double shift, double* p) const {
    exponents(block, p);
    exponentials(p, shift);
  }

  // x <- exp(x - shift).
  void exponentials(double* x, double shift) const {
    const size_t count = states();
    size_t s = 0;
    for (; s + f64_lanes <= count; s += f64_lanes) store(x + s, exp(load<f64x>(x + s) - shift));
    for (; s < count; s++) x[s] = exp(x[s] - shift);
  }

 private:
  double coupling(size_t i, size_t j) const { return couplings_[i * units_ + j]; }
  double value(size_t i, size_t block) const { return (block >> (i - low_) & 1) != 0 ? 1 : off_; }

  // The field of low unit k by the low units, those above k off.
  double low_field(size_t k, size_t state) const {
    double sum = 0;
    for (size_t j = 0; j < low_; j++) {
      if (j != k) sum += ((state >> j & 1) != 0 ? 1 : off_) * coupling(k, j);
    }
    return sum;
  }
  // The field of any unit by the high units.
  double high_field(size_t i, size_t block) const {
    double sum = 0;
    for (size_t j = low_; j < units_; j++) {
      if (j != i) sum += value(j, block) * coupling(i, j);
    }
    return sum;
  }

  const size_t units_, low_;
  const span<const double> couplings_, bias_;
  const double off_, beta_;
  const scratch<double> pairs_;
};

// sums[i] += the sum of p over the states with bit i set; returns the sum of all. p is used up.
double fold(double* p, size_t bits, double* sums, size_t distance) {
  for (size_t t = bits; t-- > 0;) {
    const size_t half = size_t{1} << t;
    sums[t * distance] += sum(p + half, half);
    for (size_t s = 0; s < half; s++) p[s] += p[s + half];
  }
  return p[0];
}

// both [n, n], the lower triangle, += the sums over one block.
void add_block(const enumeration& all, size_t block, double* p, double* work, double* both) {
  const size_t n = all.units(), low = all.low();
  double single[most_low_units] = {};
  for (size_t t = low; t-- > 0;) {
    const size_t half = size_t{1} << t;
    memcpy(work, p + half, half * sizeof(double));
    single[t] = fold(work, t, both + t * n, 1);
    both[t * n + t] += single[t];
    for (size_t s = 0; s < half; s++) p[s] += p[s + half];
  }
  for (size_t i = low; i < n; i++) {
    if ((block >> (i - low) & 1) == 0) continue;
    for (size_t j = 0; j < low; j++) both[i * n + j] += single[j];
    for (size_t j = low; j <= i; j++) both[i * n + j] += (block >> (j - low) & 1) != 0 ? p[0] : 0;
  }
}

}  // namespace

void boltzmann_enumerate(span<const double> couplings, span<const double> bias, bool binary, double beta,
                         uint32_t first_block, span<double> log_sums) {
  const enumeration all(couplings, bias, binary, beta);
  parallel_for(log_sums.size(), [&](size_t k) {
    const scratch<double> p(all.states());
    const double largest = all.exponents(first_block + k, p.data());
    all.exponentials(p.data(), largest);
    log_sums[k] = largest + log(sum(p.data(), all.states()));
  });
}

void boltzmann_moments(span<const double> couplings, span<const double> bias, bool binary, double beta, double log_z,
                       uint32_t first_group, span<double> both_on) {
  const enumeration all(couplings, bias, binary, beta);
  const size_t n = all.units();
  parallel_for(both_on.size() / (n * n), [&](size_t group) {
    double* both = both_on.data() + group * n * n;
    memset(both, 0, n * n * sizeof(double));
    const scratch<double> p(all.states()), work(all.states());
    const size_t first = (first_group + group) * group_blocks;
    for (size_t block = first; block < first + group_blocks && block < all.blocks(); block++) {
      all.weights(block, log_z, p.data());
      add_block(all, block, p.data(), work.data(), both);
    }
    for (size_t i = 0; i < n; i++) {
      for (size_t j = 0; j < i; j++) both[j * n + i] = both[i * n + j];
    }
  });
}

void boltzmann_probabilities(span<const double> couplings, span<const double> bias, bool binary, double beta,
                             double log_z, span<double> probabilities) {
  const enumeration all(couplings, bias, binary, beta);
  parallel_for(all.blocks(),
               [&](size_t block) { all.weights(block, log_z, probabilities.data() + block * all.states()); });
}

void boltzmann_pick(span<const double> couplings, span<const double> bias, bool binary, double beta,
                    span<const uint32_t> blocks, span<const double> uniforms, span<uint32_t> states) {
  const enumeration all(couplings, bias, binary, beta);
  parallel_for(blocks.size(), [&](size_t k) {
    const scratch<double> p(all.states());
    const double largest = all.exponents(blocks[k], p.data());
    all.exponentials(p.data(), largest);
    double left = uniforms[k] * sum(p.data(), all.states());
    size_t s = 0;
    // Rounding may leave a little at the end: the last state takes it.
    for (; s + 1 < all.states() && left >= p[s]; s++) left -= p[s];
    states[k] = static_cast<uint32_t>(blocks[k] * all.states() + s);
  });
}

}  // namespace gibbsite::GIBBSITE_TARGET
