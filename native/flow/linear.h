// What is known of an invertible linear layer (linear.cc) beside its passes.
#pragma once
#include "flow/layer.h"

namespace gibbsite::GIBBSITE_TARGET {

// An estimate, from below and mostly exact or nearly so, of the condition number |W|_1 |W^-1|_1 of a layer's matrix,
// by a few solves [Hager 1984, Higham 1988]; infinite or NaN where the parameters have left the numbers.
double linear_condition(const flow_layer& layer);

}  // namespace gibbsite::GIBBSITE_TARGET
