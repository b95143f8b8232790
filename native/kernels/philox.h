// Raw Philox4x32-10 blocks, for the known-answer vectors and for whoever wants the generator's words themselves.
#pragma once
#include "core/span.h"

namespace gibbsite::GIBBSITE_TARGET {

// words: any multiple of 4; words[4 i .. 4 i + 4) = Philox(counter + i) with the 128-bit counter counter[0] (low) ...
// counter[3] (high) and the 64-bit key (key_low, key_high). Returns false, and writes nothing, for any other lengths.
bool philox_blocks(span<const uint32_t> counter, uint32_t key_low, uint32_t key_high, span<uint32_t> words);

}  // namespace gibbsite::GIBBSITE_TARGET
