// Sweeps of the chains of one task. See boltzmann_gibbs.h.
#pragma once
#include "kernels/boltzmann_gibbs.h"
#include "kernels/boltzmann_visit.h"
#include "kernels/coupling_fields.h"
#include "kernels/random_discrete.h"

namespace gibbsite::GIBBSITE_TARGET {

// Chains of one task go through the words in step, so that the rows of a word are used while they are in cache.
constexpr size_t task_chains = 32;

struct sweep_source {
  philox_key key, order;
  uint64_t sweep;
  uint32_t first_chain;

  unit_source words(uint32_t tag) const { return {key, tag, sweep, first_chain}; }
};

// The state of a task: fields [chains, stride] and packed states [chains, words].
template <class T>
struct chain_block {
  const coupling_table<T>& network;
  size_t chains;
  T* fields;
  uint32_t* states;
  const uint32_t* clamp_mask;  // or null

  T* fields_of(size_t chain) const { return fields + chain * network.stride; }
  uint32_t* state_of(size_t chain) const { return states + chain * network.words(); }
  uint32_t free_units(size_t word) const {
    return word_mask(network.units, word) & (clamp_mask == nullptr ? ~0u : ~clamp_mask[word]);
  }
};

// fields[column ...] brought up to date with the units of two words that have changed; `on` are their new states.
template <int vectors, class T>
GIBBSITE_INLINE void add_changes(const coupling_table<T>& network, size_t first_row, size_t column, uint64_t changed,
                                 uint64_t on, T* fields) {
  using vector = typename field_vector<T>::type;
  using element = typename field_vector<T>::element;
  constexpr size_t lanes = sizeof(vector) / sizeof(T);
  const T* rows = network.row(first_row) + column;
  vector sum[vectors];
  // -r = (r ^ -1) + 1: the ones of all subtracted rows at once.
  const vector carry = splat<vector>(static_cast<element>(__builtin_popcountll(changed & ~on)));
#pragma GCC unroll 8
  for (int v = 0; v < vectors; v++) sum[v] = load<vector>(fields + column + v * lanes) + carry;
  for (; changed != 0; changed &= changed - 1) {
    const size_t i = static_cast<size_t>(__builtin_ctzll(changed));
    const vector mask = splat<vector>(static_cast<element>((on >> i & 1) - 1));
#pragma GCC unroll 8
    for (int v = 0; v < vectors; v++) sum[v] += load<vector>(rows + i * network.stride + v * lanes) ^ mask;
  }
#pragma GCC unroll 8
  for (int v = 0; v < vectors; v++) store(fields + column + v * lanes, sum[v]);
}

// The fields of a word, in registers where there are enough of them.
struct word_fields {
  i32x part[panel_vectors];

  template <class T>
  explicit word_fields(const T* from) {
#pragma GCC unroll 8
    for (int v = 0; v < panel_vectors; v++) part[v] = load_fields(from + v * f32_lanes);
  }
  // += row, or -= row where sign is all ones. Wraps around, as sums of fields do.
  template <class T>
  GIBBSITE_INLINE void add(const T* row, uint32_t sign) {
    const u32x mask = splat<u32x>(sign);
#pragma GCC unroll 8
    for (int v = 0; v < panel_vectors; v++) {
      const u32x change = (bit_cast<u32x>(load_fields(row + v * f32_lanes)) ^ mask) - mask;
      part[v] = bit_cast<i32x>(bit_cast<u32x>(part[v]) + change);
    }
  }
};

// Visits the free units of a word in order. Only the word's own fields are kept up to date, in registers.
template <bool metropolis, class T>
GIBBSITE_INLINE uint32_t visit_units(const chain_block<T>& block, size_t w, const int32_t* thresholds, const T* fields,
                                     uint32_t word) {
  word_fields local(fields + 32 * w);
  const word_fields limits(thresholds);
  uint32_t left = block.free_units(w), open = flips_of<metropolis>(local.part, limits.part, word) & left;
  while (open != 0) {
    const uint32_t bit = open & (0u - open);
    const T* row = block.network.row(32 * w + static_cast<size_t>(__builtin_ctz(bit)));
    local.add(row + 32 * w, (word & bit) != 0 ? ~0u : 0);
    word ^= bit;
    left &= ~(bit | (bit - 1));
    open = flips_of<metropolis>(local.part, limits.part, word) & left;
  }
  return word;
}

// The sequential scan, a panel of eight vectors of fields at a time: first the panel is brought up to date with what
// has changed elsewhere since its last visit (every other unit was visited once), then its words are visited in order.
// So fields are read and written once a panel and not once a flip, and a pair of words' rows is used by all chains
// while it is in the first-level cache.
template <class T>
class sequential_sweeps {
 public:
  explicit sequential_sweeps(const chain_block<T>& block)
      : block_(block), pairs_(block.network.width / 64), changed_(block.chains * pairs_), word_(block.chains) {
    memset(changed_.data(), 0, block.chains * pairs_ * sizeof(uint64_t));
  }

