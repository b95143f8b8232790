// The elementary functions against the C library's wider types: the error in units in the last place, the special
// values, scalar calls against vector lanes, and one hash of all results that every build must reproduce.
#include "core/math.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdio>
#include <limits>

using namespace gibbsite::GIBBSITE_TARGET;
// exp(double) alone would be the C library's.
namespace own = gibbsite::GIBBSITE_TARGET;

namespace {

// The step through the bit patterns of the floats, a prime so that all low bits are met. 1 checks every float in
// minutes.
#if defined(__SANITIZE_ADDRESS__)
constexpr uint64_t stride = 100003;
#else
constexpr uint64_t stride = 1009;
#endif

#if defined(__wasm__)
// Here long double's functions are only as good as double's; the hash below stands for the other builds' result.
constexpr bool wide_doubles = false;
#else
constexpr bool wide_doubles = true;
#endif

// The type the reference is computed in: its own error is below 0.001 ulp of T.
template <class T>
struct wider;
template <>
struct wider<float> {
  using type = double;
};
template <>
struct wider<double> {
  using type = long double;
};

// sin(2 pi t + n pi / 2) for the exactly reduced t.
template <class W>
W sine_of_turns(W t, int quarter) {
  if (!std::isfinite(t)) return t - t;
  t -= std::rint(t);
  const W n = std::rint(4 * t), angle = (t - n / 4) * static_cast<W>(6.283185307179586476925286766559L);
  switch ((static_cast<int>(n) + quarter) & 3) {
    case 0:
      return std::sin(angle);
    case 1:
      return std::cos(angle);
    case 2:
      return -std::sin(angle);
    default:
      return -std::cos(angle);
  }
}
template <class F, class R>
struct Function {
  const char* name;
  double float_ulp, double_ulp;  // the errors core/math.h promises
  F f;                           // of a vector or of a scalar
  R reference;
};

template <class F, class R>
Function(const char*, double, double, F, R) -> Function<F, R>;

template <class Visit>
void for_each_function(Visit visit) {
  const auto sine_of = [](auto x, auto f) {
    decltype(x) s, c;
    f(x, &s, &c);
    return s;
  };
  const auto cosine_of = [](auto x, auto f) {
    decltype(x) s, c;
    f(x, &s, &c);
    return c;
  };
  const auto radians = [](auto x, auto* s, auto* c) { own::sincos(x, s, c); };
  const auto turns = [](auto x, auto* s, auto* c) { own::sincos_turns(x, s, c); };
  visit(Function{"exp", 1.02, 1.07, [](auto x) { return own::exp(x); }, [](auto x) { return std::exp(x); }});
  visit(Function{"log", 0.91, 0.96, [](auto x) { return own::log(x); }, [](auto x) { return std::log(x); }});
  visit(Function{"log1p", 1.44, 1.44, [](auto x) { return own::log1p(x); }, [](auto x) { return std::log1p(x); }});
  visit(Function{"tanh", 1.32, 1.32, [](auto x) { return own::tanh(x); }, [](auto x) { return std::tanh(x); }});
  visit(Function{"sigmoid", 1.75, 1.75, [](auto x) { return own::sigmoid(x); },
                 [](auto x) {
                   const auto e = std::exp(-std::fabs(x));
                   return (x < 0 ? e : 1) / (1 + e);
                 }});
  visit(Function{"softplus", 1.78, 1.83, [](auto x) { return own::softplus(x); },
                 [](auto x) { return (x < 0 ? 0 : x) + std::log1p(std::exp(-std::fabs(x))); }});
  visit(Function{"sincos: sine", 1.59, 1.51, [=](auto x) { return sine_of(x, radians); },
                 [](auto x) { return std::sin(x); }});
  visit(Function{"sincos: cosine", 1.59, 1.51, [=](auto x) { return cosine_of(x, radians); },
                 [](auto x) { return std::cos(x); }});
  visit(Function{"sincos_turns: sine", 1.71, 1.69, [=](auto x) { return sine_of(x, turns); },
                 [](auto x) { return sine_of_turns(x, 0); }});
  visit(Function{"sincos_turns: cosine", 1.71, 1.69, [=](auto x) { return cosine_of(x, turns); },
                 [](auto x) { return sine_of_turns(x, 1); }});
}

// |value - exact| in units of T's last place at `exact`, subnormal numbers included; an infinity counts as the next
// power of two after the largest number.
template <class T, class W>
double ulps(T value, W exact) {
  using L = std::numeric_limits<T>;
  if (std::isnan(exact) || std::isnan(value)) return std::isnan(exact) == std::isnan(value) ? 0 : HUGE_VAL;
  if (std::isinf(exact) && std::isinf(value)) return exact == value ? 0 : HUGE_VAL;
  const W beyond = std::ldexp(W(1), L::max_exponent);
  const W v = std::isinf(value) ? std::copysign(beyond, W(value)) : W(value);
  const W e = std::fabs(exact) > beyond ? std::copysign(beyond, exact) : exact;
  const int exponent = e == 0 ? L::min_exponent - 1 : std::ilogb(e);
  const int last = (exponent < L::min_exponent - 1 ? L::min_exponent - 1 : exponent) - (L::digits - 1);
  return static_cast<double>(std::fabs(std::ldexp(v - e, -last)));
}

template <class T>
struct vector_of;
template <>
struct vector_of<float> {
  using type = f32x;
};
template <>
struct vector_of<double> {
  using type = f64x;
};

template <class T>
struct Worst {
  double ulp = 0;
  T at = 0;
  uint64_t unlike = 0;  // lanes whose bits aren't those of the scalar call
};

// One register of arguments through the function, each lane against the scalar call and the reference.
template <class F, class T>
void check_lanes(const F& function, const T* x, Worst<T>* worst) {
  using V = typename vector_of<T>::type;
  T y[vector_traits<V>::lanes];
  store(y, function.f(load<V>(x)));
  for (int i = 0; i < vector_traits<V>::lanes; i++) {
    const T scalar = function.f(x[i]);
    if (memcmp(&scalar, y + i, sizeof scalar) && !(std::isnan(scalar) && std::isnan(y[i]))) worst->unlike++;
    const double error = ulps(y[i], function.reference(static_cast<typename wider<T>::type>(x[i])));
    if (!(error <= worst->ulp)) *worst = {error, x[i], worst->unlike};
  }
}

template <class F, class T>
void report(const F& function, const char* what, const Worst<T>& worst) {
  std::printf("%-8s %-20s %-14s %.4f ulp at %.17g\n", GIBBSITE_TARGET_NAME, function.name, what, worst.ulp,
              static_cast<double>(worst.at));
  if (sizeof(T) == 4 || wide_doubles) CHECK(worst.ulp <= (sizeof(T) == 4 ? function.float_ulp : function.double_ulp));
  CHECK(worst.unlike == 0);
}

template <class F>
void scan_floats(const F& function) {
  Worst<float> worst;
  uint64_t bits = 0;
  while (bits <= 0xffffffff) {
    float x[f32_lanes];
    for (int i = 0; i < f32_lanes; i++, bits += stride) x[i] = bit_cast<float>(static_cast<uint32_t>(bits));
    check_lanes(function, x, &worst);
  }
  report(function, "all floats", worst);
}

struct Random {
  uint64_t state = 20240229;
  uint64_t operator()() {  // splitmix64 (Steele, Lea & Flood, 2014)
    uint64_t z = state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
  }
};

// An argument where the functions are interesting: all exponents, the range of exp, near 0 and 1, near multiples of pi
// / 4.
double random_argument(Random* random, int kind) {
  const uint64_t bits = (*random)();
  const double unit = static_cast<double>(bits >> 11) * 0x1p-53;
  switch (kind % 6) {
    case 0:
      return bit_cast<double>(bits);
    case 1:
      return (unit - 0.5) * 2000;
    case 2:
      return (unit - 0.5) * 80;
    case 3:
      return (unit - 0.5) * 4;
    case 4:
      return 1 + (unit - 0.5) * std::ldexp(1.0, -static_cast<int>(bits & 31));
    default: {
      const double multiple = static_cast<double>((*random)() >> (24 + (bits & 31))) * 0.78539816339744831;
      return multiple * (1 + (unit - 0.5) * 0x1p-40);
    }
  }
}

template <class F>
void scan_doubles(const F& function) {
  Worst<double> worst;
  Random random;
  for (int i = 0; i < 600000;) {
    double x[f64_lanes];
    for (double& value : x) value = random_argument(&random, i++);
    check_lanes(function, x, &worst);
  }
  report(function, "random doubles", worst);
}

// Where something changes: thresholds of overflow and underflow, bounds of reductions, special values, the multiples of
// pi / 2 with the closest double and float; the 128 neighbours of each and of its negative are tried.
constexpr double edges[] = {0,
                            0.5,
                            1,
                            2,
                            3,
                            0.25,
                            0.125,
                            0.375,
                            0.5625,
                            0.70710678118654752,
                            1.4142135623730951,
                            0.34657359027997264,
                            0.69314718055994531,
                            17.3,
                            19.1,
                            37.4,
                            36.8,
                            40,
                            87.336544750553109,
                            88.37626266,
                            88.722839111672999,
                            103.27892990343185,
                            103.97207708399179,
                            104,
                            89,
                            708.39641853226408,
                            709.78271289338397,
                            744.44007192138122,
                            745.13321910194122,
                            746,
                            710,
                            0.78539816339744831,
                            1.5707963267948966,
                            3.1415926535897931,
                            198,
                            197.92033717615698,
                            1.6e6,
                            1599999.7,
                            6381956970095103.0 * 0x1p797,
                            16367173.0 * 0x1p72,
                            0x1p20,
                            786432,
                            0x1p22,
                            0x1p23,
                            12582912,
                            0x1p24,
                            0x1p31,
                            0x1p49,
                            0x1.8p49,
                            0x1p51,
                            0x1p52,
                            0x1.8p52,
                            0x1p53,
                            0x1p63,
                            0x1p100,
                            0x1p125,
                            0x1p126,
                            0x1p127,
                            3.4e38,
                            0x1p1022,
                            0x1p1023,
                            1.7e308,
                            HUGE_VAL,
                            0x1p-24,
                            0x1p-25,
                            0x1p-53,
                            0x1p-54,
                            0x1p-126,
                            0x1p-127,
                            0x1p-149,
                            0x1p-1022,
                            0x1p-1023,
                            0x1p-1074,
                            NAN};

template <class T, class F>
void scan_edges(const F& function) {
  using V = typename vector_of<T>::type;
  using U = typename float_format<T>::bits;
  Worst<T> worst;
  for (double edge : edges) {
    for (int i = -64; i < 192;) {
      T x[vector_traits<V>::lanes];
      for (T& value : x) {
        const int neighbour = i < 64 ? i : i - 128;
        const T base = static_cast<T>(i < 64 ? edge : -edge);
        value = bit_cast<T>(static_cast<U>(bit_cast<U>(base) + static_cast<U>(neighbour)));
        i++;
      }
      check_lanes(function, x, &worst);
    }
  }
  report(function, sizeof(T) == 4 ? "edges, float" : "edges, double", worst);
}

uint64_t fnv1a(uint64_t hash, const void* data, size_t size) {
  const auto* bytes = static_cast<const unsigned char*>(data);
  for (size_t i = 0; i < size; i++) hash = (hash ^ bytes[i]) * 0x100000001b3;
  return hash;
}

template <class T, class F>
uint64_t hash_results(uint64_t hash, const F& function) {
  using V = typename vector_of<T>::type;
  Random random;
  for (int i = 0; i < 6 * 1024;) {
    T x[vector_traits<V>::lanes], y[vector_traits<V>::lanes];
    for (T& value : x) value = static_cast<T>(random_argument(&random, i++));
    store(y, function.f(load<V>(x)));
    // The bits of a NaN are the processor's choice.
    for (T& value : y) value = std::isnan(value) ? T(12345) : value;
    hash = fnv1a(hash, y, sizeof y);
  }
  return hash;
}

}  // namespace

TEST_CASE("elementary functions: floats of all exponents are within the promised error") {
  for_each_function([](const auto& function) { scan_floats(function); });
}

TEST_CASE("elementary functions: random doubles are within the promised error") {
  for_each_function([](const auto& function) { scan_doubles(function); });
}

TEST_CASE("elementary functions: thresholds, bounds and special values") {
  for_each_function([](const auto& function) {
    scan_edges<float>(function);
    scan_edges<double>(function);
  });
}

TEST_CASE("elementary functions: every build gives the same bits") {
  uint64_t hash = 0xcbf29ce484222325;
  for_each_function(
      [&](const auto& function) { hash = hash_results<double>(hash_results<float>(hash, function), function); });
  std::printf("%-8s hash of the elementary functions: 0x%016llx\n", GIBBSITE_TARGET_NAME,
              static_cast<unsigned long long>(hash));
  CHECK(hash == 0x62eef41735286533);
}
