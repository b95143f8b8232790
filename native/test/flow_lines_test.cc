// Lines of a block: sums in the promised order, whatever the vector width, and padding that never counts.
#include <doctest/doctest.h>

#include <vector>

#include "core/philox.h"
#include "flow/lines.h"

using namespace gibbsite::GIBBSITE_TARGET;

namespace {

constexpr float nan = __builtin_nanf("");

float random_value(uint32_t i, uint32_t purpose = 0) {
  const uint32_t counter[4] = {i, purpose, 0, 0};
  uint32_t words[4];
  philox(counter, {3, 4}, words);
  return static_cast<float>(static_cast<int32_t>(words[0])) * 0x1p-30f;
}

// Lines of a shape for some rows, with NaN past the last column.
struct lines {
  flow_shape shape;
  size_t rows, stride, columns;
  std::vector<float> values;

  lines(const flow_shape& shape, size_t rows, uint32_t purpose = 0)
      : shape(shape), rows(rows), stride(shape.stride(rows)), columns(shape.columns(rows)), values(shape.floats(rows)) {
    for (size_t i = 0; i < values.size(); i++) {
      values[i] = i % stride < columns ? random_value(static_cast<uint32_t>(i), purpose) : nan;
    }
  }

  float* line(size_t f) { return values.data() + f * stride; }
};

// The order of lines.h, one number after the other.
float plain_sum(const std::vector<float>& terms) {
  float part[16] = {};
  for (size_t j = 0; j < terms.size(); j++) part[j % 16] += terms[j];
  for (size_t half = 8; half > 0; half /= 2) {
    for (size_t i = 0; i < half; i++) part[i] += part[i + half];
  }
  return part[0];
}

}  // namespace

TEST_CASE("sums over columns have one order and stop at the last column") {
  for (const size_t rows : {1, 3, 8, 15, 16, 17, 31, 32, 100, 1000}) {
    lines a({1, 1, 1}, rows), b({1, 1, 1}, rows, 1);
    const std::vector<float> terms(a.values.begin(), a.values.begin() + static_cast<ptrdiff_t>(rows));
    std::vector<float> products = terms;
    for (size_t j = 0; j < rows; j++) products[j] = terms[j] * b.values[j];
    CHECK(sum_line(a.line(0), rows) == plain_sum(terms));
    CHECK(sum_rows(terms.data(), rows) == plain_sum(terms));
    CHECK(dot_lines(a.line(0), b.line(0), rows) == plain_sum(products));
  }
}

TEST_CASE("log-determinants add features, then the pixels of their row, in double precision") {
  for (const flow_shape shape : {flow_shape{5, 1, 1}, {3, 2, 3}, {2, 4, 4}, {1, 1, 5}}) {
    for (const size_t rows : {1, 2, 7, 16, 33}) {
      lines terms(shape, rows);
      std::vector<double> log_det(rows, 0.25);
      flow_block block{};
      block.rows = rows;
      block.log_det = log_det.data();
      add_log_det(block, shape, shape.features, terms.values.data(), -1.0f);
      for (size_t r = 0; r < rows; r++) {
        double expected = 0.25;
        for (size_t p = 0; p < shape.pixels(); p++) {
          double sum = 0;
          for (size_t f = 0; f < shape.features; f++) {
            sum += static_cast<double>(-terms.line(f)[r * shape.pixels() + p]);
          }
          expected += sum;
        }
        CHECK(log_det[r] == expected);
      }
    }
  }
}

TEST_CASE("values of rows are spread over their pixels, padding is 0") {
  const flow_shape shape{1, 2, 3};
  const float values[] = {1.0f, -2.0f, 3.0f};
  std::vector<float> line(shape.stride(3), nan);
  spread_rows(values, shape, 3, line.data());
  for (size_t j = 0; j < line.size(); j++) CHECK(line[j] == (j < 18 ? values[j / 6] : 0.0f));
}

TEST_CASE("padding becomes copies of the last column, or 0") {
  lines some({3, 1, 3}, 3);
  pad_lines(some.values.data(), some.shape, 3);
  for (size_t f = 0; f < 3; f++) {
    for (size_t j = 9; j < 16; j++) CHECK(some.line(f)[j] == some.line(f)[8]);
  }
  clear_padding(some.values.data(), some.shape, 3);
  for (size_t f = 0; f < 3; f++) {
    CHECK(some.line(f)[8] != 0.0f);
    for (size_t j = 9; j < 16; j++) CHECK(some.line(f)[j] == 0.0f);
  }
}
