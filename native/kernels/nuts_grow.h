// The steps of the no-U-turn sampler's trajectories, for a vector of chains at once.
//
// Stretches of 2^depth steps grow step by step and not by recursion: the step number n of a stretch, from 0, ends parts
// of 1, 2, 4 ... steps, as many as n has ones at its end; each of them joins the part of its length that waits, and the
// last waits in turn. So all lanes look for the part that waits at the same place, and a level is done for all of them.
#pragma once
#include "kernels/nuts_chain.h"

namespace gibbsite::GIBBSITE_TARGET {

constexpr double largest_energy_gain = 1000;
// Where exp of a coordinate overflows, or its reciprocal does. See check_energy.
constexpr double far_out = 700;

// A log density of NaN or plus infinity, or a gradient that is not finite, is a failure. But a step that is much too
// long leads to where the numbers of a sound density overflow, infinity less infinity: there it is only a divergence.
inline void check_energy(const nuts_lane& lane) {
  const double log_density = lane.number(nuts_number::log_density), infinity = __builtin_inf();
  bool is_far = false, is_finite = true;
  for (size_t k = 0; k < lane.dim() * lane.width(); k += lane.width()) {
    is_far |= !(absolute(lane.vector(nuts_vector::position)[k]) <= far_out);
    is_finite &= absolute(lane.vector(nuts_vector::gradient)[k]) < infinity;
  }
  if (is_far || log_density == -infinity || (log_density < infinity && is_finite)) return;
  const double failure = log_density == infinity  ? nuts_failure::infinite
                         : log_density < infinity ? nuts_failure::gradient
                                                  : nuts_failure::nan;
  fail(lane, failure);
}

class nuts_growth {
 public:
  explicit nuts_growth(const nuts_group& group) : group_(group), part_sum_(group.vector(nuts_vector::part_sum)) {}

  // Takes in the evaluated points of the lanes that grow, whose energies are known; in the lanes that are returned the
  // iteration has ended.
  i64x take(i64x growing) {
    const f64x leapfrogs = group_.number(nuts_number::leapfrogs) + 1.0;
    group_.put(nuts_number::leapfrogs, leapfrogs, growing);
    draw_decisions(leapfrogs);
    const i64x diverged = growing & add_weight(growing);
    group_.put(nuts_number::divergent, splat<f64x>(1.0), diverged);
    ended_ = diverged;
    join_parts(growing & ~diverged);
    return ended_;
  }

 private:
  // Two uniforms and a coin for each step.
  void draw_decisions(f64x leapfrogs) {
    f64x chain{};
    for (int l = 0; l < f64_lanes; l++) {
      chain[l] =
          static_cast<double>(group_.plan.first_chain + static_cast<uint32_t>(group_.first) + static_cast<uint32_t>(l));
    }
    const decision_bits bits = decisions(group_.plan.decision, group_.number(nuts_number::iteration), chain, leapfrogs);
    choose_point_ = open_uniform(bits.site[0]);
    choose_stretch_ = open_uniform(bits.site[1]);
    coin_ = (bits.site[1] & uint64_t{1}) != 0;  // open_uniform leaves the low bits alone
  }

  // The new point's share of the stretch, and whether it becomes the stretch's candidate. Returns the divergences.
  i64x add_weight(i64x growing) {
    const f64x energy = group_.number(nuts_number::energy);
    const f64x gain = group_.number(nuts_number::first_energy) - energy;
    const i64x diverged = ~(gain >= -largest_energy_gain);
    const f64x least = exp(smaller(gain, f64x{}));
    // NaN is no acceptance.
    group_.put(nuts_number::acceptance, group_.number(nuts_number::acceptance) + select(gain == gain, least, f64x{}),
               growing);
    const i64x first = group_.number(nuts_number::leaf) == 0;
    const f64x total = select(first, gain, log_add(group_.number(nuts_number::part_log_weight), gain));
    group_.put(nuts_number::part_log_weight, total, growing);
    const i64x chosen = growing & ~diverged & (first | (choose_point_ < exp(gain - total)));
    if (any(chosen)) {
      copy(nuts_vector::position, nuts_vector::candidate, chosen);
      copy(nuts_vector::gradient, nuts_vector::candidate_gradient, chosen);
      group_.put(nuts_number::candidate_log_density, group_.number(nuts_number::log_density), chosen);
      group_.put(nuts_number::candidate_energy, energy, chosen);
    }
    return diverged;
  }

