// The products of bit_product.h and dense_product.h: every path gives the bits of the order they promise.
#include <doctest/doctest.h>

#include <vector>

#include "core/dense_product.h"
#include "core/fixed_sampler.h"
#include "core/philox.h"

using namespace gibbsite::GIBBSITE_TARGET;

namespace {

uint32_t random_word(uint32_t i, uint32_t purpose) {
  const uint32_t counter[4] = {i, purpose, 0, 0};
  uint32_t words[4];
  philox(counter, {1, 2}, words);
  return words[0];
}

float random_weight(uint32_t i) { return static_cast<float>(static_cast<int32_t>(random_word(i, 0))) * 0x1p-31f; }

struct problem {
  size_t rows, inputs, outputs;
  std::vector<float> weights, bias, values;

  problem(size_t rows, size_t inputs, size_t outputs)
      : rows(rows),
        inputs(inputs),
        outputs(outputs),
        weights(inputs * outputs),
        bias(padded(outputs)),
        values(rows * inputs) {
    for (size_t i = 0; i < weights.size(); i++) weights[i] = random_weight(static_cast<uint32_t>(i));
    for (size_t j = 0; j < outputs; j++) bias[j] = random_weight(static_cast<uint32_t>(j + 1000000));
    for (size_t i = 0; i < values.size(); i++) {
      // Every third row is sparse, so that empty groups and empty words occur.
      const bool sparse = i / inputs % 3 == 0;
      values[i] = random_word(static_cast<uint32_t>(i), 1) < (sparse ? 0x08000000u : 0x80000000u) ? 1.0f : 0.0f;
    }
  }

  float expected(size_t row, size_t output) const {
    float sum = bias[output];
    for (size_t i = 0; i < inputs; i += group_size) {
      float group = 0;
      for (size_t k = i; k < i + group_size && k < inputs; k++)
        group += values[row * inputs + k] * weights[k * outputs + output];
      sum += group;
    }
    return sum;
  }
};

// The number of results that differ from the promised ones.
template <class Multiply>
size_t differences(const problem& p, const Multiply& multiply) {
  const panels weights(p.inputs, p.outputs);
  pack_panels(p.weights.data(), weights);
  std::vector<float> results(p.rows * p.outputs);
  multiply(weights, [&](size_t panel, size_t first, size_t rows, const float* sums) {
    for (size_t r = 0; r < rows; r++) {
      for (size_t j = 0; j < panel_width && panel * panel_width + j < p.outputs; j++) {
        results[(first + r) * p.outputs + panel * panel_width + j] = sums[r * panel_width + j];
      }
    }
  });
  size_t different = 0;
  for (size_t r = 0; r < p.rows; r++) {
    for (size_t j = 0; j < p.outputs; j++) different += results[r * p.outputs + j] != p.expected(r, j);
  }
  return different;
}

}  // namespace

TEST_CASE("bit products have one order whatever the number of rows") {
  for (const size_t rows : {1, 3, 15, 16, 100, 300}) {
    const problem p(rows, 77, 45);
    CHECK(differences(p, [&](const panels& weights, const auto& finish) {
            product(p.values.data(), p.rows, weights, p.bias.data(), finish);
          }) == 0);
  }
}

TEST_CASE("dense products of binary rows give the bits of bit products") {
  const problem p(5, 77, 45);
  CHECK(differences(p, [&](const panels& weights, const auto& finish) {
          for (size_t panel = 0; panel < weights.count(); panel++) {
            for (size_t r = 0; r < p.rows; r++) {
              float sums[panel_width];
              multiply_row(p.values.data() + r * p.inputs, weights, panel, p.bias.data() + panel * panel_width, sums);
              finish(panel, r, size_t{1}, sums);
            }
          }
        }) == 0);
}

