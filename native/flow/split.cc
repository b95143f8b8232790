// Factoring out [Dinh, Sohl-Dickstein, Bengio 2017]: the second half of the features leaves the flow and is part of z
// as it is; the first half goes on. The log-determinant is 0.
//
// Words: none. Parameters: none.
#include "flow/lines.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

// The lines that leave, and how many floats they are.
struct leaving {
  size_t first, count;
};

leaving part(const flow_layer& layer, size_t rows) {
  const size_t kept = layer.after.floats(rows);
  return {kept, layer.before.floats(rows) - kept};
}

void push(const leaving& part, const float* lines, float** stack) {
  copy_lines(lines + part.first, part.count, *stack);
  *stack += part.count;
}

void pop(const leaving& part, float** stack, float* lines) {
  *stack -= part.count;
  copy_lines(*stack, part.count, lines + part.first);
}

void forward(const flow_layer& layer, flow_block& block, float*) {
  push(part(layer, block.rows), block.state, &block.factored);
}

void inverse(const flow_layer& layer, flow_block& block, float*) {
  pop(part(layer, block.rows), &block.factored, block.state);
}

void forward_backward(const flow_layer& layer, flow_block& block, const float*, float*) {
  pop(part(layer, block.rows), &block.factored, block.state);
  pop(part(layer, block.rows), &block.factored_cotangent, block.cotangent);
}

void inverse_backward(const flow_layer& layer, flow_block& block, const float*, float*) {
  push(part(layer, block.rows), block.state, &block.factored);
  push(part(layer, block.rows), block.cotangent, &block.factored_cotangent);
}

}  // namespace

const flow_operator split_operator = {forward, inverse, forward_backward, inverse_backward,
                                      nullptr, nullptr, nullptr,          nullptr};

}  // namespace gibbsite::GIBBSITE_TARGET
