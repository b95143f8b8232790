#include "kernels/flow_train.h"

#include "core/philox.h"
#include "core/scratch.h"
#include "core/threads.h"
#include "flow/linear.h"
#include "flow/run.h"
#include "kernels/adam.h"
#include "kernels/flow.h"
#include "kernels/flow_dequantize.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

// Floats of a task that clears memory.
constexpr size_t clear_size = 1 << 16;

void clear(span<float> values) {
  parallel_for((values.size() + clear_size - 1) / clear_size, [&](size_t task) {
    const size_t first = task * clear_size, rest = values.size() - first;
    memset(values.data() + first, 0, (rest < clear_size ? rest : clear_size) * sizeof(float));
  });
}

bool is_finite(double x) { return x - x == 0; }

// What all steps have in common.
struct settings {
  span<const int32_t> program;
  uint32_t levels;
  philox_key key;
  float clip, weight_decay;
  span<const uint32_t> decayed;
  bool store;
};

struct batch_rows {
  span<const float> x, context;
  size_t count;
};

class trainer {
 public:
  trainer(const settings& settings, size_t parameters, size_t batch, size_t dim, span<float> first_moment,
          span<float> second_moment, span<int32_t> failure)
      : settings_(settings),
        gradient_memory_(parameters),
        gradient_(gradient_memory_.data(), parameters),
        noisy_(settings.levels > 0 ? batch * dim : 0),
        log_prob_(batch),
        first_moment_(first_moment),
        second_moment_(second_moment),
        failure_(failure) {}

  // From the parameters `from` to `to`; false where something is not finite, which `failure` tells. mean: of log p.
  bool step(batch_rows rows, uint64_t number, float rate, span<const float> from, span<float> to, double* mean) {
    if (settings_.levels > 0) rows.x = dequantized(rows.x, number);
    const flow_program program(settings_.program, from.data(), {});
    clear(gradient_);
    run_gradient(program, rows.count, rows.x.data(), rows.context.data(), -1.0f / static_cast<float>(rows.count),
                 settings_.store, log_prob_.data(), {gradient_.data(), nullptr});
    *mean = mean_log_prob(rows.count);
    if (!is_finite(*mean)) return fail(0, flow_locate(settings_.program, from, rows.x, rows.context, false));
    const int32_t wild = adam_step({gradient_.data(), gradient_.size()}, rate, settings_.clip, settings_.weight_decay,
                                   settings_.decayed, number, from, first_moment_, second_moment_, to);
    if (wild >= 0) return fail(1, wild);
    const int32_t layer = first_ill_conditioned(flow_program(settings_.program, to.data(), {}));
    return layer < 0 || fail(2, layer);
  }

 private:
  bool fail(int32_t why, int32_t what) const {
    failure_[0] = why, failure_[1] = what;
    return false;
  }

  span<const float> dequantized(span<const float> x, uint64_t number) const {
    flow_dequantize(x, settings_.levels, settings_.key.low, settings_.key.high, number, 0, {noisy_.data(), x.size()});
    return {noisy_.data(), x.size()};
  }

  double mean_log_prob(size_t count) const {
    double sum = 0;
    for (size_t r = 0; r < count; r++) sum += log_prob_[r];
    return sum / static_cast<double>(count);
  }

  const settings settings_;
  const scratch<float> gradient_memory_;
  const span<float> gradient_;
  const scratch<float> noisy_;
  const scratch<double> log_prob_;
  const span<float> first_moment_, second_moment_;
  const span<int32_t> failure_;
};

void copy(span<const float> from, span<float> to) { memcpy(to.data(), from.data(), to.size() * sizeof(float)); }

}  // namespace

int32_t flow_train(span<const int32_t> words, span<const float> x, span<const float> context, uint32_t batch,
                   span<const float> rates, uint32_t levels, uint32_t key_low, uint32_t key_high, uint64_t first_step,
                   float clip, float weight_decay, span<const uint32_t> decayed, bool store,
                   span<const float> parameters, span<float> first_moment, span<float> second_moment,
                   span<float> updated, span<float> before, span<double> log_prob, span<int32_t> failure) {
  const flow_program program(words, parameters.data(), {});
  const size_t dim = program.dim(), width = program.context(), rows = x.size() / dim, steps = rates.size();
  const settings settings{words, levels, {key_low, key_high}, clip, weight_decay, decayed, store};
  trainer machine(settings, parameters.size(), batch, dim, first_moment, second_moment, failure);
  span<const float> good = parameters, from = parameters;
  for (size_t s = 0; s < steps; s++) {
    const size_t first = s * batch, count = rows - first < batch ? rows - first : batch;
    const batch_rows own{x.subspan(first * dim, count * dim), context.subspan(first * width, count * width), count};
    // The two take turns, so that the last step ends in `updated`.
    const span<float> to = (steps - s) % 2 == 1 ? updated : before;
    if (!machine.step(own, first_step + s, rates[s], from, to, &log_prob[s])) {
      if (failure[0] != 0) good = from;
      if (s > 0 && good.data() != updated.data()) copy(good, updated);
      return static_cast<int32_t>(s);
    }
    good = from;
    from = {to.data(), to.size()};
  }
  return -1;
}

}  // namespace gibbsite::GIBBSITE_TARGET
