// Chains of a Boltzmann machine: every path makes the flips of a plain one that visits unit after unit.
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "core/threads.h"
#include "kernels/boltzmann_enumerate.h"
#include "kernels/boltzmann_gibbs.h"
#include "kernels/boltzmann_sparse.h"
#include "kernels/boltzmann_train.h"
#include "kernels/boltzmann_visit.h"
#include "kernels/coupling_table.h"
#include "kernels/couplings.h"
#include "kernels/random_discrete.h"

using namespace gibbsite::GIBBSITE_TARGET;

namespace {

constexpr philox_key key{11, 12}, order_key{13, 14};
uint32_t first_chain = 5;

uint32_t random_word(uint32_t i, uint32_t purpose) {
  const uint32_t counter[4] = {i, purpose, 0, 0};
  uint32_t words[4];
  philox(counter, {7, 8}, words);
  return words[0];
}

// A machine of small integers with unit 1, and random states.
struct machine {
  uint32_t units;
  size_t chains, words;
  bool binary, narrow;
  std::vector<float> weights, bias;
  std::vector<uint32_t> states, mask;
  std::vector<int32_t> table, offsets;

  machine(uint32_t units, size_t chains, bool binary, bool narrow)
      : units(units),
        chains(chains),
        words(panel_count(units)),
        binary(binary),
        narrow(narrow),
        weights(size_t{units} * units),
        bias(units),
        states(chains * words),
        mask(words),
        table(padded_units(units) * row_stride(units) / (narrow ? 2 : 1)),
        offsets(2 * padded_units(units)) {
    for (uint32_t i = 0; i < units; i++) {
      bias[i] = static_cast<float>(random_word(i, 1) % 5) - 2;
      for (uint32_t j = 0; j < i; j++) {
        weights[i * units + j] = weights[j * units + i] = static_cast<float>(random_word(i * units + j, 2) % 7) - 3;
      }
    }
    for (size_t k = 0; k < states.size(); k++) {
      states[k] = random_word(static_cast<uint32_t>(k), 3) & word_mask(units, k % words);
    }
    for (size_t w = 0; w < words; w++) mask[w] = random_word(static_cast<uint32_t>(w), 4) & random_word(0, 5);
    couplings_quantise({weights.data(), weights.size()}, {bias.data(), units}, 1, binary, narrow,
                       {table.data(), table.size()}, {offsets.data(), offsets.size()});
  }

  static bool is_on(const std::vector<uint32_t>& bits, size_t at, size_t i) {
    return (bits[at + i / 32] >> (i % 32) & 1) != 0;
  }
  int32_t field(const std::vector<uint32_t>& from, size_t chain, size_t i) const {
    int sum = static_cast<int>(bias[i]);
    for (size_t j = 0; j < units; j++) {
      const int y = is_on(from, chain * words, j) ? 1 : binary ? 0 : -1;
      sum += static_cast<int>(weights[i * units + j]) * y;
    }
    return sum;
  }
};

uint32_t word_of(uint32_t tag, uint64_t sweep, size_t chain, size_t i) {
  uint32_t random[sampler_rows * panel_width];
  panel_words({key, tag, sweep, first_chain}, i / 32, chain, 1, random);
  return random[i % 32];
}

void visit_plainly(const machine& m, std::vector<uint32_t>& states, size_t chain, size_t i, const visit_rule& rule,
                   uint32_t word) {
  if (machine::is_on(m.mask, 0, i)) return;
  const bool on = machine::is_on(states, chain * m.words, i);
  const int32_t threshold = threshold_of(rule, splat<u32x>(word))[0];
  if (flips(rule, m.field(states, chain, i), threshold, on)) states[chain * m.words + i / 32] ^= 1u << (i % 32);
}

std::vector<uint32_t> sweep_plainly(const machine& m, uint32_t scan, bool metropolis, double temperature,
                                    uint64_t sweep, std::vector<uint32_t> states) {
  const visit_rule rule(m.binary, metropolis, 1, temperature);
  std::vector<uint32_t> order(m.units);
  for (size_t c = 0; c < m.chains; c++) {
    const uint32_t number = first_chain + static_cast<uint32_t>(c);
    if (scan == boltzmann_scan::permutation) {
      random_permutation({order.data(), m.units}, order_key.low, order_key.high, number, static_cast<uint32_t>(sweep),
                         0);
    }
    for (size_t k = 0; k < m.units; k++) {
      size_t i = k;
      if (scan == boltzmann_scan::permutation) i = order[k];
      if (scan == boltzmann_scan::random) i = uint64_t{word_of(tag_choice, sweep, c, k)} * m.units >> 32;
      visit_plainly(m, states, c, i, rule, word_of(tag_update, sweep, c, scan == boltzmann_scan::random ? k : i));
    }
  }
  return states;
}

struct result {
  std::vector<uint32_t> states, on_counts;
  std::vector<double> energies;
};

result run(const machine& m, uint32_t scan, bool metropolis, std::vector<double> temperatures, uint64_t first_sweep,
           const std::vector<uint32_t>& states) {
  result r{states, std::vector<uint32_t>(m.chains * m.units), std::vector<double>(m.chains)};
  boltzmann_gibbs(m.units, m.binary, m.narrow, 1, {m.table.data(), m.table.size()},
                  {m.offsets.data(), m.offsets.size()}, scan, metropolis, {temperatures.data(), temperatures.size()},
                  {m.mask.data(), m.words}, key.low, key.high, order_key.low, order_key.high, first_chain, first_sweep,
                  {r.states.data(), r.states.size()}, {r.on_counts.data(), r.on_counts.size()},
                  {r.energies.data(), m.chains});
  return r;
}

}  // namespace

