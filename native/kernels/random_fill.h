// Fills a span with draws start, start + 1, ..., made tile by tile.
#pragma once
#include "core/span.h"
#include "core/stream.h"
#include "core/threads.h"

namespace gibbsite::GIBBSITE_TARGET {

// Draws a thread takes at a time: a multiple of every tile, and enough work to hand out.
constexpr size_t draws_per_task = 16384;

// make(tile, to) writes draws tile * per_tile ... of the stream; of the tile that holds draw `start` this keeps those
// from `start` on, as many as fit into out, and returns their number.
template <size_t per_tile, class T, class Make>
__attribute__((noinline)) size_t fill_part(span<T> out, uint64_t start, const Make& make) {
  alignas(64) T whole[per_tile];
  make(start / per_tile, whole);
  const size_t skip = start % per_tile, rest = per_tile - skip, count = rest < out.size() ? rest : out.size();
  memcpy(out.data(), whole + skip, count * sizeof(T));
  return count;
}

template <size_t per_tile, class T, class Make>
inline void fill_range(span<T> out, uint64_t start, const Make& make) {
  size_t done = start % per_tile == 0 ? 0 : fill_part<per_tile>(out, start, make);
  uint64_t tile = (start + done) / per_tile;
  for (; done + per_tile <= out.size(); done += per_tile) make(tile++, out.data() + done);
  if (done < out.size()) fill_part<per_tile>(out.subspan(done, out.size() - done), start + done, make);
}

template <size_t per_tile, class T, class Make>
inline void fill(span<T> out, uint64_t start, const Make& make) {
  // The first task ends where a tile does, so that only the ends of the whole span are cut.
  const size_t head = start % per_tile;
  const size_t tasks = (out.size() + head + draws_per_task - 1) / draws_per_task;
  parallel_for(tasks, [&](size_t task) {
    const size_t from = task == 0 ? 0 : task * draws_per_task - head;
    const size_t end = (task + 1) * draws_per_task - head, to = end < out.size() ? end : out.size();
    fill_range<per_tile>(out.subspan(from, to - from), start + from, make);
  });
}

// Runs of a tile's vectors, in the order of its words.
template <class T, class Convert>
GIBBSITE_INLINE void store_words(T* to, const random_tile& tile, const Convert& convert) {
  for (int k = 0; k < 4; k++) {
    for (int v = 0; v < tile_vectors; v++) {
      store(to + k * tile_counters + v * f32_lanes, convert(tile.words[k][v]));
    }
  }
}
template <class T, class Convert>
GIBBSITE_INLINE void store_doubles(T* to, const random_tile& tile, const Convert& convert) {
  for (int k = 0; k < 4; k++) {
    for (int v = 0; v < tile_vectors; v++) {
      store(to + k * tile_counters / 2 + v * f64_lanes, convert(bit_cast<u64x>(tile.words[k][v])));
    }
  }
}

}  // namespace gibbsite::GIBBSITE_TARGET
