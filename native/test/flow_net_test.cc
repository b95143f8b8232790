// Conditioner networks and coupling layers against plain loops in double precision: values, log-determinants, inverses,
// and gradients by finite differences of the plain loops.
#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "core/philox.h"
#include "flow/net.h"

using namespace gibbsite::GIBBSITE_TARGET;

namespace {

using numbers = std::vector<double>;

// Numbers of (-1, 1), the same for the same index and purpose.
double random_number(size_t i, uint32_t purpose) {
  const uint32_t counter[4] = {static_cast<uint32_t>(i), purpose, 0, 0};
  uint32_t words[4];
  philox(counter, {5, 6}, words);
  return static_cast<double>(static_cast<float>(static_cast<int32_t>(words[0])) * 0x1p-31f);
}
numbers random_numbers(size_t count, uint32_t purpose, double scale = 1) {
  numbers made(count);
  for (size_t i = 0; i < count; i++)
    made[i] = static_cast<double>(static_cast<float>(random_number(i, purpose) * scale));
  return made;
}

// A layer of a network by definition: rows of images [pixels][channels].
struct plain_net {
  std::vector<int32_t> words;
  size_t height, width, context;

  size_t kind() const { return static_cast<size_t>(words[0]); }
  size_t inputs() const { return static_cast<size_t>(words[2]); }
  size_t outputs() const { return static_cast<size_t>(words[3]); }
  size_t depth() const { return static_cast<size_t>(words[4]); }
  size_t hidden(size_t i) const { return static_cast<size_t>(words[5 + i]); }
  size_t pixels() const { return height * width; }

  net at(const float* parameters, const float* prepared) const {
    return {words.data(), {inputs(), height, width}, context, parameters, prepared};
  }

  numbers activate(numbers x) const {
    for (double& v : x) {
      if (words[1] == 1) v = v > 0 ? v : 0;
      if (words[1] == 2) v = std::tanh(v);
      if (words[1] == 3) v = v / (1 + std::exp(-v));
    }
    return x;
  }

  numbers linear(const double*& at, const numbers& x, size_t in, size_t out, bool convolves,
                 const numbers& of_context) const {
    const size_t taps = convolves ? 9 : 1;
    const double *w = at, *c = w + out * taps * in, *bias = c + out * of_context.size();
    at = bias + out;
    numbers y(pixels() * out);
    for (size_t p = 0; p < pixels(); p++) {
      for (size_t o = 0; o < out; o++) {
        double sum = bias[o];
        for (size_t k = 0; k < of_context.size(); k++) sum += c[o * of_context.size() + k] * of_context[k];
        for (size_t t = 0; t < taps; t++) {
          const size_t row = p / width + (convolves ? t / 3 : 1) - 1, column = p % width + (convolves ? t % 3 : 1) - 1;
          if (row >= height || column >= width) continue;  // minus one is huge
          for (size_t i = 0; i < in; i++) sum += w[(o * taps + t) * in + i] * x[(row * width + column) * in + i];
        }
        y[p * out + o] = sum;
      }
    }
    return y;
  }

  numbers operator()(const numbers& parameters, const numbers& x, const numbers& of_context) const {
    const double* at = parameters.data();
    const bool convolves = kind() >= 2;
    if (kind() % 2 == 0) {
      numbers h = x;
      for (size_t i = 0; i <= depth(); i++) {
        const bool first = i == 0, last = i == depth();
        h = linear(at, h, first ? inputs() : hidden(i - 1), last ? outputs() : hidden(i), convolves && (first || last),
                   first ? of_context : numbers{});
        if (!last) h = activate(h);
      }
      return h;
    }
    numbers trunk = linear(at, x, inputs(), hidden(0), convolves, of_context);
    for (size_t b = 0; b < depth(); b++) {
      const numbers inner = activate(linear(at, activate(trunk), hidden(0), hidden(0), convolves, {}));
      const numbers step = linear(at, inner, hidden(0), hidden(0), false, {});
      for (size_t i = 0; i < trunk.size(); i++) trunk[i] += step[i];
    }
    return linear(at, activate(trunk), hidden(0), outputs(), convolves, {});
  }
};

// A coupling by definition, on one row [pixels][features].
struct plain_coupling {
  bool affine;
  int32_t mask;
  size_t parity, features;
  plain_net net;

