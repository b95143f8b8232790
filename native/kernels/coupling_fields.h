// The fields of many states at once: integer products of bits by look-up of the sums of four rows (core/bit_product.h
// has the same for floats). Integers have no order of summation, so any path gives the same fields.
#pragma once
#include "core/bit_product.h"
#include "kernels/coupling_table.h"

namespace gibbsite::GIBBSITE_TARGET {

// A tile is 128 bytes of columns wide: its tables (16 KiB a word of inputs) and sums stay in the first-level cache.
constexpr size_t field_tile_bytes = 128, field_tile_rows = 128;

// table[e] = the sum of the rows whose bit is set in e, for the columns of one tile.
template <class T>
GIBBSITE_INLINE void build_field_table(const T* rows, size_t stride, T* table) {
  using vector = typename field_vector<T>::type;
  constexpr size_t width = field_tile_bytes / sizeof(T), lanes = sizeof(vector) / sizeof(T);
  for (size_t c = 0; c < width; c += lanes) {
    vector entry[group_entries];
    entry[0] = vector{};
#pragma GCC unroll 4
    for (size_t bit = 0; bit < group_size; bit++) {
      const vector row = load<vector>(rows + bit * stride + c);
      for (size_t e = 0; e < (size_t{1} << bit); e++) entry[(size_t{1} << bit) + e] = entry[e] + row;
    }
#pragma GCC unroll 16
    for (size_t e = 0; e < group_entries; e++) store(table + e * width + c, entry[e]);
  }
}

// Sums that are formed at a time in registers. In WebAssembly one: for more, its compilers load everything first, and
// run out of registers.
#if defined(GIBBSITE_WASM)
constexpr size_t field_sums = 1;
// A pointer of unknown origin: only to such is a constant offset added by the load itself.
template <class T>
GIBBSITE_INLINE const T* of_unknown_origin(const T* pointer) {
  __asm__("" : "+r"(pointer));
  return pointer;
}
#else
constexpr size_t field_sums = field_tile_bytes / vector_bytes;
template <class T>
GIBBSITE_INLINE const T* of_unknown_origin(const T* pointer) {
  return pointer;
}
#endif

// z += the look-ups of one word.
template <class T>
GIBBSITE_INLINE void add_field_entries(const T* tables, uint32_t word, T* z) {
  using vector = typename field_vector<T>::type;
  constexpr size_t width = field_tile_bytes / sizeof(T), lanes = sizeof(vector) / sizeof(T);
  const T* entries[groups_per_word];
#pragma GCC unroll 8
  for (size_t g = 0; g < groups_per_word; g++) {
    const size_t entry = g * group_entries + (word >> (group_size * g) & (group_entries - 1));
    entries[g] = of_unknown_origin(tables + entry * width);
  }
#pragma GCC unroll 8
  for (size_t c = 0; c < width; c += field_sums * lanes) {
    vector sum[field_sums];
#pragma GCC unroll 8
    for (size_t v = 0; v < field_sums; v++) sum[v] = load<vector>(z + c + v * lanes);
#pragma GCC unroll 8
    for (size_t g = 0; g < groups_per_word; g++) {
#pragma GCC unroll 8
      for (size_t v = 0; v < field_sums; v++) sum[v] += load<vector>(entries[g] + c + v * lanes);
    }
#pragma GCC unroll 8
    for (size_t v = 0; v < field_sums; v++) store(z + c + v * lanes, sum[v]);
  }
}

template <class T>
void start_from_silence(const coupling_table<T>& network, size_t first_column, size_t width, T* z) {
  for (size_t c = 0; c < width; c++) z[c] = static_cast<T>(network.silent[first_column + c]);
}

// The columns of one tile for up to field_tile_rows states; states [rows, words], fields [rows, stride]. Sums are kept
// side by side until they are done: at distances of `stride` they would compete for the same few places in the cache.
template <class T>
void field_tile(const coupling_table<T>& network, const uint32_t* states, size_t rows, size_t column, T* fields) {
  constexpr size_t width = field_tile_bytes / sizeof(T);
  alignas(64) T tables[groups_per_word * group_entries * width], sums[field_tile_rows * width];
  start_from_silence(network, column, width, sums);
  for (size_t r = 1; r < rows; r++) memcpy(sums + r * width, sums, width * sizeof(T));
  for (size_t w = 0; w < network.words(); w++) {
    for (size_t g = 0; g < groups_per_word; g++) {
      build_field_table(network.row(32 * w + g * group_size) + column, network.stride,
                        tables + g * group_entries * width);
    }
    for (size_t r = 0; r < rows; r++) {
      const uint32_t word = states[r * network.words() + w];
      if (word != 0) add_field_entries(tables, word, sums + r * width);
    }
  }
  for (size_t r = 0; r < rows; r++) {
    memcpy(fields + r * network.stride + column, sums + r * width, width * sizeof(T));
  }
}

// The fields of a single state, from the rows of its set bits.
template <class T>
void field_row(const coupling_table<T>& network, const uint32_t* state, T* fields) {
  start_from_silence(network, 0, network.width, fields);
  const T* rows[32];
  const T signs[32] = {};
  for (size_t w = 0; w < network.words(); w++) {
    size_t count = 0;
    for (uint32_t word = state[w]; word != 0; word &= word - 1) {
      rows[count++] = network.row(32 * w + static_cast<size_t>(__builtin_ctz(word)));
    }
    add_all_rows(rows, signs, count, fields, network.width);
  }
}

// fields [rows, stride] of states [rows, words], on all threads.
template <class T>
void start_fields(const coupling_table<T>& network, const uint32_t* states, size_t rows, T* fields) {
  if (rows < table_rows) {
    return parallel_for(
        rows, [&](size_t r) { field_row(network, states + r * network.words(), fields + r * network.stride); });
  }
  constexpr size_t width = field_tile_bytes / sizeof(T);
  const size_t columns = network.width / width, row_tiles = (rows + field_tile_rows - 1) / field_tile_rows;
  parallel_for(columns * row_tiles, [&](size_t task) {
    const size_t first = task % row_tiles * field_tile_rows;
    const size_t count = rows - first < field_tile_rows ? rows - first : field_tile_rows;
    field_tile(network, states + first * network.words(), count, task / row_tiles * width,
               fields + first * network.stride);
  });
}

}  // namespace gibbsite::GIBBSITE_TARGET