  void sweep(const visit_rule& rule, const sweep_source& source) const {
    if (rule.metropolis)
      sweep_panels<true>(rule, source);
    else
      sweep_panels<false>(rule, source);
  }

 private:
  template <bool metropolis>
  void sweep_panels(const visit_rule& rule, const sweep_source& source) const {
    for (size_t column = 0; column < block_.network.width; column += columns_at_once) {
      const size_t first = column / 64,
                   end = first + columns_at_once / 64 < pairs_ ? first + columns_at_once / 64 : pairs_;
      for (size_t pair = 0; pair < pairs_; pair++) {
        if (pair < first || pair >= end) update_panel(column, pair, changed_.data() + pair, pairs_);
      }
      for (size_t pair = first; pair < end; pair++) sweep_pair<metropolis>(column, pair, rule, source);
    }
  }

  static constexpr size_t lanes = vector_bytes / sizeof(T);
  // A pair of words at least, where vectors are short.
  static constexpr size_t columns_at_once = 8 * lanes < 64 ? 64 : 8 * lanes;

  // flips[c * distance]: the flips of chain c.
  void update_panel(size_t column, size_t pair, const uint64_t* flips, size_t distance) const {
    const size_t left = block_.network.width - column, end = column + (left < columns_at_once ? left : columns_at_once);
    for (size_t c = 0; c < block_.chains; c++) {
      const uint64_t changed = flips[c * distance], on = states_of(c, pair);
      if (changed == 0) continue;
      size_t at = column;
      for (; at + 8 * lanes <= end; at += 8 * lanes)
        add_changes<8>(block_.network, 64 * pair, at, changed, on, block_.fields_of(c));
      for (; at < end; at += 64)
        add_changes<64 / lanes>(block_.network, 64 * pair, at, changed, on, block_.fields_of(c));
    }
  }

  uint64_t states_of(size_t chain, size_t pair) const {
    const uint32_t* words = block_.state_of(chain) + 2 * pair;
    return words[0] | (2 * pair + 1 < block_.network.words() ? uint64_t{words[1]} << 32 : 0);
  }

  // The words of one pair, each followed by an update of the panel.
  template <bool metropolis>
  void sweep_pair(size_t column, size_t pair, const visit_rule& rule, const sweep_source& source) const {
    for (size_t c = 0; c < block_.chains; c++) changed_[c * pairs_ + pair] = 0;
    for (size_t half = 0; half < 2 && 2 * pair + half < block_.network.words(); half++) {
      sweep_word<metropolis>(2 * pair + half, rule, source);
      update_panel(column, pair, word_.data(), 1);
      for (size_t c = 0; c < block_.chains; c++) changed_[c * pairs_ + pair] |= word_[c];
    }
  }