  bool changes(size_t pixel, size_t feature) const {
    if (mask == 0) return (feature < features / 2) != (parity == 0);
    if (mask == 1) return feature % 2 != parity;
    return (pixel / net.width + pixel % net.width) % 2 != parity;
  }
  size_t changed() const { return mask == 2 ? features : affine ? net.outputs() / 2 : net.outputs(); }
  size_t parameter_count() const { return (affine ? changed() : 0) + net_parameter_count(net.at(nullptr, nullptr)); }

  // The row, of which `log_det` is told; the other direction where `inverse` is set.
  numbers operator()(const numbers& parameters, const numbers& row, const numbers& context, bool inverse,
                     double* log_det) const {
    const size_t scales = affine ? changed() : 0, outputs = net.outputs();
    numbers seen, y = row;
    for (size_t p = 0; p < net.pixels(); p++) {
      for (size_t f = 0; f < features; f++) {
        if (!changes(p, f)) seen.push_back(row[p * features + f]);
        if (changes(p, f) && mask == 2) seen.push_back(0);
      }
    }
    const numbers made = net({parameters.begin() + static_cast<ptrdiff_t>(scales), parameters.end()}, seen, context);
    for (size_t p = 0; p < net.pixels(); p++) {
      size_t k = 0;
      for (size_t f = 0; f < features; f++) {
        if (!changes(p, f)) {
          k += mask == 2;
          continue;
        }
        const double s = affine ? parameters[k] * std::tanh(made[p * outputs + k]) : 0;
        const double t = made[p * outputs + scales + k++];
        double& v = y[p * features + f];
        v = inverse ? (v - t) * std::exp(-s) : v * std::exp(s) + t;
        *log_det += inverse ? -s : s;
      }
    }
    return y;
  }
};

struct problem {
  std::string name;
  plain_coupling layer;
  size_t rows;
  numbers parameters, x, context, weight, log_det_weight;

  problem(std::string name, const plain_coupling& layer, size_t rows)
      : name(std::move(name)),
        layer(layer),
        rows(rows),
        parameters(random_numbers(layer.parameter_count(), 1, 0.6)),
        x(random_numbers(rows * row_size(), 2, 2)),
        context(random_numbers(rows * layer.net.context, 3)),
        weight(random_numbers(rows * row_size(), 4)),
        log_det_weight(random_numbers(rows, 5)) {}

  size_t row_size() const { return layer.features * layer.net.pixels(); }
  flow_shape shape() const { return {layer.features, layer.net.height, layer.net.width}; }

