// The couplings of a Hopfield network or Boltzmann machine as its dynamics use them: integers.
//
//   W_ij = unit * w_ij,  b_i = unit * b'_i,  z_i = unit * (sum_j w_ij y_j + b'_i)
//
// An integer sum has no order and no rounding, so a field is the same number however it was reached: from the state, by
// flips, on any build and number of threads. Hence fields kept up to date never drift, and in recall every flip lowers
// the energy by exactly twice the field it corrects: a run ends, and a sweep without a flip proves a fixed point.
//
// States are packed bits. A bit that is 0 stands for -1 in a network of spins and for 0 in a binary one.
//
// Where all couplings and biases are multiples of 1 or of 1/N, as those of Hebb's rule are, `unit` is that and nothing
// is rounded. Otherwise `unit` is the smallest power of two at which no field can leave 32 bits, and a coupling is
// rounded to it: by at most 2^-31 of the largest sum of magnitudes of a row. Where no field can leave 16 bits, fields
// and couplings have 16 bits ("narrow"), at twice the speed and with the same results.
#pragma once
#include "core/span.h"
#include "kernels/field_words.h"

namespace gibbsite::GIBBSITE_TARGET {

// Rows and columns are padded with zeros to whole tiles of the table look-ups.
constexpr size_t coupling_padding = 64;
constexpr size_t padded_units(size_t units) {
  return (units + coupling_padding - 1) / coupling_padding * coupling_padding;
}
// Distance of rows, and of the fields of two states. At multiples of 4 KiB the same columns of all rows would compete
// for the same few places in the cache.
constexpr size_t row_stride(size_t units) {
  return padded_units(units) + (padded_units(units) % 512 == 0 ? coupling_padding : 0);
}

// T is int16_t or int32_t. rows [width, stride] hold what a unit adds to the fields when it turns on: 2 w for spins, w
// for binary units. bias [width]; silent [width]: the fields of the state with all units off, so that those of bits x
// are silent + rows x.
template <class T>
struct coupling_table {
  size_t units, width, stride;
  const T* rows;
  const int32_t* bias;
  const int32_t* silent;

  coupling_table(size_t units, span<const int32_t> table, span<const int32_t> offsets)
      : units(units),
        width(padded_units(units)),
        stride(row_stride(units)),
        rows(reinterpret_cast<const T*>(table.data())),
        bias(offsets.data()),
        silent(offsets.data() + width) {}
  const T* row(size_t i) const { return rows + i * stride; }
  size_t words() const { return panel_count(units); }
};

// Calls body(network) with the network in its own type.
template <class Body>
void with_network(uint32_t units, bool narrow, span<const int32_t> table, span<const int32_t> offsets,
                  const Body& body) {
  if (narrow)
    body(coupling_table<int16_t>(units, table, offsets));
  else
    body(coupling_table<int32_t>(units, table, offsets));
}

// z += or -= `count` rows at once, over `width` elements. sign[k] is 0 to add row k and all ones to subtract it:
// -r = (r ^ -1) + 1.
template <int count, class T>
GIBBSITE_INLINE void add_rows(const T* const* rows, const T* signs, T* z, size_t width) {
  using vector = typename field_vector<T>::type;
  using element = typename field_vector<T>::element;
  vector mask[count], carry{};
#pragma GCC unroll 4
  for (int k = 0; k < count; k++) {
    mask[k] = splat<vector>(static_cast<element>(signs[k]));
    carry -= mask[k];
  }
  constexpr size_t lanes = sizeof(vector) / sizeof(T);
  for (size_t j = 0; j < width; j += lanes) {
    vector sum = load<vector>(z + j) + carry;
#pragma GCC unroll 4
    for (int k = 0; k < count; k++) sum += load<vector>(rows[k] + j) ^ mask[k];
    store(z + j, sum);
  }
}

// The same for any number of rows, four at a time: each pass reads and writes z once.
template <class T>
void add_all_rows(const T* const* rows, const T* signs, size_t count, T* z, size_t width) {
  size_t k = 0;
  for (; k + 4 <= count; k += 4) add_rows<4>(rows + k, signs + k, z, width);
  if (count - k >= 2) add_rows<2>(rows + k, signs + k, z, width), k += 2;
  if (k < count) add_rows<1>(rows + k, signs + k, z, width);
}

// -sum_i y_i (z_i + b_i) in units: twice the energy. Exact: below 2^62 for any network that fits into memory.
template <class T>
int64_t twice_energy(const coupling_table<T>& network, const T* z, const uint32_t* spins, bool binary = false) {
  int64_t sum = 0;
  for (size_t w = 0; w < network.words(); w++) {
    int64_t part = 0;
    const uint32_t word = spins[w];
    for (size_t i = 0; i < panel_width; i++) {
      const int64_t term = int64_t{z[32 * w + i]} + network.bias[32 * w + i];
      part += (word >> i & 1) != 0 ? term : binary ? 0 : -term;
    }
    sum += part;
  }
  return -sum;
}

}  // namespace gibbsite::GIBBSITE_TARGET