  template <bool metropolis>
  void sweep_word(size_t w, const visit_rule& rule, const sweep_source& source) const {
    alignas(64) uint32_t random[sampler_rows * panel_width];
    alignas(64) int32_t thresholds[sampler_rows * panel_width];
    for (size_t first = 0; first < block_.chains; first += sampler_rows) {
      const size_t count = block_.chains - first < sampler_rows ? block_.chains - first : sampler_rows;
      panel_words(source.words(tag_update), w, first, count, random);
      make_thresholds(rule, random, count * panel_width, thresholds);
      for (size_t c = first; c < first + count; c++) {
        uint32_t* word = block_.state_of(c) + w;
        const uint32_t before = *word;
        *word = visit_units<metropolis>(block_, w, thresholds + (c - first) * panel_width, block_.fields_of(c), before);
        word_[c] = uint64_t{*word ^ before} << (w % 2 * 32);
      }
    }
  }

  const chain_block<T>& block_;
  const size_t pairs_;
  const scratch<uint64_t> changed_;  // [chains, pairs]: flips of the last visit
  const scratch<uint64_t> word_;     // [chains]: flips of the word at hand, in its place in the pair
};

// thresholds [chains, stride]: those of the sweep's visits, in the order of the words.
template <class T>
void sweep_thresholds(const chain_block<T>& block, const visit_rule& rule, const sweep_source& source,
                      int32_t* thresholds) {
  alignas(64) uint32_t random[sampler_rows * panel_width];
  for (size_t w = 0; w < block.network.words(); w++) {
    for (size_t first = 0; first < block.chains; first += sampler_rows) {
      const size_t count = block.chains - first < sampler_rows ? block.chains - first : sampler_rows;
      panel_words(source.words(tag_update), w, first, count, random);
      for (size_t c = 0; c < count; c++) {
        make_thresholds(rule, random + c * panel_width, panel_width,
                        thresholds + (first + c) * block.network.stride + 32 * w);
      }
    }
  }
}

// Lets one unit decide.
template <class T>
GIBBSITE_INLINE void visit_unit(const chain_block<T>& block, size_t chain, size_t i, const visit_rule& rule,
                                int32_t threshold) {
  T* fields = block.fields_of(chain);
  uint32_t* word = block.state_of(chain) + i / 32;
  const uint32_t bit = 1u << (i & 31);
  const bool on = (*word & bit) != 0;
  if (!flips(rule, fields[i], threshold, on) || (block.free_units(i / 32) & bit) == 0) return;
  const T* row = block.network.row(i);
  const T sign = static_cast<T>(on ? -1 : 0);
  add_rows<1>(&row, &sign, fields, block.network.width);
  *word ^= bit;
}

template <class T>
void sweep_permuted(const chain_block<T>& block, const visit_rule& rule, const sweep_source& source,
                    const int32_t* thresholds) {
  const size_t units = block.network.units;
  const scratch<uint32_t> order(units);
  for (size_t c = 0; c < block.chains; c++) {
    // Orders come again after 2^32 sweeps, with other random words.
    random_permutation({order.data(), units}, source.order.low, source.order.high,
                       source.first_chain + static_cast<uint32_t>(c), static_cast<uint32_t>(source.sweep), 0);
    for (size_t k = 0; k < units; k++) {
      visit_unit(block, c, order[k], rule, thresholds[c * block.network.stride + order[k]]);
    }
  }
}

// Units are drawn for 32 visits of every chain at a time.
template <class T>
void sweep_at_random(const chain_block<T>& block, const visit_rule& rule, const sweep_source& source,
                     const int32_t* thresholds) {
  alignas(64) uint32_t random[sampler_rows * panel_width];
  const size_t units = block.network.units;
  for (size_t w = 0; w < block.network.words(); w++) {
    const size_t visits = panel_columns(units, w);
    for (size_t first = 0; first < block.chains; first += sampler_rows) {
      const size_t count = block.chains - first < sampler_rows ? block.chains - first : sampler_rows;
      panel_words(source.words(tag_choice), w, first, count, random);
      for (size_t c = 0; c < count; c++) {
        const int32_t* threshold = thresholds + (first + c) * block.network.stride + 32 * w;
        for (size_t k = 0; k < visits; k++) {
          visit_unit(block, first + c, uint64_t{random[c * panel_width + k]} * units >> 32, rule, threshold[k]);
        }
      }
    }
  }
}

}  // namespace gibbsite::GIBBSITE_TARGET
