#include "kernels/density_expression.h"

#include "core/scratch.h"
#include "core/threads.h"
#include "kernels/expression_matrix.h"
#include "kernels/expression_rows.h"
#include "kernels/expression_tape.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

// Bytes of work rows that stay in the second-level cache. A wider block than fits is run in parts.
constexpr size_t cached_bytes = 256 << 10;

size_t part_width(size_t work_rows, size_t width) {
  size_t vectors = width / f64_lanes;
  while (vectors > 1 && work_rows * vectors * vector_bytes > cached_bytes) vectors = (vectors + 1) / 2;
  return vectors * f64_lanes;
}

size_t part_work(expression_tape tape, size_t width) { return tape.work_rows() * part_width(tape.work_rows(), width); }

// A run of a tape over `width` chains, whose inputs are columns of a block of `stride` chains.
class expression_run {
 public:
  expression_run(expression_tape tape, const double* numbers, const double* x, size_t stride, size_t width,
                 double* work)
      : tape_(tape), width_(width), numbers_(numbers), work_(work) {
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
      map(rows, width_, b, a, to, [&](f64x y, f64x x) { return f(x, y); });
    else
      map(rows, width_, a, b, to, f);
  }

  void step(const instruction_words& in) const {
    const size_t rows = static_cast<size_t>(in.rows), w = width_;
    double* to = work_ + static_cast<size_t>(in.to) * w;
    const row_operand a = at(in.a), b = at(in.b);
    switch (in.op) {
      case op_copy:
        return by_kind(a, [&](auto kind) {
          each_vector(rows, w, to, [&](size_t i, size_t j) { return read<kind.constant>(a, i, j); });
        });
      case op_neg:
        return map(rows, w, a, to, [](f64x x) { return -x; });
      case op_exp:
        return map(rows, w, a, to, [](f64x x) { return exp(x); });
      case op_log:
        return map(rows, w, a, to, [](f64x x) { return log(x); });
      case op_log1p:
        return map(rows, w, a, to, [](f64x x) { return log1p(x); });
      case op_sqrt:
        return map(rows, w, a, to, [](f64x x) { return sqrt(x); });
      case op_square:
        return map(rows, w, a, to, [](f64x x) { return x * x; });
      case op_abs:
        return map(rows, w, a, to, [](f64x x) { return absolute(x); });
      case op_sign:
        return map(rows, w, a, to, [](f64x x) { return sign_of(x); });
      case op_tanh:
        return map(rows, w, a, to, [](f64x x) { return tanh(x); });
      case op_sigmoid:
        return map(rows, w, a, to, [](f64x x) { return sigmoid(x); });
      case op_softplus:
        return map(rows, w, a, to, [](f64x x) { return softplus(x); });
      case op_log_gamma:
        return map(rows, w, a, to, [](f64x x) { return log_gamma(x); });
      case op_digamma:
        return map(rows, w, a, to, [](f64x x) { return digamma(x); });
      case op_add:
        return map(rows, w, a, b, to, [](f64x x, f64x y) { return x + y; });
      case op_mul:
        return map(rows, w, a, b, to, [](f64x x, f64x y) { return x * y; });
      case op_sub:
        return map_either(rows, a, b, to, [](f64x x, f64x y) { return x - y; });
      case op_div:
        return map_either(rows, a, b, to, [](f64x x, f64x y) { return x / y; });
      case op_mul_add:
        return map(rows, w, a, b, at(in.c), to, [](f64x x, f64x y, f64x z) { return x * y + z; });
      case op_within:
        return map(rows, w, a, b, at(in.c), to, [](f64x x, f64x low, f64x high) { return within(x, low, high); });
      default:
        return whole_step(in, rows, a, b, to);
    }
  }

