// Products of floats: the bytes of a plain loop on every path, whatever the shape, the strides and the threads.
#include "core/gemm.h"

#include <doctest/doctest.h>
#include <string.h>

#include <vector>

#include "core/threads.h"

using namespace gibbsite;
using namespace gibbsite::GIBBSITE_TARGET;

namespace {

// Numbers of all signs, with some zeros and minus zeros.
float number(size_t i) {
  uint64_t x = (i + 1) * 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 29)) * 0xbf58476d1ce4e5b9u;
  const uint32_t word = static_cast<uint32_t>(x >> 32);
  if (word % 61 == 0) return word % 122 == 0 ? -0.0f : 0.0f;
  return static_cast<float>(static_cast<int32_t>(word)) * 0x1p-31f;
}

float plain_activation(activation act, float x) {
  // By its sign: of a comparison with 0 clang makes a maximum in WebAssembly, which turns -0 into 0.
  if (act == activation::relu) return __builtin_signbit(x) && x != 0.0f && x == x ? 0.0f : x;
  if (act == activation::tanh) return tanh(x);
  if (act == activation::silu) return x * sigmoid(x);
  return x;
}

// A factor of `lines` x `length` numbers that lie in lines or, turned over, in columns, with a gap after each.
struct factor {
  std::vector<float> values;
  matrix_view view;

  factor(size_t lines, size_t length, bool turned, size_t seed) {
    const size_t stride = (turned ? lines : length) + 3;
    values.resize(stride * (turned ? length : lines) + 1);
    for (size_t i = 0; i < values.size(); i++) values[i] = number(i + seed);
    view = turned ? matrix_view{values.data(), 1, stride} : matrix_view{values.data(), stride, 1};
  }
  float at(size_t i, size_t j) const { return view.data[i * view.row + j * view.column]; }
};

struct shape {
  size_t m, n, k;
};

struct problem {
  shape s;
  factor a, b;
  std::vector<float> bias, start;
  size_t stride;
  gemm_end end;

  problem(shape s, bool a_turned, bool b_turned, bool with_bias, activation act, bool accumulate)
      : s(s), a(s.m, s.k, a_turned, 1), b(s.k, s.n, b_turned, 1 << 20), stride(s.n + 2) {
    for (size_t i = 0; i < s.m; i++) bias.push_back(number(i + (2 << 20)));
    for (size_t i = 0; i < s.m * stride; i++) start.push_back(number(i + (3 << 20)));
    end = {with_bias ? bias.data() : nullptr, act, accumulate};
  }

  std::vector<float> expected() const {
    std::vector<float> c = start;
    for (size_t i = 0; i < s.m; i++) {
      for (size_t j = 0; j < s.n; j++) {
        float sum = end.accumulate ? c[i * stride + j] : 0.0f;
        for (size_t k = 0; k < s.k; k++) sum += a.at(i, k) * b.at(k, j);
        c[i * stride + j] = plain_activation(end.act, end.bias == nullptr ? sum : sum + end.bias[i]);
      }
    }
    return c;
  }

  std::vector<float> direct() const {
    std::vector<float> c = start;
    gemm(s.m, s.n, s.k, a.view, b.view, c.data(), stride, end);
    return c;
  }

  std::vector<float> packed() const {
    std::vector<float> c = start, left(packed_left_size(s.m, s.k));
    pack_left(s.m, s.k, a.view, left.data());
    gemm_packed(s.m, s.n, s.k, left.data(), b.view, c.data(), stride, end);
    return c;
  }
};

bool same_bytes(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

// Every end once, and every way that the factors may lie.
void check_all(const shape& s) {
  CAPTURE(s.m);
  CAPTURE(s.n);
  CAPTURE(s.k);
  for (const bool a_turned : {false, true}) {
    for (const bool b_turned : {false, true}) {
      CAPTURE(a_turned);
      CAPTURE(b_turned);
      for (int act = 0; act < 4; act++) {
        const problem p(s, a_turned, b_turned, act != 1, static_cast<activation>(act), act % 2 == 1);
        const std::vector<float> expected = p.expected();
        CHECK(same_bytes(p.direct(), expected));
        CHECK(same_bytes(p.packed(), expected));
      }
    }
  }
}

struct restore_threads {
  ~restore_threads() { set_thread_count(0); }
};

}  // namespace

TEST_CASE("small products have the bytes of a plain loop") {
  for (const size_t m : {1, 2, 3, 7, 16, 21, 65}) {
    for (const size_t n : {1, 2, 5, 8, 15, 16, 17, 51, 100}) {
      for (const size_t k : {0, 1, 6, 37}) check_all({m, n, k});
    }
  }
}

TEST_CASE("sums go on from block to block of terms") {
  for (const shape& s : {shape{19, 53, 256}, {33, 3, 257}, {8, 64, 700}, {70, 1, 513}, {1, 300, 600}}) check_all(s);
}

TEST_CASE("many columns and many rows: tasks of any number of threads have the same bytes") {
  const restore_threads restore;
  for (const shape& s : {shape{300, 520, 90}, {7, 3000, 130}, {3000, 5, 200}}) {
    const problem p(s, true, true, true, activation::relu, false);
    const std::vector<float> expected = p.expected();
    for (const int threads : {1, 2, 7}) {
      set_thread_count(threads);
      CHECK(same_bytes(p.direct(), expected));
      CHECK(same_bytes(p.packed(), expected));
    }
  }
}

TEST_CASE("what is not a number stays so through every end") {
  const float nan = __builtin_nanf("");
  for (const size_t n : {1, 33}) {
    for (int act = 0; act < 4; act++) {
      problem p({5, n, 4}, false, false, true, static_cast<activation>(act), false);
      p.a.values[2 * p.a.view.row + 1] = nan;
      const std::vector<float> c = p.direct();
      CHECK(c[2 * p.stride] != c[2 * p.stride]);
      CHECK(c[3 * p.stride] == c[3 * p.stride]);
    }
  }
}
