// The no-U-turn sampler against trajectories written out plainly: every point of a stretch in a list, every part of a
// power of two looked at when it is complete, one chain at a time.
#include "kernels/nuts.h"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "kernels/density.h"
#include "kernels/nuts_random.h"
#include "kernels/nuts_state.h"

using namespace gibbsite::GIBBSITE_TARGET;

namespace {

constexpr philox_key key{31, 32};
constexpr uint32_t first_chain = 5;
constexpr size_t dim = 5, chains = 11, iterations = 60;
constexpr size_t row_size = 5 * dim + nuts_numbers, draw_size = dim + nuts_statistics;

// Independent normals of these precisions; the family's numbers are in the form of density_normal.h.
constexpr double precision[dim] = {1, 4, 0.25, 9, 1};
constexpr double variance[dim] = {0.5, 0.3, 2, 0.2, 1.5};

struct point {
  double x[dim], p[dim], gradient[dim], log_density;

  void evaluate() {
    log_density = 0;
    for (size_t i = 0; i < dim; i++) {
      gradient[i] = -precision[i] * x[i];
      log_density -= 0.5 * precision[i] * x[i] * x[i];
    }
  }
  double energy() const {
    double sum = 0;
    for (size_t i = 0; i < dim; i++) sum += variance[i] * p[i] * p[i];
    return 0.5 * sum - log_density;
  }
  point step(double e) const {
    point next = *this;
    for (size_t i = 0; i < dim; i++) {
      next.p[i] += 0.5 * e * gradient[i];
      next.x[i] += e * variance[i] * next.p[i];
    }
    next.evaluate();
    for (size_t i = 0; i < dim; i++) next.p[i] += 0.5 * e * next.gradient[i];
    return next;
  }
};

double product(const double* p, const double* sum) {
  double total = 0;
  for (size_t i = 0; i < dim; i++) total += variance[i] * p[i] * sum[i];
  return total;
}

// Points first ... end - 1, in the order of a line through the trajectory: their sum against both ends.
bool turned(const std::vector<point>& line, size_t first, size_t end, size_t last) {
  double sum[dim] = {};
  for (size_t k = first; k < end; k++) {
    for (size_t i = 0; i < dim; i++) sum[i] += line[k].p[i];
  }
  return !(product(line[first].p, sum) > 0 && product(line[last].p, sum) > 0);
}

// The whole, and each half with the nearest point of the other.
bool part_turned(const std::vector<point>& line, size_t first, size_t count) {
  const size_t half = first + count / 2, end = first + count;
  return turned(line, first, end, end - 1) || turned(line, first, half + 1, half) ||
         turned(line, half - 1, end, end - 1);
}

struct told {
  double acceptance, depth, leapfrogs, divergent, energy;
};

uint64_t decision_word(uint32_t chain, uint64_t iteration, uint32_t block, int site) {
  const uint32_t counter[4] = {block, static_cast<uint32_t>(iteration), chain,
                               nuts_purpose::decision | static_cast<uint32_t>(iteration >> 32) << 16};
  uint32_t words[4];
  philox(counter, key, words);
  return words[2 * site] | uint64_t{words[2 * site + 1]} << 32;
}
double uniform_of(uint64_t word) { return (static_cast<double>(word >> 12) + 0.5) * 0x1p-52; }

told iterate(point* draw, double step, uint32_t chain, uint64_t iteration, size_t max_depth) {
  const chain_source momenta(key, nuts_purpose::momentum);
  for (size_t i = 0; i < dim; i++) {
    draw->p[i] = chain_normal(momenta, iteration, chain, i) / std::sqrt(variance[i]);
  }
  std::vector<point> line{*draw};
  const double start = draw->energy();
  told result{0, 0, 0, 0, start};
  double weight = 1;
  bool forward = uniform_of(decision_word(chain, iteration, 0, 0)) < 0.5;
  for (size_t depth = 0; depth < max_depth; depth++) {
    // The stretch, seen from the end from which it sets out.
    std::vector<point> stretch;
    point last = forward ? line.back() : line.front(), candidate{};
    double stretch_weight = 0;
    uint32_t block = 0;
    for (size_t n = 0; n < size_t{1} << depth; n++) {
      last = last.step(forward ? step : -step);
      stretch.push_back(last);
      block = static_cast<uint32_t>(++result.leapfrogs);
      const double gain = start - last.energy();
      result.acceptance += gain > 0 ? 1 : std::exp(gain);
      if (!(gain >= -1000)) {
        result.divergent = 1;
        return result;
      }
      stretch_weight += std::exp(gain);
      if (uniform_of(decision_word(chain, iteration, block, 0)) < std::exp(gain) / stretch_weight) candidate = last;
      for (size_t count = 2; (n + 1) % count == 0 && count <= size_t{1} << depth; count *= 2) {
        if (part_turned(stretch, n + 1 - count, count)) return result;
      }
    }
    const uint64_t word = decision_word(chain, iteration, block, 1);
    if (uniform_of(word) < stretch_weight / weight) *draw = candidate, result.energy = candidate.energy();
    weight += stretch_weight;
    result.depth = static_cast<double>(depth + 1);
    if (forward)
      line.insert(line.end(), stretch.begin(), stretch.end());
    else
      line.insert(line.begin(), stretch.rbegin(), stretch.rend());
    if (part_turned(line, 0, line.size())) return result;
    forward = (word & 1) != 0;
  }
  return result;
}

std::vector<double> density_numbers() {
  std::vector<double> numbers = {0, 1};  // constant, diagonal
  for (size_t i = 0; i < dim; i++) numbers.push_back(0);
  for (size_t i = 0; i < dim; i++) numbers.push_back(std::sqrt(precision[i]));
  return numbers;
}

point start_of(size_t chain) {
  point start{};
  for (size_t i = 0; i < dim; i++) start.x[i] = 0.1 * static_cast<double>(chain + 1) * (i % 2 == 0 ? 1 : -1);
  start.evaluate();
  return start;
}

// Chains that are ready, with a step size of their own each.
std::vector<double> states(const std::vector<double>& steps) {
  std::vector<double> state(chains * row_size);
  for (size_t c = 0; c < chains; c++) {
    double* row = state.data() + c * row_size;
    const point start = start_of(c);
    for (size_t i = 0; i < dim; i++) {
      row[i] = start.x[i], row[dim + i] = start.gradient[i], row[2 * dim + i] = variance[i];
    }
    row[5 * dim + nuts_number::draw_log_density] = start.log_density;
    row[5 * dim + nuts_number::stage] = nuts_stage::ready;
    row[5 * dim + nuts_number::step] = steps[c];
  }
  return state;
}

}  // namespace

