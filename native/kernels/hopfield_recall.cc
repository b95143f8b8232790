#include "kernels/hopfield_recall.h"

#include "core/philox.h"
#include "kernels/coupling_fields.h"
#include "kernels/random_discrete.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

// Probes of one task go through the words in step, so that the rows of a word are used while they are in cache.
constexpr size_t task_probes = 32;

struct recall_settings {
  uint32_t order, first_sweep, sweeps, most_flips;
  double unit;
};

// One probe's part of the kernel's arrays.
template <class T>
struct recall_probe {
  philox_key key;
  uint32_t number;
  T* z;
  uint32_t* spins;
  uint32_t* previous;
  uint32_t* counts;
  double* energies;
  double* trace;
  bool first;  // nothing has come before its state

  bool running() const { return counts[2] == recall_outcome::running; }
};

// Rows to add to the fields of a probe, all at once.
template <class T>
struct pending_rows {
  static constexpr size_t most = 32;
  const T* rows[most];
  T signs[most];
  size_t count = 0;

  // The change when `spin` flips: 2 w y for the new y.
  void push(const T* row, bool was_on) {
    rows[count] = row;
    signs[count++] = static_cast<T>(was_on ? -1 : 0);
  }
  void add_to(T* z, size_t width) const { add_all_rows(rows, signs, count, z, width); }
};

// Visits units 32 w ... 32 w + 31 in order; returns the number of flips. Their fields are kept up to date one flip at a
// time, all others once at the end.
template <class T>
uint32_t visit_word(const coupling_table<T>& network, size_t w, T* z, uint32_t* spins) {
  uint32_t word = spins[w], open = unstable_word(z + 32 * w, word);
  if (open == 0) return 0;
  alignas(64) T local[panel_width];
  memcpy(local, z + 32 * w, sizeof local);
  pending_rows<T> pending;
  while (open != 0) {
    const uint32_t bit = open & (0u - open);
    pending.push(network.row(32 * w + static_cast<size_t>(__builtin_ctz(bit))), (word & bit) != 0);
    word ^= bit;
    const T* slice = pending.rows[pending.count - 1] + 32 * w;
    add_rows<1>(&slice, &pending.signs[pending.count - 1], local, panel_width);
    open = unstable_word(local, word) & ~(bit | (bit - 1));
  }
  pending.add_to(z, network.width);
  spins[w] = word;
  return static_cast<uint32_t>(pending.count);
}

// Visits all units in the order given, or until `most` of them have flipped.
template <class T>
uint32_t visit_in_order(const coupling_table<T>& network, const uint32_t* order, uint32_t most, T* z, uint32_t* spins) {
  uint32_t flips = 0;
  for (size_t k = 0; k < network.units && flips < most; k++) {
    const uint32_t i = order[k], bit = 1u << (i & 31);
    const uint32_t on = spins[i / 32] >> (i & 31) & 1;
    // y z without a branch on y, which would be mispredicted every other time.
    const int32_t field = z[i];
    const uint32_t agreement = static_cast<uint32_t>(field ^ (static_cast<int32_t>(on) - 1)) + (1 - on);
    if (agreement >> 31 == 0) continue;
    const T* row = network.row(i);
    const T sign = static_cast<T>(on != 0 ? -1 : 0);
    add_rows<1>(&row, &sign, z, network.width);
    spins[i / 32] ^= bit;
    flips++;
  }
  return flips;
}

// All units at once, by the fields before the sweep.
template <class T>
uint32_t visit_together(const coupling_table<T>& network, uint32_t* next, T* z, uint32_t* spins) {
  uint32_t flips = 0;
  for (size_t w = 0; w < network.words(); w++) {
    next[w] = unstable_word(z + 32 * w, spins[w]);
    flips += static_cast<uint32_t>(__builtin_popcount(next[w]));
  }
  for (size_t w = 0; w < network.words(); w++) {
    pending_rows<T> pending;
    for (uint32_t open = next[w]; open != 0; open &= open - 1) {
      const uint32_t i = static_cast<uint32_t>(__builtin_ctz(open));
      pending.push(network.row(32 * w + i), (spins[w] >> i & 1) != 0);
    }
    pending.add_to(z, network.width);
    next[w] ^= spins[w];
  }
  return flips;
}

// Counts a finished sweep, and decides whether it was the last.
template <class T>
void finish_sweep(const coupling_table<T>& network, const recall_probe<T>& probe, uint32_t flips, double unit) {
  if (probe.trace != nullptr) {
    probe.trace[probe.counts[0]] = static_cast<double>(twice_energy(network, probe.z, probe.spins)) * unit * 0.5;
  }
  probe.counts[0]++;
  probe.counts[1] += flips;
  if (flips == 0) probe.counts[2] = recall_outcome::fixed_point;
}

template <class T>
void run_sequential(const coupling_table<T>& network, const recall_probe<T>* probes, size_t count,
                    const recall_settings& settings) {
  for (uint32_t sweep = 0; sweep < settings.sweeps; sweep++) {
    uint32_t flips[task_probes] = {}, running = 0;
    for (size_t w = 0; w < network.words(); w++) {
      for (size_t p = 0; p < count; p++) {
        if (probes[p].running()) flips[p] += visit_word(network, w, probes[p].z, probes[p].spins);
      }
    }
    for (size_t p = 0; p < count; p++) {
      if (!probes[p].running()) continue;
      finish_sweep(network, probes[p], flips[p], settings.unit);
      running += probes[p].running();
    }
    if (running == 0) return;
  }
}

