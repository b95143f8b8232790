#include "kernels/boltzmann_sparse.h"

#include "kernels/boltzmann_gibbs.h"
#include "kernels/boltzmann_visit.h"
#include "kernels/random_discrete.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

struct sparse_network {
  span<const uint32_t> offsets, columns;
  span<const int32_t> weights, bias;
  bool binary;

  size_t units() const { return bias.size(); }
  size_t words() const { return panel_count(units()); }

  int32_t field(const uint32_t* state, size_t i) const {
    // Sums wrap around on the way where they must; the whole field fits.
    uint32_t sum = static_cast<uint32_t>(bias[i]);
    for (size_t k = offsets[i]; k < offsets[i + 1]; k++) {
      const uint32_t j = columns[k], w = static_cast<uint32_t>(weights[k]);
      const bool on = (state[j / 32] >> (j & 31) & 1) != 0;
      sum += on ? w : binary ? 0 : 0u - w;
    }
    return static_cast<int32_t>(sum);
  }
};

// Sweeps of a run, one after the other.
struct sparse_run {
  const sparse_network& network;
  span<const uint32_t> order;
  uint32_t scan;
  bool metropolis;
  double unit;
  span<const double> temperatures;
  span<const uint32_t> clamp_mask;
  philox_key key, order_key;
  uint64_t first_sweep;

  visit_rule rule(size_t sweep) const { return {network.binary, metropolis, unit, temperatures[sweep]}; }
  unit_source source(uint32_t tag, size_t sweep, uint32_t chain) const {
    return {key, tag, first_sweep + sweep, chain};
  }
  bool held(size_t i) const { return !clamp_mask.empty() && (clamp_mask[i / 32] >> (i & 31) & 1) != 0; }
};

// A chain by itself, in any order.
class single_chain {
 public:
  single_chain(const sparse_run& run, uint32_t number, uint32_t* state)
      : run_(run),
        number_(number),
        state_(state),
        shuffled_(run.scan == boltzmann_scan::permutation ? run.network.units() : 0),
        thresholds_(padded(run.network.units())) {}

  void sweep(size_t k) const {
    const size_t units = run_.network.units();
    const visit_rule rule = run_.rule(k);
    for (size_t w = 0; w < run_.network.words(); w++) {
      panel_words(run_.source(tag_update, k, number_), w, 0, 1, random_);
      make_thresholds(rule, random_, panel_width, thresholds_.data() + 32 * w);
    }
    if (run_.scan == boltzmann_scan::random) return sweep_at_random(k, rule);
    if (run_.scan == boltzmann_scan::permutation) {
      random_permutation({shuffled_.data(), units}, run_.order_key.low, run_.order_key.high, number_,
                         static_cast<uint32_t>(run_.first_sweep + k), 0);
    }
    for (size_t v = 0; v < units; v++) {
      const bool permuted = run_.scan == boltzmann_scan::permutation;
      const size_t i = permuted ? shuffled_[v] : run_.scan == boltzmann_scan::chromatic ? run_.order[v] : v;
      visit(rule, i, thresholds_[permuted ? i : v]);
    }
  }

 private:
  void sweep_at_random(size_t k, const visit_rule& rule) const {
    const size_t units = run_.network.units();
    for (size_t w = 0; w < run_.network.words(); w++) {
      panel_words(run_.source(tag_choice, k, number_), w, 0, 1, random_);
      for (size_t v = 32 * w; v < units && v < 32 * w + 32; v++) {
        visit(rule, uint64_t{random_[v & 31]} * units >> 32, thresholds_[v]);
      }
    }
  }

  void visit(const visit_rule& rule, size_t i, int32_t threshold) const {
    const uint32_t bit = 1u << (i & 31);
    uint32_t* word = state_ + i / 32;
    if (run_.held(i) || !flips(rule, run_.network.field(state_, i), threshold, (*word & bit) != 0)) return;
    *word ^= bit;
  }

  const sparse_run& run_;
  const uint32_t number_;
  uint32_t* const state_;
  const scratch<uint32_t> shuffled_;
  const scratch<int32_t> thresholds_;
  // Work space: panel_words fills up to sampler_rows rows.
  alignas(64) mutable uint32_t random_[sampler_rows * panel_width];
};

