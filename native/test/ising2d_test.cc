// The Ising lattice: strips, replicas and vectors give the spins of a plain site by site update with the same random
// bits.
#include "kernels/ising2d.h"

#include <doctest/doctest.h>

#include <vector>

#include "core/threads.h"
#include "kernels/ising2d_lattice.h"
#include "kernels/ising2d_update.h"

using namespace gibbsite::GIBBSITE_TARGET;

namespace {

constexpr philox_key key{21, 22};
constexpr uint64_t first_sweep = uint64_t{1} << 32;

uint32_t block_word(uint32_t c0, uint32_t group, uint32_t tag, uint64_t sweep, int k) {
  const uint32_t counter[4] = {c0, static_cast<uint32_t>(sweep), group, tag | static_cast<uint32_t>(sweep >> 32) << 16};
  uint32_t words[4];
  philox(counter, key, words);
  return words[k];
}

// A number made for the word of a site.
uint32_t site_number(uint32_t site, uint32_t group, uint32_t tag, uint64_t sweep) {
  return block_word(site / 64 * 16 + site % 16, group, tag, sweep, static_cast<int>(site % 64 / 16));
}

// u of one lane of the word of a site, all 32 bits of it, where every bit is the lane's own.
uint32_t own_number(uint32_t site, uint32_t group, uint32_t lane, uint64_t sweep) {
  uint32_t u = 0;
  for (uint32_t bit = 0; bit < 32; bit++) {
    const uint32_t word =
        block_word(site + (bit / 4 << ising_site_bits), group, tag_ising, sweep, static_cast<int>(bit % 4));
    u |= (word >> lane & 1) << (31 - bit);
  }
  return u;
}

struct lattice_case {
  uint32_t rows, columns, strips, replicas;
  bool checkerboard, shared;
};

std::vector<uint32_t> colour_order(const lattice_case& c, std::vector<uint32_t>* colours) {
  std::vector<uint32_t> order;
  const auto along = [](uint32_t i, uint32_t side) { return side % 2 == 1 && i == side - 1 ? 2 : i % 2; };
  for (uint32_t colour = 0; colour < 3; colour++) {
    const size_t before = order.size();
    for (uint32_t site = 0; site < c.rows * c.columns; site++) {
      if ((along(site / c.columns, c.rows) + along(site % c.columns, c.columns)) % 3 == colour) order.push_back(site);
    }
    colours->push_back(static_cast<uint32_t>(order.size() - before));
  }
  return order;
}

// All lanes of one word, from the spins of all. columns[strip] is the column of the word in each strip.
void update_plainly(const lattice_case& c, const ising_lattice& lattice, const ising_thresholds& thresholds,
                    uint32_t group, uint32_t row, uint32_t column, uint32_t number, uint64_t sweep,
                    std::vector<uint8_t>* spins) {
  uint8_t* mine[32];
  uint32_t limits[32], u[32], open = 0;
  for (uint32_t lane = 0; lane < 32; lane++) {
    const uint32_t strip = lane % c.strips, replica = group * (32 / c.strips) + lane / c.strips;
    const size_t site = row * c.columns + strip * lattice.strip_width() + column;
    uint8_t* first = spins->data() + size_t{replica} * lattice.sites();
    size_t at[4], up = 0;
    lattice.neighbours(site, at);
    for (const size_t n : at) up += first[n] == 1;
    mine[lane] = first + site;
    limits[lane] = thresholds.value[up];
    u[lane] = c.shared ? site_number(number, 0, tag_ising_shared, sweep) : own_number(number, group, lane, sweep);
    if (u[lane] >> 24 == limits[lane] >> 24) open |= 1u << lane;
  }
  if (!c.shared && (open & (open - 1)) == 0) {
    const uint32_t rest = site_number(number, group, tag_ising_rest, sweep) >> 8;
    for (uint32_t lane = 0; lane < 32; lane++)
      u[lane] = (open >> lane & 1) != 0 ? (u[lane] >> 24 << 24) | rest : u[lane];
  }
  for (uint32_t lane = 0; lane < 32; lane++) *mine[lane] = u[lane] < limits[lane] ? 1 : 0;
}

// spins [groups 32 / strips, sites]: also of the lanes beyond the last replica.
void sweep_plainly(const lattice_case& c, double field, double temperature, uint64_t sweep,
                   std::vector<uint8_t>* spins) {
  const ising_lattice lattice{c.rows, c.columns, c.strips, c.checkerboard};
  const ising_thresholds thresholds(field, temperature);
  std::vector<uint32_t> colours;
  const std::vector<uint32_t> order = colour_order(c, &colours);
  const auto width = static_cast<uint32_t>(lattice.strip_width());
  for (uint32_t group = 0; group < spins->size() / lattice.sites() / (32 / c.strips); group++) {
    for (uint32_t n = 0; n < order.size() && !c.checkerboard; n++) {
      update_plainly(c, lattice, thresholds, group, order[n] / c.columns, order[n] % c.columns, n, sweep, spins);
    }
    for (uint32_t site = 0; site < 2 * c.rows * width && c.checkerboard; site++) {
      const uint32_t colour = site / (c.rows * width), row = site / width % c.rows, column = site % width;
      if (((row + column) & 1) != colour) continue;
      const auto number = static_cast<uint32_t>(lattice.word(row, column));
      update_plainly(c, lattice, thresholds, group, row, column, number, sweep, spins);
    }
  }
}

}  // namespace

