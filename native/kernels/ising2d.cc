#include "kernels/ising2d.h"

#include "kernels/ising2d_lattice.h"
#include "kernels/ising2d_update.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

// Words that one task brings up to date, about.
constexpr size_t task_words = 2048;
constexpr size_t words_at_once = f32_lanes;

// The four neighbours of consecutive words, as far as they go, and the new words.
struct neighbour_words {
  const uint32_t *a, *b, *c, *d;

  neighbour_words operator+(size_t n) const { return {a + n, b + n, c + n, d + n}; }
  GIBBSITE_INLINE neighbour_classes load_classes() const {
    return {load<u32x>(a), load<u32x>(b), load<u32x>(c), load<u32x>(d)};
  }
};

// decide(classes, n) for every vector of words n ..., the last one filled up.
template <class Decide>
GIBBSITE_INLINE void update_words(neighbour_words from, size_t count, uint32_t* to, const Decide& decide) {
  size_t n = 0;
  for (; n + words_at_once <= count; n += words_at_once) store(to + n, decide((from + n).load_classes(), n));
  if (n == count) return;
  uint32_t tail[5][words_at_once] = {};
  const size_t bytes = (count - n) * sizeof(uint32_t);
  const uint32_t* parts[4] = {from.a + n, from.b + n, from.c + n, from.d + n};
  for (int k = 0; k < 4; k++) memcpy(tail[k], parts[k], bytes);
  store(tail[4], decide(neighbour_words{tail[0], tail[1], tail[2], tail[3]}.load_classes(), n));
  memcpy(to + n, tail[4], bytes);
}

// One number for each of a run of words.
class site_numbers {
 public:
  explicit site_numbers(size_t most) : u_((most / site_tile + 2) * site_tile) {}

  // Those of `count` words from word `first` on. The last vector may reach beyond them: the buffer has room for it.
  const uint32_t* make(const ising_source& source, uint32_t tag, size_t first, size_t count) const {
    const size_t tile = first / site_tile, end = (first + count + site_tile - 1) / site_tile;
    for (size_t t = tile; t < end; t++) {
      tile_numbers(source, tag, static_cast<uint32_t>(t), u_.data() + (t - tile) * site_tile);
    }
    return u_.data() + first % site_tile;
  }

 private:
  const scratch<uint32_t> u_;
};

class ising_run {
 public:
  ising_run(const ising_lattice& lattice, double field, bool shared, span<const double> temperatures,
            span<const uint32_t> order, span<const uint32_t> colours, philox_key key, uint64_t first_sweep,
            span<uint32_t> words)
      : lattice_(lattice),
        field_(field),
        shared_(shared),
        temperatures_(temperatures),
        order_(order),
        colours_(colours),
        key_(key),
        first_sweep_(first_sweep),
        words_(words),
        groups_(words.size() / lattice.group_words()) {}

  void sweep() const {
    if (shared_ || groups_ == 1) return sweep_groups(0, groups_, true);
    parallel_for(groups_, [&](size_t group) { sweep_groups(group, group + 1, false); });
  }

 private:
  // All sweeps of some groups, the parts of a colour on all threads where that is asked for.
  void sweep_groups(size_t first, size_t end, bool in_parts) const {
    const size_t count = lattice_.checkerboard ? 2 : colours_.size();
    for (size_t k = 0; k < temperatures_.size(); k++) {
      const ising_thresholds thresholds(field_, temperatures_[k]);
      const ising_source source{philox_schedule(key_), first_sweep_ + k, shared_ ? 0 : static_cast<uint32_t>(first)};
      for (size_t colour = 0, start = 0; colour < count; colour++) {
        const size_t length = lattice_.checkerboard ? lattice_.rows : colours_[colour];
        const size_t row = lattice_.checkerboard ? lattice_.half() : 1;
        const size_t each = in_parts ? (task_words + row - 1) / row : length;
        parallel_for((length + each - 1) / each, [&](size_t part) {
          const size_t from = part * each, to = from + each < length ? from + each : length;
          if (lattice_.checkerboard)
            update_rows(source, thresholds, first, end, colour, from, to);
          else
            update_sites(source, thresholds, first, end, start + from, start + to);
        });
        start += length;
      }
    }
  }

  // Numbers that serve all groups are made once; otherwise there is one group (sweep).
  uint32_t number_tag() const { return shared_ ? tag_ising_shared : tag_ising_rest; }
  uint32_t* group(size_t g) const { return words_.data() + g * lattice_.group_words(); }