// 32 chains side by side, in an order that they share: bit r of a unit's word is chain r.
class chain_group {
 public:
  chain_group(const sparse_run& run, uint32_t first_chain, size_t chains, uint32_t* states)
      : run_(run),
        first_chain_(first_chain),
        chains_(chains),
        states_(states),
        bits_(padded(run.network.units())),
        step_(run.network.weights.size()),
        base_(run.network.units()) {
    move_states([&](size_t w, uint32_t block[32]) {
      transpose_bits(block);
      for (size_t i = 0; i < 32; i++) bits_[32 * w + i] = block[i];
    });
    prepare_sums();
  }

  void sweep(size_t k) const {
    const visit_rule rule = run_.rule(k);
    for (size_t w = 0; w < run_.network.words(); w++) {
      alignas(64) uint32_t random[32 * panel_width], by_visit[32 * panel_width];
      alignas(64) int32_t thresholds[32 * panel_width];
      for (size_t first = 0; first < 32; first += sampler_rows) {
        panel_words(run_.source(tag_update, k, first_chain_), w, first, sampler_rows, random + first * panel_width);
      }
      transpose_words(random, by_visit);
      make_thresholds(rule, by_visit, 32 * panel_width, thresholds);
      const size_t visits = panel_columns(run_.network.units(), w);
      for (size_t v = 0; v < visits; v++) {
        const size_t i = run_.scan == boltzmann_scan::chromatic ? run_.order[32 * w + v] : 32 * w + v;
        if (!run_.held(i)) visit(rule, i, thresholds + v * panel_width);
      }
    }
  }

  // Puts the states back into their rows.
  void finish() const {
    const size_t words = run_.network.words();
    for (size_t w = 0; w < words; w++) {
      uint32_t block[32];
      for (size_t i = 0; i < 32; i++) block[i] = 32 * w + i < run_.network.units() ? bits_[32 * w + i] : 0;
      transpose_bits(block);
      for (size_t c = 0; c < chains_; c++) states_[c * words + w] = block[c];
    }
  }

 private:
  template <class Body>
  void move_states(const Body& body) const {
    const size_t words = run_.network.words();
    for (size_t w = 0; w < words; w++) {
      uint32_t block[32];
      for (size_t c = 0; c < 32; c++) block[c] = c < chains_ ? states_[c * words + w] : 0;
      body(w, block);
    }
  }

  // A field is base + the steps of the neighbours that are on.
  void prepare_sums() const {
    const sparse_network& net = run_.network;
    const uint32_t factor = net.binary ? 1 : 2;
    for (size_t i = 0; i < net.units(); i++) {
      uint32_t base = static_cast<uint32_t>(net.bias[i]);
      for (size_t k = net.offsets[i]; k < net.offsets[i + 1]; k++) {
        const uint32_t w = static_cast<uint32_t>(net.weights[k]);
        step_[k] = static_cast<int32_t>(factor * w);
        if (!net.binary) base -= w;
      }
      base_[i] = static_cast<int32_t>(base);
    }
  }

  static void transpose_words(const uint32_t* from, uint32_t* to) {
    transpose_block(reinterpret_cast<const float*>(from), reinterpret_cast<float*>(to), panel_width);
  }

  void visit(const visit_rule& rule, size_t i, const int32_t* thresholds) const {
    i32x z[panel_vectors], t[panel_vectors];
    for (int v = 0; v < panel_vectors; v++) {
      z[v] = splat<i32x>(base_[i]);
      t[v] = load<i32x>(thresholds + v * f32_lanes);
    }
    for (size_t k = run_.network.offsets[i]; k < run_.network.offsets[i + 1]; k++) {
      const uint32_t on = bits_[run_.network.columns[k]];
      const i32x step = splat<i32x>(step_[k]);
#pragma GCC unroll 8
      for (int v = 0; v < panel_vectors; v++) z[v] = add_where(z[v], step, on >> (v * f32_lanes));
    }
    bits_[i] ^= rule.metropolis ? flips_of<true>(z, t, bits_[i]) : flips_of<false>(z, t, bits_[i]);
  }

  const sparse_run& run_;
  const uint32_t first_chain_;
  const size_t chains_;
  uint32_t* const states_;
  const scratch<uint32_t> bits_;
  const scratch<int32_t> step_, base_;
};

