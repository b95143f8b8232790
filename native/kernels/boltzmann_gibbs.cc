#include "kernels/boltzmann_gibbs.h"

#include "kernels/boltzmann_chains.h"
#include "kernels/couplings.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

// counts [chains, units] += the states.
template <class T>
void count_on(const chain_block<T>& block, uint32_t* counts) {
  const size_t units = block.network.units;
  for (size_t c = 0; c < block.chains; c++) {
    uint32_t* to = counts + c * units;
    const uint32_t* state = block.state_of(c);
    for (size_t i = 0; i < units; i++) to[i] += state[i / 32] >> (i & 31) & 1;
  }
}

// What a call does with each block of chains.
struct gibbs_run {
  uint32_t scan;
  bool binary, metropolis;
  double unit;
  span<const double> temperatures;
  sweep_source source;

  template <class T>
  void sweep(const chain_block<T>& block, uint32_t first_chain, uint32_t* on_counts) const {
    sweep_source at = source;
    at.first_chain += first_chain;
    if (scan == boltzmann_scan::sequential) {
      const sequential_sweeps<T> sweeps(block);
      return repeat(block, at, on_counts, [&](const visit_rule& rule) { sweeps.sweep(rule, at); });
    }
    const scratch<int32_t> thresholds(block.chains * block.network.stride);
    repeat(block, at, on_counts, [&](const visit_rule& rule) {
      sweep_thresholds(block, rule, at, thresholds.data());
      if (scan == boltzmann_scan::permutation)
        sweep_permuted(block, rule, at, thresholds.data());
      else
        sweep_at_random(block, rule, at, thresholds.data());
    });
  }

  template <class T, class Sweep>
  void repeat(const chain_block<T>& block, sweep_source& at, uint32_t* on_counts, const Sweep& sweep) const {
    for (size_t k = 0; k < temperatures.size(); k++, at.sweep++) {
      sweep(visit_rule(binary, metropolis, unit, temperatures[k]));
      if (on_counts != nullptr) count_on(block, on_counts);
    }
  }
};

}  // namespace

void boltzmann_gibbs(uint32_t units, bool binary, bool narrow, double unit, span<const int32_t> table,
                     span<const int32_t> offsets, uint32_t scan, bool metropolis, span<const double> temperatures,
                     span<const uint32_t> clamp_mask, uint32_t key_low, uint32_t key_high, uint32_t order_low,
                     uint32_t order_high, uint32_t first_chain, uint64_t first_sweep, span<uint32_t> states,
                     span<uint32_t> on_counts, span<double> energies) {
  const gibbs_run run{scan, binary,       metropolis,
                      unit, temperatures, {{key_low, key_high}, {order_low, order_high}, first_sweep, first_chain}};
  with_network(units, narrow, table, offsets, [&]<class T>(const coupling_table<T>& network) {
    const size_t chains = states.size() / network.words();
    const scratch<T> fields(chains * network.stride);
    start_fields(network, states.data(), chains, fields.data());
    // Few chains are spread over all threads; which task takes a chain changes nothing.
    const size_t each = chains < 2 * task_chains ? (chains + 1) / 2 : task_chains;
    parallel_for((chains + each - 1) / each, [&](size_t task) {
      const size_t first = task * each, count = chains - first < each ? chains - first : each;
      const chain_block<T> block{network, count, fields.data() + first * network.stride,
                                 states.data() + first * network.words(),
                                 clamp_mask.empty() ? nullptr : clamp_mask.data()};
      run.sweep(block, static_cast<uint32_t>(first), on_counts.empty() ? nullptr : on_counts.data() + first * units);
    });
    if (energies.empty()) return;
    couplings_fields(units, binary, narrow, unit, table, offsets, {states.data(), states.size()}, {}, energies);
  });
}

namespace {

// The number of words w = 0, 1 ... most for which test(w) holds, where it holds for all below some word.
template <class Test>
uint64_t count_words(uint64_t most, const Test& test) {
  uint64_t low = 0, high = most + 1;
  while (low < high) {
    const uint64_t middle = (low + high) / 2;
    if (test(static_cast<uint32_t>(middle)))
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

int32_t threshold_of(const visit_rule& rule, uint32_t word) { return threshold_of(rule, splat<u32x>(word))[0]; }

// Probability that a unit with this field flips. Thresholds of heat bath rise with the word, those of Metropolis fall.
double flip_probability(const visit_rule& rule, int32_t field, bool on) {
  constexpr uint64_t most = 0xffffffff;
  const auto test = [&](uint32_t w) { return flips(rule, field, threshold_of(rule, w), rule.metropolis && on); };
  const double share = static_cast<double>(count_words(most, test)) * 0x1p-32;
  return on && !rule.metropolis ? 1 - share : share;
}

}  // namespace

void boltzmann_update_probabilities(uint32_t units, bool binary, bool narrow, double unit, span<const int32_t> table,
                                    span<const int32_t> offsets, bool metropolis, double temperature,
                                    span<double> flips) {
  const visit_rule rule(binary, metropolis, unit, temperature);
  with_network(units, narrow, table, offsets, [&]<class T>(const coupling_table<T>& network) {
    parallel_for(flips.size() / units, [&](size_t state) {
      const uint32_t word = static_cast<uint32_t>(state);
      const scratch<T> fields(network.stride);
      start_fields(network, &word, 1, fields.data());
      for (size_t i = 0; i < units; i++) {
        flips[state * units + i] = flip_probability(rule, fields[i], (word >> i & 1) != 0);
      }
    });
  });
}

}  // namespace gibbsite::GIBBSITE_TARGET
