// Coupling layers: some features stay as they are, the others change by a law whose numbers a network makes of the
// first ones, so that the Jacobian is triangular and the inverse as cheap as the layer.
//
//   additive   y = x + t                    log |det| = 0        NICE: Dinh, Krueger, Bengio (2014)
//   affine     y = x exp(s) + t             log |det| = sum s    Real NVP: Dinh, Sohl-Dickstein, Bengio (2017)
//              s = scale tanh(r), with a learned scale for each feature; the network's outputs are r, then t
//
// Words (src/flow/layers/coupling.ts): law, mask, parity, then those of the network (net.h).
// Parameters: scale [changed] (affine alone), then those of the network.
//
//   halves         parity 0 keeps the first half of the features, parity 1 the second
//   odd-even       parity 0 keeps features 0, 2 ..., parity 1 features 1, 3 ...
//   checkerboard   parity 0 keeps the pixels where y + x is even, parity 1 the others; the network sees 0 at the
//   changed
//                  pixels, and r and t are taken as 0 at the kept ones
#include "core/scratch.h"
#include "core/threads.h"
#include "flow/lines.h"
#include "flow/net.h"
#include "flow/work_space.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

namespace law {
constexpr int32_t additive = 0;
}
namespace mask {
constexpr int32_t halves = 0, odd_even = 1, checkerboard = 2;
}

// Every `step`-th line of a state, from line `first` on.
struct line_choice {
  size_t first, step, count;
  float* in(float* state, size_t stride) const { return state + first * stride; }
};

// A coupling layer on a block.
class coupling {
 public:
  coupling(const flow_layer& layer, size_t rows)
      : shape_(layer.before),
        rows_(rows),
        stride_(layer.before.stride(rows)),
        affine_(layer.words[0] != law::additive),
        masked_(layer.words[1] == mask::checkerboard),
        parity_(static_cast<size_t>(layer.words[2])),
        kept_(choose(layer, parity_)),
        changed_(masked_ ? kept_ : choose(layer, 1 - parity_)),
        scale_(layer.parameters),
        net_{layer.words + 3, layer.before, layer.context, layer.parameters + scales(), layer.prepared},
        mask_(masked_ ? stride_ : 0) {
    if (masked_) fill_mask();
  }

  size_t scales() const { return affine_ ? changed_.count : 0; }
  const net& conditioner() const { return net_; }

  // The network's outputs for a block, floats.
  size_t output_size() const { return net_.outputs() * stride_; }
  size_t tape_size() const { return net_tape_size(net_, rows_) + output_size(); }

  // outputs: tanh(r) lines (affine alone), then t lines.
  void evaluate(const flow_block& block, float* outputs, float* tape) const {
    const scratch<float> seen(masked_ ? kept_.count * stride_ : 0);
    net_forward(net_, input(block, seen.data()), outputs, tape);
    for_lines([&](size_t f) {
      const auto finish = [&](float* line, const auto& map) {
        for (size_t j = 0; j < stride_; j += f32_lanes) store(line + j, changed_lanes(map(load<f32x>(line + j)), j));
      };
      if (affine_) finish(outputs + f * stride_, [](f32x r) { return tanh(r); });
      if (masked_) finish(shift_line(outputs, f), [](f32x t) { return t; });
    });
  }

  // y of x, or x of y, in place.
  void forward(float* state, const float* outputs) const {
    change(state, outputs, [](f32x x, f32x scale, f32x shift) { return x * scale + shift; }, 1);
  }
  void inverse(float* state, const float* outputs) const {
    change(state, outputs, [](f32x y, f32x scale, f32x shift) { return (y - shift) * scale; }, -1);
  }

  void add_log_det(const flow_block& block, const float* outputs, float sign) const {
    if (!affine_) return;
    gibbsite::GIBBSITE_TARGET::add_log_det(block, shape_, changed_.count, [&](size_t f, size_t j) {
      return load<f32x>(outputs + f * stride_ + j) * (sign * scale_[f]);
    });
  }

  // Back through forward or inverse. The state is what the pass ended with and becomes what it began with; the
  // cotangents of the network's outputs take the outputs' place.
  template <bool inverse_pass>
  void backward(flow_block& block, float* outputs, const float* tape, float* parameter_gradient) const {
    const scratch<float> log_det_cotangent(stride_);
    spread_rows(block.log_det_cotangent, shape_, rows_, log_det_cotangent.data());
    for_lines([&](size_t f) {
      const float scale_gradient = affine_ ? affine_line<inverse_pass>(block, f, outputs, log_det_cotangent.data())
                                           : (additive_line<inverse_pass>(block, f, outputs), 0.0f);
      if (affine_ && parameter_gradient != nullptr) parameter_gradient[f] += scale_gradient;
    });
    network_backward(block, outputs, tape, parameter_gradient);
  }

