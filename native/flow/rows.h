// Between rows of data, [rows][pitch] with a part of each row at `offset` as [height, width, features], and the lines
// of a block, [features][stride]: a transposition.
#pragma once
#include "core/transpose.h"
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

// body(place in the rows, place in the lines, columns from there on, distance between them in the rows): columns that
// follow each other at one distance are all of them for vectors, and those of one row for images.
template <class Body>
GIBBSITE_INLINE void for_runs(const row_part& part, size_t rows, const Body& body) {
  const size_t pixels = part.shape.pixels();
  if (pixels == 1) return body(part.offset, 0, rows, part.pitch);
  for (size_t row = 0; row < rows; row++) {
    body(part.offset + row * part.pitch, row * pixels, pixels, part.shape.features);
  }
}

inline void rows_to_lines(const float* from, const row_part& part, size_t rows, line_ends ends, float* lines) {
  const size_t stride = part.shape.stride(rows);
  for_runs(part, rows, [&](size_t in_rows, size_t in_lines, size_t columns, size_t step) {
    transpose(columns, part.shape.features, from + in_rows, step, lines + in_lines, stride);
  });
  end_lines(part.shape, rows, ends, lines);
}

inline void lines_to_rows(const float* lines, const row_part& part, size_t rows, float* to) {
  const size_t stride = part.shape.stride(rows);
  for_runs(part, rows, [&](size_t in_rows, size_t in_lines, size_t columns, size_t step) {
    transpose(part.shape.features, columns, lines + in_lines, stride, to + in_rows, step);
  });
}

}  // namespace gibbsite::GIBBSITE_TARGET
