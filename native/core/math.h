// Elementary functions of vectors (f32x, f64x) and of single numbers (float, double):
//
//   exp(x)  log(x)  log1p(x)  tanh(x)  sigmoid(x) = 1 / (1 + e^-x)  softplus(x) = log(1 + e^x)
//   sincos(x, &sine, &cosine)        x in radians
//   sincos_turns(t, &sine, &cosine)  of 2 pi t, for instance for Box & Muller's method; the reduction is exact
//
// They are written with + - * / and operations on bits alone, in one order, without fused multiply-add and without a
// math library: a result has the same bits on every build, in every lane and as a scalar (native/test/math_test.cc
// compares a hash). Only the bits of a NaN are the processor's choice.
//
// The whole range is covered: subnormal arguments and results, overflow to infinity, log(0) = -inf; NaN for NaN, for
// logarithms of negative numbers and for infinite angles. The sign of a zero result is not kept (log1p(-0) is 0).
//
// The largest errors in units in the last place, of subnormal results too. For float over all 2^32 arguments, for
// double over some 2 * 10^7 random ones of all exponents and close together where float is worst, against 80-bit
// arithmetic:
//
//            exp    log    log1p  tanh   sigmoid  softplus  sincos  sincos_turns
//   float    1.02   0.91   1.44   1.32   1.75     1.78      1.59    1.71
//   double   1.07   0.95   1.43   1.32   1.74     1.82      1.51    1.68
//
// For loops that know their arguments: log_of_normal(x) for normal positive finite x, and sincos_few_turns(t, ...) for
// |t| <= 1.5 * 2^19 (double: 1.5 * 2^48), leave out the test for the rest.
//
// Nanoseconds per element on one core of an AMD EPYC (Zen 5, g++ 12), arrays in the first-level cache; AVX2, AVX-512:
//
//            exp         log         log1p       tanh        sigmoid     softplus    sincos      sincos_turns
//   float    0.37, 0.19  0.38, 0.19  0.48, 0.24  0.57, 0.28  0.43, 0.22  0.98, 0.51  0.68, 0.32  0.55, 0.26
//   double   1.06, 0.56  1.06, 0.55  1.31, 0.65  1.60, 0.80  1.18, 0.60  2.79, 1.43  1.84, 0.90  1.45, 0.71
#pragma once
#include "core/math_exp.h"
#include "core/math_log.h"
#include "core/math_trig.h"