  // y of all rows, then their log-determinants.
  numbers run(const numbers& at_parameters, const numbers& at_x, bool inverse) const {
    numbers y, log_dets;
    for (size_t r = 0; r < rows; r++) {
      double log_det = 0;
      const auto part = [r](const numbers& all, size_t size) {
        const auto first = all.begin() + static_cast<ptrdiff_t>(r * size);
        return numbers(first, first + static_cast<ptrdiff_t>(size));
      };
      const numbers row =
          layer(at_parameters, part(at_x, row_size()), part(context, layer.net.context), inverse, &log_det);
      y.insert(y.end(), row.begin(), row.end());
      log_dets.push_back(log_det);
    }
    y.insert(y.end(), log_dets.begin(), log_dets.end());
    return y;
  }
  double loss(const numbers& at_parameters, const numbers& at_x, bool inverse) const {
    const numbers all = run(at_parameters, at_x, inverse);
    double sum = 0;
    for (size_t i = 0; i < weight.size(); i++) sum += weight[i] * all[i];
    for (size_t r = 0; r < rows; r++) sum += log_det_weight[r] * all[weight.size() + r];
    return sum;
  }
  // dL/dparameters, then dL/dx.
  numbers slopes(bool inverse) const {
    const double step = 1e-5;
    numbers made;
    const auto add = [&](numbers& at, const std::function<double()>& value) {
      for (double& number : at) {
        const double old = number;
        number = old + step;
        const double above = value();
        number = old - step;
        made.push_back((above - value()) / (2 * step));
        number = old;
      }
    };
    numbers p = parameters, at_x = x;
    const auto value = [&] { return loss(p, at_x, inverse); };
    add(p, value), add(at_x, value);
    return made;
  }
};

// The same problem given to the kernels' operators.
class machine {
 public:
  machine(const problem& p, bool prepared) : p_(p), shape_(p.shape()), stride_(shape_.stride(p.rows)) {
    words_ = {p.layer.affine, p.layer.mask, static_cast<int32_t>(p.layer.parity)};
    words_.insert(words_.end(), p.layer.net.words.begin(), p.layer.net.words.end());
    parameters_.assign(p.parameters.begin(), p.parameters.end());
    layer_ = {flow_opcode::coupling, false,  shape_, shape_, words_.data(), p.layer.net.context, parameters_.data(),
              parameters_.size(),    nullptr};
    if (prepared) {
      prepared_.resize(coupling_operator.prepared_size(layer_));
      coupling_operator.prepare(layer_, prepared_.data());
      layer_.prepared = prepared_.data();
    }
    context_stride_ = flow_shape{1, 1, 1}.stride(p.rows);
    context_.assign(p.layer.net.context * context_stride_, 0.5f);
    for (size_t r = 0; r < p.rows; r++) {
      for (size_t k = 0; k < p.layer.net.context; k++)
        context_[k * context_stride_ + r] = static_cast<float>(p.context[r * p.layer.net.context + k]);
    }
  }

  std::vector<float> lines(const numbers& rows, bool padded) const {
    std::vector<float> made(shape_.features * stride_);
    const size_t columns = shape_.columns(p_.rows);
    for (size_t f = 0; f < shape_.features; f++) {
      for (size_t j = 0; j < stride_; j++) {
        const size_t from = j < columns ? j : columns - 1;
        if (j < columns || padded) made[f * stride_ + j] = static_cast<float>(rows[from * shape_.features + f]);
      }
    }
    return made;
  }
  numbers rows(const std::vector<float>& lines) const {
    numbers made(p_.rows * shape_.size());
    for (size_t f = 0; f < shape_.features; f++) {
      for (size_t j = 0; j < shape_.columns(p_.rows); j++)
        made[j * shape_.features + f] = static_cast<double>(lines[f * stride_ + j]);
    }
    return made;
  }

  // As problem::run, then problem::slopes, then the state that the backward pass left.
  struct results {
    numbers values, slopes, restored;
  };
  results run(bool inverse, bool store) {
    std::vector<float> state = lines(p_.x, true), cotangent = lines(p_.weight, false);
    numbers log_det(p_.rows);
    flow_block block{p_.rows, state.data(), log_det.data(), nullptr, nullptr, nullptr, 0, nullptr, nullptr};
    if (!context_.empty()) block.context = context_.data(), block.context_stride = context_stride_;
    std::vector<float> tape(coupling_operator.tape_size(layer_, p_.rows, store));
    float* notes = store ? tape.data() : nullptr;
    (inverse ? coupling_operator.inverse : coupling_operator.forward)(layer_, block, notes);
    results made{rows(state), {}, {}};
    made.values.insert(made.values.end(), log_det.begin(), log_det.end());

    const std::vector<float> log_det_cotangent(p_.log_det_weight.begin(), p_.log_det_weight.end());
    std::vector<float> gradient(parameters_.size());
    block.log_det = nullptr, block.cotangent = cotangent.data(), block.log_det_cotangent = log_det_cotangent.data();
    (inverse ? coupling_operator.inverse_backward : coupling_operator.forward_backward)(layer_, block, notes,
                                                                                        gradient.data());
    made.slopes.assign(gradient.begin(), gradient.end());
    const numbers of_x = rows(cotangent);
    made.slopes.insert(made.slopes.end(), of_x.begin(), of_x.end());
    made.restored = rows(state);
    return made;
  }

