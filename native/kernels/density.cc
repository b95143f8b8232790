#include "kernels/density.h"

#include "kernels/density_eight_schools.h"
#include "kernels/density_expression.h"
#include "kernels/density_funnel.h"
#include "kernels/density_linear_regression.h"
#include "kernels/density_logistic_regression.h"
#include "kernels/density_normal.h"
#include "kernels/density_normal_mixture.h"
#include "kernels/density_rosenbrock.h"
#include "kernels/density_test_energy.h"

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
    {density_family::normal_mixture, normal_mixture_work, normal_mixture_density},
    {density_family::rosenbrock, rosenbrock_work, rosenbrock_density},
    {density_family::funnel, funnel_work, funnel_density},
    {density_family::logistic_regression, logistic_regression_work, logistic_regression_density},
    {density_family::linear_regression, linear_regression_work, linear_regression_density},
    {density_family::eight_schools, eight_schools_work, eight_schools_density},
    {density_family::expression, expression_work, expression_density},
    {density_family::test_energy, test_energy_work, test_energy_density},
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
