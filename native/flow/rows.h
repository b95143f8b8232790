// Between rows of data, [rows][pitch] with a part of each row at `offset` as [height, width, features], and the lines
// of a block, [features][stride]: a transposition.
#pragma once
#include "flow/layer.h"

namespace gibbsite::GIBBSITE_TARGET {

// A part of every row: what the lines of one shape hold.
struct row_part {
  size_t pitch, offset;
  flow_shape shape;
};

// Columns past the end become copies of the last real one, or zeros.
enum class line_ends { copies, zeros };

inline void end_lines(const flow_shape& shape, size_t rows, line_ends ends, float* lines) {
  const size_t columns = shape.columns(rows), stride = shape.stride(rows);
  for (size_t f = 0; f < shape.features && columns < stride; f++) {
    float* line = lines + f * stride;
    const float value = ends == line_ends::copies ? line[columns - 1] : 0.0f;
    for (size_t j = columns; j < stride; j++) line[j] = value;
  }
}

// body(place in the rows, place in the lines) for every element, in squares that fit the first-level cache.
template <class Body>
GIBBSITE_INLINE void for_elements(const row_part& part, size_t rows, const Body& body) {
  constexpr size_t square = 16;
  const flow_shape& shape = part.shape;
  const size_t pixels = shape.pixels(), stride = shape.stride(rows), columns = shape.columns(rows);
  const bool vectors = pixels == 1;
  const size_t step = vectors ? part.pitch : shape.features;
  // Columns that follow each other at one distance: all of them for vectors, those of one row for images.
  const size_t run = vectors ? columns : pixels;
  for (size_t first = 0, row = 0; first < columns; first += run, row++) {
    const size_t from = part.offset + row * part.pitch;
    for (size_t p = 0; p < run; p += square) {
      const size_t width = run - p < square ? run - p : square;
      for (size_t f = 0; f < shape.features; f += square) {
        const size_t height = shape.features - f < square ? shape.features - f : square;
        for (size_t i = 0; i < height; i++) {
          for (size_t j = 0; j < width; j++) body(from + (p + j) * step + f + i, (f + i) * stride + first + p + j);
        }
      }
    }
  }
}

inline void rows_to_lines(const float* from, const row_part& part, size_t rows, line_ends ends, float* lines) {
  for_elements(part, rows, [&](size_t in_rows, size_t in_lines) { lines[in_lines] = from[in_rows]; });
  end_lines(part.shape, rows, ends, lines);
}

inline void lines_to_rows(const float* lines, const row_part& part, size_t rows, float* to) {
  for_elements(part, rows, [&](size_t in_rows, size_t in_lines) { to[in_rows] = lines[in_lines]; });
}

}  // namespace gibbsite::GIBBSITE_TARGET
