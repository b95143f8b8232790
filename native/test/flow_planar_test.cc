// The planar layer against its formulas in long double: both directions, near-singular and huge u included, and all
// gradients against central differences.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdio>
#include <vector>

#include "flow/planar.h"

using namespace gibbsite::GIBBSITE_TARGET;

namespace {

// Numbers on (-1, 1), the same on every machine.
class numbers {
 public:
  float operator()() {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<float>(static_cast<int64_t>(state_) >> 40) * 0x1p-23f;
  }

 private:
  uint64_t state_ = 11;
};

using vec = std::vector<float>;
using wide = std::vector<long double>;

flow_layer layer_of(size_t d, const vec& parameters) {
  return {flow_opcode::planar, false, {d, 1, 1}, {d, 1, 1}, nullptr, 0, parameters.data(), 2 * d + 1, nullptr};
}

// u^, then c.
wide constrained(size_t d, const wide& parameters) {
  long double norm = 0, a = 0;
  for (size_t i = 0; i < d; i++) {
    norm += parameters[i] * parameters[i];
    a += parameters[i] * parameters[d + i];
  }
  const long double m = std::log1p(std::exp(-std::fabs(a))) + std::fmax(a, 0) - 1;
  wide made(d + 1, m);
  for (size_t i = 0; i < d; i++) made[i] = parameters[d + i] + (m - a) * parameters[i] / norm;
  return made;
}

// y of x in place; the log-determinant.
long double reference(size_t d, const wide& parameters, wide& x) {
  const wide u = constrained(d, parameters);
  long double p = parameters[2 * d];
  for (size_t i = 0; i < d; i++) p += parameters[i] * x[i];
  const long double cosh = std::cosh(p);
  for (size_t i = 0; i < d; i++) x[i] += u[i] * std::tanh(p);
  return std::log1p(u[d] / (cosh * cosh));
}

// The inverse by bisection.
long double inverse_reference(size_t d, const wide& parameters, wide& y) {
  const wide u = constrained(d, parameters);
  long double r = parameters[2 * d];
  for (size_t i = 0; i < d; i++) r += parameters[i] * y[i];
  long double low = r - std::fabs(u[d]), high = r + std::fabs(u[d]);
  for (int i = 0; i < 100; i++) {
    const long double p = (low + high) / 2;
    (p + u[d] * std::tanh(p) < r ? low : high) = p;
  }
  for (size_t i = 0; i < d; i++) y[i] -= u[i] * std::tanh(low);
  const long double cosh = std::cosh(low);
  return -std::log1p(u[d] / (cosh * cosh));
}

struct block_memory {
  flow_shape shape;
  size_t rows;
  vec state, cotangent, tape, log_det_cotangent;
  std::vector<double> log_det;

  block_memory(size_t d, size_t rows)
      : shape{d, 1, 1},
        rows(rows),
        state(shape.floats(rows)),
        cotangent(shape.floats(rows)),
        tape(2 * shape.stride(rows)),
        log_det_cotangent(rows),
        log_det(rows) {}

