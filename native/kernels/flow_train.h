// Maximum likelihood of flows (flow.h): steps of Adam (adam.h) on the mean of -log p(x) over mini-batches.
#pragma once
#include "core/span.h"

namespace gibbsite::GIBBSITE_TARGET {

// One step for each batch of `batch` rows of x [rows, dim] (the last batch may be smaller) and of context [rows,
// context numbers], with one learning rate a step in rates [steps].
//
// levels: the rows are dequantised (flow_dequantize.h), with the step's number as that of the draws; 0: they are used
// as they are. clip, weight_decay, decayed: see adam_step. store: see flow_gradient. parameters [n]: before the first
// step. updated [n]: after the last one. before [n]: before the last one; of length 0 where there is only one step,
// since they are `parameters` then. first_moment, second_moment [n]: moved in place. log_prob [steps]: mean of log p
// over each batch, before its step.
//
// Returns -1, or the index of the first step that failed; failure[0] says why:
//   0  log p was not finite; failure[1] is the layer that made something not finite of the rows, or -1
//   1  the gradient was not finite; failure[1] is the parameter
//   2  the matrix of linear layer failure[1] would have been too ill-conditioned after the step
// updated then holds the last good parameters: those before the failed step, in the first case those before the step
// before it. Where the first step failed, updated and before hold nothing of use. Moments are of no use either.
int32_t flow_train(span<const int32_t> program, span<const float> x, span<const float> context, uint32_t batch,
                   span<const float> rates, uint32_t levels, uint32_t key_low, uint32_t key_high, uint64_t first_step,
                   float clip, float weight_decay, span<const uint32_t> decayed, bool store,
                   span<const float> parameters, span<float> first_moment, span<float> second_moment,
                   span<float> updated, span<float> before, span<double> log_prob, span<int32_t> failure);

}  // namespace gibbsite::GIBBSITE_TARGET
