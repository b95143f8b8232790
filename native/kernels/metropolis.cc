#include "kernels/metropolis.h"

#include "core/threads.h"
#include "kernels/metropolis_adapt.h"
#include "kernels/metropolis_move.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

// The arrays of columns, as kernels get them.
struct column_arrays {
  span<double> positions, log_density, gradient, step;
  span<const double> scale;
  span<double> swaps;
};
struct adaptation_arrays {
  double target;
  uint64_t adapted, gathered;
  span<double> base, offset, average, mean, spread;
};
struct draw_arrays {
  uint32_t thin, rows, first_row;
  span<double> draws, log_densities, acceptance;
};

// Adapting of a block's steps and gathering of its moments.
class block_adaptation {
 public:
  block_adaptation(const adaptation_arrays& all, const block_place& place, scale_shape shape, size_t dim)
      : all_(all),
        place_(place),
        shape_(shape),
        dim_(dim),
        steps_(!all.base.empty()),
        moments_(!all.mean.empty()),
        spread_rows_(scale_size(shape, dim)),
        memory_((4 + (moments_ ? 2 * dim + spread_rows_ : 0)) * place.width) {
    double* next = memory_.data();
    const auto take = [&](size_t rows) { return next += rows * place.width, next - rows * place.width; };
    probability_ = take(1), base_ = take(1), offset_ = take(1), average_ = take(1);
    if (steps_) {
      load_columns(place, all.base.data(), 1, base_);
      load_columns(place, all.offset.data(), 1, offset_);
      load_columns(place, all.average.data(), 1, average_);
    }
    if (!moments_) return;
    mean_ = take(dim), spread_ = take(spread_rows_), deviation_ = take(dim);
    load_columns(place, all.mean.data(), dim, mean_);
    load_columns(place, all.spread.data(), spread_rows_, spread_);
  }

  // Where the acceptance probabilities are wanted; null where nobody asks.
  double* probability() const { return steps_ ? probability_ : nullptr; }

  // After iteration number n (from 0) of this call.
  void learn(uint64_t n, const metropolis_mover& mover) {
    if (steps_)
      adapt_steps(step_gains(all_.adapted + n), all_.target, place_.width, probability_, base_, offset_, average_,
                  mover.step);
    if (moments_)
      gather_moments(shape_, dim_, place_.width, static_cast<double>(all_.gathered + n + 1), mover.x, mean_, spread_,
                     deviation_);
  }

  void put_back() {
    if (steps_) {
      store_columns(place_, offset_, 1, all_.offset);
      store_columns(place_, average_, 1, all_.average);
    }
    if (!moments_) return;
    store_columns(place_, mean_, dim_, all_.mean);
    store_columns(place_, spread_, spread_rows_, all_.spread);
  }

 private:
  const adaptation_arrays& all_;
  const block_place place_;
  const scale_shape shape_;
  const size_t dim_;
  const bool steps_, moments_;
  const size_t spread_rows_;
  const scratch<double> memory_;
  double *probability_, *base_, *offset_, *average_, *mean_ = nullptr, *spread_ = nullptr, *deviation_ = nullptr;
};

void load_mover(const block_place& place, const column_arrays& all, size_t dim, size_t scale_rows,
                metropolis_mover& mover) {
  load_columns(place, all.positions.data(), dim, mover.x);
  load_columns(place, all.log_density.data(), 1, mover.log_density);
  load_columns(place, all.step.data(), 1, mover.step);
  load_columns(place, all.scale.data(), scale_rows, mover.scale);
  if (!all.gradient.empty()) load_columns(place, all.gradient.data(), dim, mover.gradient);
  mover.refresh();
}

void store_mover(const block_place& place, const metropolis_mover& mover, size_t dim, const column_arrays& all) {
  store_columns(place, mover.x, dim, all.positions);
  store_columns(place, mover.log_density, 1, all.log_density);
  store_columns(place, mover.step, 1, all.step);
  if (!all.gradient.empty()) store_columns(place, mover.gradient, dim, all.gradient);
}

// A draw of every chain of the block: its column of level 0.
void keep_draws(const block_place& place, size_t levels, const metropolis_mover& mover, size_t dim,
                const draw_arrays& to, size_t row, double* accepted) {
  for (size_t c = 0; c < place.count; c += levels) {
    const size_t at = (place.first + c) / levels * to.rows + row;
    double* draw = to.draws.data() + at * dim;
    for (size_t i = 0; i < dim; i++) draw[i] = mover.x[i * place.width + c];
    to.log_densities[at] = mover.log_density[c];
    to.acceptance[at] = accepted[c] / to.thin;
  }
  memset(accepted, 0, place.width * sizeof(double));
}

