// The scalar side of a planar layer: tanh with its slope, and the solution p of p + c tanh p = r.
#pragma once
#include "core/math.h"
#include "core/simd.h"

namespace gibbsite::GIBBSITE_TARGET {

template <class V>
struct tanh_and_slope {
  V t, slope;
};

// tanh p and 1 - tanh^2 p from one exponential: with q = e^-2|p| they are (1 - q) / (1 + q) and 4 q / (1 + q)^2. Both
// are accurate to a few units in the last place, the slope far out too, where 1 - t * t would be 0.
template <class V>
GIBBSITE_INLINE tanh_and_slope<V> tanh_with_slope(V p) {
  using S = scalar_of<V>;
  bits_of<V> exponent;
  const V a = absolute(p);
  // Below it 2^n would not be a normal number: ln 2 times the least exponent, about.
  constexpr S lowest = -S(0.69) * (float_format<S>::bias - 1);
  const V r = exp_reduce(at_least(-(a + a), lowest), float_format<S>::bias, &exponent);
  const V scale = scale_of<V>(exponent), rest = scale * exp_rest(r), q = scale + rest;
  const V share = 1 / (1 + q);
  return {flip_sign(((1 - scale) - rest) * share, sign_bit_of(p)), 4 * q * (share * share)};
}

// Of the map p -> p + c tanh p with c > -1: c, and its slope at 0, which is 1 + c, without the cancellation.
struct planar_slope {
  float c, at_zero;
};

// |det| = 1 + c slope = t^2 + (1 + c) slope, a sum of two positive terms.
template <class V>
GIBBSITE_INLINE V planar_determinant(const planar_slope& map, const tanh_and_slope<V>& h) {
  return h.t * h.t + map.at_zero * h.slope;
}

// Steps that no solution takes: the slowest is near a triple root, c = -1 and r = 0, where a step leaves two thirds.
constexpr int most_planar_steps = 200;

// p with p + c tanh p = r for n vectors of r, in place, and the tanh and slope there.
//
// Newton's method on the positive half, from an end of the bracket [r - |c|, r + |c|]. There the map is concave for
// c > 0 and convex for c < 0, so that a tangent always meets r on the same side of the solution: beginning with the
// second, the points run towards it one way and can't jump out. A lane has arrived when rounding turns it round; it
// then stays, so what other lanes do is nothing to it.
template <int n>
GIBBSITE_INLINE void solve_planar(const planar_slope& map, f32x r[n], tanh_and_slope<f32x> h[n]) {
  const float way = map.c > 0 ? 1.0f : -1.0f;
  f32x sign[n], p[n];
  for (int v = 0; v < n; v++) {
    sign[v] = sign_bit_of(r[v]);
    r[v] = absolute(r[v]);
    // |tanh p| <= 1 and tanh p <= p each bound the solution, from below for c > 0, from above for c < 0.
    const f32x far = r[v] - map.c, near = r[v] / map.at_zero;
    p[v] = map.c > 0 ? larger(far, near) : smaller(far, near);
  }
  for (int step = 0; step < most_planar_steps; step++) {
    i32x moving{};
    for (int v = 0; v < n; v++) {
      h[v] = tanh_with_slope(p[v]);
      const f32x next = p[v] - ((p[v] - r[v]) + map.c * h[v].t) / planar_determinant(map, h[v]);
      const i32x moves = step == 0 ? next != p[v] : (next - p[v]) * way > 0;
      p[v] = select(moves, next, p[v]);
      moving |= moves;
    }
    if (mask_bits(moving) == 0) break;
  }
  for (int v = 0; v < n; v++) {
    r[v] = flip_sign(p[v], sign[v]);
    h[v].t = flip_sign(h[v].t, sign[v]);
  }
}

}  // namespace gibbsite::GIBBSITE_TARGET
