// Gibbs sampling of a normal distribution, coordinate by coordinate [Geman, Geman 1984]:
//
//   x_i | rest ~ N(m_i - sum_{j != i} (P_ij / P_ii) (x_j - m_j), 1 / P_ii),   P the precision matrix.
//
// ratios [dim, dim] hold P_ij / P_ii, zeros on the diagonal; sd [dim] holds P_ii^-1/2. The systematic scan updates the
// coordinates by number; the random one makes dim visits an iteration, of coordinates drawn with replacement, each
// chain its own. Sums run over j from 0 on.
//
// Cost of an iteration of the systematic scan: dim^2 multiplications and additions a chain.
#pragma once
#include "core/span.h"

namespace gibbsite::GIBBSITE_TARGET {

// `iterations` iterations of deviations [chains, dim] from the mean. After every `thin` of them a draw goes to row
// first_row ... of draws [chains, rows, dim], and its log density, `log_scale` that of the mean, to log_densities
// [chains, rows]. No draws: thin 0.
void gaussian_gibbs(span<const double> mean, span<const double> ratios, span<const double> sd, double log_scale,
                    bool random_scan, uint32_t key_low, uint32_t key_high, uint32_t first_chain,
                    uint64_t first_iteration, uint32_t iterations, span<double> deviations, uint32_t thin,
                    uint32_t rows, uint32_t first_row, span<double> draws, span<double> log_densities);

}  // namespace gibbsite::GIBBSITE_TARGET
