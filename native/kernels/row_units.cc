#include "kernels/row_units.h"

#include "core/scratch.h"
#include "core/threads.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

// Columns of a task: a kilobyte of each row.
constexpr size_t task_columns = 256;
// Numbers of a task that is cut by rows.
constexpr size_t task_numbers = 1 << 14;

size_t rows_per_task(size_t columns) { return task_numbers / columns + 1; }

// Calls body(task, first row, last row) for a few rows at a time.
template <class Body>
void for_rows(size_t rows, size_t columns, const Body& body) {
  const size_t size = rows_per_task(columns);
  parallel_for((rows + size - 1) / size,
               [&](size_t task) { body(task, task * size, (task + 1) * size < rows ? (task + 1) * size : rows); });
}

}  // namespace

void column_squares(span<const float> values, span<const double> means, span<double> sums) {
  const size_t columns = means.size(), rows = values.size() / columns;
  parallel_for((columns + task_columns - 1) / task_columns, [&](size_t task) {
    const size_t last = (task + 1) * task_columns < columns ? (task + 1) * task_columns : columns;
    for (size_t r = 0; r < rows; r++) {
      const float* row = values.data() + r * columns;
      for (size_t j = task * task_columns; j < last; j++) {
        const double gap = static_cast<double>(row[j]) - means[j];
        sums[j] += gap * gap;
      }
    }
  });
}

int32_t rows_to_units(span<const float> values, span<const float> offset, span<const float> scale, float limit,
                      span<float> out) {
  const size_t columns = offset.size(), rows = values.size() / columns, tasks = rows / rows_per_task(columns) + 1;
  const scratch<int32_t> bad(tasks);
  for (size_t t = 0; t < tasks; t++) bad[t] = -1;
  for_rows(rows, columns, [&](size_t task, size_t first, size_t last) {
    for (size_t r = first; r < last; r++) {
      const float* from = values.data() + r * columns;
      float* to = out.data() + r * columns;
      bool fine = true;
      for (size_t j = 0; j < columns; j++) {
        to[j] = (from[j] - offset[j]) / scale[j];
        fine &= to[j] <= limit && to[j] >= -limit;
      }
      if (!fine && bad[task] < 0) bad[task] = static_cast<int32_t>(r);
    }
  });
  for (size_t t = 0; t < tasks; t++) {
    if (bad[t] >= 0) return bad[t];
  }
  return -1;
}

void rows_from_units(span<const float> values, span<const float> offset, span<const float> scale, span<float> out) {
  const size_t columns = offset.size();
  for_rows(values.size() / columns, columns, [&](size_t, size_t first, size_t last) {
    for (size_t r = first; r < last; r++) {
      const float* from = values.data() + r * columns;
      float* to = out.data() + r * columns;
      for (size_t j = 0; j < columns; j++) to[j] = offset[j] + scale[j] * from[j];
    }
  });
}

}  // namespace gibbsite::GIBBSITE_TARGET
