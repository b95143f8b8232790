// A block of columns of a sampler, one chain (or one temperature of a chain) a column: lanes are columns, so
// a column's results depend on that column alone.
//
// Outside, arrays are rows of columns: positions [columns, dim]. Inside a block they are [dim][width]. Columns beyond
// the last are copies of it: they do what it does and are dropped.
#pragma once
#include "core/chain_random.h"
#include "core/scratch.h"
#include "core/span.h"
#include "core/threads.h"
#include "kernels/density.h"

namespace gibbsite::GIBBSITE_TARGET {

static_assert(most_columns == density_width);

// How a proposal's increments are scaled: one step for all coordinates, a factor for each, or the factor of a
// covariance, rows of its lower triangle packed.
enum class scale_shape { isotropic, diagonal, full };

inline size_t scale_size(scale_shape shape, size_t dim) {
  return shape == scale_shape::isotropic ? 0 : shape == scale_shape::diagonal ? dim : dim * (dim + 1) / 2;
}
// In one dimension the two last are the same.
inline scale_shape shape_of(size_t size, size_t dim) {
  return size == 0 ? scale_shape::isotropic : size == dim ? scale_shape::diagonal : scale_shape::full;
}

constexpr size_t round_up(size_t n, size_t multiple) { return (n + multiple - 1) / multiple * multiple; }

// Which columns a block has.
struct block_place {
  size_t first, count, width;
};

// to [size][width] = rows first ... of from [columns, size].
inline void load_columns(const block_place& at, const double* from, size_t size, double* to) {
  for (size_t c = 0; c < at.width; c++) {
    const double* row = from + (at.first + (c < at.count ? c : at.count - 1)) * size;
    for (size_t k = 0; k < size; k++) to[k * at.width + c] = row[k];
  }
}
inline void store_columns(const block_place& at, const double* from, size_t size, span<double> to) {
  for (size_t c = 0; c < at.count; c++) {
    double* row = to.data() + (at.first + c) * size;
    for (size_t k = 0; k < size; k++) row[k] = from[k * at.width + c];
  }
}

// Blocks of whole chains, as many as there are threads if that fills the vectors, of at most most_columns.
class block_plan {
 public:
  block_plan(size_t columns, size_t levels) : columns_(columns) {
    const size_t threads = static_cast<size_t>(thread_count()), wanted = (columns + threads - 1) / threads;
    const size_t rounded = round_up(wanted, f64_lanes), most = rounded < most_columns ? rounded : most_columns;
    each_ = levels > most ? levels : most / levels * levels;
  }
  size_t count() const { return (columns_ + each_ - 1) / each_; }
  block_place at(size_t block) const {
    const size_t first = block * each_, count = columns_ - first < each_ ? columns_ - first : each_;
    return {first, count, round_up(count, f64_lanes)};
  }

 private:
  size_t columns_, each_;
};

}  // namespace gibbsite::GIBBSITE_TARGET