  // The new point is a part of one step, which joins the waiting part of its length, and so on.
  void join_parts(i64x joining) {
    const double* momentum = group_.vector(nuts_vector::momentum);
    momenta part = {momentum, momentum, part_sum_};
    const u64x leaf = whole(group_.number(nuts_number::leaf));
    const f64x length = group_.number(nuts_number::length);
    double steps = 1;
    if (any(joining)) coordinates(group_.shape, [&](size_t k) { store(part_sum_ + k, load<f64x>(momentum + k)); });
    for (size_t level = 0; any(joining); level++, steps *= 2) {
      const i64x whole_stretch = joining & (length == steps);
      if (any(whole_stretch)) end_stretch(part, whole_stretch);
      const i64x has_left = (leaf >> static_cast<int>(level) & uint64_t{1}) != 0;
      const i64x waits = joining & ~whole_stretch & ~has_left;
      joining &= ~whole_stretch & has_left;
      if (any(waits)) wait(level, part, waits);
      if (any(joining)) joining &= ~join(level, &part, joining);
    }
  }

  void wait(size_t level, const momenta& part, i64x where) {
    const momenta to = waiting_part(group_.rows, group_.shape, level);
    const double* from[3] = {part.first, part.last, part.sum};
    double* const place = const_cast<double*>(to.first);
    const size_t vector = level == 0 ? 0 : group_.shape.vector(1);
    for (size_t v = 0; v < (level == 0 ? 1 : 3); v++) copy_vector(group_, from[v], place + v * vector, where);
    group_.put(nuts_number::leaf, group_.number(nuts_number::leaf) + 1.0, where);
  }

  // part <- the waiting part and it; returns the lanes where they turn back, which ends the iteration.
  i64x join(size_t level, momenta* part, i64x where) {
    const momenta left = waiting_part(group_.rows, group_.shape, level);
    const i64x turned = where & turns_back(group_, left, *part);
    add(left.sum, part_sum_, where);
    part->first = left.first;
    ended_ |= turned;
    return turned;
  }

  // The stretch is complete: it becomes part of the trajectory, and the next one, of twice the length, sets out.
  void end_stretch(const momenta& stretch, i64x where) {
    choose_candidate(where);
    const momenta before = {group_.vector(nuts_vector::far_momentum), group_.vector(nuts_vector::near_momentum),
                            group_.vector(nuts_vector::sum)};
    const i64x turned = where & turns_back(group_, before, stretch);
    const f64x depth = group_.number(nuts_number::depth) + 1.0;
    group_.put(nuts_number::depth, depth, where);
    const i64x over = where & (turned | (depth == static_cast<double>(group_.plan.max_depth)));
    ended_ |= over;
    if (any(where & ~over)) begin_stretch(where & ~over);
  }

  void choose_candidate(i64x where) {
    const f64x before = group_.number(nuts_number::log_weight), part = group_.number(nuts_number::part_log_weight);
    const i64x chosen = where & (choose_stretch_ < exp(part - before));
    if (any(chosen)) {
      copy(nuts_vector::candidate, nuts_vector::draw, chosen);
      copy(nuts_vector::candidate_gradient, nuts_vector::draw_gradient, chosen);
      group_.put(nuts_number::draw_log_density, group_.number(nuts_number::candidate_log_density), chosen);
      group_.put(nuts_number::draw_energy, group_.number(nuts_number::candidate_energy), chosen);
    }
    group_.put(nuts_number::log_weight, log_add(before, part), where);
  }

  // Goes on from this end or, by the coin, from the other.
  void begin_stretch(i64x where) {
    add(part_sum_, group_.vector(nuts_vector::sum), where);
    const f64x direction = group_.number(nuts_number::direction),
               next = select(coin_, splat<f64x>(1.0), splat<f64x>(-1.0));
    const i64x turn = where & (direction != next);
    if (any(turn)) {
      swap(nuts_vector::position, nuts_vector::far_position, turn);
      swap(nuts_vector::momentum, nuts_vector::far_momentum, turn);
      swap(nuts_vector::gradient, nuts_vector::far_gradient, turn);
    }
    copy(nuts_vector::momentum, nuts_vector::near_momentum, where);
    group_.put(nuts_number::direction, next, where);
    group_.put(nuts_number::leaf, f64x{}, where);
    group_.put(nuts_number::length, 2.0 * group_.number(nuts_number::length), where);
  }

  void add(const double* from, double* to, i64x where) {
    coordinates(group_.shape, [&](size_t k) __attribute__((always_inline)) {
      const f64x x = load<f64x>(to + k);
      store(to + k, select(where, x + load<f64x>(from + k), x));
    });
  }
  void copy(size_t from, size_t to, i64x where) { copy_vector(group_, group_.vector(from), group_.vector(to), where); }
  void swap(size_t a, size_t b, i64x where) { swap_vectors(group_, group_.vector(a), group_.vector(b), where); }

  const nuts_group& group_;
  double* const part_sum_;
  f64x choose_point_, choose_stretch_;
  i64x coin_, ended_;
};

}  // namespace gibbsite::GIBBSITE_TARGET
