// A vector of chains of the no-U-turn sampler, side by side: access to their rows, and what they do in step.
#pragma once
#include "kernels/nuts_random.h"
#include "kernels/nuts_state.h"

namespace gibbsite::GIBBSITE_TARGET {

// What all chains of a call share.
struct nuts_plan {
  nuts_plan(size_t dim, span<const double> settings, span<const int32_t> windows, philox_key key)
      : dim(dim),
        max_depth(static_cast<size_t>(settings[0])),
        target(settings[1]),
        warmup(settings[2]),
        first_iteration(settings[3]),
        iterations(settings[4]),
        thin(settings[5]),
        first_chain(static_cast<uint32_t>(settings[6])),
        windows(windows),
        key(key),
        momentum(key, nuts_purpose::momentum),
        decision(key, nuts_purpose::decision) {}

  double end() const { return first_iteration + iterations; }

  const size_t dim, max_depth;
  // Whole numbers, as doubles because lanes hold their own counts so.
  const double target, warmup, first_iteration, iterations, thin;
  const uint32_t first_chain;
  const span<const int32_t> windows;
  const philox_key key;
  const chain_source momentum, decision;
};

struct nuts_group {
  const nuts_plan& plan;
  const nuts_shape shape;
  // The group's first lane of the first row, and that lane's chain, counted from the first of the call.
  double* const rows;
  const size_t first;
  // [chains, dim] and [chains, draws, dim + nuts_statistics], of all chains of the call.
  const span<double> points, draws;

  double* vector(size_t v) const { return rows + shape.vector(v); }
  double* number_row(size_t n) const { return rows + shape.number(n); }
  f64x number(size_t n) const { return load<f64x>(number_row(n)); }
  void put(size_t n, f64x value) const { store(number_row(n), value); }
  void put(size_t n, f64x value, i64x where) const { put(n, select(where, value, number(n))); }
};

GIBBSITE_INLINE bool any(i64x mask) { return mask_bits(bit_cast<i32x>(mask)) != 0; }
GIBBSITE_INLINE bool lane_of(i64x mask, size_t lane) { return mask[lane] != 0; }

// each(k) for the offset k of every coordinate of a group's vector.
template <class Each>
GIBBSITE_INLINE void coordinates(const nuts_shape& shape, const Each& each) {
  for (size_t k = 0; k < shape.dim * shape.width; k += shape.width) each(k);
}

inline void copy_vector(const nuts_group& group, const double* from, double* to, i64x where) {
  coordinates(group.shape, [&](size_t k) __attribute__((always_inline)) {
    store(to + k, select(where, load<f64x>(from + k), load<f64x>(to + k)));
  });
}
inline void swap_vectors(const nuts_group& group, double* a, double* b, i64x where) {
  coordinates(group.shape, [&](size_t k) __attribute__((always_inline)) {
    const f64x u = load<f64x>(a + k), v = load<f64x>(b + k);
    store(a + k, select(where, v, u));
    store(b + k, select(where, u, v));
  });
}

// 1/2 sum_i v_i p_i^2
inline f64x kinetic_energy(const nuts_group& group) {
  const double *momentum = group.vector(nuts_vector::momentum), *variance = group.vector(nuts_vector::variance);
  f64x sum = {};
  coordinates(group.shape, [&](size_t k) __attribute__((always_inline)) {
    const f64x p = load<f64x>(momentum + k);
    sum += p * p * load<f64x>(variance + k);
  });
  return 0.5 * sum;
}

// p <- p + e/2 grad, all of a step that follows the evaluation of the density.
inline void end_step(const nuts_group& group, f64x half_step) {
  double* momentum = group.vector(nuts_vector::momentum);
  const double* gradient = group.vector(nuts_vector::gradient);
  coordinates(group.shape, [&](size_t k) __attribute__((always_inline)) {
    store(momentum + k, load<f64x>(momentum + k) + half_step * load<f64x>(gradient + k));
  });
}

// p <- p + e/2 grad, x <- x + e v p, in the lanes given.
inline void begin_step(const nuts_group& group, i64x where) {
  double *position = group.vector(nuts_vector::position), *momentum = group.vector(nuts_vector::momentum);
  const double *gradient = group.vector(nuts_vector::gradient), *variance = group.vector(nuts_vector::variance);
  const f64x step = group.number(nuts_number::direction) * group.number(nuts_number::step), half = 0.5 * step;
  coordinates(group.shape, [&](size_t k) __attribute__((always_inline)) {
    const f64x p = load<f64x>(momentum + k) + half * load<f64x>(gradient + k);
    const f64x x = load<f64x>(position + k);
    store(momentum + k, p);
    store(position + k, select(where, x + step * (load<f64x>(variance + k) * p), x));
  });
}

// Where the points of a and then b, taken together, turn back: the criterion of the whole, and of a and of b with the
// nearest momentum of the other. The sums run over coordinates in their order, so lanes are alike on every build.
inline i64x turns_back(const nuts_group& group, const momenta& a, const momenta& b) {
  const double* variance = group.vector(nuts_vector::variance);
  f64x product[6] = {};
  coordinates(group.shape, [&](size_t k) __attribute__((always_inline)) {
    const f64x v = load<f64x>(variance + k), a_first = load<f64x>(a.first + k), a_last = load<f64x>(a.last + k);
    const f64x b_first = load<f64x>(b.first + k), b_last = load<f64x>(b.last + k);
    const f64x a_sum = load<f64x>(a.sum + k), b_sum = load<f64x>(b.sum + k);
    const f64x all = a_sum + b_sum, left = a_sum + b_first, right = b_sum + a_last;
    const f64x start = v * a_first, end = v * b_last;
    product[0] += start * all;
    product[1] += end * all;
    product[2] += start * left;
    product[3] += v * b_first * left;
    product[4] += v * a_last * right;
    product[5] += end * right;
  });
  return ~((product[0] > 0) & (product[1] > 0) & (product[2] > 0) & (product[3] > 0) & (product[4] > 0) &
           (product[5] > 0));
}

// log(e^a + e^b)
GIBBSITE_INLINE f64x log_add(f64x a, f64x b) {
  const f64x most = larger(a, b);
  return most + softplus(smaller(a, b) - most);
}

}  // namespace gibbsite::GIBBSITE_TARGET
