#include "kernels/adam.h"

#include "core/scratch.h"
#include "core/simd.h"
#include "core/sums.h"
#include "core/threads.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

constexpr double beta1 = 0.9, beta2 = 0.999, smallest_root = 1e-8;
// The square of a larger gradient would not fit into v.
constexpr float largest_gradient = 1e18f;
// Parameters of a task.
constexpr size_t task_size = 16384;

double power(double base, uint64_t exponent) {
  double result = 1;
  for (; exponent > 0; exponent >>= 1, base *= base) {
    if (exponent & 1) result *= base;
  }
  return result;
}

// A step with its bias corrections multiplied out: theta <- keep theta - rate m / (sqrt(v) + epsilon).
struct adam_rule {
  adam_rule(float rate, float scale, uint64_t step)
      : scale(scale),
        rate(static_cast<float>(rate * root(step) / (1 - power(beta1, step + 1)))),
        epsilon(static_cast<float>(smallest_root * root(step))) {}
  static double root(uint64_t step) { return sqrt(1 - power(beta2, step + 1)); }

  GIBBSITE_INLINE f32x moved(f32x theta, f32x gradient, float keep, f32x* m, f32x* v) const {
    const f32x g = gradient * scale;
    *m = *m * static_cast<float>(beta1) + g * static_cast<float>(1 - beta1);
    *v = *v * static_cast<float>(beta2) + g * g * static_cast<float>(1 - beta2);
    return theta * keep - *m * rate / (sqrt(*v) + epsilon);
  }

  float scale, rate, epsilon;
};

struct arrays {
  const float *gradient, *parameters;
  float *m, *v, *updated;
};

GIBBSITE_INLINE void move_vector(const adam_rule& rule, const arrays& all, size_t i, float keep) {
  f32x m = load<f32x>(all.m + i), v = load<f32x>(all.v + i);
  store(all.updated + i, rule.moved(load<f32x>(all.parameters + i), load<f32x>(all.gradient + i), keep, &m, &v));
  store(all.m + i, m), store(all.v + i, v);
}

// Less than a vector, by way of a copy.
void move_rest(const adam_rule& rule, const arrays& all, size_t i, size_t count, float keep) {
  float lanes[5][f32_lanes] = {};
  const arrays copy{lanes[0], lanes[1], lanes[2], lanes[3], lanes[4]};
  const size_t bytes = count * sizeof(float);
  memcpy(lanes[0], all.gradient + i, bytes), memcpy(lanes[1], all.parameters + i, bytes);
  memcpy(lanes[2], all.m + i, bytes), memcpy(lanes[3], all.v + i, bytes);
  move_vector(rule, copy, 0, keep);
  memcpy(all.m + i, copy.m, bytes), memcpy(all.v + i, copy.v, bytes), memcpy(all.updated + i, copy.updated, bytes);
}

void move_range(const adam_rule& rule, const arrays& all, size_t begin, size_t end, float keep) {
  size_t i = begin;
  for (; i + f32_lanes <= end; i += f32_lanes) move_vector(rule, all, i, keep);
  if (i < end) move_rest(rule, all, i, end - i, keep);
}

size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

// The parameters of one task, where ranges that decay alternate with others.
void move_task(const adam_rule& rule, const arrays& all, size_t begin, size_t end, float keep,
               span<const uint32_t> decayed) {
  for (size_t i = begin, next = 0; i < end;) {
    while (next < decayed.size() && decayed[next] <= i) next++;
    const size_t stop = next < decayed.size() ? smaller(decayed[next], end) : end;
    move_range(rule, all, i, stop, next % 2 == 1 ? keep : 1.0f);
    i = stop;
  }
}

size_t task_count(size_t n) { return (n + task_size - 1) / task_size; }

template <class Body>
void for_tasks(size_t n, const Body& body) {
  parallel_for(task_count(n), [&](size_t task) {
    const size_t begin = task * task_size;
    body(task, begin, smaller(begin + task_size, n));
  });
}

// The sum of squares, of which each task makes its own part.
double sum_of_squares(span<const float> values) {
  const scratch<double> sums(task_count(values.size()));
  for_tasks(values.size(), [&](size_t task, size_t begin, size_t end) {
    double part[sum_parts] = {};
    size_t j = begin;
    for (; j + sum_parts <= end; j += sum_parts) {
      for (int k = 0; k < sum_parts; k++) part[k] += double{values[j + k]} * double{values[j + k]};
    }
    for (int k = 0; j < end; j++, k++) part[k] += double{values[j]} * double{values[j]};
    sums[task] = add_parts(part);
  });
  return sum(sums.data(), task_count(values.size()));
}

int32_t first_wild(span<const float> values) {
  for (size_t i = 0; i < values.size(); i++) {
    if (!(values[i] >= -largest_gradient && values[i] <= largest_gradient)) return static_cast<int32_t>(i);
  }
  return -1;
}

}  // namespace

int32_t adam_step(span<const float> gradient, float rate, float clip, float weight_decay, span<const uint32_t> decayed,
                  uint64_t step, span<const float> parameters, span<float> first_moment, span<float> second_moment,
                  span<float> updated) {
  const double squares = sum_of_squares(gradient);
  // No single one is too large where their sum is not; NaN fails, too.
  if (!(squares <= double{largest_gradient} * double{largest_gradient})) {
    const int32_t wild = first_wild(gradient);
    if (wild >= 0) return wild;
  }
  const double norm = sqrt(squares);
  const float scale = clip > 0 && norm > double{clip} ? static_cast<float>(clip / norm) : 1.0f;
  const adam_rule rule(rate, scale, step);
  const arrays all{gradient.data(), parameters.data(), first_moment.data(), second_moment.data(), updated.data()};
  const float keep = 1.0f - rate * weight_decay;
  for_tasks(gradient.size(), [&](size_t, size_t begin, size_t end) {
    move_task(rule, all, begin, end, keep, weight_decay > 0 ? decayed : span<const uint32_t>());
  });
  return -1;
}

}  // namespace gibbsite::GIBBSITE_TARGET