TEST_CASE("every scan makes the flips of a plain one, for all sizes, widths and encodings") {
  const std::vector<double> temperatures = {3, 8, 1e30};
  for (const uint32_t units : {1u, 33u, 64u, 150u, 330u}) {
    for (const size_t chains : {size_t{1}, size_t{3}, size_t{65}}) {
      if (units == 330 && chains == 65) continue;
      for (int variant = 0; variant < 8; variant++) {
        const bool binary = (variant & 1) != 0, narrow = (variant & 2) != 0, metropolis = (variant & 4) != 0;
        const machine m(units, chains, binary, narrow);
        for (const uint32_t scan : {boltzmann_scan::sequential, boltzmann_scan::random, boltzmann_scan::permutation}) {
          std::vector<uint32_t> expected = m.states, counts(chains * units);
          for (size_t k = 0; k < temperatures.size(); k++) {
            expected = sweep_plainly(m, scan, metropolis, temperatures[k], (uint64_t{1} << 33) + k, expected);
            for (size_t c = 0; c < chains; c++)
              for (size_t i = 0; i < units; i++) counts[c * units + i] += machine::is_on(expected, c * m.words, i);
          }
          const result made = run(m, scan, metropolis, temperatures, uint64_t{1} << 33, m.states);
          CHECK(made.states == expected);
          CHECK(made.on_counts == counts);
          // In two calls, too.
          const result begun = run(m, scan, metropolis, {3}, uint64_t{1} << 33, m.states);
          CHECK(run(m, scan, metropolis, {8, 1e30}, (uint64_t{1} << 33) + 1, begun.states).states == expected);
        }
      }
    }
  }
}

TEST_CASE("thresholds decide as probabilities say") {
  // z = 3 at T = 2: sigma(3) for spins, sigma(1.5) for binary units; Metropolis off -> on at z = -3: exp(-3),
  // exp(-1.5).
  const double sigma3 = 0.95257412682243321912, sigma15 = 0.81757447619364369000;
  const double e3 = 0.049787068367863942979, e15 = 0.22313016014842982893;
  for (const bool binary : {false, true}) {
    machine m(1, 1, binary, false);
    m.bias[0] = 3;
    couplings_quantise({m.weights.data(), 1}, {m.bias.data(), 1}, 1, binary, false, {m.table.data(), m.table.size()},
                       {m.offsets.data(), m.offsets.size()});
    double flips[2];
    boltzmann_update_probabilities(1, binary, false, 1, {m.table.data(), m.table.size()},
                                   {m.offsets.data(), m.offsets.size()}, false, 2, {flips, 2});
    const double on = binary ? sigma15 : sigma3;
    CHECK(flips[0] == doctest::Approx(on).epsilon(2e-7));
    CHECK(flips[1] == doctest::Approx(1 - on).epsilon(2e-7));
    boltzmann_update_probabilities(1, binary, false, 1, {m.table.data(), m.table.size()},
                                   {m.offsets.data(), m.offsets.size()}, true, 2, {flips, 2});
    CHECK(flips[0] == 1);
    CHECK(flips[1] == doctest::Approx(binary ? e15 : e3).epsilon(2e-7));
    // At an infinite temperature heat bath is a fair coin, and Metropolis flips always.
    boltzmann_update_probabilities(1, binary, false, 1, {m.table.data(), m.table.size()},
                                   {m.offsets.data(), m.offsets.size()}, false, __builtin_inf(), {flips, 2});
    CHECK(flips[0] == doctest::Approx(0.5).epsilon(1e-6));
    boltzmann_update_probabilities(1, binary, false, 1, {m.table.data(), m.table.size()},
                                   {m.offsets.data(), m.offsets.size()}, true, __builtin_inf(), {flips, 2});
    CHECK(flips[1] == doctest::Approx(1).epsilon(1e-6));
  }
}

