// The tape of an expression (src/sampling/expression/tape.ts): a straight line of instructions over rows of numbers,
// run for a block of chains at a time.
//
// A row holds one number for each of `width` chains. Rows are inputs x [dim][width], work rows [rows][width], or
// constants, the same for every chain, from `numbers`. The words of a tape:
//
//   work rows, instructions, outputs, then
//   for each output        operand (2 words), its rows
//   for each instruction   opcode, rows, first work row of the result, three operands (2 words each), three numbers
//   more integers               indices of gather and scatter
//
// An operand is a kind and the number of its first row. Its rows are those of the instruction, or one for all of them
// (kinds ending in `_one`). Constants stand where an instruction allows them; an instruction never reads what it
// writes, except row by row. src/sampling/expression/verify.ts checks all of it once, so nothing is checked here.
#pragma once
#include "core/simd.h"

namespace gibbsite::GIBBSITE_TARGET {

enum expression_op : int32_t {
  // Row by row; a is in rows, b and c may be constants.
  op_copy = 0,
  op_neg = 1,
  op_exp = 2,
  op_log = 3,
  op_log1p = 4,
  op_sqrt = 5,
  op_square = 6,
  op_abs = 7,
  op_sign = 8,
  op_tanh = 9,
  op_sigmoid = 10,
  op_softplus = 11,
  op_log_gamma = 12,
  op_digamma = 13,
  op_add = 14,
  op_sub = 15,
  op_mul = 16,
  op_div = 17,
  op_mul_add = 18,             // a b + c
  op_squared_difference = 19,  // (a - b)^2
  op_within = 20,              // 0 where b <= a <= c, else -inf
  // One row from the rows of a (and b).
  op_sum = 21,
  op_dot = 22,
  op_log_sum_exp = 23,
  // As many rows as a has.
  op_cumulative_sum = 24,
  op_suffix_sum = 25,  // of each row and those after it
  // With indices: integers from p on.
  op_gather = 26,   // row i of the result is row index[i] of a
  op_scatter = 27,  // row index[i] of the result is the sum of these rows i of a, of which there are q
  // With a matrix A [rows, q], numbers from p on: by four rows, for each column their coefficients; zeros fill up the
  // last four. The triangles of op_solve are [rows, rows] row after row.
  op_matvec = 28,            // A a
  op_quadratic = 29,         // a' A a, A [q, q] lower triangular
  op_solve_lower = 30,       // A^-1 a, A lower triangular, 1 / A_ii in the place of A_ii
  op_solve_upper = 31,       // the same, A upper triangular
  op_softplus_sum = 32,      // sum of log(1 + exp(A a)), A [r, q]
  op_softplus_gradient = 33  // that, and q rows with its gradient
};

enum operand_kind : int32_t {
  kind_work = 0,
  kind_work_one = 1,
  kind_input = 2,
  kind_input_one = 3,
  kind_number = 4,
  kind_number_one = 5
};
constexpr int operand_kinds = 6;

struct operand_words {
  int32_t kind, row;
};

struct output_words {
  operand_words from;
  int32_t rows;
};

struct instruction_words {
  int32_t op, rows, to;
  operand_words a, b, c;
  int32_t p, q, r;
};

struct expression_tape {
  const int32_t* words;

  size_t work_rows() const { return static_cast<size_t>(words[0]); }
  size_t instructions() const { return static_cast<size_t>(words[1]); }
  size_t outputs() const { return static_cast<size_t>(words[2]); }
  const output_words* output() const { return reinterpret_cast<const output_words*>(words + 3); }
  const instruction_words* instruction() const {
    return reinterpret_cast<const instruction_words*>(output() + outputs());
  }
  const int32_t* integers() const { return reinterpret_cast<const int32_t*>(instruction() + instructions()); }
};

}  // namespace gibbsite::GIBBSITE_TARGET
