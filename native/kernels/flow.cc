#include "kernels/flow.h"

#include "flow/block_run.h"
#include "flow/linear.h"
#include "flow/run.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

template <class T>
T* wanted(span<T> values) {
  return values.empty() ? nullptr : values.data();
}

}  // namespace

double flow_prepared_size(span<const int32_t> program) {
  return static_cast<double>(flow_program(program, nullptr, {}).prepared_size());
}

void flow_prepare(span<const int32_t> words, span<const float> parameters, span<float> prepared) {
  const flow_program program(words, parameters.data(), {});
  size_t at = 0;
  for (size_t i = 0; i < program.layers(); i++) {
    const flow_layer& layer = program.layer(i);
    const size_t size = program.prepared_size(i);
    if (size > 0) operator_of(layer).prepare(layer, prepared.data() + at);
    at += size;
  }
}

bool flow_forward(span<const int32_t> words, span<const float> parameters, span<const float> prepared,
                  span<const float> x, span<const float> context, span<float> z, span<double> log_det,
                  span<double> log_prob) {
  const flow_program program(words, parameters.data(), prepared);
  return run_forward(program, x.size() / program.dim(), x.data(), context.data(), wanted(z), wanted(log_det),
                     wanted(log_prob));
}

bool flow_inverse(span<const int32_t> words, span<const float> parameters, span<const float> prepared,
                  span<const float> z, span<const float> context, span<float> x, span<double> log_det,
                  span<double> log_prob) {
  const flow_program program(words, parameters.data(), prepared);
  return run_inverse(program, z.size() / program.dim(), z.data(), context.data(), wanted(x), wanted(log_det),
                     wanted(log_prob));
}

void flow_gradient(span<const int32_t> words, span<const float> parameters, span<const float> x,
                   span<const float> context, float weight, bool store, span<double> log_prob,
                   span<float> parameter_gradient, span<float> x_gradient) {
  const flow_program program(words, parameters.data(), {});
  run_gradient(program, x.size() / program.dim(), x.data(), context.data(), weight, store, wanted(log_prob),
               {wanted(parameter_gradient), wanted(x_gradient)});
}

double flow_tape_size(span<const int32_t> program, uint32_t rows) {
  return static_cast<double>(stored_floats(flow_program(program, nullptr, {}), rows));
}

void flow_inverse_gradient(span<const int32_t> words, span<const float> parameters, span<const float> z,
                           span<const float> context, span<const float> x_cotangent, float log_det_cotangent,
                           bool store, span<float> parameter_gradient, span<float> z_gradient) {
  const flow_program program(words, parameters.data(), {});
  run_inverse_gradient(program, z.size() / program.dim(), z.data(), context.data(), x_cotangent.data(),
                       log_det_cotangent, store, {wanted(parameter_gradient), wanted(z_gradient)});
}

int32_t flow_locate(span<const int32_t> words, span<const float> parameters, span<const float> rows,
                    span<const float> context, bool inverse) {
  const flow_program program(words, parameters.data(), {});
  const flow_direction direction = inverse ? flow_direction::inverse : flow_direction::forward;
  const size_t layers = program.layers();
  block_run run(program, rows.size() / program.dim(), flow_tape::none);
  run.load_context(context.data());
  inverse ? run.load_z(rows.data()) : run.load_x(rows.data());
  for (size_t k = 0; k < layers; k++) {
    const size_t i = inverse ? layers - 1 - k : k;
    run.run_layer(i, direction);
    if (!run.finite(i, direction)) return static_cast<int32_t>(i);
  }
  return -1;
}

int32_t flow_ill_conditioned(span<const int32_t> words, span<const float> parameters) {
  return first_ill_conditioned(flow_program(words, parameters.data(), {}));
}

void flow_initialize(span<const int32_t> words, span<float> parameters, span<const float> x,
                     span<const float> context) {
  const flow_program program(words, parameters.data(), {});
  // Of the standard logistic distribution pi / sqrt(3).
  const double deviation = program.base() == flow_base::logistic ? 1.8137993642342178 : 1.0;
  block_run run(program, x.size() / program.dim(), flow_tape::none);
  run.load_context(context.data());
  run.load_x(x.data());
  for (size_t i = 0; i < program.layers(); i++) {
    const flow_operator& op = operator_of(program.layer(i));
    if (op.initialize != nullptr)
      op.initialize(program.layer(i), run.block(), deviation, program.gradient_of(i, parameters.data()));
    run.run_layer(i, flow_direction::forward);
  }
}

}  // namespace gibbsite::GIBBSITE_TARGET
