// Fields, recall and couplings of the Hopfield kernels: every path gives the integers of a plain sum.
#include <doctest/doctest.h>

#include <vector>

#include "core/philox.h"
#include "core/threads.h"
#include "kernels/coupling_fields.h"
#include "kernels/couplings.h"
#include "kernels/hopfield_learn.h"
#include "kernels/hopfield_recall.h"

using namespace gibbsite::GIBBSITE_TARGET;

namespace {

uint32_t random_word(uint32_t i, uint32_t purpose) {
  const uint32_t counter[4] = {i, purpose, 0, 0};
  uint32_t words[4];
  philox(counter, {3, 4}, words);
  return words[0];
}

// A network of small integers, in both widths, and random states.
struct problem {
  uint32_t units;
  size_t rows, words;
  std::vector<float> weights, bias;
  std::vector<uint32_t> states;

  problem(uint32_t units, size_t rows)
      : units(units), rows(rows), words(panel_count(units)), weights(units * units), bias(units), states(rows * words) {
    for (uint32_t i = 0; i < units; i++) {
      bias[i] = static_cast<float>(random_word(i, 1) % 5) - 2;
      for (uint32_t j = 0; j < i; j++) {
        weights[i * units + j] = weights[j * units + i] = static_cast<float>(random_word(i * units + j, 2) % 7) - 3;
      }
    }
    for (size_t k = 0; k < states.size(); k++) {
      states[k] = random_word(static_cast<uint32_t>(k), 3) & word_mask(units, k % words);
    }
  }

  int spin(const std::vector<uint32_t>& from, size_t row, size_t i) const {
    return (from[row * words + i / 32] >> (i % 32) & 1) != 0 ? 1 : -1;
  }
  int field(const std::vector<uint32_t>& from, size_t row, size_t i) const {
    int sum = static_cast<int>(bias[i]);
    for (size_t j = 0; j < units; j++) sum += static_cast<int>(weights[i * units + j]) * spin(from, row, j);
    return sum;
  }
};

struct integers {
  bool narrow;
  std::vector<int32_t> table, offsets;

  integers(const problem& p, bool narrow)
      : narrow(narrow),
        table(padded_units(p.units) * row_stride(p.units) / (narrow ? 2 : 1)),
        offsets(2 * padded_units(p.units)) {
    couplings_quantise({p.weights.data(), p.weights.size()}, {p.bias.data(), p.units}, 1, false, narrow,
                       {table.data(), table.size()}, {offsets.data(), offsets.size()});
  }
  span<const int32_t> table_span() const { return {table.data(), table.size()}; }
  span<const int32_t> offset_span() const { return {offsets.data(), offsets.size()}; }
};

struct recalled {
  std::vector<uint32_t> states, counts;
  std::vector<double> energies;
};

recalled run(const problem& p, const integers& net, uint32_t order, uint32_t most_flips = 0xffffffffu) {
  recalled result{p.states, std::vector<uint32_t>(3 * p.rows), std::vector<double>(2 * p.rows)};
  std::vector<uint32_t> probes(p.rows), previous(order == recall_order::synchronous ? p.states.size() : 0);
  for (size_t r = 0; r < p.rows; r++) probes[r] = static_cast<uint32_t>(r);
  hopfield_recall(p.units, net.narrow, 1, net.table_span(), net.offset_span(), order, 1, 2, {probes.data(), p.rows}, 0,
                  100, most_flips, {result.states.data(), result.states.size()}, {previous.data(), previous.size()},
                  {result.counts.data(), result.counts.size()}, {result.energies.data(), result.energies.size()}, {});
  return result;
}

}  // namespace

TEST_CASE("signs of 32 fields as bits") {
  for (int shift = 0; shift < 32; shift++) {
    alignas(64) int16_t narrow[32];
    alignas(64) int32_t wide[32];
    for (int i = 0; i < 32; i++) {
      wide[i] = static_cast<int>(random_word(static_cast<uint32_t>(32 * shift + i), 4) % 3) - 1;
      if (i == shift) wide[i] = 32767 * (shift % 2 == 0 ? 1 : -1);
      narrow[i] = static_cast<int16_t>(wide[i]);
    }
    const uint32_t spins = random_word(static_cast<uint32_t>(shift), 5);
    uint32_t expected = 0;
    for (int i = 0; i < 32; i++) expected |= (((spins >> i & 1) != 0 ? wide[i] < 0 : wide[i] > 0) ? 1u : 0u) << i;
    CHECK(unstable_word(narrow, spins) == expected);
    CHECK(unstable_word(wide, spins) == expected);
  }
}

