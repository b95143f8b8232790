// Constants and polynomials of the elementary functions, for float and for double.
//
// The coefficients are minimax (Remez exchange on the relative error of the function's result, 60 digits, then rounded
// to the format); the comment of each polynomial gives the range and the relative error it adds to the result.
#pragma once
#include "core/math_base.h"

namespace gibbsite::GIBBSITE_TARGET {

template <class S>
struct math_constants;

template <>
struct math_constants<float> {
  static constexpr float log2e = 0x1.715476p0f;
  // 15 + 24 bits, so that n * ln2_high is exact for |n| < 2^9.
  static constexpr float ln2_high = 0x1.62e4p-1f, ln2_low = 0x1.7f7d1cp-20f;
  // Outside of these exp is 0 or infinite.
  static constexpr float exp_lowest = -104, exp_highest = 89;
  static constexpr uint32_t root_half_bits = 0x3f3504f3;  // sqrt(1/2)
  static constexpr float two_over_pi = 0x1.45f306p-1f;
  // 17 + 17 + 24 bits, so that the first two products with |n| < 2^7 are exact.
  static constexpr float pio2_high = 0x1.922p0f, pio2_middle = -0x1.2aefp-18f, pio2_low = 0x1.68c234p-39f;
  static constexpr float sincos_limit = 198;
  static constexpr float two_pi_high = 0x1.921fb6p2f, two_pi_low = -0x1.777a5cp-23f;

  // (e^r - 1 - r) / r^2 for |r| <= ln 2 / 2: 2^-28.2.
  template <class V>
  static GIBBSITE_INLINE V exp_tail(V r) {
    return polynomial(r, 0x1.fffffcp-2f, 0x1.555492p-3f, 0x1.5558d4p-5f, 0x1.1239d4p-7f, 0x1.6a2212p-10f);
  }
  // (2 atanh s - 2 s) / s^3 in z = s^2, for log(1 + f) with s = f / (2 + f). |s| <= 3 - sqrt(8), where 1 + f is between
  // sqrt(1/2) and sqrt(2): 2^-29.2.
  template <class V>
  static GIBBSITE_INLINE V log_series(V z) {
    return polynomial(z, 0x1.55557ap-1f, 0x1.995ed0p-2f, 0x1.31e18cp-2f);
  }
  // The same for 0 <= s <= 1/3, where f is between 0 and 1: 2^-31.3.
  template <class V>
  static GIBBSITE_INLINE V log1p_series(V z) {
    return polynomial(z, 0x1.555558p-1f, 0x1.9996aep-2f, 0x1.250a5cp-2f, 0x1.b6c66ap-3f, 0x1.f1aebap-3f);
  }
  // (sin r - r) / r^3 in z = r^2 for |r| <= pi / 4: 2^-27.9.
  template <class V>
  static GIBBSITE_INLINE V sin_tail(V z) {
    return polynomial(z, -0x1.555546p-3f, 0x1.11076ep-7f, -0x1.994e44p-13f);
  }
  // (cos r - 1 + r^2 / 2) / r^4 in z = r^2 for |r| <= pi / 4: 2^-32.9.
  template <class V>
  static GIBBSITE_INLINE V cos_tail(V z) {
    return polynomial(z, 0x1.55554ap-5f, -0x1.6c0c66p-10f, 0x1.9a02a8p-16f);
  }
  // (sin(2 pi f) - 2 pi f) / f^3 in z = f^2 for |f| <= 1/8: 2^-27.8.
  template <class V>
  static GIBBSITE_INLINE V sin_turns_tail(V z) {
    return polynomial(z, -0x1.4abbc0p+5f, 0x1.466056p+6f, -0x1.2dcfd6p+6f);
  }
  // (cos(2 pi f) - 1) / f^2 in z = f^2 for |f| <= 1/8: 2^-30.1.
  template <class V>
  static GIBBSITE_INLINE V cos_turns_tail(V z) {
    return polynomial(z, -0x1.3bd3ccp+4f, 0x1.03c1ccp+6f, -0x1.55c3e0p+6f, 0x1.d9f49ap+5f);
  }
  // (tanh x - x) / x^3 in z = x^2 for |x| <= 9/16: 2^-28.9.
  template <class V>
  static GIBBSITE_INLINE V tanh_tail(V z) {
    return polynomial(z, -0x1.55554ap-2f, 0x1.110c9ep-3f, -0x1.b90d60p-5f, 0x1.584b64p-6f, -0x1.9593d2p-8f);
  }
};

template <>
struct math_constants<double> {
  static constexpr double log2e = 0x1.71547652b82fep0;
  // 42 + 53 bits, so that n * ln2_high is exact for |n| < 2^11.
  static constexpr double ln2_high = 0x1.62e42fefa38p-1, ln2_low = 0x1.ef35793c7673p-45;
  static constexpr double exp_lowest = -746, exp_highest = 710;
  static constexpr uint64_t root_half_bits = 0x3fe6a09e667f3bcd;
  static constexpr double two_over_pi = 0x1.45f306dc9c883p-1;
  // 33 + 33 + 53 bits, for |n| < 2^20.
  static constexpr double pio2_high = 0x1.921fb544p0, pio2_middle = 0x1.0b4611a6p-34, pio2_low = 0x1.3198a2e037073p-69;
  static constexpr double sincos_limit = 1.6e6;
  static constexpr double two_pi_high = 0x1.921fb54442d18p2, two_pi_low = 0x1.1a62633145c07p-52;