// The first failure of a run: the lowest iteration, and there the lowest column.
struct failure_place {
  int32_t iteration = -1;
  size_t column = 0;
};

void note_failure(const metropolis_mover& mover, const block_place& place, size_t dim, int32_t iteration, size_t c,
                  failure_place* failed, double* point) {
  *failed = {iteration, place.first + c};
  for (size_t i = 0; i < dim; i++) point[i] = mover.y[i * place.width + c];
}

int32_t first_failure(const failure_place* failed, const double* points, size_t blocks, size_t dim,
                      span<double> failure) {
  size_t best = blocks;
  for (size_t b = 0; b < blocks; b++) {
    if (failed[b].iteration < 0) continue;
    if (best == blocks || failed[b].iteration < failed[best].iteration) best = b;
  }
  if (best == blocks) return -1;
  failure[0] = static_cast<double>(failed[best].column);
  memcpy(failure.data() + 1, points + best * dim, dim * sizeof(double));
  return failed[best].iteration;
}

// work(block, place, &failure, point) for all blocks, on all threads.
template <class Work>
int32_t for_blocks(size_t columns, size_t levels, size_t dim, span<double> failure, const Work& work) {
  const block_plan plan(columns, levels);
  scratch<failure_place> failed(plan.count());
  scratch<double> points(plan.count() * dim);
  parallel_for(plan.count(), [&](size_t block) {
    failed[block] = failure_place();
    work(plan.at(block), &failed[block], points.data() + block * dim);
  });
  return first_failure(failed.data(), points.data(), plan.count(), dim, failure);
}

metropolis_setting make_setting(const density& target, uint32_t proposal, double flip_sum, size_t scale_size,
                                span<const double> inverse_temperatures, philox_key key, uint32_t first_chain) {
  const auto kind = static_cast<proposal_kind>(proposal);
  return {target, kind, shape_of(scale_size, target.dim), flip_sum, inverse_temperatures, key, first_chain};
}

// All iterations of a block.
void run_block(const metropolis_setting& setting, const block_place& place, uint64_t first_iteration,
               uint32_t iterations, const column_arrays& all, const adaptation_arrays& adapting,
               const draw_arrays& draws, failure_place* failed, double* point) {
  const size_t dim = setting.target.dim, levels = setting.levels();
  metropolis_mover mover(setting, place);
  load_mover(place, all, dim, setting.scale_rows(), mover);
  block_adaptation adaptation(adapting, place, setting.shape, dim);
  scratch<double> work(density_work(setting.target, place.width));
  alignas(64) double accepted[most_columns] = {};
  double* swaps = all.swaps.data() + place.first / levels * (levels - 1);
  size_t row = draws.first_row;
  for (uint32_t t = 0, since = 0; t < iterations; t++) {
    mover.propose(first_iteration + t);
    mover.evaluate_proposals(work.data());
    const size_t wrong = mover.decide(accepted, adaptation.probability());
    if (wrong != no_column) return note_failure(mover, place, dim, static_cast<int32_t>(t), wrong, failed, point);
    mover.swap_levels(first_iteration + t, swaps);
    adaptation.learn(t, mover);
    if (++since != draws.thin) continue;
    keep_draws(place, levels, mover, dim, draws, row++, accepted);
    since = 0;
  }
  store_mover(place, mover, dim, all);
  adaptation.put_back();
}

}  // namespace

int32_t metropolis_run(uint32_t dim, int32_t family, span<const double> numbers, span<const int32_t> program,
                       uint32_t proposal, span<const double> inverse_temperatures, uint32_t key_low, uint32_t key_high,
                       uint32_t first_chain, uint64_t first_iteration, uint32_t iterations, span<double> positions,
                       span<double> log_density, span<double> gradient, span<double> step, span<const double> scale,
                       span<double> swaps, double target, uint64_t adapted, uint64_t gathered, span<double> base,
                       span<double> offset, span<double> average, span<double> mean, span<double> spread, uint32_t thin,
                       uint32_t rows, uint32_t first_row, span<double> draws, span<double> log_densities,
                       span<double> acceptance, span<double> failure) {
  const size_t columns = log_density.size();
  const metropolis_setting setting = make_setting({dim, family, numbers, program}, proposal, 0, scale.size() / columns,
                                                  inverse_temperatures, {key_low, key_high}, first_chain);
  const column_arrays all{positions, log_density, gradient, step, scale, swaps};
  const adaptation_arrays adapting{target, adapted, gathered, base, offset, average, mean, spread};
  const draw_arrays kept{thin, rows, first_row, draws, log_densities, acceptance};
  return for_blocks(columns, setting.levels(), dim, failure,
                    [&](const block_place& place, failure_place* failed, double* point) {
                      run_block(setting, place, first_iteration, iterations, all, adapting, kept, failed, point);
                    });
}

