#include "kernels/nuts.h"

#include "core/threads.h"
#include "kernels/density.h"
#include "kernels/nuts_grow.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

size_t whole_vectors(size_t chains) { return (chains + f64_lanes - 1) / f64_lanes * f64_lanes; }

// Chains that advance together, in columns of work memory.
class nuts_block {
 public:
  // Chains first ... first + count - 1 of the call.
  nuts_block(const nuts_plan& plan, size_t first, size_t count, double* work, span<double> points, span<double> draws)
      : plan_(plan),
        shape_(plan.dim, plan.max_depth, whole_vectors(count)),
        first_(first),
        count_(count),
        work_(work),
        points_(points),
        draws_(draws) {}

  size_t width() const { return shape_.width; }
  double* positions() const { return work_ + shape_.vector(nuts_vector::position); }
  double* gradients() const { return work_ + shape_.vector(nuts_vector::gradient); }
  double* log_densities() const { return work_ + shape_.number(nuts_number::log_density); }

  // From rows of the state, to the first point that each chain waits for. Lanes beyond the last chain rest beside it.
  void begin(const double* state) const {
    memset(work_, 0, shape_.size() * sizeof(double));
    for (size_t c = 0; c < width(); c++) {
      const nuts_group group = group_of(c);
      const nuts_lane lane{group, c % f64_lanes};
      load_row(state + (first_ + (c < count_ ? c : count_ - 1)) * row_size(), c);
      set_scales(lane);
      if (c < count_)
        begin_chain(lane);
      else
        rest(lane, nuts_stage::ready);
    }
    for (size_t c = 0; c < width(); c += f64_lanes) begin_step(group_of(c), moving(group_of(c)));
  }

  bool waits(size_t column) const {
    const nuts_group group = group_of(column);
    return waits_now({group, column % f64_lanes});
  }
  bool waits() const {
    bool found = false;
    for (size_t c = 0; c < count_; c++) found |= waits(c);
    return found;
  }

  // Takes in log densities and gradients at the positions, and moves on to the next ones.
  void advance() const {
    for (size_t c = 0; c < width(); c += f64_lanes) advance(group_of(c));
  }

  void end(double* state) const {
    for (size_t c = 0; c < count_; c++) {
      double* row = state + (first_ + c) * row_size();
      for (size_t i = 0; i < kept_vectors * plan_.dim; i++) row[i] = work_[i * width() + c];
      for (size_t n = 0; n < nuts_numbers; n++) row[kept_vectors * plan_.dim + n] = work_[shape_.number(n) + c];
    }
  }

 private:
  static constexpr size_t kept_vectors = 5;

  size_t row_size() const { return kept_vectors * plan_.dim + nuts_numbers; }
  nuts_group group_of(size_t column) const {
    const size_t at = column / f64_lanes * f64_lanes;
    return {plan_, shape_, work_ + at, first_ + at, points_, draws_};
  }

  void load_row(const double* row, size_t column) const {
    for (size_t i = 0; i < kept_vectors * plan_.dim; i++) work_[i * width() + column] = row[i];
    for (size_t n = 0; n < nuts_numbers; n++) {
      work_[shape_.number(n) + column] = row[kept_vectors * plan_.dim + n];
    }
  }

  void begin_chain(const nuts_lane& lane) const {
    const double stage = lane.number(nuts_number::stage);
    lane.number(nuts_number::iteration) = plan_.first_iteration;
    if (lane.number(nuts_number::failure) != nuts_failure::none) return rest(lane, nuts_stage::ready);
    if (stage == nuts_stage::to_search) return begin_search(lane);
    begin_iteration(lane);
  }

  static i64x moving(const nuts_group& group) {
    const f64x stage = group.number(nuts_number::stage);
    return (stage == nuts_stage::searching) | (stage == nuts_stage::growing);
  }

  static void advance(const nuts_group& group) {
    find_energy(group);
    const f64x stage = group.number(nuts_number::stage);
    const i64x growing = stage == nuts_stage::growing;
    const i64x ended = any(growing) ? nuts_growth(group).take(growing) : growing;
    for (size_t l = 0; l < f64_lanes; l++) {
      const nuts_lane lane{group, l};
      if (ended[l] != 0)
        end_iteration(lane);
      else if (stage[l] == nuts_stage::searching)
        end_trial(lane);
    }
    begin_step(group, moving(group));
  }