template <class T>
void run_random(const coupling_table<T>& network, const recall_probe<T>& probe, const recall_settings& settings) {
  const scratch<uint32_t> order(network.units);
  for (uint32_t sweep = 0; sweep < settings.sweeps && probe.running(); sweep++) {
    random_permutation({order.data(), network.units}, probe.key.low, probe.key.high, probe.number,
                       settings.first_sweep + sweep, 0);
    const uint32_t left = settings.most_flips - probe.counts[1];
    finish_sweep(network, probe, visit_in_order(network, order.data(), left, probe.z, probe.spins), settings.unit);
    if (probe.counts[1] == settings.most_flips) probe.counts[2] = recall_outcome::most_flips;
  }
}

template <class T>
void run_synchronous(const coupling_table<T>& network, const recall_probe<T>& probe, const recall_settings& settings) {
  const size_t bytes = network.words() * sizeof(uint32_t);
  const scratch<uint32_t> next(network.words());
  for (uint32_t sweep = 0; sweep < settings.sweeps && probe.running(); sweep++) {
    const uint32_t flips = visit_together(network, next.data(), probe.z, probe.spins);
    const bool back = (sweep > 0 || !probe.first) && memcmp(next.data(), probe.previous, bytes) == 0;
    memcpy(probe.previous, probe.spins, bytes);
    memcpy(probe.spins, next.data(), bytes);
    finish_sweep(network, probe, flips, settings.unit);
    if (flips != 0 && back) probe.counts[2] = recall_outcome::cycle;
  }
}

template <class T>
void run_task(const coupling_table<T>& network, const recall_probe<T>* probes, size_t count,
              const recall_settings& settings) {
  for (size_t p = 0; p < count; p++) {
    probes[p].counts[0] = probes[p].counts[1] = 0, probes[p].counts[2] = recall_outcome::running;
    probes[p].energies[0] =
        static_cast<double>(twice_energy(network, probes[p].z, probes[p].spins)) * settings.unit * 0.5;
  }
  if (settings.order == recall_order::sequential) run_sequential(network, probes, count, settings);
  for (size_t p = 0; p < count; p++) {
    if (settings.order == recall_order::random) run_random(network, probes[p], settings);
    if (settings.order == recall_order::synchronous) run_synchronous(network, probes[p], settings);
    probes[p].energies[1] =
        static_cast<double>(twice_energy(network, probes[p].z, probes[p].spins)) * settings.unit * 0.5;
  }
}

// Where the kernels read and write, row after row.
struct recall_arrays {
  span<uint32_t> states, previous, counts;
  span<double> energies, trace;

  template <class T>
  recall_probe<T> probe(size_t r, size_t words, const recall_settings& settings, T* z, philox_key key,
                        uint32_t number) const {
    return {key,
            number,
            z,
            states.data() + r * words,
            previous.empty() ? nullptr : previous.data() + r * words,
            counts.data() + r * 3,
            energies.data() + r * 2,
            trace.empty() ? nullptr : trace.data() + r * settings.sweeps,
            settings.first_sweep == 0};
  }
};

// key(r) and number(r) say where the draws of row r come from.
template <class Key, class Number>
void recall_rows(uint32_t units, bool narrow, span<const int32_t> table, span<const int32_t> offsets, size_t rows,
                 const recall_settings& settings, const recall_arrays& arrays, const Key& key, const Number& number) {
  with_network(units, narrow, table, offsets, [&]<class T>(const coupling_table<T>& network) {
    const scratch<T> z(rows * network.stride);
    start_fields(network, arrays.states.data(), rows, z.data());
    // Few probes are spread over all threads; which task takes a probe changes nothing.
    const size_t each = rows < 4 * task_probes ? (rows + 3) / 4 : task_probes;
    parallel_for((rows + each - 1) / each, [&](size_t task) {
      recall_probe<T> mine[task_probes];
      size_t count = 0;
      for (size_t r = task * each; r < rows && count < each; r++) {
        T* fields = z.data() + r * network.stride;
        mine[count++] = arrays.probe(r, network.words(), settings, fields, key(r), number(r));
      }
      run_task(network, mine, count, settings);
    });
  });
}

}  // namespace

void hopfield_recall(uint32_t units, bool narrow, double unit, span<const int32_t> table, span<const int32_t> offsets,
                     uint32_t order, uint32_t key_low, uint32_t key_high, span<const uint32_t> probes,
                     uint32_t first_sweep, uint32_t sweeps, uint32_t most_flips, span<uint32_t> states,
                     span<uint32_t> previous, span<uint32_t> counts, span<double> energies, span<double> trace) {
  recall_rows(
      units, narrow, table, offsets, probes.size(), {order, first_sweep, sweeps, most_flips, unit},
      {states, previous, counts, energies, trace}, [=](size_t) { return philox_key{key_low, key_high}; },
      [&](size_t r) { return probes[r]; });
}

void hopfield_recall_streams(uint32_t units, bool narrow, double unit, span<const int32_t> table,
                             span<const int32_t> offsets, uint32_t order, span<const uint32_t> streams,
                             uint32_t first_sweep, uint32_t sweeps, uint32_t most_flips, span<uint32_t> states,
                             span<uint32_t> previous, span<uint32_t> counts, span<double> energies,
                             span<double> trace) {
  recall_rows(
      units, narrow, table, offsets, streams.size() / 3, {order, first_sweep, sweeps, most_flips, unit},
      {states, previous, counts, energies, trace},
      [&](size_t r) { return philox_key{streams[3 * r], streams[3 * r + 1]}; },
      [&](size_t r) { return streams[3 * r + 2]; });
}

}  // namespace gibbsite::GIBBSITE_TARGET