namespace {

// A step of training, from plain sweeps and sums.
void step_plainly(machine* m, uint32_t visible, const std::vector<uint32_t>& rows, double temperature, float rate,
                  float momentum, float decay, uint64_t step, std::vector<float>* weight_velocity,
                  std::vector<float>* bias_velocity, std::vector<uint32_t>* chains) {
  const size_t count = rows.size() / panel_count(visible);
  machine data = *m;
  data.chains = count;
  data.states.assign(count * m->words, 0);
  data.mask.assign(m->words, 0);
  for (size_t i = 0; i < visible; i++) data.mask[i / 32] |= 1u << (i % 32);
  for (size_t r = 0; r < count; r++) {
    for (size_t i = 0; i < m->units; i++) {
      const bool on =
          i < visible ? machine::is_on(rows, r * panel_count(visible), i) : word_of(tag_coin, step, r, i) >> 31 != 0;
      if (on) data.states[r * m->words + i / 32] |= 1u << (i % 32);
    }
  }
  for (uint64_t k = 0; k < 2; k++) {
    data.states = sweep_plainly(data, boltzmann_scan::sequential, false, temperature, 2 * step + k, data.states);
  }
  machine model = *m;
  model.mask.assign(m->words, 0);
  *chains = sweep_plainly(model, boltzmann_scan::sequential, false, temperature, step, *chains);
  const auto mean = [&](const std::vector<uint32_t>& states, size_t total, size_t i, size_t j) {
    int sum = 0;
    for (size_t r = 0; r < total; r++) {
      const int yi = machine::is_on(states, r * m->words, i) ? 1 : m->binary ? 0 : -1;
      const int yj = i == j ? (m->binary ? 1 : yi) : machine::is_on(states, r * m->words, j) ? 1 : m->binary ? 0 : -1;
      sum += i == j && !m->binary ? yi : yi * yj;
    }
    return sum * (1 / (temperature * static_cast<double>(total)));
  };
  for (size_t i = 0; i < m->units; i++) {
    for (size_t j = 0; j < m->units; j++) {
      const float gradient = static_cast<float>(mean(data.states, count, i, j) - mean(*chains, m->chains, i, j));
      float* velocity = i == j ? &(*bias_velocity)[i] : &(*weight_velocity)[i * m->units + j];
      float* parameter = i == j ? &m->bias[i] : &m->weights[i * m->units + j];
      *velocity = momentum * *velocity + rate * (i == j ? gradient : gradient - decay * *parameter);
      *parameter += *velocity;
    }
  }
}

}  // namespace

TEST_CASE("a step of training is the difference of plain means") {
  first_chain = 0;
  for (const bool binary : {false, true}) {
    for (const uint32_t visible : {40u, 33u}) {
      machine m(40, 8, binary, false);
      m.mask.assign(m.words, 0);
      const size_t row_words = panel_count(visible);
      std::vector<uint32_t> rows(4 * row_words), chains = m.states;
      for (size_t k = 0; k < rows.size(); k++) {
        rows[k] = random_word(static_cast<uint32_t>(k), 9) & word_mask(visible, k % row_words);
      }
      std::vector<float> weight_velocity(m.weights.size()), bias_velocity(m.units);
      machine expected = m;
      std::vector<float> expected_velocity = weight_velocity, expected_bias_velocity = bias_velocity;
      std::vector<uint32_t> expected_chains = chains;
      const float rates[1] = {16};
      const int32_t diverged =
          boltzmann_train({rows.data(), rows.size()}, visible, binary, 2, 4, {rates, 1}, 0.5f, 0.25f, 1, 2, key.low,
                          key.high, key.low, key.high, 6, {m.weights.data(), m.weights.size()},
                          {m.bias.data(), m.units}, {weight_velocity.data(), weight_velocity.size()},
                          {bias_velocity.data(), m.units}, {chains.data(), chains.size()});
      step_plainly(&expected, visible, rows, 2, 16, 0.5f, 0.25f, 6, &expected_velocity, &expected_bias_velocity,
                   &expected_chains);
      CHECK(diverged == -1);
      CHECK(chains == expected_chains);
      CHECK(m.weights == expected.weights);
      CHECK(m.bias == expected.bias);
      CHECK(weight_velocity == expected_velocity);
    }
  }
}

