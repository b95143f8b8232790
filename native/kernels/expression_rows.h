// Instructions of a tape that go row by row, and sums of rows. See expression_tape.h.
#pragma once
#include "core/math_gamma.h"
#include "core/span.h"

namespace gibbsite::GIBBSITE_TARGET {

// Rows of an operand: row i at data + i * stride, a vector of chains, or for constants one number for all chains.
struct row_operand {
  const double* data;
  size_t stride;
  bool constant;
};

template <bool constant>
GIBBSITE_INLINE f64x read(const row_operand& operand, size_t row, size_t column) {
  const double* from = operand.data + row * operand.stride;
  if constexpr (constant) return splat<f64x>(*from);
  return load<f64x>(from + column);
}

struct is_rows {
  static constexpr bool constant = false;
};
struct is_constant {
  static constexpr bool constant = true;
};

// body(tag) with the operand's kind as a type, so that loops are compiled for it.
template <class Body>
GIBBSITE_INLINE void by_kind(const row_operand& operand, const Body& body) {
  if (operand.constant)
    body(is_constant{});
  else
    body(is_rows{});
}

// Loops over chains have a known length, so that a short instruction is straight code: where most rows are single,
// branches that the processor guesses wrong would cost more than the arithmetic.
template <int vectors>
constexpr size_t part_of = static_cast<size_t>(vectors * f64_lanes);

template <int vectors, class Value>
GIBBSITE_INLINE void each_vector(size_t rows, double* to, const Value& value) {
  for (size_t i = 0; i < rows; i++, to += part_of<vectors>) {
#pragma GCC unroll 4
    for (size_t j = 0; j < part_of<vectors>; j += f64_lanes) store(to + j, value(i, j));
  }
}

template <int vectors, class F>
GIBBSITE_INLINE void map(size_t rows, const row_operand& a, double* to, const F& f) {
  each_vector<vectors>(rows, to, [&](size_t i, size_t j) { return f(read<false>(a, i, j)); });
}

// a in rows, b either.
template <int vectors, class F>
GIBBSITE_INLINE void map(size_t rows, const row_operand& a, const row_operand& b, double* to, const F& f) {
  by_kind(b, [&](auto kind) {
    each_vector<vectors>(rows, to,
                         [&](size_t i, size_t j) { return f(read<false>(a, i, j), read<kind.constant>(b, i, j)); });
  });
}

template <int vectors, class F>
GIBBSITE_INLINE void map(size_t rows, const row_operand& a, const row_operand& b, const row_operand& c, double* to,
                         const F& f) {
  by_kind(b, [&](auto kind) {
    by_kind(c, [&](auto other) {
      each_vector<vectors>(rows, to, [&](size_t i, size_t j) {
        return f(read<false>(a, i, j), read<kind.constant>(b, i, j), read<other.constant>(c, i, j));
      });
    });
  });
}

GIBBSITE_INLINE f64x sign_of(f64x x) {
  const f64x one = splat<f64x>(1.0), zero{};
  return select(x > 0.0, one, select(x < 0.0, -one, x == x ? zero : x));
}

GIBBSITE_INLINE f64x within(f64x x, f64x low, f64x high) {
  const f64x outside = splat<f64x>(-__builtin_inf()), inside{};
  return select((x >= low) & (x <= high), inside, select(x == x, outside, x));
}

// Sums of many rows: row i joins partial sum i % 4, and the four are added as a tree.
constexpr size_t row_parts = 4;

template <int vectors, class Term>
GIBBSITE_INLINE void sum_rows(size_t rows, double* to, const Term& term) {
  for (size_t j = 0; j < part_of<vectors>; j += f64_lanes) {
    f64x part[row_parts] = {};
    size_t i = 0;
    for (; i + row_parts <= rows; i += row_parts) {
      for (size_t k = 0; k < row_parts; k++) part[k] += term(i + k, j);
    }
    for (; i < rows; i++) part[i % row_parts] += term(i, j);
    store(to + j, (part[0] + part[1]) + (part[2] + part[3]));
  }
}

template <int vectors>
inline void dot_rows(size_t rows, const row_operand& a, const row_operand& b, double* to) {
  by_kind(b, [&](auto kind) {
    sum_rows<vectors>(rows, to,
                      [&](size_t i, size_t j) { return read<false>(a, i, j) * read<kind.constant>(b, i, j); });
  });
}

// m + log(sum exp(x - m)), m the largest.
template <int vectors>
inline void log_sum_exp_rows(size_t rows, const row_operand& a, double* to) {
  for (size_t j = 0; j < part_of<vectors>; j += f64_lanes) {
    f64x largest = read<false>(a, 0, j);
    for (size_t i = 1; i < rows; i++) largest = larger(read<false>(a, i, j), largest);
    // All of them -inf, or one +inf: the differences would be NaN.
    const f64x finite = select(absolute(largest) < __builtin_inf(), largest, f64x{});
    f64x sum{};
    for (size_t i = 0; i < rows; i++) sum += exp(read<false>(a, i, j) - finite);
    store(to + j, finite + log(sum));
  }
}

template <int vectors>
inline void cumulative_sum(size_t rows, const row_operand& a, double* to) {
  for (size_t j = 0; j < part_of<vectors>; j += f64_lanes) {
    f64x sum{};
    for (size_t i = 0; i < rows; i++) store(to + i * part_of<vectors> + j, sum += read<false>(a, i, j));
  }
}

template <int vectors>
inline void suffix_sum(size_t rows, const row_operand& a, double* to) {
  for (size_t j = 0; j < part_of<vectors>; j += f64_lanes) {
    f64x sum{};
    for (size_t i = rows; i-- > 0;) store(to + i * part_of<vectors> + j, sum += read<false>(a, i, j));
  }
}

template <int vectors>
inline void gather_rows(size_t rows, const row_operand& a, const int32_t* index, double* to) {
  each_vector<vectors>(rows, to, [&](size_t i, size_t j) { return read<false>(a, static_cast<size_t>(index[i]), j); });
}

template <int vectors>
inline void scatter_rows(size_t rows, const row_operand& a, const int32_t* index, size_t count, double* to) {
  memset(to, 0, rows * part_of<vectors> * sizeof(double));
  for (size_t i = 0; i < count; i++) {
    double* sum = to + static_cast<size_t>(index[i]) * part_of<vectors>;
    for (size_t j = 0; j < part_of<vectors>; j += f64_lanes) store(sum + j, load<f64x>(sum + j) + read<false>(a, i, j));
  }
}

}  // namespace gibbsite::GIBBSITE_TARGET