  // Meanings and ranges as for float. 2^-56.4.
  template <class V>
  static GIBBSITE_INLINE V exp_tail(V r) {
    return polynomial(r, 0x1.000000000000ap-1, 0x1.55555555554fap-3, 0x1.5555555550885p-5, 0x1.1111111127ca5p-7,
                      0x1.6c16c184285e4p-10, 0x1.a01a012a10395p-13, 0x1.a0199a10a3afbp-16, 0x1.71df25fa097d5p-19,
                      0x1.28ad6f2171b37p-22, 0x1.ad7e5e218a1efp-26);
  }
  // 2^-57.8.
  template <class V>
  static GIBBSITE_INLINE V log_series(V z) {
    return polynomial(z, 0x1.5555555555592p-1, 0x1.999999997fd41p-2, 0x1.24924941f800dp-2, 0x1.c71c520380ea7p-3,
                      0x1.7466402bb9e96p-3, 0x1.39a1988c7c057p-3, 0x1.2f06cbcb49802p-3);
  }
  // 2^-57.
  template <class V>
  static GIBBSITE_INLINE V log1p_series(V z) {
    return polynomial(z, 0x1.5555555555535p-1, 0x1.99999999a0838p-2, 0x1.2492492085c17p-2, 0x1.c71c741f6563dp-3,
                      0x1.745cb3a0ef22fp-3, 0x1.3b1de2ae1e1a7p-3, 0x1.10676e990b97ep-3, 0x1.efdd25de0a378p-4,
                      0x1.559ddf5e6eef9p-4, 0x1.5c88ed26b9255p-3);
  }
  // 2^-57.3.
  template <class V>
  static GIBBSITE_INLINE V sin_tail(V z) {
    return polynomial(z, -0x1.5555555555549p-3, 0x1.111111110f87bp-7, -0x1.a01a019c11a99p-13, 0x1.71de3577c680bp-19,
                      -0x1.ae5e6648407f3p-26, 0x1.5d930547aa155p-33);
  }
  // 2^-60.
  template <class V>
  static GIBBSITE_INLINE V cos_tail(V z) {
    return polynomial(z, 0x1.555555555554cp-5, -0x1.6c16c16c1517fp-10, 0x1.a01a019cb1d0bp-16, -0x1.27e4f809fb9d5p-22,
                      0x1.1ee9ebeeff30ap-29, -0x1.8fae9ec5440cfp-37);
  }
  // 2^-56.6.
  template <class V>
  static GIBBSITE_INLINE V sin_turns_tail(V z) {
    return polynomial(z, -0x1.4abbce625be47p+5, 0x1.466bc67758d7ep+6, -0x1.32d2cce3329e8p+6, 0x1.5078301ac3706p+5,
                      -0x1.e300a5bba1690p+3, 0x1.e403961a80d7bp+1);
  }
  // 2^-55.7.
  template <class V>
  static GIBBSITE_INLINE V cos_turns_tail(V z) {
    return polynomial(z, -0x1.3bd3cc9be45dep+4, 0x1.03c1f081b5ab0p+6, -0x1.55d3c7e3c95b2p+6, 0x1.e1f50683b3299p+5,
                      -0x1.a6d1ecb66c0afp+4, 0x1.f9cc6a264174fp+2, -0x1.b26fb3acafb56p+0);
  }
  // 2^-57.4.
  template <class V>
  static GIBBSITE_INLINE V tanh_tail(V z) {
    return polynomial(z, -0x1.555555555554cp-2, 0x1.1111111110330p-3, -0x1.ba1ba1b93c35ap-5, 0x1.664f484aa2751p-6,
                      -0x1.226e2d2989eafp-7, 0x1.d6d24d4acb963p-9, -0x1.7d8bda19de1a4p-10, 0x1.3462b65fbcafep-11,
                      -0x1.e81de7ad7e5cep-13, 0x1.59a61bb7d2826p-14, -0x1.3d9f5475365a6p-16);
  }
};

}  // namespace gibbsite::GIBBSITE_TARGET
