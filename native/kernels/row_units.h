// Rows of measurements in units of their columns, x = (v - offset) / scale, and back.
#pragma once
#include "core/span.h"

namespace gibbsite::GIBBSITE_TARGET {

// sums [columns] gain sum (value - mean)^2 over the rows of values [rows, columns], added row by row, so they may be
// collected in pieces.
void column_squares(span<const float> values, span<const double> means, span<double> sums);

// out = (values - offset) / scale; rows of offset.size() columns. Returns the number of the first row with a result
// beyond -limit .. limit, or -1.
int32_t rows_to_units(span<const float> values, span<const float> offset, span<const float> scale, float limit,
                      span<float> out);

// out = offset + scale * values.
void rows_from_units(span<const float> values, span<const float> offset, span<const float> scale, span<float> out);

}  // namespace gibbsite::GIBBSITE_TARGET