TEST_CASE("sparse couplings make the same flips as dense ones, for few chains and for many") {
  first_chain = 5;
  for (const uint32_t units : {1u, 33u, 150u}) {
    for (const size_t chains : {size_t{3}, size_t{33}, size_t{70}}) {
      for (int variant = 0; variant < 4; variant++) {
        const bool binary = (variant & 1) != 0, metropolis = (variant & 2) != 0;
        const machine m(units, chains, binary, false);
        std::vector<uint32_t> offsets = {0}, columns, order;
        std::vector<int32_t> weights, bias;
        for (uint32_t i = 0; i < units; i++) {
          for (uint32_t j = 0; j < units; j++) {
            if (m.weights[i * units + j] == 0) continue;
            columns.push_back(j);
            weights.push_back(static_cast<int32_t>(m.weights[i * units + j]));
          }
          offsets.push_back(static_cast<uint32_t>(columns.size()));
          bias.push_back(static_cast<int32_t>(m.bias[i]));
          order.push_back(i);
        }
        for (const uint32_t scan : {boltzmann_scan::sequential, boltzmann_scan::random, boltzmann_scan::permutation,
                                    boltzmann_scan::chromatic}) {
          const uint32_t like = scan == boltzmann_scan::chromatic ? boltzmann_scan::sequential : scan;
          const result expected = run(m, like, metropolis, {3, 8}, 17, m.states);
          result made{m.states, std::vector<uint32_t>(chains * units), std::vector<double>(chains)};
          const std::vector<double> temperatures = {3, 8};
          boltzmann_sparse_gibbs({offsets.data(), offsets.size()}, {columns.data(), columns.size()},
                                 {weights.data(), weights.size()}, {bias.data(), units}, binary, 1,
                                 {order.data(), order.size()}, scan, metropolis, {temperatures.data(), 2},
                                 {m.mask.data(), m.words}, key.low, key.high, order_key.low, order_key.high,
                                 first_chain, 17, {made.states.data(), made.states.size()},
                                 {made.on_counts.data(), made.on_counts.size()}, {made.energies.data(), chains});
          CHECK(made.states == expected.states);
          CHECK(made.on_counts == expected.on_counts);
          CHECK(made.energies == expected.energies);
        }
      }
    }
  }
}

TEST_CASE("sums over all states, of no units, of a block and of several") {
  for (const size_t units : {size_t{0}, size_t{1}, size_t{5}, size_t{13}}) {
    std::vector<double> couplings(units * units), bias(units, 0.25);
    const size_t blocks = units > 12 ? 2 : 1;
    std::vector<double> logs(blocks), both(units * units), probabilities(size_t{1} << units);
    boltzmann_enumerate({couplings.data(), couplings.size()}, {bias.data(), units}, false, 2, 0, {logs.data(), blocks});
    const double each = std::log(2 * std::cosh(0.5)), expected = static_cast<double>(units) * each;
    double total = 0;
    for (const double log : logs) total += std::exp(log);
    CHECK(std::log(total) == doctest::Approx(expected));
    if (units == 0) continue;
    boltzmann_moments({couplings.data(), couplings.size()}, {bias.data(), units}, false, 2, expected, 0,
                      {both.data(), both.size()});
    const double on = 1 / (1 + std::exp(-1.0));
    for (size_t i = 0; i < units; i++)
      for (size_t j = 0; j < units; j++) CHECK(both[i * units + j] == doctest::Approx(i == j ? on : on * on));
    boltzmann_probabilities({couplings.data(), couplings.size()}, {bias.data(), units}, false, 2, expected,
                            {probabilities.data(), probabilities.size()});
    CHECK(probabilities.back() == doctest::Approx(std::pow(on, static_cast<double>(units))));
    const uint32_t last_block = static_cast<uint32_t>(blocks) - 1;
    const double uniforms[2] = {0, 0.999999999999};
    const uint32_t where[2] = {0, last_block};
    uint32_t states[2];
    boltzmann_pick({couplings.data(), couplings.size()}, {bias.data(), units}, false, 2, {where, 2}, {uniforms, 2},
                   {states, 2});
    CHECK(states[0] == 0);
    CHECK(states[1] == (1u << units) - 1);
  }
}