void metropolis_propose(uint32_t dim, uint32_t proposal, double flip_sum, span<const double> inverse_temperatures,
                        uint32_t key_low, uint32_t key_high, uint32_t first_chain, uint64_t iteration,
                        span<const double> positions, span<const double> gradient, span<const double> step,
                        span<const double> scale, span<double> proposals) {
  const size_t columns = step.size();
  const metropolis_setting setting = make_setting({dim, 0, {}, {}}, proposal, flip_sum, scale.size() / columns,
                                                  inverse_temperatures, {key_low, key_high}, first_chain);
  const block_plan plan(columns, setting.levels());
  parallel_for(plan.count(), [&](size_t block) {
    const block_place place = plan.at(block);
    metropolis_mover mover(setting, place);
    load_columns(place, positions.data(), dim, mover.x);
    load_columns(place, step.data(), 1, mover.step);
    load_columns(place, scale.data(), setting.scale_rows(), mover.scale);
    if (!gradient.empty()) load_columns(place, gradient.data(), dim, mover.gradient);
    mover.refresh();
    mover.propose(iteration);
    store_columns(place, mover.y, dim, proposals);
  });
}

void metropolis_accept(uint32_t dim, uint32_t proposal, span<const double> inverse_temperatures, uint32_t key_low,
                       uint32_t key_high, uint32_t first_chain, uint64_t iteration, span<const double> proposals,
                       span<const double> proposed_log_density, span<const double> proposed_gradient,
                       span<const double> log_ratio, span<double> positions, span<double> log_density,
                       span<double> gradient, span<double> step, span<const double> scale, span<double> swaps,
                       double target, uint64_t adapted, uint64_t gathered, span<double> base, span<double> offset,
                       span<double> average, span<double> mean, span<double> spread, span<double> accepted) {
  const size_t columns = log_density.size();
  const metropolis_setting setting = make_setting({dim, 0, {}, {}}, proposal, 0, scale.size() / columns,
                                                  inverse_temperatures, {key_low, key_high}, first_chain);
  const column_arrays all{positions, log_density, gradient, step, scale, swaps};
  const adaptation_arrays adapting{target, adapted, gathered, base, offset, average, mean, spread};
  const size_t levels = setting.levels();
  const block_plan plan(columns, levels);
  parallel_for(plan.count(), [&](size_t block) {
    const block_place place = plan.at(block);
    metropolis_mover mover(setting, place);
    load_mover(place, all, dim, setting.scale_rows(), mover);
    block_adaptation adaptation(adapting, place, setting.shape, dim);
    load_columns(place, proposals.data(), dim, mover.y);
    load_columns(place, proposed_log_density.data(), 1, mover.proposed_log_density);
    if (!proposed_gradient.empty()) load_columns(place, proposed_gradient.data(), dim, mover.proposed_gradient);
    if (!log_ratio.empty()) load_columns(place, log_ratio.data(), 1, mover.log_ratio);
    alignas(64) double counts[most_columns];
    load_columns(place, accepted.data(), 1, counts);
    mover.recall(iteration);
    mover.decide(counts, adaptation.probability());
    mover.swap_levels(iteration, swaps.data() + place.first / levels * (levels - 1));
    adaptation.learn(0, mover);
    store_mover(place, mover, dim, all);
    adaptation.put_back();
    store_columns(place, counts, 1, accepted);
  });
}

void metropolis_learn(uint32_t dim, uint64_t gathered, double ideal, span<double> step, span<double> scale,
                      span<double> base, span<double> offset, span<double> average, span<double> mean,
                      span<double> spread) {
  const size_t columns = step.size(), size = scale.size() / columns;
  parallel_for(columns, [&](size_t c) {
    const double trust = step[c] / ideal * (step[c] / ideal);
    learn_scale(shape_of(size, dim), dim, static_cast<double>(gathered), trust, spread.data() + c * size,
                scale.data() + c * size);
    step[c] = base[c] = ideal;
    offset[c] = average[c] = 0;
  });
  memset(mean.data(), 0, mean.size() * sizeof(double));
  memset(spread.data(), 0, spread.size() * sizeof(double));
}

void metropolis_settle(span<const double> base, span<const double> average, span<double> step) {
  for (size_t c = 0; c < step.size(); c++) step[c] = base[c] * exp(average[c]);
}

}  // namespace gibbsite::GIBBSITE_TARGET
