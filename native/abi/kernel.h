// From a kernel's signature to an entry of the table that the Node addon and the WASM module loop over.
//
//   KERNEL(planar_forward, x, w, u, b, y, log_det)
//
// The types are deduced from the function; the names, which C++ cannot deduce, are counted. A span<const T> is read, a
// span<T> is written (and may be read); the two targets need to know which, because WASM copies written spans back.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "core/span.h"
#include "core/target.h"

namespace gibbsite {

// One argument: a number (whatever its C++ type, a double carries it exactly), or pointer and length of a span.
struct alignas(8) kernel_slot {
  union {
    double number;
    void* data;
  };
  size_t length;
};

// A type code is an element type, plus span_bit for arrays, plus written_bit for arrays that the kernel writes.
namespace kernel_type {
constexpr uint8_t none = 0, boolean = 1, float32 = 2, float64 = 3, uint8 = 4, int32 = 5, uint32 = 6, uint64 = 7;
constexpr uint8_t element_mask = 15, span_bit = 16, written_bit = 32;
}  // namespace kernel_type

struct kernel_entry {
  const char* name;
  const char* parameter_names;  // "x, w, u"
  const uint8_t* parameter_types;
  uint32_t parameter_count;
  uint32_t result_type;
  double (*call)(const kernel_slot* arguments);
};

struct kernel_list {
  const kernel_entry* entries;
  uint32_t count;
};

// More would not fit the arrays that a call keeps on the stack (addon.cc).
constexpr uint32_t max_kernel_parameters = 40;

// src/backend/wasm-instance.ts reads and writes these structures by byte offset.
static_assert(sizeof(kernel_slot) == 16 && offsetof(kernel_slot, data) == 0 && offsetof(kernel_slot, length) == 8);
static_assert(sizeof(void*) != 4 ||
              (sizeof(kernel_entry) == 24 && offsetof(kernel_entry, name) == 0 &&
               offsetof(kernel_entry, parameter_names) == 4 && offsetof(kernel_entry, parameter_types) == 8 &&
               offsetof(kernel_entry, parameter_count) == 12 && offsetof(kernel_entry, result_type) == 16));

namespace GIBBSITE_TARGET {

template <class T>
inline constexpr uint8_t type_code = kernel_type::none;
template <>
inline constexpr uint8_t type_code<bool> = kernel_type::boolean;
template <>
inline constexpr uint8_t type_code<float> = kernel_type::float32;
template <>
inline constexpr uint8_t type_code<double> = kernel_type::float64;
template <>
inline constexpr uint8_t type_code<uint8_t> = kernel_type::uint8;
template <>
inline constexpr uint8_t type_code<int32_t> = kernel_type::int32;
template <>
inline constexpr uint8_t type_code<uint32_t> = kernel_type::uint32;
template <>
inline constexpr uint8_t type_code<uint64_t> = kernel_type::uint64;

// parameter<T>::code describes the type, parameter<T>::read takes the argument out of the next slot.
template <class T>
struct parameter {
  static_assert(type_code<T> != kernel_type::none,
                "kernel parameters may be double, float, int32_t, uint32_t, uint64_t and bool by value, "
                "span<const T> (read) and span<T> (written)");
  static constexpr uint8_t code = type_code<T>;
  static T read(const kernel_slot*& next) { return static_cast<T>((next++)->number); }
};

template <class T, class Element, uint8_t bits>
struct span_parameter {
  static_assert(type_code<T> >= kernel_type::float32 && type_code<T> <= kernel_type::uint32,
                "a kernel's spans may hold float, double, uint8_t, int32_t and uint32_t");
  static constexpr uint8_t code = type_code<T> | bits;
  static span<Element> read(const kernel_slot*& next) {
    const kernel_slot& slot = *next++;
    return {static_cast<Element*>(slot.data), slot.length};
  }
};
template <class T>
struct parameter<span<const T>> : span_parameter<T, const T, kernel_type::span_bit> {};
template <class T>
struct parameter<span<T>> : span_parameter<T, T, kernel_type::span_bit | kernel_type::written_bit> {};

template <auto kernel, class Result, class... Parameters>
struct adapter {
  static constexpr uint8_t types[sizeof...(Parameters) + 1] = {parameter<Parameters>::code...};

  // A constructor, because only a braced list fixes the order in which arguments are evaluated.
  explicit adapter(Parameters... arguments) {
    if constexpr (type_code<Result> == kernel_type::none) {
      kernel(arguments...);
    } else {
      result = static_cast<double>(kernel(arguments...));
    }
  }
  static double call([[maybe_unused]] const kernel_slot* next) {
    return adapter{parameter<Parameters>::read(next)...}.result;
  }

  double result = 0;
};

constexpr size_t count_names(const char* names) {
  size_t count = *names != '\0';
  for (; *names != '\0'; names++) count += *names == ',';
  return count;
}

template <class T>
inline constexpr bool is_void = false;
template <>
inline constexpr bool is_void<void> = true;

template <auto kernel, size_t names, class Result, class... Parameters>
consteval kernel_entry make_entry(Result (*)(Parameters...), const char* name, const char* parameter_names) {
  static_assert(names == sizeof...(Parameters), "KERNEL(name, parameters...) needs one name for each parameter");
  static_assert(names <= max_kernel_parameters);
  static_assert(is_void<Result> || (type_code<Result> != kernel_type::none && type_code<Result> != kernel_type::uint64),
                "a kernel returns void, double, float, int32_t, uint32_t or bool; arrays go to span<T> parameters");
  using adapted = adapter<kernel, Result, Parameters...>;
  return {name, parameter_names, adapted::types, sizeof...(Parameters), type_code<Result>, adapted::call};
}

#define KERNEL(name, ...) make_entry<&name, count_names(#__VA_ARGS__)>(&name, #name, #__VA_ARGS__)

// The list in table.cc.
kernel_list kernel_table();

}  // namespace GIBBSITE_TARGET
}  // namespace gibbsite