void count_on(const uint32_t* states, size_t chains, size_t units, uint32_t* counts) {
  const size_t words = panel_count(units);
  for (size_t c = 0; c < chains; c++) {
    for (size_t i = 0; i < units; i++) counts[c * units + i] += states[c * words + i / 32] >> (i & 31) & 1;
  }
}

// Fewer chains than this go one by one: the lanes of the others would be idle.
constexpr size_t fewest_in_group = 6;

void run_chains(const sparse_run& run, uint32_t first_chain, size_t chains, uint32_t* states, uint32_t* on_counts) {
  const size_t units = run.network.units(), sweeps = run.temperatures.size();
  const bool shared = run.scan == boltzmann_scan::sequential || run.scan == boltzmann_scan::chromatic;
  if (shared && chains >= fewest_in_group) {
    const chain_group group(run, first_chain, chains, states);
    for (size_t k = 0; k < sweeps; k++) {
      group.sweep(k);
      if (on_counts == nullptr) continue;
      group.finish();
      count_on(states, chains, units, on_counts);
    }
    return group.finish();
  }
  for (size_t c = 0; c < chains; c++) {
    uint32_t* state = states + c * run.network.words();
    const single_chain chain(run, first_chain + static_cast<uint32_t>(c), state);
    for (size_t k = 0; k < sweeps; k++) {
      chain.sweep(k);
      if (on_counts != nullptr) count_on(state, 1, units, on_counts + c * units);
    }
  }
}

// Twice the energy in units.
int64_t twice_energy(const sparse_network& network, const uint32_t* state) {
  int64_t sum = 0;
  for (size_t i = 0; i < network.units(); i++) {
    const int64_t term = int64_t{network.field(state, i)} + network.bias[i];
    const bool on = (state[i / 32] >> (i & 31) & 1) != 0;
    sum += on ? term : network.binary ? 0 : -term;
  }
  return -sum;
}

}  // namespace

void boltzmann_sparse_gibbs(span<const uint32_t> offsets, span<const uint32_t> columns, span<const int32_t> weights,
                            span<const int32_t> bias, bool binary, double unit, span<const uint32_t> order,
                            uint32_t scan, bool metropolis, span<const double> temperatures,
                            span<const uint32_t> clamp_mask, uint32_t key_low, uint32_t key_high, uint32_t order_low,
                            uint32_t order_high, uint32_t first_chain, uint64_t first_sweep, span<uint32_t> states,
                            span<uint32_t> on_counts, span<double> energies) {
  const sparse_network network{offsets, columns, weights, bias, binary};
  const sparse_run run{
      network,    order, scan, metropolis, unit, temperatures, clamp_mask, {key_low, key_high}, {order_low, order_high},
      first_sweep};
  const size_t words = network.words(), chains = states.size() / words;
  constexpr size_t each = 32;
  parallel_for((chains + each - 1) / each, [&](size_t task) {
    const size_t first = task * each, count = chains - first < each ? chains - first : each;
    run_chains(run, first_chain + static_cast<uint32_t>(first), count, states.data() + first * words,
               on_counts.empty() ? nullptr : on_counts.data() + first * network.units());
  });
  if (energies.empty()) return;
  boltzmann_sparse_fields(offsets, columns, weights, bias, binary, unit, {states.data(), states.size()}, {}, energies);
}

void boltzmann_sparse_fields(span<const uint32_t> offsets, span<const uint32_t> columns, span<const int32_t> weights,
                             span<const int32_t> bias, bool binary, double unit, span<const uint32_t> states,
                             span<float> fields, span<double> energies) {
  const sparse_network network{offsets, columns, weights, bias, binary};
  const size_t units = network.units(), words = network.words();
  parallel_for(states.size() / words, [&](size_t r) {
    const uint32_t* state = states.data() + r * words;
    if (!energies.empty()) energies[r] = static_cast<double>(twice_energy(network, state)) * unit * 0.5;
    if (fields.empty()) return;
    for (size_t i = 0; i < units; i++) {
      fields[r * units + i] = static_cast<float>(static_cast<double>(network.field(state, i)) * unit);
    }
  });
}

}  // namespace gibbsite::GIBBSITE_TARGET
