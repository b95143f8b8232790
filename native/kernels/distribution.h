// Univariate distributions: draws, quantiles, probabilities and log densities of whole arrays.
//
// A family is a number (distribution_family) with its parameters in the order given there; the facade has checked them.
// `values` are replaced in place. `upper` asks for the other tail: P(X > x) in place of P(X <= x), and quantiles of
// such probabilities; each is accurate where it is small. For discrete families the density is the probability of x,
// and the quantile the smallest x with P(X <= x) >= p.
#pragma once
#include "core/span.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace distribution_family {
// The parameters are, in this order:
constexpr int32_t uniform = 0,  // low, high
    exponential = 1,            // rate
    logistic = 2,               // location, scale
    laplace = 3,                // location, scale
    cauchy = 4,                 // location, scale
    weibull = 5,                // shape, scale
    gumbel = 6,                 // location, scale; of maxima
    pareto = 7,                 // shape, scale
    triangular = 8,             // low, mode, high
    geometric = 9,              // probability; counts trials
    normal = 10,                // mean, sd
    log_normal = 11,            // mean and sd of the logarithm
    rayleigh = 12,              // scale
    half_normal = 13,           // scale
    truncated_normal = 14,      // mean, sd, low, high
    gamma = 15,                 // shape, rate
    beta = 16,                  // a, b
    student = 17,               // degrees of freedom, location, scale
    poisson = 18,               // mean
    binomial = 19;              // trials, probability
}  // namespace distribution_family

// Of the families up to truncated_normal: draws start, start + 1 ... by inverse transform: draw i is the quantile of
// the uniform i of random_uniform_f64.
void distribution_sample(span<double> out, uint32_t key_low, uint32_t key_high, uint32_t stream_low,
                         uint32_t stream_high, uint64_t start, int32_t family, span<const double> parameters);

void distribution_quantile(int32_t family, span<const double> parameters, bool upper, span<double> values);
void distribution_cdf(int32_t family, span<const double> parameters, bool upper, span<double> values);
void distribution_log_pdf(int32_t family, span<const double> parameters, span<double> values);

// Gamma, beta and Student variables x have a coordinate y on the whole line in which their density is smooth and falls
// exponentially: ln(rate x), ln(x / (1 - x)), and 2 arsinh(z / sqrt(df)), z = (x - location) / scale. In it they are
// tabulated (inverse_table.h): from coordinates both tails [n], and from probabilities coordinates, and from those
// values.
void distribution_tails(int32_t family, span<const double> parameters, span<const double> coordinates,
                        span<double> lower, span<double> upper);
void distribution_coordinates(int32_t family, span<const double> parameters, bool upper, span<double> values);
void distribution_from_coordinates(int32_t family, span<const double> parameters, span<double> values);

// ln Gamma(x) for x > 0.
double log_gamma_of(double x);

}  // namespace gibbsite::GIBBSITE_TARGET
