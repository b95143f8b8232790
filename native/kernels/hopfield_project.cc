#include "kernels/hopfield_project.h"

#include "core/panels.h"
#include "core/sums.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

// Columns that a task takes at a time: rows of them stay in the first-level cache.
constexpr size_t task_columns = 64;

double dot(const double* a, const double* b, size_t count) {
  double part[sum_parts] = {};
  size_t k = 0;
  for (; k + sum_parts <= count; k += sum_parts) {
    for (size_t l = 0; l < sum_parts; l++) part[l] += a[k + l] * b[k + l];
  }
  for (; k < count; k++) part[k % sum_parts] += a[k] * b[k];
  return add_parts(part);
}

}  // namespace

void hopfield_gram(uint32_t units, span<const uint32_t> patterns, double ridge, span<double> gram) {
  const size_t words = panel_count(units), count = patterns.size() / words;
  parallel_for(count, [&](size_t p) {
    for (size_t q = 0; q < count; q++) {
      int64_t different = 0;
      for (size_t w = 0; w < words; w++) {
        different += __builtin_popcount(patterns[p * words + w] ^ patterns[q * words + w]);
      }
      gram[p * count + q] = static_cast<double>(static_cast<int64_t>(units) - 2 * different) + (p == q ? ridge : 0.0);
    }
  });
}

int32_t hopfield_cholesky(span<double> matrix, uint32_t rows, uint32_t first, uint32_t count, double tolerance) {
  for (size_t i = first; i < first + count; i++) {
    double* row = matrix.data() + i * rows;
    const double diagonal = row[i];
    for (size_t j = 0; j < i; j++) {
      const double* above = matrix.data() + j * rows;
      row[j] = (row[j] - dot(row, above, j)) / above[j];
    }
    const double pivot = diagonal - dot(row, row, i);
    if (!(pivot > tolerance * diagonal)) return static_cast<int32_t>(i);
    row[i] = __builtin_sqrt(pivot);
  }
  return -1;
}

void hopfield_whiten(uint32_t units, span<const uint32_t> patterns, span<const double> lower, uint32_t first,
                     uint32_t count, span<double> block) {
  const size_t words = panel_count(units), rows = patterns.size() / words;
  parallel_for((count + task_columns - 1) / task_columns, [&](size_t task) {
    const size_t start = task * task_columns;
    const size_t width = count - start < task_columns ? count - start : task_columns;
    for (size_t p = 0; p < rows; p++) {
      double y[task_columns];
      for (size_t c = 0; c < width; c++) {
        const size_t i = first + start + c;
        y[c] = (patterns[p * words + i / 32] >> (i % 32) & 1) != 0 ? 1 : -1;
      }
      for (size_t q = 0; q < p; q++) {
        const double factor = lower[p * rows + q];
        const double* above = block.data() + q * count + start;
        for (size_t c = 0; c < width; c++) y[c] -= factor * above[c];
      }
      const double pivot = lower[p * rows + p];
      for (size_t c = 0; c < width; c++) block[p * count + start + c] = y[c] / pivot;
    }
  });
}

void hopfield_project(span<const double> basis, uint32_t units, uint32_t first, uint32_t count, span<float> weights) {
  const size_t patterns = basis.size() / units;
  parallel_for(count, [&](size_t r) {
    const scratch<double> sums(units);
    memset(sums.data(), 0, units * sizeof(double));
    for (size_t p = 0; p < patterns; p++) {
      const double* y = basis.data() + p * units;
      const double factor = y[first + r];
      for (size_t j = 0; j < units; j++) sums[j] += factor * y[j];
    }
    for (size_t j = 0; j < units; j++) weights[r * units + j] = static_cast<float>(sums[j]);
    weights[r * units + first + r] = 0;
  });
}

}  // namespace gibbsite::GIBBSITE_TARGET
