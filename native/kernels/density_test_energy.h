// The test energies of Rezende and Mohamed (2015), log p = -U up to a constant, of two coordinates:
//
//   U1 = ((|z| - 2) / 0.4)^2 / 2 - log(e^-((z1 - 2) / 0.6)^2 / 2 + e^-((z1 + 2) / 0.6)^2 / 2)
//   U2 = ((z2 - w1) / 0.4)^2 / 2
//   U3 = -log(e^-((z2 - w1) / 0.35)^2 / 2 + e^-((z2 - w1 + w2) / 0.35)^2 / 2)
//   U4 = -log(e^-((z2 - w1) / 0.4)^2 / 2 + e^-((z2 - w1 + w3) / 0.35)^2 / 2)
//   w1 = sin(pi z1 / 2),  w2 = 3 e^-((z1 - 1) / 0.6)^2 / 2,  w3 = 3 / (1 + e^-(z1 - 1) / 0.3)
//
// U2 to U4 do not fall off along z1, so beyond |z1| = 4 a wall ((|z1| - 4) / s)^2 / 2 is added to them.
//
// numbers: which one, 1 to 4; s.
#pragma once
#include "kernels/density.h"

namespace gibbsite::GIBBSITE_TARGET {

size_t test_energy_work(const density& d, size_t width);
void test_energy_density(const density& d, size_t width, const double* x, double* log_density, double* gradient,
                         double* work);

}  // namespace gibbsite::GIBBSITE_TARGET