TEST_CASE("words of strips and replicas are updated as single spins are") {
  const lattice_case cases[] = {
      {4, 4, 1, 3, true, false},     {6, 8, 4, 2, true, false},      {10, 64, 32, 1, true, false},
      {40, 64, 1, 33, true, false},  {150, 128, 32, 1, true, false}, {4, 70, 1, 40, true, true},
      {5, 4, 1, 2, false, false},    {13, 15, 1, 35, false, false},  {13, 15, 1, 35, false, true},
      {100, 96, 16, 2, true, false},
  };
  for (const lattice_case& c : cases) {
    const ising_lattice lattice{c.rows, c.columns, c.strips, c.checkerboard};
    const size_t groups = (c.replicas + lattice.replicas_per_group() - 1) / lattice.replicas_per_group();
    std::vector<uint32_t> words(groups * lattice.group_words()), colours;
    std::vector<uint32_t> order = colour_order(c, &colours);
    if (c.checkerboard) order.clear(), colours.clear();
    // Lanes beyond the last replica are up.
    const size_t used = c.replicas * lattice.sites();
    std::vector<uint8_t> spins(groups * lattice.replicas_per_group() * lattice.sites(), 1);
    for (size_t k = 0; k < used; k++) spins[k] = block_word(static_cast<uint32_t>(k), 0, 99, 0, 0) & 1;
    ising2d_pack(c.rows, c.columns, c.strips, c.checkerboard, {spins.data(), used}, {words.data(), words.size()});
    std::vector<uint8_t> back(spins.size());
    ising2d_unpack(c.rows, c.columns, c.strips, c.checkerboard, 0, {words.data(), words.size()},
                   {back.data(), back.size()});
    CHECK(back == spins);
    const double temperatures[2] = {2.27, 1.3};
    ising2d_sweep(c.rows, c.columns, c.strips, 0.125, c.shared, {temperatures, 2}, {order.data(), order.size()},
                  {colours.data(), colours.size()}, key.low, key.high, first_sweep, {words.data(), words.size()});
    for (size_t k = 0; k < 2; k++) sweep_plainly(c, 0.125, temperatures[k], first_sweep + k, &spins);
    ising2d_unpack(c.rows, c.columns, c.strips, c.checkerboard, 0, {words.data(), words.size()},
                   {back.data(), back.size()});
    CHECK(back == spins);
    std::vector<double> sums(2 * c.replicas);
    ising2d_sums(c.rows, c.columns, c.strips, c.checkerboard, {words.data(), words.size()}, {sums.data(), sums.size()});
    for (size_t r = 0; r < c.replicas; r++) {
      int bonds = 0, total = 0;
      for (size_t site = 0; site < lattice.sites(); site++) {
        size_t at[4];
        lattice.neighbours(site, at);
        const auto spin = [&](size_t s) { return spins[r * lattice.sites() + s] == 1 ? 1 : -1; };
        bonds += spin(site) * (spin(at[1]) + spin(at[3]));
        total += spin(site);
      }
      CHECK(sums[2 * r] == bonds);
      CHECK(sums[2 * r + 1] == total);
    }
  }
}
