// What happens to one chain of the no-U-turn sampler now and then: it searches a step size, begins and ends an
// iteration. What happens at every step is in nuts_grow.h.
#pragma once
#include "core/scratch.h"
#include "kernels/nuts_adapt.h"

namespace gibbsite::GIBBSITE_TARGET {

constexpr double log_4_5ths = -0.22314355131420976;  // log 0.8, for the acceptance of one step that is searched for
constexpr double longest_step = 1e7;

inline void copy_lane(const nuts_lane& lane, size_t from, size_t to) {
  const double* source = lane.vector(from);
  double* target = lane.vector(to);
  for (size_t k = 0; k < lane.dim() * lane.width(); k += lane.width()) target[k] = source[k];
}

// Whether a density has to be evaluated at the chain's position.
inline bool waits_now(const nuts_lane& lane) {
  const double stage = lane.number(nuts_number::stage);
  return stage == nuts_stage::searching || stage == nuts_stage::growing;
}

// The chain waits for nothing; its point is one that can be evaluated with the others'.
inline void rest(const nuts_lane& lane, double stage) {
  lane.number(nuts_number::stage) = stage;
  copy_lane(lane, nuts_vector::draw, nuts_vector::position);
}

inline void fail(const nuts_lane& lane, double failure) {
  lane.number(nuts_number::failure) = failure;
  double* point = lane.group.points.data() + lane.chain() * lane.dim();
  for (size_t i = 0; i < lane.dim(); i++) point[i] = lane.vector(nuts_vector::position)[i * lane.width()];
  rest(lane, nuts_stage::ready);
}

// Momenta from N(0, V^-1), and everything set to the first point of a trajectory.
inline void draw_momentum(const nuts_lane& lane, const chain_source& source) {
  const scratch<double> normals(lane.dim());
  row_normals(source, static_cast<uint64_t>(lane.number(nuts_number::iteration)), lane.chain_number(), lane.dim(),
              normals.data());
  double* momentum = lane.vector(nuts_vector::momentum);
  const double *scale = lane.vector(nuts_vector::scale), *variance = lane.vector(nuts_vector::variance);
  double sum = 0;
  for (size_t i = 0; i < lane.dim(); i++) {
    const size_t k = i * lane.width();
    const double p = normals[i] * scale[k];
    momentum[k] = p;
    sum += p * p * variance[k];
  }
  copy_lane(lane, nuts_vector::draw, nuts_vector::position);
  copy_lane(lane, nuts_vector::draw_gradient, nuts_vector::gradient);
  lane.number(nuts_number::first_energy) = 0.5 * sum - lane.number(nuts_number::draw_log_density);
}

inline void begin_iteration(const nuts_lane& lane) {
  draw_momentum(lane, lane.group.plan.momentum);
  copy_lane(lane, nuts_vector::position, nuts_vector::far_position);
  copy_lane(lane, nuts_vector::gradient, nuts_vector::far_gradient);
  constexpr size_t same[] = {nuts_vector::near_momentum, nuts_vector::far_momentum, nuts_vector::sum};
  for (const size_t v : same) copy_lane(lane, nuts_vector::momentum, v);
  constexpr size_t zeros[] = {nuts_number::leaf,      nuts_number::depth,      nuts_number::log_weight,
                              nuts_number::leapfrogs, nuts_number::acceptance, nuts_number::divergent};
  for (const size_t n : zeros) lane.number(n) = 0;
  lane.number(nuts_number::length) = 1;
  lane.number(nuts_number::draw_energy) = lane.number(nuts_number::first_energy);
  const double u = chain_uniform(lane.group.plan.decision, static_cast<uint64_t>(lane.number(nuts_number::iteration)),
                                 lane.chain_number(), 0);
  lane.number(nuts_number::direction) = u < 0.5 ? 1 : -1;
  lane.number(nuts_number::stage) = nuts_stage::growing;
}

// A step from the draw with fresh momenta.
inline void begin_trial(const nuts_lane& lane) {
  const uint32_t trial = static_cast<uint32_t>(lane.number(nuts_number::trial));
  draw_momentum(lane, chain_source(lane.group.plan.key, nuts_purpose::trial + trial));
  lane.number(nuts_number::direction) = 1;
  lane.number(nuts_number::stage) = nuts_stage::searching;
}

inline void begin_search(const nuts_lane& lane) {
  lane.number(nuts_number::trial) = lane.number(nuts_number::search) = 0;
  begin_trial(lane);
}

// A step would be accepted with a probability of less than 0.8 where it is too long. The first trial says in which
// direction to go, the others double or halve the step until one says the contrary.
inline void end_trial(const nuts_lane& lane) {
  const double gain = lane.number(nuts_number::first_energy) - lane.number(nuts_number::energy);
  const double says = gain > log_4_5ths ? 1 : -1;
  double &search = lane.number(nuts_number::search), &step = lane.number(nuts_number::step);
  lane.number(nuts_number::trial) += 1;
  if (search == 0) {
    search = says;
  } else if (search != says) {
    restart_averaging(lane);
    return begin_iteration(lane);
  } else {
    step *= says > 0 ? 2 : 0.5;
    if (step > longest_step) return fail(lane, nuts_failure::improper);
    if (step == 0) return fail(lane, nuts_failure::no_step);
  }
  begin_trial(lane);
}

// Writes the draw and what is told about its iteration.
inline void write_draw(const nuts_lane& lane, size_t number, double acceptance) {
  const nuts_plan& plan = lane.group.plan;
  const size_t row = lane.dim() + nuts_statistics, each = static_cast<size_t>(plan.iterations / plan.thin);
  double* to = lane.group.draws.data() + (lane.chain() * each + number) * row;
  for (size_t i = 0; i < lane.dim(); i++) to[i] = lane.vector(nuts_vector::draw)[i * lane.width()];
  const double told[nuts_statistics] = {lane.number(nuts_number::draw_log_density),
                                        acceptance,
                                        lane.number(nuts_number::step),
                                        lane.number(nuts_number::depth),
                                        lane.number(nuts_number::leapfrogs),
                                        lane.number(nuts_number::divergent),
                                        lane.number(nuts_number::draw_energy)};
  memcpy(to + lane.dim(), told, sizeof told);
}

inline void end_iteration(const nuts_lane& lane) {
  const nuts_plan& plan = lane.group.plan;
  const double t = lane.number(nuts_number::iteration)++;
  const double acceptance = lane.number(nuts_number::acceptance) / lane.number(nuts_number::leapfrogs);
  const uint64_t done = static_cast<uint64_t>(t - plan.first_iteration) + 1, thin = static_cast<uint64_t>(plan.thin);
  if (!lane.group.draws.empty() && done % thin == 0) write_draw(lane, done / thin - 1, acceptance);
  const bool search = t < plan.warmup && adapt(lane, t, acceptance);
  if (t + 1 == plan.end()) return rest(lane, search ? nuts_stage::to_search : nuts_stage::ready);
  if (search) return begin_search(lane);
  begin_iteration(lane);
}

}  // namespace gibbsite::GIBBSITE_TARGET
