// The linear layer's parts that no spec of TypeScript sees: triangular systems bit by bit, the estimate of the
// condition.
#include <doctest/doctest.h>

#include <vector>

#include "core/philox.h"
#include "flow/linear.h"
#include "flow/triangle.h"

using namespace gibbsite::GIBBSITE_TARGET;

namespace {

float random_value(size_t i, uint32_t purpose) {
  const uint32_t counter[4] = {static_cast<uint32_t>(i), purpose, 0, 0};
  uint32_t words[4];
  philox(counter, {5, 6}, words);
  return static_cast<float>(static_cast<int32_t>(words[0])) * 0x1p-31f;
}

std::vector<float> random_values(size_t count, uint32_t purpose) {
  std::vector<float> values(count);
  for (size_t i = 0; i < count; i++) values[i] = random_value(i, purpose);
  return values;
}

// One column by the formula, in the order that triangle.h promises.
std::vector<float> plain_solution(const triangle& t, std::vector<float> x) {
  for (size_t s = 0; s < t.size; s++) {
    const size_t i = t.lower ? s : t.size - 1 - s;
    for (size_t before = 0; before < s; before++) {
      const size_t k = t.lower ? before : t.size - 1 - before;
      x[i] -= x[k] * t.at(i, k);
    }
    x[i] /= t.at(i, i);
  }
  return x;
}

struct linear_problem {
  size_t c;
  std::vector<int32_t> words;
  std::vector<float> parameters;

  // A layer whose triangles are random numbers times `size`; P is a reversal.
  linear_problem(size_t c, float size, uint32_t purpose) : c(c), words(2 * c), parameters(c * c) {
    for (size_t i = 0; i < c; i++) {
      words[i] = static_cast<int32_t>(c - 1 - i);
      words[c + i] = i % 3 == 0 ? -1 : 1;
    }
    for (size_t i = 0; i < c * c; i++) parameters[i] = random_value(i, purpose) * (i < c ? 1.0f : size);
  }

  flow_layer layer() const {
    const flow_shape shape{c, 1, 1};
    return {flow_opcode::linear, false, shape, shape, words.data(), 0, parameters.data(), c * c, nullptr};
  }
};

// Passes of the layer of one row.
std::vector<float> passed(const linear_problem& p, std::vector<float> x, bool inverse) {
  std::vector<float> state(p.c * block_lanes);
  for (size_t i = 0; i < p.c; i++) {
    for (size_t j = 0; j < block_lanes; j++) state[i * block_lanes + j] = x[i];
  }
  double log_det = 0;
  flow_block block{};
  block.rows = 1, block.state = state.data(), block.log_det = &log_det;
  (inverse ? linear_operator.inverse : linear_operator.forward)(p.layer(), block, nullptr);
  for (size_t i = 0; i < p.c; i++) x[i] = state[i * block_lanes];
  return x;
}

// The largest sum of a column of the layer's matrix, or of its inverse.
double norm(const linear_problem& p, bool inverse) {
  double norm = 0;
  for (size_t j = 0; j < p.c; j++) {
    std::vector<float> axis(p.c);
    axis[j] = 1;
    double sum = 0;
    for (const float x : passed(p, axis, inverse)) sum += static_cast<double>(x < 0 ? -x : x);
    norm = sum > norm ? sum : norm;
  }
  return norm;
}

}  // namespace

TEST_CASE("triangular systems of all four kinds are solved in one order") {
  for (const size_t c : {1, 2, 5, 12, 33}) {
    const std::vector<float> matrix = random_values(c * c, 1);
    for (const bool lower : {false, true}) {
      const triangle plain{matrix.data(), c, c, 1, lower};
      for (const triangle& t : {plain, plain.transposed()}) {
        for (const size_t columns : {16, 48, 80, 160}) {
          std::vector<float> lines = random_values(c * columns, 2);
          const std::vector<float> before = lines;
          solve(t, lines.data(), columns, columns);
          size_t different = 0;
          for (size_t j = 0; j < columns; j++) {
            std::vector<float> x(c);
            for (size_t i = 0; i < c; i++) x[i] = before[i * columns + j];
            const std::vector<float> expected = plain_solution(t, x);
            for (size_t i = 0; i < c; i++) different += lines[i * columns + j] != expected[i];
          }
          CHECK(different == 0);
        }
      }
    }
  }
}

TEST_CASE("a layer alone maps rows where they lie to the bytes that a block gives") {
  for (const size_t c : {1, 2, 3, 5, 12, 16, 17, 31, 33, 48, 49, 64, 85}) {
    const linear_problem p(c, 0.3f, 7);
    REQUIRE(linear_operator.takes_rows(p.layer()));
    for (const size_t rows : {1, 7, 8, 9, 30, 1400}) {
      const std::vector<float> x = random_values(rows * c, 3);
      constexpr size_t margin = 64;
      std::vector<float> z(rows * c + margin, 5.0f);
      std::vector<double> log_det(rows);
      CHECK(linear_operator.forward_rows(p.layer(), rows, x.data(), z.data(), log_det.data()));
      size_t different = 0;
      for (size_t row = 0; row < rows; row++) {
        const std::vector<float> expected = passed(p, {x.begin() + row * c, x.begin() + (row + 1) * c}, false);
        for (size_t i = 0; i < c; i++) different += z[row * c + i] != expected[i];
        different += log_det[row] != log_det[0];
      }
      for (size_t i = 0; i < margin; i++) different += z[rows * c + i] != 5.0f;
      CHECK(different == 0);
    }
  }
}

TEST_CASE("rows that leave the numbers are reported wherever they are") {
  const linear_problem p(3, 0.3f, 7);
  for (const size_t at : {0, 1, 62, 300, 2999}) {
    std::vector<float> x = random_values(3000, 3), z(3000);
    x[at] = 3e38f * 2;
    CHECK_FALSE(linear_operator.forward_rows(p.layer(), 1000, x.data(), z.data(), nullptr));
  }
}

TEST_CASE("a matrix too large for the first-level cache goes by blocks") {
  CHECK_FALSE(linear_operator.takes_rows(linear_problem(86, 0.3f, 7).layer()));
}

TEST_CASE("the condition number is that of the dense matrix and its inverse") {
  uint32_t purpose = 10;
  for (const size_t c : {1, 2, 3, 7, 20}) {
    for (const float size : {0.0f, 0.3f, 1.0f}) {
      const linear_problem p(c, size, purpose++);
      const double exact = norm(p, false) * norm(p, true), estimate = linear_condition(p.layer());
      INFO("c " << c << ", size " << size);
      CHECK(estimate <= exact * (1 + 1e-5));
      CHECK(estimate >= exact / 2);
    }
  }
}

TEST_CASE("the condition number is not finite where the parameters are not") {
  for (const float bad : {__builtin_nanf(""), __builtin_inff(), -200.0f}) {
    for (const size_t at : {0, 4, 15}) {
      linear_problem p(4, 0.5f, 2);
      if (bad == -200.0f && at != 0) continue;  // exp(-200) is 0 as a float
      p.parameters[at] = bad;
      CHECK_FALSE(linear_condition(p.layer()) <= 1e300);
    }
  }
}
