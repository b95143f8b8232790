#include "kernels/density_evaluate.h"

#include "core/scratch.h"
#include "core/threads.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

// Columns for `count` rows: whole vectors. Those that are left over repeat the last row.
size_t block_width(size_t count) { return (count + f64_lanes - 1) / f64_lanes * f64_lanes; }

void rows_to_columns(const double* rows, size_t count, size_t dim, size_t width, double* columns) {
  for (size_t c = 0; c < width; c++) {
    const double* row = rows + (c < count ? c : count - 1) * dim;
    for (size_t i = 0; i < dim; i++) columns[i * width + c] = row[i];
  }
}

void columns_to_rows(const double* columns, size_t count, size_t dim, size_t width, double* rows) {
  for (size_t c = 0; c < count; c++) {
    for (size_t i = 0; i < dim; i++) rows[c * dim + i] = columns[i * width + c];
  }
}

void evaluate_rows(const density& d, const double* rows, size_t count, double* log_density, double* gradient) {
  const size_t width = block_width(count), coordinates = d.dim * width;
  const scratch<double> x(coordinates), work(density_work(d, width) + 1);
  const scratch<double> slope(gradient == nullptr ? 1 : coordinates);
  alignas(64) double values[density_width];
  rows_to_columns(rows, count, d.dim, width, x.data());
  evaluate(d, width, x.data(), values, gradient == nullptr ? nullptr : slope.data(), work.data());
  memcpy(log_density, values, count * sizeof(double));
  if (gradient != nullptr) columns_to_rows(slope.data(), count, d.dim, width, gradient);
}

}  // namespace

void density_evaluate(uint32_t dim, int32_t family, span<const double> numbers, span<const int32_t> program,
                      span<const double> points, span<double> log_density, span<double> gradient) {
  const density d{dim, family, numbers, program};
  const size_t rows = log_density.size();
  parallel_for((rows + density_width - 1) / density_width, [&](size_t block) {
    const size_t first = block * density_width, left = rows - first;
    evaluate_rows(d, points.data() + first * dim, left < density_width ? left : density_width,
                  log_density.data() + first, gradient.empty() ? nullptr : gradient.data() + first * dim);
  });
}

}  // namespace gibbsite::GIBBSITE_TARGET
