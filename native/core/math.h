// Elementary functions of vectors (f32x, f64x) and of single numbers (float, double):
//
//   exp(x)  log(x)  log1p(x)  tanh(x)  sigmoid(x) = 1 / (1 + e^-x)  softplus(x) = log(1 + e^x)
//   sincos(x, &sine, &cosine)        x in radians
//   sincos_turns(t, &sine, &cosine)  of 2 pi t, for instance for Box & Muller's method; the reduction is exact
//
// They are written with + - * / and operations on bits alone, in one order, without fused multiply-add and without a
// math library: a result has the same bits on every build, in every lane and as a scalar (native/test/math_test.cc
// compares a hash).
//
// The whole range is covered: subnormal arguments and results, overflow to infinity, log(0) = -inf, NaN for NaN, for
// logarithms of negative numbers and for angles without a limit. The sign of a zero result is not kept (sin -0 may be
// 0).
//
// Largest errors measured in units in the last place, subnormal results included; float: all 2^32 arguments; double: 2
// 10^7 random arguments over all exponents, concentrated where the functions change, against 80-bit arithmetic.
//
//            exp   log   log1p tanh  sigmoid softplus sincos       sincos_turns
//   float    1.02  0.91
//   double   1.04  0.85  1.20  1.30  1.70    1.79     1.49, 1.51   1.66, 1.64
//
// For loops that know their arguments: log_of_normal(x) for normal positive finite x and sincos_few_turns(t, ...) for
// |t| <= 2^19 leave out the test for the rest.
//
// Speed on one core of an AMD EPYC (Zen 5), ns per element out of a loop over arrays in the first-level cache, AVX2 and
// AVX-512:
//
//            exp          log          log1p        tanh         sigmoid      softplus     sincos       sincos_turns
//   float    0.37, 0.19   0.37, 0.19   0.48, 0.23   0.57, 0.27   0.43, 0.21   0.89, 0.44   0.67, 0.31   0.54, 0.25
//   double   1.06, 0.54   1.05, 0.54   1.31, 0.63   1.60, 0.76   1.17, 0.58   2.74, 1.30   1.82, 0.87   1.43, 0.68
#pragma once
#include "core/math_exp.h"
#include "core/math_log.h"
#include "core/math_trig.h"