 private:
  static line_choice choose(const flow_layer& layer, size_t parity) {
    const size_t features = layer.before.features, half = features / 2;
    switch (layer.words[1]) {
      case mask::halves:
        return {parity * half, 1, half};
      case mask::odd_even:
        return {parity, 2, (features + 1 - parity) / 2};
      default:
        return {0, 1, features};
    }
  }

  // All ones in the lanes of pixels that change.
  void fill_mask() {
    const size_t columns = shape_.columns(rows_);
    for (size_t j = 0; j < stride_; j++) {
      const size_t pixel = (j < columns ? j : columns - 1) % shape_.pixels();
      mask_[j] = (pixel / shape_.width + pixel % shape_.width) % 2 == parity_ ? 0 : -1;
    }
  }
  f32x changed_lanes(f32x x, size_t j) const { return masked_ ? select(load<i32x>(mask_.data() + j), x, f32x{}) : x; }
  f32x kept_lanes(f32x x, size_t j) const { return select(load<i32x>(mask_.data() + j), f32x{}, x); }

  const float* shift_line(const float* outputs, size_t f) const { return outputs + (scales() + f) * stride_; }
  float* shift_line(float* outputs, size_t f) const { return outputs + (scales() + f) * stride_; }
  float* changed_line(float* state, size_t f) const { return state + (changed_.first + f * changed_.step) * stride_; }

  // body(f) for the changed features, on all threads where there is much to do.
  template <class Body>
  void for_lines(const Body& body) const {
    constexpr size_t floats_a_task = 1 << 14;
    const size_t each = 1 + floats_a_task / stride_, count = changed_.count;
    parallel_for((count + each - 1) / each, [&](size_t task) {
      for (size_t f = task * each; f < count && f < (task + 1) * each; f++) body(f);
    });
  }

  // What the network sees: the kept lines where they are, or at `seen` the state without the changed pixels.
  net_input input(const flow_block& block, float* seen) const {
    const float* lines = kept_.in(block.state, stride_);
    for (size_t f = 0; masked_ && f < kept_.count; f++) {
      for (size_t j = 0; j < stride_; j += f32_lanes) {
        store(seen + f * stride_ + j, kept_lanes(load<f32x>(lines + f * stride_ + j), j));
      }
    }
    return {rows_, masked_ ? seen : lines, kept_.step * stride_, block.context, block.context_stride};
  }

  // state = f(state, exp(sign s), t) in the changed lines.
  template <class F>
  void change(float* state, const float* outputs, const F& f, float sign) const {
    for_lines([&](size_t i) {
      float* line = changed_line(state, i);
      const float *bounded = outputs + i * stride_, *shift = shift_line(outputs, i);
      for (size_t j = 0; j < stride_; j += f32_lanes) {
        const f32x scale = affine_ ? exp(load<f32x>(bounded + j) * (sign * scale_[i])) : splat<f32x>(1.0f);
        store(line + j, f(load<f32x>(line + j), scale, load<f32x>(shift + j)));
      }
    });
  }

  // One line of backward(): gives dL/dscale of the feature. With g = dL/dy and c = dL/dlog_det, of y = x exp(s) + t:
  //   dL/dx = g exp(s)     dL/dt = g          dL/ds = g x exp(s) + c = g (y - t) + c
  // and of the inverse pass x = (y - t) exp(-s), with g = dL/dx:
  //   dL/dy = g exp(-s)    dL/dt = -dL/dy     dL/ds = -(g x + c)
  template <bool inverse_pass>
  float affine_line(flow_block& block, size_t f, float* outputs, const float* log_det_cotangent) const {
    float *state = changed_line(block.state, f), *cotangent = changed_line(block.cotangent, f);
    float *bounded = outputs + f * stride_, *shift = shift_line(outputs, f);
    const float scale = scale_[f];
    return sum_columns(shape_.columns(rows_), [&](size_t j) __attribute__((always_inline)) {
      const f32x end = load<f32x>(state + j), g = load<f32x>(cotangent + j), r = load<f32x>(bounded + j);
      const f32x t = load<f32x>(shift + j), c = load<f32x>(log_det_cotangent + j);
      const f32x slope = exp(r * (inverse_pass ? -scale : scale)), back = g * slope;
      const f32x begin = inverse_pass ? end * exp(r * scale) + t : (end - t) * exp(r * -scale);
      const f32x of_log_scale = changed_lanes(inverse_pass ? -(g * end + c) : g * (end - t) + c, j);
      store(state + j, begin), store(cotangent + j, back);
      store(shift + j, changed_lanes(inverse_pass ? -back : g, j));
      store(bounded + j, of_log_scale * scale * (1 - r * r));
      return of_log_scale * r;
    });
  }

