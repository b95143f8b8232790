// The two-dimensional Ising model on a torus, J = 1: E = -sum over bonds s s' - h sum s. Heat bath, colour by colour;
// many sites or replicas are the bits of a word ("multi-spin coding": Creutz, Bhanot, Neuberger 1979; random numbers
// bit by bit: Isakov, Zintchenko, Ronnow, Troyer 2015).
//
// A word has 32 lanes. A lattice of R rows and C columns is cut into `strips` strips of W = C / strips columns; strip t
// of replica r is lane (r mod 32 / strips) strips + t of group r / (32 / strips). Where both sides are even (and W is),
// sites have the colour (row + column) mod 2, and words [groups][2 colours][R][W / 2] hold columns 2 k + (row + colour)
// mod 2 of all strips at k. Otherwise there is one strip, words are [groups][R C], and `order` has the sites colour by
// colour, `colours` the number of each.
//
// A site is up with p = sigma(2 (n + h) / T), n the sum of its neighbours: where a number u of 32 bits is below p 2^32,
// rounded. Words of u come one bit of 32 lanes at a time, from the highest, and after 8 bits all but one lane in 256
// are decided. Where one lane of a word is left, its other bits are those of a number made for the word; where more
// are, each goes on with bits of its own, so no two lanes ever look at the same bit. Bits are words of a counter (site,
// sweep, group, number of the bit).
//
// Cost of 512 sites: 2.4 Philox vectors of 4 words, some 170 instructions each, 13 for each of 8 bits, and some 20 for
// what is left. It is bound by integer arithmetic; the lattice itself is 1 bit a site.
#pragma once
#include "core/span.h"

namespace gibbsite::GIBBSITE_TARGET {

// One sweep for each of temperatures. With shared_random (strips must be 1) one number u a site serves all replicas:
// each replica by itself is as it should be, together they are not independent.
void ising2d_sweep(uint32_t rows, uint32_t columns, uint32_t strips, double field, bool shared_random,
                   span<const double> temperatures, span<const uint32_t> order, span<const uint32_t> colours,
                   uint32_t key_low, uint32_t key_high, uint64_t first_sweep, span<uint32_t> words);

// sums [replicas, 2]: the sum over bonds of s s', and the sum of s. `columns` are those of the whole lattice.
void ising2d_sums(uint32_t rows, uint32_t columns, uint32_t strips, bool checkerboard, span<const uint32_t> words,
                  span<double> sums);

// spins [replicas, R C]: 1 for up, `down` for down.
void ising2d_unpack(uint32_t rows, uint32_t columns, uint32_t strips, bool checkerboard, uint32_t down,
                    span<const uint32_t> words, span<uint8_t> spins);

// The words of spins [replicas, R C], up where a spin is 1. Lanes beyond the last replica are all up.
void ising2d_pack(uint32_t rows, uint32_t columns, uint32_t strips, bool checkerboard, span<const uint8_t> spins,
                  span<uint32_t> words);

}  // namespace gibbsite::GIBBSITE_TARGET