  // Rows first ... end of a colour, in stretches of rows whose neighbours above and below lie side by side.
  void update_rows(const ising_source& source, const ising_thresholds& thresholds, size_t first_group, size_t end_group,
                   size_t colour, size_t first, size_t end) const {
    const size_t half = lattice_.half(), most = half < task_words ? task_words / half : 1;
    const scratch<uint32_t> side(most * half);
    const site_numbers numbers(most * half);
    for (size_t row = first; row < end;) {
      const bool edge = row == 0 || row + 1 == lattice_.rows;
      const size_t inner = row < lattice_.rows - 1 && end > lattice_.rows - 1 ? lattice_.rows - 1 : end;
      const size_t stop = edge ? row + 1 : row + most < inner ? row + most : inner;
      const size_t number = (colour * lattice_.rows + row) * half, count = (stop - row) * half;
      const uint32_t* u = numbers.make(source, number_tag(), number, count);
      for (size_t g = first_group; g < end_group; g++) {
        update_stretch(source, thresholds, group(g), colour, row, stop, number, u, side.data());
      }
      row = stop;
    }
  }

  void update_stretch(const ising_source& source, const ising_thresholds& thresholds, uint32_t* words, size_t colour,
                      size_t row, size_t stop, size_t number, const uint32_t* u, uint32_t* side) const {
    const size_t half = lattice_.half(), rows = lattice_.rows, count = (stop - row) * half;
    const uint32_t* other = words + (1 - colour) * rows * half;
    for (size_t i = row; i < stop; i++) {
      shifted_row(lattice_, other + i * half, i, colour, side + (i - row) * half);
    }
    const uint32_t* above = other + (row == 0 ? rows - 1 : row - 1) * half;
    const uint32_t* below = other + (row + 1 == rows ? 0 : row + 1) * half;
    update(source, thresholds, {above, below, other + row * half, side}, count, number, u,
           words + (colour * rows + row) * half);
  }

  // Sites first ... end of the order, all of one colour.
  void update_sites(const ising_source& source, const ising_thresholds& thresholds, size_t first_group,
                    size_t end_group, size_t first, size_t end) const {
    const size_t count = end - first;
    const scratch<uint32_t> gathered(5 * count);
    uint32_t* const part[5] = {gathered.data(), gathered.data() + count, gathered.data() + 2 * count,
                               gathered.data() + 3 * count, gathered.data() + 4 * count};
    const site_numbers numbers(count);
    const uint32_t* u = numbers.make(source, number_tag(), first, count);
    for (size_t g = first_group; g < end_group; g++) {
      uint32_t* words = group(g);
      for (size_t n = 0; n < count; n++) {
        size_t at[4];
        lattice_.neighbours(order_[first + n], at);
        for (int k = 0; k < 4; k++) part[k][n] = words[at[k]];
      }
      update(source, thresholds, {part[0], part[1], part[2], part[3]}, count, first, u, part[4]);
      for (size_t n = 0; n < count; n++) words[order_[first + n]] = part[4][n];
    }
  }

  void update(const ising_source& source, const ising_thresholds& thresholds, neighbour_words from, size_t count,
              size_t number, const uint32_t* u, uint32_t* to) const {
    if (shared_) {
      return update_words(from, count, to, [&](const neighbour_classes& classes, size_t n) {
        return shared_heat_bath(classes, thresholds, load<u32x>(u + n));
      });
    }
    update_words(from, count, to, [&](const neighbour_classes& classes, size_t n) {
      return heat_bath(classes, thresholds, source, static_cast<uint32_t>(number + n), load<u32x>(u + n));
    });
  }

  const ising_lattice lattice_;
  const double field_;
  const bool shared_;
  const span<const double> temperatures_;
  const span<const uint32_t> order_, colours_;
  const philox_key key_;
  const uint64_t first_sweep_;
  const span<uint32_t> words_;
  const size_t groups_;
};

// How often each lane was set: sixteen bits of all counts side by side, so that adding a word takes two steps on
// average.
class lane_counts {
 public:
  void add(uint32_t word) {
    for (int k = 0; word != 0; k++) {
      const uint32_t carry = plane_[k] & word;
      plane_[k] ^= word;
      word = carry;
    }
    if (++added_ == 0xffff) flush();
  }
  // Ends the count.
  const uint64_t* totals() {
    flush();
    return total_;
  }

 private:
  void flush() {
    for (int k = 0; k < 16; k++) {
      for (size_t lane = 0; lane < ising_lanes; lane++) total_[lane] += uint64_t{plane_[k] >> lane & 1} << k;
      plane_[k] = 0;
    }
    added_ = 0;
  }

  uint32_t plane_[17] = {}, added_ = 0;
  uint64_t total_[ising_lanes] = {};
};