  template <bool inverse_pass>
  void additive_line(flow_block& block, size_t f, float* outputs) const {
    float *state = changed_line(block.state, f), *shift = shift_line(outputs, f);
    const float* cotangent = changed_line(block.cotangent, f);
    for (size_t j = 0; j < stride_; j += f32_lanes) {
      const f32x end = load<f32x>(state + j), g = changed_lanes(load<f32x>(cotangent + j), j);
      const f32x t = load<f32x>(shift + j);
      store(state + j, inverse_pass ? end + t : end - t);
      store(shift + j, inverse_pass ? -g : g);
    }
  }

  // Adds what the kept features did through the network. Where pixels are masked, only to those that the network saw.
  void network_backward(flow_block& block, const float* output_cotangent, const float* tape,
                        float* parameter_gradient) const {
    const scratch<float> seen(masked_ ? kept_.count * stride_ : 0), cotangent(masked_ ? kept_.count * stride_ : 0);
    float* to = kept_.in(block.cotangent, stride_);
    if (masked_) memset(cotangent.data(), 0, kept_.count * stride_ * sizeof(float));
    net_backward(net_, input(block, seen.data()), tape, output_cotangent, masked_ ? cotangent.data() : to,
                 parameter_gradient == nullptr ? nullptr : parameter_gradient + scales());
    for (size_t j = 0; masked_ && j < kept_.count * stride_; j += f32_lanes) {
      const f32x seen_cotangent = kept_lanes(load<f32x>(cotangent.data() + j), j % stride_);
      store(to + j, load<f32x>(to + j) + seen_cotangent);
    }
  }

  const flow_shape shape_;
  const size_t rows_, stride_;
  const bool affine_, masked_;
  const size_t parity_;
  const line_choice kept_, changed_;
  const float* scale_;
  const net net_;
  const scratch<int32_t> mask_;
};

// One pass over a block; the tape holds the network's, then its outputs.
template <bool inverse>
void pass(const flow_layer& layer, flow_block& block, float* tape) {
  const coupling it(layer, block.rows);
  const work_space made(tape == nullptr ? it.output_size() : 0);
  float* outputs = tape == nullptr ? made.data() : tape + net_tape_size(it.conditioner(), block.rows);
  it.evaluate(block, outputs, tape);
  inverse ? it.inverse(block.state, outputs) : it.forward(block.state, outputs);
  if (block.log_det != nullptr) it.add_log_det(block, outputs, inverse ? -1.0f : 1.0f);
}

// Without a tape the network is evaluated again: what it was given is among what stayed as it was.
template <bool inverse>
void pass_backward(const flow_layer& layer, flow_block& block, const float* tape, float* parameter_gradient) {
  const coupling it(layer, block.rows);
  const size_t net_size = net_tape_size(it.conditioner(), block.rows);
  const scratch<float> made(tape == nullptr ? net_size : 0), outputs(it.output_size());
  if (tape == nullptr) {
    it.evaluate(block, outputs.data(), made.data());
  } else {
    copy_lines(tape + net_size, it.output_size(), outputs.data());
  }
  it.template backward<inverse>(block, outputs.data(), tape == nullptr ? made.data() : tape, parameter_gradient);
}

size_t tape_size(const flow_layer& layer, size_t rows, bool store) {
  return store ? coupling(layer, rows).tape_size() : 0;
}

size_t prepared_size(const flow_layer& layer) { return net_prepared_size(coupling(layer, 1).conditioner()); }

void prepare(const flow_layer& layer, float* prepared) { net_prepare(coupling(layer, 1).conditioner(), prepared); }

}  // namespace

const flow_operator coupling_operator = {
    .forward = pass<false>,
    .inverse = pass<true>,
    .forward_backward = pass_backward<false>,
    .inverse_backward = pass_backward<true>,
    .tape_size = tape_size,
    .prepared_size = prepared_size,
    .prepare = prepare,
    .initialize = nullptr,
};

}  // namespace gibbsite::GIBBSITE_TARGET
