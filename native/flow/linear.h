// What is known of an invertible linear layer (linear.cc) beside its passes.
#pragma once
#include "flow/program.h"

namespace gibbsite::GIBBSITE_TARGET {

// An estimate, from below and mostly exact or nearly so, of the condition number |W|_1 |W^-1|_1 of a layer's matrix,
// by a few solves [Hager 1984, Higham 1988]; infinite or NaN where the parameters have left the numbers.
double linear_condition(const flow_layer& layer);

// Beyond it, rows come back from the inverse with hardly a correct digit in single precision.
constexpr double most_condition = 1e6;

// The first layer whose condition number is beyond most_condition or is none; -1 where there is none.
int32_t first_ill_conditioned(const flow_program& program);

}  // namespace gibbsite::GIBBSITE_TARGET
