// A transition matrix [n, n] (row i: where a step from state i goes), checked, and its graph: the pairs (i, j) with
// P_ij > 0.
#pragma once
#include "core/span.h"

namespace gibbsite::GIBBSITE_TARGET {

// Divides every row of `matrix` by its sum. Returns the first row that has a number below 0 or not finite, or whose sum
// is further than `tolerance` from 1 (the matrix is then of no use), or -1.
int32_t markov_normalise(span<double> matrix, uint32_t states, double tolerance);

// The communicating classes, numbered in the order of their smallest states; returns how many. class_of [n]. Of class
// c, closed[c] is 1 where no step leaves it, and periods[c] is the greatest common divisor of the lengths of its
// cycles, 0 where it has none (both [n], as there may be as many classes as states).
//
// Tarjan (1972) with a stack of its own; periods from the levels of a breadth-first search (Denardo 1977). O(n^2).
uint32_t markov_structure(span<const double> matrix, span<uint32_t> class_of, span<uint8_t> closed,
                          span<uint32_t> periods);

// Rows of some states with columns of others or sums of them: out [states, width], out[r][column_of[j]] += P(states[r],
// j) for every j whose column_of is at least 0.
void markov_block(span<const double> matrix, span<const uint32_t> states, span<const int32_t> column_of, uint32_t width,
                  span<double> out);

}  // namespace gibbsite::GIBBSITE_TARGET