// Bonds between like spins, and spins that are up.
void count_group(const ising_lattice& lattice, const uint32_t* words, lane_counts* like, lane_counts* up) {
  for (size_t n = 0; n < lattice.group_words(); n++) up->add(words[n]);
  if (!lattice.checkerboard) {
    for (size_t site = 0; site < lattice.sites(); site++) {
      size_t at[4];
      lattice.neighbours(site, at);
      like->add(~(words[site] ^ words[at[1]]));
      like->add(~(words[site] ^ words[at[3]]));
    }
    return;
  }
  const size_t half = lattice.half(), rows = lattice.rows;
  const uint32_t* other = words + rows * half;
  const scratch<uint32_t> side(half);
  for (size_t row = 0; row < rows; row++) {
    shifted_row(lattice, other + row * half, row, 0, side.data());
    for (size_t k = 0; k < half; k++) {
      const uint32_t word = words[row * half + k];
      like->add(~(word ^ other[(row == 0 ? rows - 1 : row - 1) * half + k]));
      like->add(~(word ^ other[(row + 1 == rows ? 0 : row + 1) * half + k]));
      like->add(~(word ^ other[row * half + k]));
      like->add(~(word ^ side[k]));
    }
  }
}

}  // namespace

void ising2d_sweep(uint32_t rows, uint32_t columns, uint32_t strips, double field, bool shared_random,
                   span<const double> temperatures, span<const uint32_t> order, span<const uint32_t> colours,
                   uint32_t key_low, uint32_t key_high, uint64_t first_sweep, span<uint32_t> words) {
  const ising_lattice lattice{rows, columns, strips, order.empty()};
  ising_run(lattice, field, shared_random, temperatures, order, colours, {key_low, key_high}, first_sweep, words)
      .sweep();
}

void ising2d_sums(uint32_t rows, uint32_t columns, uint32_t strips, bool checkerboard, span<const uint32_t> words,
                  span<double> sums) {
  const ising_lattice lattice{rows, columns, strips, checkerboard};
  const size_t each = lattice.replicas_per_group(), replicas = sums.size() / 2;
  const double sites = static_cast<double>(lattice.sites());
  parallel_for(words.size() / lattice.group_words(), [&](size_t group) {
    lane_counts like, up;
    count_group(lattice, words.data() + group * lattice.group_words(), &like, &up);
    const uint64_t *bonds = like.totals(), *spins = up.totals();
    for (size_t k = 0; k < each && group * each + k < replicas; k++) {
      uint64_t agreeing = 0, above = 0;
      for (size_t lane = k * strips; lane < (k + 1) * strips; lane++) agreeing += bonds[lane], above += spins[lane];
      sums[2 * (group * each + k)] = 2 * static_cast<double>(agreeing) - 2 * sites;
      sums[2 * (group * each + k) + 1] = 2 * static_cast<double>(above) - sites;
    }
  });
}

void ising2d_unpack(uint32_t rows, uint32_t columns, uint32_t strips, bool checkerboard, uint32_t down,
                    span<const uint32_t> words, span<uint8_t> spins) {
  const ising_lattice lattice{rows, columns, strips, checkerboard};
  parallel_for(spins.size() / lattice.sites(), [&](size_t replica) {
    const uint32_t* group = words.data() + replica / lattice.replicas_per_group() * lattice.group_words();
    uint8_t* to = spins.data() + replica * lattice.sites();
    for (size_t row = 0; row < rows; row++) {
      for (size_t column = 0; column < columns; column++) {
        const bool up = (group[lattice.word(row, column)] >> lattice.lane(replica, column) & 1) != 0;
        to[row * columns + column] = static_cast<uint8_t>(up ? 1 : down);
      }
    }
  });
}

void ising2d_pack(uint32_t rows, uint32_t columns, uint32_t strips, bool checkerboard, span<const uint8_t> spins,
                  span<uint32_t> words) {
  const ising_lattice lattice{rows, columns, strips, checkerboard};
  memset(words.data(), 0xff, words.size() * sizeof(uint32_t));
  for (size_t replica = 0; replica < spins.size() / lattice.sites(); replica++) {
    uint32_t* group = words.data() + replica / lattice.replicas_per_group() * lattice.group_words();
    const uint8_t* from = spins.data() + replica * lattice.sites();
    for (size_t row = 0; row < rows; row++) {
      for (size_t column = 0; column < columns; column++) {
        if (from[row * columns + column] == 1) continue;
        group[lattice.word(row, column)] &= ~(1u << lattice.lane(replica, column));
      }
    }
  }
}

}  // namespace gibbsite::GIBBSITE_TARGET
