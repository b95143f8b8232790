// Where the sites of ising2d.h are.
#pragma once
#include "core/panels.h"
#include "core/span.h"

namespace gibbsite::GIBBSITE_TARGET {

constexpr size_t ising_lanes = 32;

struct ising_lattice {
  size_t rows, columns, strips;
  bool checkerboard;

  size_t sites() const { return rows * columns; }
  // Columns of a strip, and words of a row of one colour.
  size_t strip_width() const { return columns / strips; }
  size_t half() const { return strip_width() / 2; }
  size_t group_words() const { return sites() / strips; }
  size_t replicas_per_group() const { return ising_lanes / strips; }

  // Of a site, within its group.
  size_t word(size_t row, size_t column) const {
    if (!checkerboard) return row * columns + column;
    const size_t within = column % strip_width(), colour = (row + within) & 1;
    return (colour * rows + row) * half() + within / 2;
  }
  uint32_t lane(size_t replica, size_t column) const {
    const size_t strip = checkerboard ? column / strip_width() : 0;
    return static_cast<uint32_t>(replica % replicas_per_group() * strips + strip);
  }

  // The first lane of every replica of a word.
  uint32_t first_lanes() const {
    uint32_t mask = 0;
    for (size_t lane = 0; lane < ising_lanes; lane += strips) mask |= 1u << lane;
    return mask;
  }
  // The neighbours across the end of a strip: what is right of its last column, and left of its first.
  uint32_t from_next_strip(uint32_t word) const {
    if (strips == 1) return word;
    const uint32_t first = first_lanes();
    return (word >> 1 & ~(first << (strips - 1))) | ((word & first) << (strips - 1));
  }
  uint32_t from_last_strip(uint32_t word) const {
    if (strips == 1) return word;
    const uint32_t first = first_lanes();
    return (word << 1 & ~first) | (word >> (strips - 1) & first);
  }

  // The four neighbours of a site of a lattice that is no checkerboard.
  void neighbours(size_t site, size_t at[4]) const {
    const size_t row = site / columns, column = site % columns;
    at[0] = (row == 0 ? rows - 1 : row - 1) * columns + column;
    at[1] = (row + 1 == rows ? 0 : row + 1) * columns + column;
    at[2] = row * columns + (column == 0 ? columns - 1 : column - 1);
    at[3] = row * columns + (column + 1 == columns ? 0 : column + 1);
  }
};

// The horizontal neighbours of a row of one colour that are not at the same place in the other: one to the left or one
// to the right, in turn. `other` is the row of the other colour.
inline void shifted_row(const ising_lattice& lattice, const uint32_t* other, size_t row, size_t colour, uint32_t* to) {
  const size_t half = lattice.half();
  if (((row + colour) & 1) == 0) {
    memcpy(to + 1, other, (half - 1) * sizeof(uint32_t));
    to[0] = lattice.from_last_strip(other[half - 1]);
  } else {
    memcpy(to, other + 1, (half - 1) * sizeof(uint32_t));
    to[half - 1] = lattice.from_next_strip(other[0]);
  }
}

}  // namespace gibbsite::GIBBSITE_TARGET