  size_t at(size_t f, size_t row) const { return f * shape.stride(rows) + row; }
  void fill(vec& lines, numbers& next, float scale, bool pad) {
    for (size_t f = 0; f < shape.features; f++) {
      for (size_t j = 0; j < shape.stride(rows); j++) {
        lines[at(f, j)] = j < rows ? scale * next() : pad ? lines[at(f, rows - 1)] : 0;
      }
    }
  }
  wide row(size_t r) const {
    wide x(shape.features);
    for (size_t f = 0; f < x.size(); f++) x[f] = state[at(f, r)];
    return x;
  }
  flow_block block() {
    return {rows, state.data(), log_det.data(), cotangent.data(), log_det_cotangent.data(), nullptr,
            0,    nullptr,      nullptr};
  }
};

struct planar_case {
  size_t d, rows;
  float w, u, b, x;
};
constexpr planar_case cases[] = {{1, 1, 1, 1, 1, 2},      {2, 5, 1, 1, 1, 2},   {2, 16, 6, 6, 2, 3},
                                 {3, 33, 0.01f, 2, 1, 2}, {5, 100, 2, 1, 3, 2}, {64, 130, 0.3f, 0.3f, 1, 2}};

vec parameters_of(const planar_case& c, numbers& next) {
  vec parameters(2 * c.d + 1);
  for (size_t i = 0; i < c.d; i++) parameters[i] = c.w * next();
  for (size_t i = 0; i < c.d; i++) parameters[c.d + i] = c.u * next();
  parameters[2 * c.d] = c.b * next();
  return parameters;
}

wide widened(const vec& values) { return {values.begin(), values.end()}; }

using pass_function = void (*)(const flow_layer&, flow_block&, float*);
using reference_function = long double (*)(size_t, const wide&, wide&);

void check_pass(pass_function pass, reference_function exact) {
  numbers next;
  for (const planar_case& c : cases) {
    const vec parameters = parameters_of(c, next);
    block_memory memory(c.d, c.rows);
    memory.fill(memory.state, next, c.x, true);
    const block_memory before = memory;
    flow_block block = memory.block();
    pass(layer_of(c.d, parameters), block, nullptr);
    for (size_t r = 0; r < c.rows; r++) {
      wide x = before.row(r);
      const long double log_det = exact(c.d, widened(parameters), x);
      CHECK(memory.log_det[r] == doctest::Approx(static_cast<double>(log_det)).epsilon(2e-5));
      for (size_t f = 0; f < c.d; f++) {
        CHECK(memory.row(r)[f] == doctest::Approx(static_cast<double>(x[f])).epsilon(2e-5));
      }
    }
  }
}

// One number of both results of a row: sum of g y + l log|det|.
long double weighted(reference_function exact, const block_memory& m, const block_memory& start, const vec& g, size_t r,
                     const wide& parameters, size_t moved, long double by) {
  wide x = start.row(r);
  if (moved < x.size()) x[moved] += by;
  long double sum = m.log_det_cotangent[r] * exact(x.size(), parameters, x);
  for (size_t f = 0; f < x.size(); f++) sum += g[m.at(f, r)] * x[f];
  return sum;
}

void check_backward(pass_function pass, decltype(flow_operator::forward_backward) backward, reference_function exact) {
  constexpr long double h = 1e-6L;
  numbers next;
  for (const planar_case& c : cases) {
    const vec parameters = parameters_of(c, next);
    block_memory memory(c.d, c.rows);
    memory.fill(memory.state, next, c.x, true);
    memory.fill(memory.cotangent, next, 1, false);
    for (float& l : memory.log_det_cotangent) l = next();
    const block_memory start = memory;
    flow_block block = memory.block();
    pass(layer_of(c.d, parameters), block, memory.tape.data());
    vec gradient(2 * c.d + 1, 0.5f);
    backward(layer_of(c.d, parameters), block, memory.tape.data(), gradient.data());
    const auto at = [&](size_t r, const wide& p, size_t moved, long double by) {
      return weighted(exact, memory, start, start.cotangent, r, p, moved, by);
    };
    for (size_t r = 0; r < c.rows; r++) {
      for (size_t f = 0; f < c.d; f++) {
        CHECK(memory.row(r)[f] == doctest::Approx(static_cast<double>(start.row(r)[f])).epsilon(2e-5));
        const wide p = widened(parameters);
        const long double slope = (at(r, p, f, h) - at(r, p, f, -h)) / (2 * h);
        CHECK(memory.cotangent[memory.at(f, r)] == doctest::Approx(static_cast<double>(slope)).epsilon(1e-3));
      }
    }
    for (size_t i = 0; i < gradient.size(); i++) {
      wide more = widened(parameters), less = more;
      more[i] += h;
      less[i] -= h;
      long double slope = 0, size = 0;
      for (size_t r = 0; r < c.rows; r++) {
        const long double term = (at(r, more, c.d, 0) - at(r, less, c.d, 0)) / (2 * h);
        slope += term;
        size += std::fabs(term);
      }
      CHECK(std::fabs(gradient[i] - 0.5 - static_cast<double>(slope)) < 1e-4 * (1 + static_cast<double>(size)));
    }
    for (size_t f = 0; f < c.d; f++) {
      for (size_t j = c.rows; j < memory.shape.stride(c.rows); j++) CHECK(memory.cotangent[memory.at(f, j)] == 0);
    }
  }
}

}  // namespace

