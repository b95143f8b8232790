// States of a Hopfield network as users write them, +-1 or 0 and 1, and as packed bits (bits.h).
#pragma once
#include "core/span.h"

namespace gibbsite::GIBBSITE_TARGET {

namespace state_encoding {
constexpr int32_t spins = -1, binary = -2;
}  // namespace state_encoding

// Which encoding the values are in: `spins` for -1 and +1 (and for ones only), `binary` for 0 and 1; else the index of
// the first value that is neither, or that is of the other encoding than those before it.
double hopfield_encoding(span<const float> values);

// values [rows, columns] = the bits as `off` and 1, in two's complement.
void hopfield_unpack(span<const uint32_t> bits, uint32_t columns, int32_t off, span<uint8_t> values);

}  // namespace gibbsite::GIBBSITE_TARGET
