#include "kernels/density_expression.h"

#include "core/scratch.h"
#include "core/threads.h"
#include "kernels/expression_matrix.h"
#include "kernels/expression_rows.h"
#include "kernels/expression_tape.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

// Chains are run in parts of four vectors, or of one where the rows at work would not stay in the second-level cache.
constexpr int most_vectors = 4;
constexpr size_t cached_bytes = 256 << 10;

bool fits_cache(expression_tape tape) { return tape.work_rows() * most_vectors * vector_bytes <= cached_bytes; }

size_t part_work(expression_tape tape) {
  return tape.work_rows() * static_cast<size_t>((fits_cache(tape) ? most_vectors : 1) * f64_lanes);
}

// body.operator()<vectors>(first column) for all parts of a block.
template <class Body>
void for_parts(expression_tape tape, size_t width, const Body& body) {
  size_t column = 0;
  if (fits_cache(tape)) {
    for (; column + part_of<most_vectors> <= width; column += part_of<most_vectors>) {
      body.template operator()<most_vectors>(column);
    }
  }
  for (; column < width; column += f64_lanes) body.template operator()<1>(column);
}

// A run of a tape over a part of a block: x are the part's columns of inputs, whose rows are `stride` apart.
template <int vectors>
class expression_run {
 public:
  expression_run(expression_tape tape, const double* numbers, const double* x, size_t stride, double* work)
      : tape_(tape), numbers_(numbers), work_(work) {
    bases_[kind_work] = {work, width, width};
    bases_[kind_work_one] = {work, width, 0};
    bases_[kind_input] = {x, stride, stride};
    bases_[kind_input_one] = {x, stride, 0};
    bases_[kind_number] = {numbers, 1, 1};
    bases_[kind_number_one] = {numbers, 1, 0};
  }

  void run() const {
    const instruction_words* instruction = tape_.instruction();
    for (size_t n = tape_.instructions(); n-- > 0; instruction++) step(*instruction);
  }

  // Row after row of the outputs: to(row, data, constant), data the number of all chains, or a number of each.
  template <class To>
  GIBBSITE_INLINE void outputs(const To& to) const {
    size_t row = 0;
    for (size_t n = 0; n < tape_.outputs(); n++) {
      const output_words& output = tape_.output()[n];
      const row_operand from = at(output.from);
      for (size_t i = 0; i < static_cast<size_t>(output.rows); i++) {
        to(row++, from.data + i * from.stride, from.constant);
      }
    }
  }

 private:
  static constexpr size_t width = part_of<vectors>;

  struct base {
    const double* data;
    size_t step, stride;
  };

  GIBBSITE_INLINE row_operand at(operand_words words) const {
    const base& from = bases_[words.kind];
    return {from.data + static_cast<size_t>(words.row) * from.step, from.stride, words.kind >= kind_number};
  }

  // a - b and a / b are the only ones with a constant on the left.
  template <class F>
  GIBBSITE_INLINE void map_either(size_t rows, const row_operand& a, const row_operand& b, double* to,
                                  const F& f) const {
    if (a.constant)
      map<vectors>(rows, b, a, to, [&](f64x y, f64x x) { return f(x, y); });
    else
      map<vectors>(rows, a, b, to, f);
  }

  void step(const instruction_words& in) const {
    const size_t rows = static_cast<size_t>(in.rows);
    double* to = work_ + static_cast<size_t>(in.to) * width;
    const row_operand a = at(in.a), b = at(in.b);
    switch (in.op) {
      case op_copy:
        return by_kind(a, [&](auto kind) {
          each_vector<vectors>(rows, to, [&](size_t i, size_t j) { return read<kind.constant>(a, i, j); });
        });
      case op_neg:
        return map<vectors>(rows, a, to, [](f64x x) { return -x; });
      case op_exp:
        return map<vectors>(rows, a, to, [](f64x x) { return exp(x); });
      case op_log:
        return map<vectors>(rows, a, to, [](f64x x) { return log(x); });
      case op_log1p:
        return map<vectors>(rows, a, to, [](f64x x) { return log1p(x); });
      case op_sqrt:
        return map<vectors>(rows, a, to, [](f64x x) { return sqrt(x); });
      case op_square:
        return map<vectors>(rows, a, to, [](f64x x) { return x * x; });
      case op_abs:
        return map<vectors>(rows, a, to, [](f64x x) { return absolute(x); });
      case op_sign:
        return map<vectors>(rows, a, to, [](f64x x) { return sign_of(x); });
      case op_tanh:
        return map<vectors>(rows, a, to, [](f64x x) { return tanh(x); });
      case op_sigmoid:
        return map<vectors>(rows, a, to, [](f64x x) { return sigmoid(x); });
      case op_softplus:
        return map<vectors>(rows, a, to, [](f64x x) { return softplus(x); });
      case op_log_gamma:
        return map<vectors>(rows, a, to, [](f64x x) { return log_gamma(x); });
      case op_digamma:
        return map<vectors>(rows, a, to, [](f64x x) { return digamma(x); });
      case op_add:
        return map<vectors>(rows, a, b, to, [](f64x x, f64x y) { return x + y; });
      case op_mul:
        return map<vectors>(rows, a, b, to, [](f64x x, f64x y) { return x * y; });
      case op_sub:
        return map_either(rows, a, b, to, [](f64x x, f64x y) { return x - y; });
      case op_div:
        return map_either(rows, a, b, to, [](f64x x, f64x y) { return x / y; });
      case op_mul_add:
        return map<vectors>(rows, a, b, at(in.c), to, [](f64x x, f64x y, f64x z) { return x * y + z; });
      case op_squared_difference:
        return map<vectors>(rows, a, b, to, [](f64x x, f64x y) { return (x - y) * (x - y); });
      case op_within:
        return map<vectors>(rows, a, b, at(in.c), to, [](f64x x, f64x low, f64x high) { return within(x, low, high); });
      default:
        return whole_step(in, rows, a, b, to);
    }
  }