  // The energies of lanes that move, infinite where there is no density; chains whose density failed stop.
  static void find_energy(const nuts_group& group) {
    constexpr double infinity = __builtin_inf();
    end_step(group, 0.5 * group.number(nuts_number::direction) * group.number(nuts_number::step));
    const f64x log_density = group.number(nuts_number::log_density);
    const f64x energy = select(log_density < infinity, kinetic_energy(group) - log_density, splat<f64x>(infinity));
    group.put(nuts_number::energy, energy);
    const i64x sure = moving(group) & (absolute(energy) < infinity);
    for (size_t l = 0; !all(sure) && l < f64_lanes; l++) {
      const nuts_lane lane{group, l};
      if (sure[l] == 0 && waits_now(lane)) check_energy(lane);
    }
  }

  const nuts_plan& plan_;
  const nuts_shape shape_;
  const size_t first_, count_;
  double* const work_;
  const span<double> points_, draws_;
};

// Chains of a block: whole vectors, all threads busy, not more than a density takes at once.
size_t block_chains(size_t chains) {
  const size_t threads = static_cast<size_t>(thread_count());
  const size_t even = whole_vectors((chains + threads - 1) / threads);
  return even < density_width ? even : density_width;
}

size_t chains_of(size_t dim, size_t state_size) { return state_size / (5 * dim + nuts_numbers); }

void ask(const nuts_block& block, size_t dim, span<double> points, span<uint8_t> pending) {
  for (size_t c = 0; c < pending.size(); c++) {
    pending[c] = block.waits(c);
    if (pending[c] == 0) continue;
    for (size_t i = 0; i < dim; i++) points[c * dim + i] = block.positions()[i * block.width() + c];
  }
}

}  // namespace

void nuts_run(uint32_t dim, int32_t family, span<const double> numbers, span<const int32_t> program,
              span<const double> settings, span<const int32_t> windows, uint32_t key_low, uint32_t key_high,
              span<double> state, span<double> points, span<double> draws) {
  const nuts_plan plan(dim, settings, windows, {key_low, key_high});
  const density target{dim, family, numbers, program};
  const size_t chains = chains_of(dim, state.size()), each = block_chains(chains);
  parallel_for((chains + each - 1) / each, [&](size_t b) {
    const size_t first = b * each, count = first + each < chains ? each : chains - first;
    const size_t width = whole_vectors(count);
    const scratch<double> work(nuts_shape(dim, plan.max_depth, width).size());
    const scratch<double> density_memory(density_work(target, width));
    const nuts_block block(plan, first, count, work.data(), points, draws);
    block.begin(state.data());
    while (block.waits()) {
      evaluate(target, width, block.positions(), block.log_densities(), block.gradients(), density_memory.data());
      block.advance();
    }
    block.end(state.data());
  });
}

double nuts_work(uint32_t dim, uint32_t max_depth, uint32_t chains) {
  return static_cast<double>(nuts_shape(dim, max_depth, whole_vectors(chains)).size());
}

void nuts_begin(uint32_t dim, span<const double> settings, span<const int32_t> windows, uint32_t key_low,
                uint32_t key_high, span<const double> state, span<double> work, span<double> points,
                span<uint8_t> pending) {
  const nuts_plan plan(dim, settings, windows, {key_low, key_high});
  const nuts_block block(plan, 0, pending.size(), work.data(), points, {});
  block.begin(state.data());
  ask(block, dim, points, pending);
}

void nuts_advance(uint32_t dim, span<const double> settings, span<const int32_t> windows, uint32_t key_low,
                  uint32_t key_high, span<const double> log_density, span<const double> gradient, span<double> work,
                  span<double> points, span<uint8_t> pending, span<double> draws) {
  const nuts_plan plan(dim, settings, windows, {key_low, key_high});
  const nuts_block block(plan, 0, pending.size(), work.data(), points, draws);
  for (size_t c = 0; c < pending.size(); c++) {
    if (pending[c] == 0) continue;
    block.log_densities()[c] = log_density[c];
    for (size_t i = 0; i < dim; i++) block.gradients()[i * block.width() + c] = gradient[c * dim + i];
  }
  block.advance();
  ask(block, dim, points, pending);
}

void nuts_end(uint32_t dim, span<const double> settings, span<const double> work, span<double> state) {
  const nuts_plan plan(dim, settings, {}, {0, 0});
  const nuts_block block(plan, 0, chains_of(dim, state.size()), const_cast<double*>(work.data()), {}, {});
  block.end(state.data());
}

}  // namespace gibbsite::GIBBSITE_TARGET