 private:
  const problem& p_;
  const flow_shape shape_;
  const size_t stride_;
  size_t context_stride_;
  std::vector<int32_t> words_;
  std::vector<float> parameters_, prepared_, context_;
  flow_layer layer_;
};

// The largest difference, in parts of the size of the wanted numbers (at least 1).
double gap(const numbers& got, const numbers& wanted) {
  REQUIRE(got.size() == wanted.size());
  double worst = 0, largest = 1;
  for (const double value : wanted) largest = std::fabs(value) > largest ? std::fabs(value) : largest;
  for (size_t i = 0; i < got.size(); i++) {
    const double difference = std::fabs(got[i] - wanted[i]);
    worst = difference > worst || difference != difference ? difference : worst;
  }
  return worst / largest;
}

std::vector<problem> problems() {
  const auto vector = [](std::vector<int32_t> words, size_t context = 0) {
    return plain_net{std::move(words), 1, 1, context};
  };
  const auto image = [](std::vector<int32_t> words, size_t context = 0) {
    return plain_net{std::move(words), 3, 5, context};
  };
  return {
      {"affine halves, relu", {true, 0, 0, 6, vector({0, 1, 3, 6, 2, 7, 5})}, 21},
      {"affine halves, no hidden layer", {true, 0, 1, 4, vector({0, 2, 2, 4, 0})}, 5},
      {"affine odd-even, tanh, context", {true, 1, 0, 7, vector({0, 2, 4, 6, 2, 8, 9}, 3)}, 33},
      {"additive odd-even, silu", {false, 1, 1, 7, vector({0, 3, 3, 4, 3, 6, 8, 7})}, 19},
      {"one row", {true, 0, 1, 2, vector({0, 2, 1, 2, 2, 9, 9})}, 1},
      {"residual, silu, context", {true, 0, 0, 4, vector({1, 3, 2, 4, 2, 9, 9}, 2)}, 18},
      {"residual, tanh", {false, 1, 0, 5, vector({1, 2, 3, 2, 3, 6, 6, 6})}, 3},
      {"convolution, relu", {true, 0, 0, 4, image({2, 1, 2, 4, 2, 6, 7})}, 3},
      {"convolution to fewer, silu, context", {true, 0, 1, 8, image({2, 3, 4, 8, 1, 3}, 2)}, 5},
      {"checkerboard, tanh", {true, 2, 0, 3, image({2, 2, 3, 6, 2, 5, 6})}, 2},
      {"checkerboard, additive, context", {false, 2, 1, 2, image({2, 2, 2, 2, 1, 4}, 1)}, 4},
      {"residual convolution, tanh, context", {true, 2, 1, 2, image({3, 2, 2, 4, 2, 5, 5}, 2)}, 3},
      {"perceptron in every pixel", {true, 1, 0, 3, image({0, 3, 2, 2, 1, 6}, 1)}, 4},
  };
}

}  // namespace

TEST_CASE("couplings are what their definition says, forward, inverse and backward") {
  for (const problem& p : problems()) {
    for (const bool inverse : {false, true}) {
      CAPTURE(p.name);
      CAPTURE(inverse);
      const numbers values = p.run(p.parameters, p.x, inverse), slopes = p.slopes(inverse);
      for (const bool store : {false, true}) {
        machine it(p, store);
        const machine::results got = it.run(inverse, store);
        CAPTURE(store);
        CHECK(gap(got.values, values) < 3e-6);
        CHECK(gap(got.slopes, slopes) < 2e-5);
        CHECK(gap(got.restored, p.x) < 3e-6);
      }
    }
  }
}

TEST_CASE("a row of a coupling does not depend on those beside it") {
  for (const problem& p : problems()) {
    if (p.layer.net.context > 0) continue;
    CAPTURE(p.name);
    const numbers all = machine(p, true).run(false, true).values;
    problem last = p;
    last.rows = 1;
    last.x.assign(p.x.end() - static_cast<ptrdiff_t>(p.row_size()), p.x.end());
    last.weight.resize(p.row_size());
    const numbers alone = machine(last, false).run(false, false).values;
    size_t different = all.back() != alone.back();
    for (size_t i = 0; i < p.row_size(); i++) different += all[(p.rows - 1) * p.row_size() + i] != alone[i];
    CHECK(different == 0);
  }
}
