#include "kernels/density_test_energy.h"

#include "core/math.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

// A log density and its derivatives.
struct energy_value {
  f64x value, slope1, slope2;
};

// log(e^a + e^b), and the share of e^a in the sum.
struct pair_sum {
  f64x value, share;
};
GIBBSITE_INLINE pair_sum log_add(f64x a, f64x b) {
  return {larger(a, b) + log1p(exp_minus(absolute(a - b))), sigmoid(a - b)};
}

GIBBSITE_INLINE energy_value ring(f64x z1, f64x z2) {
  const f64x radius = sqrt(z1 * z1 + z2 * z2), off = (radius - 2) / 0.4;
  const f64x right = (z1 - 2) / 0.6, left = (z1 + 2) / 0.6;
  const pair_sum sides = log_add(-0.5 * right * right, -0.5 * left * left);
  // At the centre, a cusp, the direction is taken as 0.
  const f64x pull = -off / 0.4 / larger(radius, splat<f64x>(0x1p-500));
  const f64x toward = -(sides.share * right + (1 - sides.share) * left) / 0.6;
  return {sides.value - 0.5 * off * off, pull * z1 + toward, pull * z2};
}

// How far z2 is from the wave w1, and the derivative of w1.
struct wave {
  f64x off, slope;
};
GIBBSITE_INLINE wave wave_at(f64x z1, f64x z2) {
  f64x sine, cosine;
  sincos_turns(0.25 * z1, &sine, &cosine);
  constexpr double half_pi = 1.57079632679489661923;
  return {z2 - sine, half_pi * cosine};
}

GIBBSITE_INLINE energy_value one_wave(f64x z1, f64x z2) {
  const wave w = wave_at(z1, z2);
  const f64x scaled = w.off / 0.4, slope2 = -scaled / 0.4;
  return {-0.5 * scaled * scaled, -slope2 * w.slope, slope2};
}

// A second branch lies `below` the wave, with the derivative `fall`.
GIBBSITE_INLINE energy_value two_waves(f64x z1, f64x z2, double first_sd, f64x below, f64x fall) {
  const wave w = wave_at(z1, z2);
  const f64x a = w.off / first_sd, b = (w.off + below) / 0.35;
  const pair_sum branches = log_add(-0.5 * a * a, -0.5 * b * b);
  const f64x pull_a = -branches.share * a / first_sd, pull_b = -(1 - branches.share) * b / 0.35;
  return {branches.value, -(pull_a + pull_b) * w.slope + pull_b * fall, pull_a + pull_b};
}

GIBBSITE_INLINE energy_value split_wave(f64x z1, f64x z2) {
  const f64x t = (z1 - 1) / 0.6, below = 3 * exp(-0.5 * t * t);
  return two_waves(z1, z2, 0.35, below, -below * t / 0.6);
}

GIBBSITE_INLINE energy_value forked_wave(f64x z1, f64x z2) {
  const f64x share = sigmoid((z1 - 1) / 0.3);
  return two_waves(z1, z2, 0.4, 3 * share, 10 * (share * (1 - share)));
}

GIBBSITE_INLINE energy_value walled(energy_value e, f64x z1, double sd) {
  const f64x beyond = larger(absolute(z1) - 4, f64x{}) / sd;
  const f64x push = flip_sign(beyond / sd, sign_bit_of(z1));
  return {e.value - 0.5 * beyond * beyond, e.slope1 - push, e.slope2};
}

GIBBSITE_INLINE energy_value energy_at(int which, double sd, f64x z1, f64x z2) {
  switch (which) {
    case 1:
      return ring(z1, z2);
    case 2:
      return walled(one_wave(z1, z2), z1, sd);
    case 3:
      return walled(split_wave(z1, z2), z1, sd);
    default:
      return walled(forked_wave(z1, z2), z1, sd);
  }
}

}  // namespace

size_t test_energy_work(const density&, size_t) { return 0; }

void test_energy_density(const density& d, size_t width, const double* x, double* log_density, double* gradient,
                         double*) {
  const int which = static_cast<int>(d.numbers[0]);
  for (size_t w = 0; w < width; w += f64_lanes) {
    const energy_value e = energy_at(which, d.numbers[1], load<f64x>(x + w), load<f64x>(x + width + w));
    store(log_density + w, e.value);
    if (gradient == nullptr) continue;
    store(gradient + w, e.slope1);
    store(gradient + width + w, e.slope2);
  }
}

}  // namespace gibbsite::GIBBSITE_TARGET
