// What a data set of numbers from 0 to 1 is, read once.
#pragma once
#include "core/span.h"

namespace gibbsite::GIBBSITE_TARGET {

// values [rows, columns]. Returns 0 if all are 0 or 1, 1 if all lie in [0, 1], 2 if not (NaN included).
// sums [columns] gain the sums of the columns, added row by row; hash [2] gains a sum over the elements of mixed
// (bits of the value, number of the element), so both may be collected in pieces: first_row is the number of row 0.
uint32_t data_survey(span<const float> values, uint32_t columns, uint64_t first_row, span<double> sums,
                     span<uint32_t> hash);

}  // namespace gibbsite::GIBBSITE_TARGET
