// Random numbers of chains: a column's numbers are those of its chain alone, whatever the width and the place, and the
// words are those of the counters that the header promises.
#include "core/chain_random.h"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace gibbsite::GIBBSITE_TARGET;

namespace {

constexpr philox_key key{31, 32};
constexpr uint32_t purpose = 40;

double uniform_by_counter(uint32_t chain, uint64_t iteration, size_t site, uint32_t first_block) {
  const uint32_t at[4] = {first_block + static_cast<uint32_t>(site / 2), static_cast<uint32_t>(iteration), chain,
                          purpose | static_cast<uint32_t>(iteration >> 32) << 16};
  uint32_t words[4];
  philox(at, key, words);
  const uint64_t bits = words[2 * (site % 2)] | uint64_t{words[2 * (site % 2) + 1]} << 32;
  return (static_cast<double>(bits >> 12) + 0.5) * 0x1p-52;
}

}  // namespace

TEST_CASE("columns draw what their counters say, in any width and number of sites") {
  const chain_source source(key, purpose);
  chain_columns columns(uint32_t(-5));
  columns.first_block[1] = 1u << 26;
  for (const uint64_t iteration : {uint64_t{0}, uint64_t{7}, (uint64_t{1} << 32) + 3, (uint64_t{1} << 47) + 1}) {
    for (size_t width = f64_lanes; width <= most_columns; width += f64_lanes) {
      for (const size_t sites : {1, 2, 3, 4, 5, 9}) {
        std::vector<double> u(sites * width), z(sites * width);
        chain_uniforms(source, iteration, columns, width, sites, u.data());
        chain_normals(source, iteration, columns, width, sites, z.data());
        for (size_t s = 0; s < sites; s++) {
          for (size_t c = 0; c < width; c++) {
            const uint32_t block = columns.first_block[c];
            CHECK(u[s * width + c] == uniform_by_counter(columns.chain[c], iteration, s, block));
            CHECK(u[s * width + c] == chain_uniform(source, iteration, columns.chain[c], s, block));
            if (block == 0) CHECK(z[s * width + c] == chain_normal(source, iteration, columns.chain[c], s));
          }
        }
      }
    }
  }
}

TEST_CASE("normals are those of Box and Muller") {
  const chain_source source(key, purpose);
  for (size_t site = 0; site < 40; site++) {
    const long double u1 = uniform_by_counter(3, 11, site & ~size_t{1}, 0), u2 = uniform_by_counter(3, 11, site | 1, 0);
    const long double angle = 2 * 3.14159265358979323846264338327950288L * u2;
    const long double radius = std::sqrt(-2 * std::log(u1));
    const long double wanted = radius * (site % 2 == 0 ? std::cos(angle) : std::sin(angle));
    CHECK(std::fabs(static_cast<long double>(chain_normal(source, 11, 3, site)) - wanted) < 1e-15L * (1 + radius));
  }
}
