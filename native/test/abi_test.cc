// A signature's entry: names, type codes, and arguments that arrive in their order and type.
#include <doctest/doctest.h>

#include <cstring>

#include "abi/kernel.h"

namespace gibbsite::GIBBSITE_TARGET {
namespace {

double mixed(span<const float> read, double a, float b, int32_t c, uint32_t d, uint64_t e, bool f,
             span<double> written) {
  const double all[] = {read[0], a, b, double(c), double(d), double(e), double(f)};
  for (size_t i = 0; i < written.size(); i++) written[i] = all[i];
  return read[1];
}
void nothing() {}
bool spans(span<const double> a, span<const uint8_t> b, span<const int32_t> c, span<const uint32_t> d, span<float> e,
           span<uint8_t> f, span<int32_t> g, span<uint32_t> h) {
  return a.size() == 1 && b.size() == 2 && c.size() == 3 && d.size() == 4 && e.size() == 5 && f.size() == 6 &&
         g.size() == 7 && h.size() == 8;
}

constexpr kernel_entry entries[] = {
    KERNEL(mixed, read, a, b, c, d, e, f, written),
    KERNEL(nothing),
    KERNEL(spans, a, b, c, d, e, f, g, h),
};

}  // namespace

TEST_CASE("an entry says what the signature says") {
  using namespace kernel_type;
  const kernel_entry& entry = entries[0];
  CHECK(std::strcmp(entry.name, "mixed") == 0);
  CHECK(std::strcmp(entry.parameter_names, "read, a, b, c, d, e, f, written") == 0);
  REQUIRE(entry.parameter_count == 8);
  const uint8_t types[] = {
      float32 | span_bit, float64, float32, int32, uint32, uint64, boolean, float64 | span_bit | written_bit};
  for (int i = 0; i < 8; i++) CHECK(entry.parameter_types[i] == types[i]);
  CHECK(entry.result_type == float64);
  CHECK(entries[1].parameter_count == 0);
  CHECK(entries[1].result_type == none);
  CHECK(entries[2].result_type == boolean);
}

TEST_CASE("arguments arrive in order, and results come back") {
  float read[] = {1.5f, 2.0f};
  double written[7];
  kernel_slot slots[8];
  slots[0].data = read, slots[0].length = 2;
  const double numbers[] = {0.5, 0.25, -2147483648.0, 4294967295.0, 9007199254740991.0, 1};
  for (int i = 0; i < 6; i++) slots[1 + i].number = numbers[i];
  slots[7].data = written, slots[7].length = 7;
  CHECK(entries[0].call(slots) == 2.0);
  CHECK(written[0] == 1.5);
  for (int i = 0; i < 6; i++) CHECK(written[1 + i] == numbers[i]);
  CHECK(entries[1].call(nullptr) == 0);
}

TEST_CASE("spans carry their lengths") {
  kernel_slot slots[8];
  for (size_t i = 0; i < 8; i++) slots[i].data = nullptr, slots[i].length = i + 1;
  CHECK(entries[2].call(slots) == 1);
  slots[7].length = 9;
  CHECK(entries[2].call(slots) == 0);
}

TEST_CASE("the table's names are unique and each kernel has a name for every parameter") {
  const kernel_list kernels = kernel_table();
  CHECK(kernels.count > 0);
  for (uint32_t i = 0; i < kernels.count; i++) {
    const kernel_entry& entry = kernels.entries[i];
    CHECK(count_names(entry.parameter_names) == entry.parameter_count);
    for (uint32_t j = 0; j < i; j++) CHECK(std::strcmp(entry.name, kernels.entries[j].name) != 0);
  }
}

}  // namespace gibbsite::GIBBSITE_TARGET
