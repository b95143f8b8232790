#include "kernels/philox.h"

#include "core/philox.h"

namespace gibbsite::GIBBSITE_TARGET {

bool philox_blocks(span<const uint32_t> counter, uint32_t key_low, uint32_t key_high, span<uint32_t> words) {
  if (counter.size() != 4 || words.size() % 4 != 0) return false;
  uint32_t at[4] = {counter[0], counter[1], counter[2], counter[3]};
  for (size_t i = 0; i < words.size(); i += 4) {
    philox(at, {key_low, key_high}, words.data() + i);
    for (int word = 0; word < 4 && ++at[word] == 0;) word++;
  }
  return true;
}

}  // namespace gibbsite::GIBBSITE_TARGET