  // Instructions whose rows are not each for itself.
  void whole_step(const instruction_words& in, size_t rows, const row_operand& a, const row_operand& b,
                  double* to) const {
    const size_t w = width_, p = static_cast<size_t>(in.p), q = static_cast<size_t>(in.q);
    switch (in.op) {
      case op_sum:
        return sum_rows(rows, w, to, [&](size_t i, size_t j) { return read<false>(a, i, j); });
      case op_dot:
        return dot_rows(rows, w, a, b, to);
      case op_log_sum_exp:
        return log_sum_exp_rows(rows, w, a, to);
      case op_cumulative_sum:
        return cumulative_sum(rows, w, a, to);
      case op_suffix_sum:
        return suffix_sum(rows, w, a, to);
      case op_gather:
        return gather_rows(rows, w, a, tape_.integers() + p, to);
      case op_scatter:
        return scatter_rows(rows, w, a, tape_.integers() + p, q, to);
      case op_matvec:
        return matvec(rows, q, w, numbers_ + p, a, to);
      case op_quadratic:
        return quadratic(q, w, numbers_ + p, a, to);
      case op_solve_lower:
        return solve_lower(rows, w, numbers_ + p, a, to);
      case op_solve_upper:
        return solve_upper(rows, w, numbers_ + p, a, to);
      case op_softplus_sum:
        return softplus_sum(static_cast<size_t>(in.r), q, w, numbers_ + p, a, to, nullptr);
      case op_softplus_gradient:
        return softplus_sum(static_cast<size_t>(in.r), q, w, numbers_ + p, a, to, to + w);
      default:
        return;
    }
  }

  const expression_tape tape_;
  const size_t width_;
  const double* const numbers_;
  double* const work_;
  base bases_[operand_kinds];
};

expression_tape value_tape(const density& d) { return {d.program.data() + 1}; }
expression_tape gradient_tape(const density& d) { return {d.program.data() + 1 + d.program[0]}; }

GIBBSITE_INLINE void copy_row(const double* from, bool constant, size_t width, double* to) {
  for (size_t j = 0; j < width; j += f64_lanes) store(to + j, constant ? splat<f64x>(*from) : load<f64x>(from + j));
}

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

size_t expression_work(const density& d, size_t width) {
  const size_t value = part_work(value_tape(d), width), gradient = part_work(gradient_tape(d), width);
  return value > gradient ? value : gradient;
}

void expression_density(const density& d, size_t width, const double* x, double* log_density, double* gradient,
                        double* work) {
  const expression_tape tape = gradient == nullptr ? value_tape(d) : gradient_tape(d);
  const size_t part = part_width(tape.work_rows(), width);
  for (size_t c = 0; c < width; c += part) {
    const size_t w = width - c < part ? width - c : part;
    const expression_run run(tape, d.numbers.data(), x + c, width, w, work);
    run.run();
    run.outputs([&](size_t row, const double* from, bool constant) {
      copy_row(from, constant, w, (row == 0 ? log_density : gradient + (row - 1) * width) + c);
    });
  }
}

void expression_values(uint32_t dim, span<const double> numbers, span<const int32_t> words, span<const double> points,
                       span<double> out) {
  const expression_tape tape{words.data()};
  const size_t rows = output_rows(tape), count = out.size() / rows;
  const size_t width = part_width(dim + tape.work_rows(), density_width);
  parallel_for((count + width - 1) / width, [&](size_t block) {
    const size_t first = block * width, columns = count - first < width ? count - first : width;
    const scratch<double> memory((dim + tape.work_rows()) * width);
    if (dim > 0) load_points(points.data() + first * dim, dim, columns, width, memory.data());
    const expression_run run(tape, numbers.data(), memory.data(), width, width, memory.data() + dim * width);
    run.run();
    run.outputs([&](size_t row, const double* from, bool constant) {
      for (size_t c = 0; c < columns; c++) out[(first + c) * rows + row] = from[constant ? 0 : c];
    });
  });
}

}  // namespace gibbsite::GIBBSITE_TARGET