TEST_CASE("dense products of real rows are sums in the promised order") {
  problem p(4, 50, 33);
  for (size_t i = 0; i < p.values.size(); i++) p.values[i] = random_weight(static_cast<uint32_t>(i + 5000000));
  CHECK(differences(p, [&](const panels& weights, const auto& finish) {
          product(p.values.data(), p.rows, weights, p.bias.data(), finish);
        }) == 0);
}

TEST_CASE("panels transpose and unpack to what was packed") {
  const size_t rows = 70, columns = 45;
  std::vector<float> matrix(rows * columns), back(rows * columns), turned(rows * columns);
  for (size_t i = 0; i < matrix.size(); i++) matrix[i] = random_weight(static_cast<uint32_t>(i));
  const panels packed(rows, columns), transposed(columns, rows);
  pack_panels(matrix.data(), packed);
  transpose_panels(packed, transposed);
  unpack_panels(packed, back.data());
  unpack_panels(transposed, turned.data());
  CHECK(back == matrix);
  for (size_t i = 0; i < rows; i++) {
    for (size_t j = 0; j < columns; j++) REQUIRE(turned[j * rows + i] == matrix[i * columns + j]);
  }
}

TEST_CASE("32 words of 32 bits transpose") {
  uint32_t words[32], turned[32];
  for (uint32_t i = 0; i < 32; i++) words[i] = turned[i] = random_word(i, 2);
  transpose_bits(turned);
  for (uint32_t r = 0; r < 32; r++) {
    for (uint32_t c = 0; c < 32; c++) REQUIRE((turned[c] >> r & 1) == (words[r] >> c & 1));
  }
}

TEST_CASE("coarse draws decide as full fields do") {
  for (const size_t inputs : {1, 40, 300, 784}) {
    const problem p(150, inputs, 45);
    const panels weights(p.inputs, p.outputs);
    pack_panels(p.weights.data(), weights);
    const fixed_layer layer(weights, p.bias.data());
    REQUIRE(layer.useful(1));
    const bit_matrix bits(p.rows, p.inputs), drawn(p.rows, p.outputs), alone(1, p.outputs), one(1, p.inputs);
    pack_binary(p.values.data(), bits);
    const std::vector<float> beta(p.rows, 0.75f);
    const auto nothing = [](size_t, size_t, size_t) {};
    draw_fixed_layer(bits, layer, lookup_offsets(p.rows, inputs), beta.data(), 1, {{3, 4}, 1, 5, 0}, drawn, nothing);
    size_t different = 0;
    for (uint32_t r = 0; r < p.rows; r++) {
      for (size_t w = 0; w < bits.word_count(); w++) one.word(w)[0] = bits.word(w)[r];
      draw_fixed_layer(one, layer, lookup_offsets(1, inputs), beta.data(), 1, {{3, 4}, 1, 5, r}, alone, nothing);
      for (size_t w = 0; w < drawn.word_count(); w++) different += drawn.word(w)[r] != alone.word(w)[0];
    }
    CHECK(different == 0);
  }
}

TEST_CASE("fixed-point fields are the fields to a few parts in a million") {
  const problem p(20, 784, 45);
  const panels weights(p.inputs, p.outputs);
  pack_panels(p.weights.data(), weights);
  const fixed_layer layer(weights, p.bias.data());
  const bit_matrix bits(p.rows, p.inputs);
  pack_binary(p.values.data(), bits);
  double worst = 0;
  for (size_t r = 0; r < p.rows; r++) {
    for (size_t j = 0; j < p.outputs; j++) {
      double exact = static_cast<double>(p.bias[j]);
      for (size_t i = 0; i < p.inputs; i++)
        exact += static_cast<double>(p.values[r * p.inputs + i] * p.weights[i * p.outputs + j]);
      const double gap = __builtin_fabs(exact - static_cast<double>(layer.field(j, bits.words.data() + r, p.rows)));
      worst = gap > worst ? gap : worst;
    }
  }
  CHECK(worst < 2e-5);
}
