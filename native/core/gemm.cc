#include "core/gemm.h"

#include "core/gemm_narrow.h"
#include "core/gemm_wide.h"
#include "core/threads.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

// Multiplications that are worth a task of their own, and tasks a thread for an even load.
constexpr size_t task_work = size_t{1} << 20, tasks_per_thread = 4;
// Columns of a task: with block_terms of them its part of B fills a quarter of a second-level cache.
constexpr size_t task_columns = 256;
// With fewer columns, rows are lanes. Where rows have to be turned for it, that pays for fewer.
constexpr size_t turned_columns = 7;

// n cut into equal parts of at most `most`, whole steps each.
constexpr size_t even_part(size_t n, size_t parts, size_t step) { return rounded_up(parts_of(n, parts), step); }

size_t tasks_for(const gemm_job& job) {
  const size_t worth = job.m * job.n * job.k / task_work;
  if (worth < 2 || thread_count() == 1) return 1;
  const size_t wanted = tasks_per_thread * static_cast<size_t>(thread_count());
  return worth < wanted ? worth : wanted;
}

bool is_narrow(const gemm_job& job) {
  return job.n <= (job.packed != nullptr || job.a.row == 1 ? narrow_columns : turned_columns);
}

void run_narrow(const gemm_job& job) {
  const size_t tasks = tasks_for(job);
  if (tasks == 1) return multiply_narrow(job, 0, job.m);
  const size_t part = even_part(job.m, tasks, narrow_rows);
  parallel_for(parts_of(job.m, part), [&](size_t task) {
    const size_t i = task * part;
    multiply_narrow(job, i, job.m - i < part ? job.m - i : part);
  });
}

// Columns are split for the caches, then rows for the threads, then columns further where there are few rows.
void run_wide(const gemm_job& job) {
  const size_t tasks = tasks_for(job);
  size_t columns = even_part(job.n, parts_of(job.n, task_columns), tile_columns);
  const size_t rows = even_part(job.m, parts_of(tasks, parts_of(job.n, columns)), left_panel);
  const size_t row_tasks = parts_of(job.m, rows);
  if (row_tasks * parts_of(job.n, columns) < tasks)
    columns = even_part(job.n, parts_of(tasks, row_tasks), tile_columns);
  parallel_for(row_tasks * parts_of(job.n, columns), [&](size_t task) {
    const size_t i = task % row_tasks * rows, j = task / row_tasks * columns;
    multiply_wide(job, i, job.m - i < rows ? job.m - i : rows, j, job.n - j < columns ? job.n - j : columns);
  });
}

void run(const gemm_job& job) {
  if (job.m == 0 || job.n == 0) return;
  if (is_narrow(job)) return run_narrow(job);
  run_wide(job);
}

}  // namespace

void gemm(size_t m, size_t n, size_t k, matrix_view a, matrix_view b, float* c, size_t c_stride, const gemm_end& end) {
  run({m, n, k, a, nullptr, b, c, c_stride, end});
}

size_t packed_left_size(size_t m, size_t k) { return rounded_up(m, left_panel) * k; }

void pack_left(size_t m, size_t k, matrix_view a, float* packed) {
  parallel_for(parts_of(m, left_panel), [&](size_t panel) {
    const size_t i = panel * left_panel, count = m - i < left_panel ? m - i : left_panel;
    pack_lines(a.data + i * a.row, a.column, a.row, k, count, packed + i * k, left_panel);
  });
}

void gemm_packed(size_t m, size_t n, size_t k, const float* packed, matrix_view b, float* c, size_t c_stride,
                 const gemm_end& end) {
  run({m, n, k, {}, packed, b, c, c_stride, end});
}

}  // namespace gibbsite::GIBBSITE_TARGET
