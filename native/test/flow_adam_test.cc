// Adam against its formulas in long double, and its sums and ranges wherever tasks and vectors begin and end.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/threads.h"
#include "kernels/adam.h"

using namespace gibbsite;
using namespace gibbsite::GIBBSITE_TARGET;

namespace {

// More than two tasks, and no whole number of vectors.
constexpr size_t size = 40003;

std::vector<float> waves(float scale, float phase) {
  std::vector<float> values(size);
  for (size_t i = 0; i < size; i++) values[i] = scale * std::sin(phase + 0.37f * static_cast<float>(i));
  return values;
}

struct state {
  std::vector<float> parameters = waves(1.0f, 0.1f), first = waves(0.01f, 1.0f), second, updated;
  std::vector<uint32_t> decayed = {5, 17, 16380, 16390, 39999, 40003};

  state() : updated(size) {
    for (const float v : waves(0.03f, 2.0f)) second.push_back(v * v);
  }
  int32_t step(const std::vector<float>& gradient, float clip, float decay, uint64_t number) {
    return adam_step({gradient.data(), size}, 0.01f, clip, decay, {decayed.data(), decayed.size()}, number,
                     {parameters.data(), size}, {first.data(), size}, {second.data(), size}, {updated.data(), size});
  }
  bool decays(size_t i) const { return (i >= 5 && i < 17) || (i >= 16380 && i < 16390) || i >= 39999; }
};

struct restore_threads {
  ~restore_threads() { set_thread_count(0); }
};

}  // namespace

TEST_CASE("a step of Adam follows the formulas") {
  for (const uint64_t number : {0, 3, 1000}) {
    for (const float clip : {0.0f, 2.0f}) {
      const std::vector<float> gradient = waves(0.1f, 0.5f);
      state now;
      const state before;
      REQUIRE(now.step(gradient, clip, 3.0f, number) == -1);
      long double squares = 0;
      for (const float g : gradient) squares += static_cast<long double>(g) * g;
      const long double scale = clip > 0 ? std::min(1.0L, clip / std::sqrt(squares)) : 1.0L;
      const long double t = static_cast<long double>(number + 1);
      double worst = 0;
      for (size_t i = 0; i < size; i++) {
        const long double g = gradient[i] * scale;
        const long double m = 0.9L * before.first[i] + 0.1L * g, v = 0.999L * before.second[i] + 0.001L * g * g;
        const long double move = m / (1 - std::pow(0.9L, t)) / (std::sqrt(v / (1 - std::pow(0.999L, t))) + 1e-8L);
        const long double decay = before.decays(i) ? 3.0L * before.parameters[i] : 0.0L;
        const long double wanted = before.parameters[i] - 0.01L * (move + decay);
        const long double error = std::fabs(now.updated[i] - wanted) / (1 + 0.01L * std::fabs(move));
        worst = std::max(worst, static_cast<double>(error));
      }
      CHECK(worst < 1e-6);
    }
  }
}

TEST_CASE("a step of Adam has the same bytes for any number of threads") {
  restore_threads restore;
  set_thread_count(1);
  state one;
  one.step(waves(0.1f, 0.5f), 2.0f, 1.0f, 5);
  for (const int threads : {2, 7}) {
    set_thread_count(threads);
    state many;
    many.step(waves(0.1f, 0.5f), 2.0f, 1.0f, 5);
    CHECK(many.updated == one.updated);
    CHECK(many.first == one.first);
    CHECK(many.second == one.second);
  }
}

TEST_CASE("a gradient that is not finite, or too large, changes nothing and is named") {
  for (const float wild : {NAN, INFINITY, -2e18f}) {
    for (const size_t at : {size_t{0}, size_t{16384}, size - 1}) {
      std::vector<float> gradient = waves(0.1f, 0.5f);
      gradient[at] = wild;
      state now;
      const state before;
      CHECK(now.step(gradient, 1.0f, 0.0f, 0) == static_cast<int32_t>(at));
      CHECK(now.first == before.first);
      CHECK(now.second == before.second);
      CHECK(now.updated == before.updated);
    }
  }
}