  // Instructions whose rows are not each for itself.
  void whole_step(const instruction_words& in, size_t rows, const row_operand& a, const row_operand& b,
                  double* to) const {
    const size_t p = static_cast<size_t>(in.p), q = static_cast<size_t>(in.q);
    switch (in.op) {
      case op_sum:
        return sum_rows<vectors>(rows, to, [&](size_t i, size_t j) { return read<false>(a, i, j); });
      case op_dot:
        return dot_rows<vectors>(rows, a, b, to);
      case op_log_sum_exp:
        return log_sum_exp_rows<vectors>(rows, a, to);
      case op_cumulative_sum:
        return cumulative_sum<vectors>(rows, a, to);
      case op_suffix_sum:
        return suffix_sum<vectors>(rows, a, to);
      case op_gather:
        return gather_rows<vectors>(rows, a, tape_.integers() + p, to);
      case op_scatter:
        return scatter_rows<vectors>(rows, a, tape_.integers() + p, q, to);
      case op_matvec:
        return matvec(rows, q, width, numbers_ + p, a, to);
      case op_quadratic:
        return quadratic(q, width, numbers_ + p, a, to);
      case op_solve_lower:
        return solve_lower(rows, width, numbers_ + p, a, to);
      case op_solve_upper:
        return solve_upper(rows, width, numbers_ + p, a, to);
      case op_softplus_sum:
        return softplus_sum(static_cast<size_t>(in.r), q, width, numbers_ + p, a, to, nullptr);
      case op_softplus_gradient:
        return softplus_sum(static_cast<size_t>(in.r), q, width, numbers_ + p, a, to, to + width);
      default:
        return;
    }
  }

  const expression_tape tape_;
  const double* const numbers_;
  double* const work_;
  base bases_[operand_kinds];
};

expression_tape value_tape(const density& d) { return {d.program.data() + 1}; }
expression_tape gradient_tape(const density& d) { return {d.program.data() + 1 + d.program[0]}; }

// Points [count][dim] as columns [dim][width]; columns without a point repeat the last one.
void load_points(const double* points, size_t dim, size_t count, size_t width, double* x) {
  for (size_t k = 0; k < dim; k++) {
    for (size_t c = 0; c < width; c++) x[k * width + c] = points[(c < count ? c : count - 1) * dim + k];
  }
}

size_t output_rows(expression_tape tape) {
  size_t rows = 0;
  for (size_t n = 0; n < tape.outputs(); n++) rows += static_cast<size_t>(tape.output()[n].rows);
  return rows;
}

}  // namespace

size_t expression_work(const density& d, size_t) {
  const size_t value = part_work(value_tape(d)), gradient = part_work(gradient_tape(d));
  return value > gradient ? value : gradient;
}

void expression_density(const density& d, size_t width, const double* x, double* log_density, double* gradient,
                        double* work) {
  const expression_tape tape = gradient == nullptr ? value_tape(d) : gradient_tape(d);
  for_parts(tape, width, [&]<int vectors>(size_t column) {
    const expression_run<vectors> run(tape, d.numbers.data(), x + column, width, work);
    run.run();
    run.outputs([&](size_t row, const double* from, bool constant) {
      double* to = (row == 0 ? log_density : gradient + (row - 1) * width) + column;
      for (size_t j = 0; j < part_of<vectors>; j += f64_lanes) {
        store(to + j, constant ? splat<f64x>(*from) : load<f64x>(from + j));
      }
    });
  });
}

void expression_values(uint32_t dim, span<const double> numbers, span<const int32_t> words, span<const double> points,
                       span<double> out) {
  constexpr size_t block_columns = part_of<most_vectors>;
  const expression_tape tape{words.data()};
  const size_t rows = output_rows(tape), count = out.size() / rows;
  parallel_for((count + block_columns - 1) / block_columns, [&](size_t block) {
    const size_t first = block * block_columns;
    const size_t columns = count - first < block_columns ? count - first : block_columns;
    const size_t width = (columns + f64_lanes - 1) / f64_lanes * f64_lanes;
    const scratch<double> x(dim * width + 1), work(part_work(tape) + 1);
    if (dim > 0) load_points(points.data() + first * dim, dim, columns, width, x.data());
    for_parts(tape, width, [&]<int vectors>(size_t column) {
      const expression_run<vectors> run(tape, numbers.data(), x.data() + column, width, work.data());
      run.run();
      run.outputs([&](size_t row, const double* from, bool constant) {
        for (size_t c = 0; c < part_of<vectors> && column + c < columns; c++) {
          out[(first + column + c) * rows + row] = from[constant ? 0 : c];
        }
      });
    });
  });
}

}  // namespace gibbsite::GIBBSITE_TARGET