TEST_CASE("planar: forward and inverse are their formulas") {
  check_pass(planar_operator.forward, reference);
  check_pass(planar_operator.inverse, inverse_reference);
}

TEST_CASE("planar: backward passes put the state back and give the slopes of central differences") {
  check_backward(planar_operator.forward, planar_operator.forward_backward, reference);
  check_backward(planar_operator.inverse, planar_operator.inverse_backward, inverse_reference);
}

TEST_CASE("planar: the inverse's residual over 10^6 points, near-singular and huge u included") {
  numbers next;
  constexpr size_t rows = 1000;
  block_memory memory(2, rows);
  double worst = 0;
  for (int round = 0; round < 1000; round++) {
    // w'u from -60, where c = -1 in float, to 300.
    const float reach = round % 3 == 0 ? 60 : round % 3 == 1 ? 3 : 300;
    vec parameters{next(), next(), 0, 0, 2 * next()};
    const float norm = parameters[0] * parameters[0] + parameters[1] * parameters[1];
    const float along = (round % 3 == 0 ? -std::fabs(reach * next()) : std::fabs(reach * next())) / norm;
    for (size_t i = 0; i < 2; i++) parameters[2 + i] = along * parameters[i] + 0.1f * next();
    memory.fill(memory.state, next, 5, true);
    const block_memory start = memory;
    flow_block block = memory.block();
    planar_operator.inverse(layer_of(2, parameters), block, nullptr);
    const wide p = widened(parameters), u = constrained(2, p);
    for (size_t r = 0; r < rows; r++) {
      wide x = memory.row(r);
      // The rounding of x alone is magnified by up to the determinant, where that is above 1.
      const long double determinant = std::exp(reference(2, p, x));
      const long double size = (std::fabs(u[0]) + std::fabs(u[1]) + 10) * std::fmax(1, determinant);
      for (size_t f = 0; f < 2; f++) {
        const double error = static_cast<double>(std::fabs(x[f] - start.row(r)[f]) / size);
        if (!(error <= worst)) worst = error;
      }
      if (!std::isfinite(memory.log_det[r])) worst = HUGE_VAL;
    }
  }
  std::printf("planar inverse: worst residual over 10^6 points, as a share of (|y| + |u^|) |det|: %.2g\n", worst);
  CHECK(worst < 3e-7);
}

TEST_CASE("planar: a row alone has the bits that it has among others, with and without preparation") {
  numbers next;
  for (const planar_case& c : cases) {
    const vec parameters = parameters_of(c, next);
    flow_layer layer = layer_of(c.d, parameters);
    vec prepared(planar_operator.prepared_size(layer));
    planar_operator.prepare(layer, prepared.data());
    for (const pass_function pass : {planar_operator.forward, planar_operator.inverse}) {
      block_memory all(c.d, c.rows);
      all.fill(all.state, next, c.x, true);
      const block_memory start = all;
      flow_block block = all.block();
      layer.prepared = nullptr;
      pass(layer, block, nullptr);
      layer.prepared = prepared.data();
      for (size_t r = 0; r < c.rows; r++) {
        block_memory one(c.d, 1);
        for (size_t f = 0; f < c.d; f++) {
          for (size_t j = 0; j < block_lanes; j++) one.state[one.at(f, j)] = start.state[start.at(f, r)];
        }
        flow_block alone = one.block();
        pass(layer, alone, nullptr);
        CHECK(one.log_det[0] == all.log_det[r]);
        for (size_t f = 0; f < c.d; f++) CHECK(one.state[one.at(f, 0)] == all.state[all.at(f, r)]);
      }
    }
  }
}