TEST_CASE("fields are the plain sums, in both widths, for few rows and for many") {
  for (const uint32_t units : {1u, 31u, 64u, 65u, 200u}) {
    for (const size_t rows : {size_t{1}, size_t{15}, size_t{16}, size_t{150}}) {
      const problem p(units, rows);
      for (const bool narrow : {false, true}) {
        const integers net(p, narrow);
        std::vector<float> fields(rows * units);
        std::vector<double> energies(rows);
        couplings_fields(units, false, narrow, 1, net.table_span(), net.offset_span(),
                         {p.states.data(), p.states.size()}, {fields.data(), fields.size()}, {energies.data(), rows});
        size_t wrong = 0;
        for (size_t r = 0; r < rows; r++) {
          double twice = 0;
          for (size_t i = 0; i < units; i++) {
            const int z = p.field(p.states, r, i);
            wrong += fields[r * units + i] != static_cast<float>(z);
            twice -= p.spin(p.states, r, i) * (z + static_cast<double>(p.bias[i]));
          }
          wrong += energies[r] != 0.5 * twice;
        }
        CHECK(wrong == 0);
      }
    }
  }
}

TEST_CASE("recall ends in fixed points, the same in both widths and on any number of threads") {
  for (const uint32_t units : {33u, 130u}) {
    const problem p(units, 70);
    for (const uint32_t order : {recall_order::sequential, recall_order::random, recall_order::synchronous}) {
      const recalled one = run(p, integers(p, true), order);
      for (const int threads : {1, 3}) {
        gibbsite::set_thread_count(threads);
        const recalled other = run(p, integers(p, threads == 1), order);
        CHECK(other.states == one.states);
        CHECK(other.counts == one.counts);
        CHECK(other.energies == one.energies);
      }
      gibbsite::set_thread_count(0);
      size_t unstable = 0;
      for (size_t r = 0; r < p.rows; r++) {
        if (one.counts[3 * r + 2] != recall_outcome::fixed_point) {
          CHECK(order == recall_order::synchronous);
          continue;
        }
        CHECK(one.energies[2 * r + 1] <= one.energies[2 * r]);
        for (size_t i = 0; i < units; i++) unstable += p.spin(one.states, r, i) * p.field(one.states, r, i) < 0;
      }
      CHECK(unstable == 0);
    }
  }
}

TEST_CASE("a limit of flips ends a run in random order after that flip, in both widths") {
  const problem p(130, 70);
  for (const bool narrow : {false, true}) {
    const recalled whole = run(p, integers(p, narrow), recall_order::random);
    const recalled cut = run(p, integers(p, narrow), recall_order::random, 5);
    size_t wrong = 0, stopped = 0;
    for (size_t r = 0; r < p.rows; r++) {
      const uint32_t all = whole.counts[3 * r + 1], flips = cut.counts[3 * r + 1];
      wrong += flips != (all < 5 ? all : 5);
      wrong += cut.counts[3 * r + 2] != (all < 5 ? recall_outcome::fixed_point : recall_outcome::most_flips);
      stopped += all > 5;
    }
    CHECK(wrong == 0);
    CHECK(stopped > 0);
  }
}

TEST_CASE("the scale of couplings") {
  double scale[3];
  const float thirds[9] = {0, 1.0f / 3, -2.0f / 3, 1.0f / 3, 0, 1.0f / 3, -2.0f / 3, 1.0f / 3, 0};
  const float none[3] = {};
  couplings_scale({thirds, 9}, {none, 3}, {scale, 3});
  CHECK(scale[0] == 1.0 / 3);
  CHECK(scale[1] == 3);
  CHECK(scale[2] == 1);
  const float whole[4] = {0, -40000, -40000, 0};
  couplings_scale({whole, 4}, {none, 2}, {scale, 3});
  CHECK(scale[0] == 1);
  CHECK(scale[1] == 40000);
  const float odd[4] = {0, 0.1f, 0.1f, 0};
  couplings_scale({odd, 4}, {none, 2}, {scale, 3});
  CHECK(scale[2] == 0);
  CHECK(0.1 / scale[0] < 2147483647.0);
  CHECK(0.1 / scale[0] > 1073741823.0);
}

TEST_CASE("correlations are sums over states, taken up and given back to the last bit") {
  const problem p(77, 131);
  const std::vector<float> start(77 * 77);
  std::vector<float> weights = start, bias(77);
  const span<const uint32_t> states{p.states.data(), p.states.size()};
  hopfield_correlate(77, states, {}, 1, {weights.data(), weights.size()}, {bias.data(), 77});
  size_t wrong = 0;
  for (size_t i = 0; i < 77; i++) {
    int total = 0;
    for (size_t r = 0; r < p.rows; r++) total += p.spin(p.states, r, i);
    wrong += bias[i] != static_cast<float>(total / 77.0);
    for (size_t j = 0; j < 77; j++) {
      int sum = 0;
      for (size_t r = 0; r < p.rows && i != j; r++) sum += p.spin(p.states, r, i) * p.spin(p.states, r, j);
      wrong += weights[i * 77 + j] != static_cast<float>(sum / 77.0);
    }
  }
  CHECK(wrong == 0);
  hopfield_correlate(77, {}, states, 1, {weights.data(), weights.size()}, {bias.data(), 77});
  CHECK(weights == start);
}
