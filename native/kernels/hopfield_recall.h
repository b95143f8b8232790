// Recall of a Hopfield network (Hopfield 1982): every unit takes the sign of its field, a field of zero keeps the
// state.
//
// States are packed bits (bits.h), bit 1 for +1. Fields are kept up to date: a visit is a look at a sign, a flip adds a
// row. Couplings are integers (couplings.h), so a sweep without a flip proves a fixed point.
#pragma once
#include "core/span.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace recall_order {
// Units in order of their number, one at a time.
constexpr uint32_t sequential = 0;
// In a fresh permutation each sweep: random_permutation (random_discrete.h) of the stream (number of the probe, sweep).
constexpr uint32_t random = 1;
// All units at once.
constexpr uint32_t synchronous = 2;
}  // namespace recall_order

namespace recall_outcome {
constexpr uint32_t running = 0, fixed_point = 1, cycle = 2, most_flips = 3;
}  // namespace recall_outcome

// Runs up to `sweeps` more sweeps of every probe, from and to `states` [rows, words], and stops each one after its
// first sweep without a flip. In random order a run also stops, in the middle of a sweep, with its flip number
// `most_flips` of this call. probes [rows] numbers the probes, first_sweep the sweep, in the draws of random order.
//
// previous [rows, words], used by the synchronous order only (else empty), holds the states before those in `states`,
// for the detection of 2-cycles from one call to the next; at first_sweep 0 it is not read. counts [rows, 3]: sweeps
// done, flips made, outcome. energies [rows, 2]: before and after. trace [rows, sweeps]: the energy after each sweep
// done (empty: not wanted).
void hopfield_recall(uint32_t units, bool narrow, double unit, span<const int32_t> table, span<const int32_t> offsets,
                     uint32_t order, uint32_t key_low, uint32_t key_high, span<const uint32_t> probes,
                     uint32_t first_sweep, uint32_t sweeps, uint32_t most_flips, span<uint32_t> states,
                     span<uint32_t> previous, span<uint32_t> counts, span<double> energies, span<double> trace);

// The same for probes under keys of their own: streams [rows, 3] holds, for each probe, its key (low and high half) and
// its number.
void hopfield_recall_streams(uint32_t units, bool narrow, double unit, span<const int32_t> table,
                             span<const int32_t> offsets, uint32_t order, span<const uint32_t> streams,
                             uint32_t first_sweep, uint32_t sweeps, uint32_t most_flips, span<uint32_t> states,
                             span<uint32_t> previous, span<uint32_t> counts, span<double> energies, span<double> trace);

}  // namespace gibbsite::GIBBSITE_TARGET
