#include "kernels/couplings.h"

#include "core/sums.h"
#include "kernels/coupling_fields.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace {

// To the nearest integer, ties to even; |x| must be below 2^51.
double nearest(double x) {
  constexpr double magic = 0x1.8p52;
  return (x + magic) - magic;
}

struct row_survey {
  double magnitude;   // sum of |W_ij| and |b_i|
  bool whole, per_n;  // all are multiples of 1, of 1/N
};

// A float is a multiple of 1/count when it is the float nearest to one.
bool are_multiples(const float* values, size_t size, double count) {
  bool all = true;
  for (size_t j = 0; j < size; j++) {
    const double k = nearest(static_cast<double>(values[j]) * count);
    all &= static_cast<float>(k / count) == values[j];
  }
  return all;
}

double magnitude(const float* values, size_t size) {
  double part[sum_parts] = {};
  size_t j = 0;
  for (; j + sum_parts <= size; j += sum_parts) {
    for (size_t k = 0; k < sum_parts; k++) part[k] += static_cast<double>(__builtin_fabsf(values[j + k]));
  }
  for (; j < size; j++) part[j % sum_parts] += static_cast<double>(__builtin_fabsf(values[j]));
  return add_parts(part);
}

// `units`: N of the 1/N whose multiples are looked for.
row_survey survey(const float* row, float bias, size_t length, size_t units) {
  constexpr size_t chunk = 64;  // most rows that are no multiples show it at once
  const double count = static_cast<double>(units);
  bool whole = are_multiples(&bias, 1, 1), per_n = are_multiples(&bias, 1, count);
  for (size_t j = 0; j < length && (whole || per_n); j += chunk) {
    const size_t size = length - j < chunk ? length - j : chunk;
    whole = whole && are_multiples(row + j, size, 1);
    per_n = per_n && are_multiples(row + j, size, count);
  }
  return {magnitude(row, length) + static_cast<double>(__builtin_fabsf(bias)), whole, per_n};
}

// The smallest power of two at which `largest`, and a half for the rounding of each of its terms, fits 31 bits.
double smallest_unit(double largest, size_t units) {
  const double room = 2147483646.0 - static_cast<double>(units);
  double unit = 1;
  while (largest / unit > room) unit *= 2;
  while (largest / (unit * 0.5) <= room && unit > 0x1p-200) unit *= 0.5;
  return unit;
}

// scale (couplings.h) from the surveys of all rows.
void set_scale(const scratch<row_survey>& rows, size_t units, span<double> scale) {
  row_survey all{0, true, true};
  for (size_t i = 0; i < units; i++) {
    all.magnitude = rows[i].magnitude > all.magnitude ? rows[i].magnitude : all.magnitude;
    all.whole = all.whole && rows[i].whole;
    all.per_n = all.per_n && rows[i].per_n;
  }
  // The half keeps the rounding of floats such as 1/3 from mattering: multiples sum to whole numbers.
  const double count = static_cast<double>(units), room = 2147483000.0;
  double unit = smallest_unit(all.magnitude, units);
  bool exact = false;
  if (all.whole && all.magnitude < room) {
    unit = 1;
    exact = true;
  } else if (all.per_n && all.magnitude * count < room) {
    unit = 1 / count;
    exact = true;
  }
  scale[0] = unit;
  scale[1] = exact ? nearest(all.magnitude / unit) : all.magnitude / unit + count;
  scale[2] = exact ? 1 : 0;
}

int32_t to_units(float x, double unit) { return static_cast<int32_t>(nearest(static_cast<double>(x) * (1 / unit))); }

}  // namespace

void couplings_scale(span<const float> weights, span<const float> bias, span<double> scale) {
  const size_t units = bias.size();
  const scratch<row_survey> rows(units);
  parallel_for(units, [&](size_t i) { rows[i] = survey(weights.data() + i * units, bias[i], units, units); });
  set_scale(rows, units, scale);
}

void couplings_scale_sparse(span<const uint32_t> offsets, span<const float> weights, span<const float> bias,
                            span<double> scale) {
  const size_t units = bias.size();
  const scratch<row_survey> rows(units);
  for (size_t i = 0; i < units; i++) {
    rows[i] = survey(weights.data() + offsets[i], bias[i], offsets[i + 1] - offsets[i], units);
  }
  set_scale(rows, units, scale);
}

void couplings_to_integers(span<const float> values, double unit, span<int32_t> integers) {
  for (size_t k = 0; k < values.size(); k++) integers[k] = to_units(values[k], unit);
}

namespace {

// Returns the sum of the row in units.
template <class T>
int64_t quantise_row(const float* from, size_t units, double unit, uint32_t step, T* to) {
  int64_t sum = 0;
  for (size_t j = 0; j < units; j++) {
    const int32_t w = to_units(from[j], unit);
    sum += w;
    to[j] = static_cast<T>(step * static_cast<uint32_t>(w));
  }
  return sum;
}

template <class T>
void quantise(span<const float> weights, span<const float> bias, double unit, bool binary, T* table,
              span<int32_t> offsets) {
  const size_t units = bias.size(), width = padded_units(units), stride = row_stride(units);
  parallel_for(width, [&](size_t i) {
    T* row = table + i * stride;
    memset(row, 0, stride * sizeof(T));
    offsets[i] = offsets[width + i] = 0;
    if (i >= units) return;
    const int64_t total = quantise_row(weights.data() + i * units, units, unit, binary ? 1 : 2, row);
    const int32_t b = to_units(bias[i], unit);
    offsets[i] = b;
    offsets[width + i] = static_cast<int32_t>(binary ? b : b - total);
  });
}

}  // namespace

void couplings_quantise(span<const float> weights, span<const float> bias, double unit, bool binary, bool narrow,
                        span<int32_t> table, span<int32_t> offsets) {
  if (narrow)
    quantise(weights, bias, unit, binary, reinterpret_cast<int16_t*>(table.data()), offsets);
  else
    quantise(weights, bias, unit, binary, table.data(), offsets);
}

void couplings_fields(uint32_t units, bool binary, bool narrow, double unit, span<const int32_t> table,
                      span<const int32_t> offsets, span<const uint32_t> states, span<float> fields,
                      span<double> energies) {
  with_network(units, narrow, table, offsets, [&]<class T>(const coupling_table<T>& network) {
    const size_t rows = states.size() / network.words();
    const scratch<T> z(rows * network.stride);
    start_fields(network, states.data(), rows, z.data());
    for (size_t r = 0; r < rows; r++) {
      const T* from = z.data() + r * network.stride;
      if (!energies.empty()) {
        const int64_t twice = twice_energy(network, from, states.data() + r * network.words(), binary);
        energies[r] = static_cast<double>(twice) * unit * 0.5;
      }
      if (fields.empty()) continue;
      for (size_t i = 0; i < units; i++)
        fields[r * units + i] = static_cast<float>(static_cast<double>(from[i]) * unit);
    }
  });
}

}  // namespace gibbsite::GIBBSITE_TARGET
