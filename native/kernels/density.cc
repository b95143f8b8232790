#include "kernels/density.h"

#include "kernels/density_normal.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

struct family_entry {
  int32_t family;
  size_t (*work)(const density& d, size_t width);
  void (*evaluate)(const density& d, size_t width, const double* x, double* log_density, double* gradient,
                   double* work);
};

// One line a family; the first serves an unknown one.
constexpr family_entry families[] = {
    {density_family::normal, normal_work, normal_density},
};

const family_entry& entry_of(int32_t family) {
  for (const family_entry& entry : families) {
    if (entry.family == family) return entry;
  }
  return families[0];
}

}  // namespace

size_t density_work(const density& d, size_t width) { return entry_of(d.family).work(d, width); }

void evaluate(const density& d, size_t width, const double* x, double* log_density, double* gradient, double* work) {
  entry_of(d.family).evaluate(d, width, x, log_density, gradient, work);
}

}  // namespace gibbsite::GIBBSITE_TARGET