TEST_CASE("trajectories are those of a plain list of points") {
  // From steps that need long trajectories to one that diverges.
  std::vector<double> steps;
  for (size_t c = 0; c < chains; c++)
    steps.push_back(c + 1 == chains ? 40 : 0.02 * std::pow(1.5, static_cast<double>(c)));
  for (const size_t max_depth : {1, 3, 8}) {
    CAPTURE(max_depth);
    std::vector<double> state = states(steps), points(chains * dim), draws(chains * iterations * draw_size);
    const std::vector<double> numbers = density_numbers();
    const double settings[7] = {static_cast<double>(max_depth), 0.8, 0, 0, iterations, 1, first_chain};
    nuts_run(dim, density_family::normal, {numbers.data(), numbers.size()}, {}, {settings, 7}, {}, key.low, key.high,
             {state.data(), state.size()}, {points.data(), points.size()}, {draws.data(), draws.size()});
    size_t diverged = 0, deepest = 0;
    for (size_t c = 0; c < chains; c++) {
      point draw = start_of(c);
      for (size_t t = 0; t < iterations; t++) {
        const told expected = iterate(&draw, steps[c], first_chain + static_cast<uint32_t>(c), t, max_depth);
        const double* row = draws.data() + (c * iterations + t) * draw_size;
        CAPTURE(c);
        CAPTURE(t);
        for (size_t i = 0; i < dim; i++) CHECK(row[i] == doctest::Approx(draw.x[i]).epsilon(1e-9));
        CHECK(row[dim] == doctest::Approx(draw.log_density).epsilon(1e-9));
        CHECK(row[dim + 1] == doctest::Approx(expected.acceptance / expected.leapfrogs).epsilon(1e-9));
        CHECK(row[dim + 2] == steps[c]);
        CHECK(row[dim + 3] == expected.depth);
        CHECK(row[dim + 4] == expected.leapfrogs);
        CHECK(row[dim + 5] == expected.divergent);
        CHECK(row[dim + 6] == doctest::Approx(expected.energy).epsilon(1e-9));
        diverged += expected.divergent != 0;
        deepest = expected.depth > static_cast<double>(deepest) ? static_cast<size_t>(expected.depth) : deepest;
      }
    }
    CHECK(diverged > 0);
    CHECK(deepest == max_depth);
  }
}
