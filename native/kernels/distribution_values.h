// Arrays through a function of vectors, on many threads.
#pragma once
#include "core/simd.h"
#include "core/span.h"
#include "core/threads.h"

namespace gibbsite::GIBBSITE_TARGET {

// Values a thread takes at a time: enough work to hand out, and a multiple of every vector.
constexpr size_t values_per_task = 8192;

// values[i] = map(values[i]) for f64x; the last vector is filled up with copies of its first value.
template <class Map>
__attribute__((noinline)) void map_range(double* values, size_t count, const Map& map) {
  size_t i = 0;
  for (; i + f64_lanes <= count; i += f64_lanes) store(values + i, map(load<f64x>(values + i)));
  if (i == count) return;
  double rest[f64_lanes];
  for (size_t l = 0; l < f64_lanes; l++) rest[l] = values[i + l < count ? i + l : i];
  store(rest, map(load<f64x>(rest)));
  memcpy(values + i, rest, (count - i) * sizeof(double));
}

template <class Map>
void map_values(span<double> values, const Map& map) {
  parallel_for((values.size() + values_per_task - 1) / values_per_task, [&](size_t task) {
    const size_t from = task * values_per_task, rest = values.size() - from;
    map_range(values.data() + from, rest < values_per_task ? rest : values_per_task, map);
  });
}

// Values a thread takes at a time where each takes microseconds.
constexpr size_t slow_values_per_task = 64;

// values[i] = map(values[i]), one by one.
template <class Map>
void map_slowly(span<double> values, const Map& map) {
  parallel_for((values.size() + slow_values_per_task - 1) / slow_values_per_task, [&](size_t task) {
    const size_t from = task * slow_values_per_task, end = from + slow_values_per_task;
    for (size_t i = from; i < end && i < values.size(); i++) values[i] = map(values[i]);
  });
}

}  // namespace gibbsite::GIBBSITE_TARGET
