// Discrete Fourier transforms of eight complex sequences at once, a sequence a lane: the order of all sums is that of
// one sequence alone. The length is a power of two.
//
// Decimation in frequency, four parts a step (Gentleman and Sande 1966), depth first, so that the later steps find
// their numbers in the nearest cache. Frequency k comes out at place reversed(k); for power spectra that is no matter.
#pragma once
#include "core/math.h"
#include "core/scratch.h"

namespace gibbsite::GIBBSITE_TARGET {

constexpr size_t fft_lanes = 8;

class fft {
 public:
  // 2^bits numbers a sequence.
  explicit fft(int bits) : bits_(bits), cosine_(table_size(bits)), sine_(table_size(bits)) {
    const double step = 1.0 / static_cast<double>(size());
    for (size_t k = 0; k < table_size(bits); k++) {
      double sine, cosine;
      sincos_turns(static_cast<double>(k) * step, &sine, &cosine);
      cosine_[k] = cosine, sine_[k] = sine;
    }
  }

  size_t size() const { return size_t{1} << bits_; }

  // The place of frequency k: its bits in reversed order.
  size_t reversed(size_t k) const {
    size_t place = 0;
    for (int bit = 0; bit < bits_; bit++) place |= (k >> bit & 1) << (bits_ - 1 - bit);
    return place;
  }

  // re, im [size][8]: sum over t of x_t exp(-2 pi i k t / size), in place.
  void transform(double* re, double* im) const { step(re, im, size()); }

 private:
  static size_t table_size(int bits) { return ((size_t{3} << bits) + 3) / 4; }

  void step(double* re, double* im, size_t n) const {
    if (n == 1) return;
    if (n == 2) return last_pair(re, im);
    const size_t quarter = n / 4, stride = size() / n;
    for (size_t j = 0; j < quarter; j++) butterfly(re + j * fft_lanes, im + j * fft_lanes, quarter, j * stride);
    for (size_t part = 0; part < 4; part++) {
      step(re + part * quarter * fft_lanes, im + part * quarter * fft_lanes, quarter);
    }
  }

  static void last_pair(double* re, double* im) {
    sum_and_difference(re);
    sum_and_difference(im);
  }

  static void sum_and_difference(double* x) {
    for (size_t lane = 0; lane < fft_lanes; lane += f64_lanes) {
      const f64x a = load<f64x>(x + lane), b = load<f64x>(x + fft_lanes + lane);
      store(x + lane, a + b);
      store(x + fft_lanes + lane, a - b);
    }
  }

  // The numbers at 0, quarter, 2 quarter and 3 quarter become the first of four sequences, for frequencies 0, 2, 1 and
  // 3 modulo 4; w = exp(-2 pi i turn / size).
  void butterfly(double* re, double* im, size_t quarter, size_t turn) const {
    const size_t part = quarter * fft_lanes;
    for (size_t lane = 0; lane < fft_lanes; lane += f64_lanes) {
      double *r = re + lane, *i = im + lane;
      const complex a{load<f64x>(r), load<f64x>(i)}, b{load<f64x>(r + part), load<f64x>(i + part)};
      const complex c{load<f64x>(r + 2 * part), load<f64x>(i + 2 * part)};
      const complex d{load<f64x>(r + 3 * part), load<f64x>(i + 3 * part)};
      const complex sum_ac{a.re + c.re, a.im + c.im}, difference_ac{a.re - c.re, a.im - c.im};
      const complex sum_bd{b.re + d.re, b.im + d.im};
      const complex turned{b.im - d.im, d.re - b.re};  // -i (b - d)
      put({sum_ac.re + sum_bd.re, sum_ac.im + sum_bd.im}, r, i);
      put(times({sum_ac.re - sum_bd.re, sum_ac.im - sum_bd.im}, 2 * turn), r + part, i + part);
      put(times({difference_ac.re + turned.re, difference_ac.im + turned.im}, turn), r + 2 * part, i + 2 * part);
      put(times({difference_ac.re - turned.re, difference_ac.im - turned.im}, 3 * turn), r + 3 * part, i + 3 * part);
    }
  }

  struct complex {
    f64x re, im;
  };

  // z exp(-2 pi i turn / size)
  GIBBSITE_INLINE complex times(complex z, size_t turn) const {
    const double cosine = cosine_[turn], sine = sine_[turn];
    return {z.re * cosine + z.im * sine, z.im * cosine - z.re * sine};
  }

  static GIBBSITE_INLINE void put(complex z, double* re, double* im) {
    store(re, z.re);
    store(im, z.im);
  }

  const int bits_;
  const scratch<double> cosine_, sine_;
};

}  // namespace gibbsite::GIBBSITE_TARGET
