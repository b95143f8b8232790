// The kernel table as a Node-API module: one callback serves every kernel. JavaScript's memory is used in place.
//
//   table            [{ name, parameters: "x, w", types: Uint8Array, result }], decoded by src/backend/kernel-table.ts
//   functions        one function per entry
//   run(index, ...)  the same on libuv's pool; a promise. The arrays' buffers must not be transferred meanwhile
//   onRefusal(f)     f(index, ...args) is called for wrong arguments, before anything has been changed, and throws
//   setThreads(n), threads(), simd
#include <math.h>
#include <napi.h>
#include <string.h>

#include <vector>

#include "abi/dispatch.h"
#include "core/threads.h"

namespace {

using gibbsite::kernel_entry;
using gibbsite::kernel_slot;
namespace kernel_type = gibbsite::kernel_type;

constexpr size_t max_parameters = gibbsite::max_kernel_parameters;

// Indexed by element type code.
constexpr size_t element_bytes[] = {0, 1, 4, 8, 1, 4, 4, 8};
constexpr napi_typedarray_type array_types[] = {napi_int8_array,    napi_int8_array,  napi_float32_array,
                                                napi_float64_array, napi_uint8_array, napi_int32_array,
                                                napi_uint32_array};

uint8_t element_type(const kernel_entry& kernel, size_t i) {
  return kernel.parameter_types[i] & kernel_type::element_mask;
}
bool is_span(const kernel_entry& kernel, size_t i) { return (kernel.parameter_types[i] & kernel_type::span_bit) != 0; }
bool is_written(const kernel_entry& kernel, size_t i) {
  return (kernel.parameter_types[i] & kernel_type::written_bit) != 0;
}

// The readers return false for a value that the parameter does not take.

bool read_span(napi_env env, napi_value value, uint8_t element, kernel_slot* slot) {
  napi_typedarray_type type;
  napi_value buffer;
  size_t offset;
  if (napi_get_typedarray_info(env, value, &type, &slot->length, &slot->data, &buffer, &offset) != napi_ok)
    return false;
  if (type != array_types[element]) return false;
  bool detached = false;
  if (slot->length == 0) napi_is_detached_arraybuffer(env, buffer, &detached);
  return !detached;
}

bool read_boolean(napi_env env, napi_value value, kernel_slot* slot) {
  bool set;
  if (napi_get_value_bool(env, value, &set) != napi_ok) return false;
  slot->number = set;
  return true;
}

bool is_integer_within(double number, double low, double high) {
  return number >= low && number <= high && number == floor(number);
}

bool read_number(napi_env env, napi_value value, uint8_t type, kernel_slot* slot) {
  if (napi_get_value_double(env, value, &slot->number) != napi_ok) return false;
  if (type == kernel_type::int32) return is_integer_within(slot->number, -0x1p31, 0x1p31 - 1);
  if (type == kernel_type::uint32) return is_integer_within(slot->number, 0, 0x1p32 - 1);
  if (type == kernel_type::uint64) return is_integer_within(slot->number, 0, 0x1p53 - 1);
  return true;
}

bool overlap(const kernel_slot& a, size_t a_element_bytes, const kernel_slot& b, size_t b_element_bytes) {
  const char *const a_begin = static_cast<char*>(a.data), *const b_begin = static_cast<char*>(b.data);
  return a_begin < b_begin + b.length * b_element_bytes && b_begin < a_begin + a.length * a_element_bytes;
}

// Outputs never alias inputs: WASM, which copies, could not give the same result.
bool outputs_stand_alone(const kernel_entry& kernel, const kernel_slot* slots) {
  const auto bytes = [&](size_t i) { return element_bytes[element_type(kernel, i)]; };
  for (size_t i = 0; i < kernel.parameter_count; i++) {
    if (!is_written(kernel, i)) continue;
    for (size_t j = 0; j < kernel.parameter_count; j++) {
      if (j != i && is_span(kernel, j) && overlap(slots[i], bytes(i), slots[j], bytes(j))) return false;
    }
  }
  return true;
}

bool read_arguments(napi_env env, const kernel_entry& kernel, const napi_value* values, size_t count,
                    kernel_slot* slots) {
  if (count != kernel.parameter_count) return false;
  for (size_t i = 0; i < count; i++) {
    const uint8_t type = element_type(kernel, i);
    const bool good = is_span(kernel, i)             ? read_span(env, values[i], type, &slots[i])
                      : type == kernel_type::boolean ? read_boolean(env, values[i], &slots[i])
                                                     : read_number(env, values[i], type, &slots[i]);
    if (!good) return false;
  }
  return outputs_stand_alone(kernel, slots);
}

// What one JavaScript environment (the main thread, a worker_thread) keeps.
struct instance {
  Napi::FunctionReference explain;
};

uint32_t index_of(const kernel_entry& kernel) {
  return static_cast<uint32_t>(&kernel - gibbsite::choose_build().kernels.entries);
}

// Throws the sentence that src/backend/arguments.ts has for these arguments.
void refuse(Napi::Env env, const kernel_entry& kernel, const napi_value* values, size_t count) {
  std::vector<napi_value> arguments = {Napi::Number::New(env, index_of(kernel))};
  arguments.insert(arguments.end(), values, values + count);
  const instance* const data = env.GetInstanceData<instance>();
  if (!data->explain.IsEmpty()) data->explain.Call(arguments);
  if (!env.IsExceptionPending())
    Napi::TypeError::New(env, "a kernel refused its arguments").ThrowAsJavaScriptException();
}

napi_value to_javascript(napi_env env, const kernel_entry& kernel, double result) {
  napi_value value = nullptr;
  if (kernel.result_type == kernel_type::none) {
    napi_get_undefined(env, &value);
  } else if (kernel.result_type == kernel_type::boolean) {
    napi_get_boolean(env, result != 0, &value);
  } else {
    napi_create_double(env, result, &value);
  }
  return value;
}

// Plain Node-API and not Napi::CallbackInfo: this is the one path where 100 ns count.
napi_value call(napi_env env, napi_callback_info info) {
  napi_value values[max_parameters];
  size_t count = max_parameters;
  void* data;
  napi_get_cb_info(env, info, &count, values, nullptr, &data);
  const kernel_entry& kernel = *static_cast<const kernel_entry*>(data);
  kernel_slot slots[max_parameters];
  if (!read_arguments(env, kernel, values, count, slots)) {
    refuse(env, kernel, values, count < max_parameters ? count : max_parameters);
    return nullptr;
  }
  return to_javascript(env, kernel, kernel.call(slots));
}

class kernel_worker : public Napi::AsyncWorker {
 public:
  kernel_worker(Napi::Env env, const kernel_entry& kernel, const kernel_slot* slots,
                const std::vector<napi_value>& values)
      : Napi::AsyncWorker(env, "gibbsite kernel"), kernel_(kernel) {
    memcpy(slots_, slots, kernel.parameter_count * sizeof *slots);
    // The typed arrays must live as long as the kernel uses their memory.
    Napi::Array kept = Napi::Array::New(env, values.size());
    for (uint32_t i = 0; i < values.size(); i++) kept[i] = values[i];
    kept_ = Napi::Persistent(kept.As<Napi::Object>());
  }
  Napi::Value start() {
    napi_value promise;
    napi_create_promise(Env(), &deferred_, &promise);
    Queue();
    return {Env(), promise};
  }

 protected:
  void Execute() override { result_ = kernel_.call(slots_); }
  // Not Napi::Promise::Deferred, which ends the process where a terminated worker_thread can't take the result any
  // more.
  void OnOK() override { napi_resolve_deferred(Env(), deferred_, to_javascript(Env(), kernel_, result_)); }

 private:
  const kernel_entry& kernel_;
  napi_deferred deferred_ = nullptr;
  Napi::ObjectReference kept_;
  kernel_slot slots_[max_parameters];
  double result_ = 0;
};

Napi::Value run(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const gibbsite::kernel_list& kernels = gibbsite::choose_build().kernels;
  const uint32_t index = info[0].IsNumber() ? info[0].As<Napi::Number>().Uint32Value() : kernels.count;
  if (index >= kernels.count) {
    Napi::TypeError::New(env, "run: there is no such kernel").ThrowAsJavaScriptException();
    return {};
  }
  const kernel_entry& kernel = kernels.entries[index];
  std::vector<napi_value> values;
  for (size_t i = 1; i < info.Length(); i++) values.push_back(info[i]);
  kernel_slot slots[max_parameters];
  if (!read_arguments(env, kernel, values.data(), values.size(), slots)) {
    refuse(env, kernel, values.data(), values.size());
    return {};
  }
  return (new kernel_worker(env, kernel, slots, values))->start();  // deletes itself when done
}

void on_refusal(const Napi::CallbackInfo& info) {
  if (info[0].IsFunction())
    info.Env().GetInstanceData<instance>()->explain = Napi::Persistent(info[0].As<Napi::Function>());
}

void set_threads(const Napi::CallbackInfo& info) { gibbsite::set_thread_count(info[0].ToNumber().Int32Value()); }

Napi::Value threads(const Napi::CallbackInfo& info) { return Napi::Number::New(info.Env(), gibbsite::thread_count()); }

// How far into a cache line the memory of an ArrayBuffer begins, in bytes.
Napi::Value line_offset(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (!info[0].IsArrayBuffer()) {
    Napi::TypeError::New(env, "lineOffset: expected an ArrayBuffer").ThrowAsJavaScriptException();
    return {};
  }
  const auto address = reinterpret_cast<uintptr_t>(info[0].As<Napi::ArrayBuffer>().Data());
  return Napi::Number::New(env, static_cast<double>(address % 64));
}

Napi::Object describe(Napi::Env env, const kernel_entry& kernel) {
  Napi::Object object = Napi::Object::New(env);
  Napi::Uint8Array types = Napi::Uint8Array::New(env, kernel.parameter_count);
  memcpy(types.Data(), kernel.parameter_types, kernel.parameter_count);
  object["name"] = kernel.name;
  object["parameters"] = kernel.parameter_names;
  object["types"] = types;
  object["result"] = kernel.result_type;
  return object;
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  env.SetInstanceData(new instance);
  const gibbsite::active_build& build = gibbsite::choose_build();
  Napi::Array table = Napi::Array::New(env), functions = Napi::Array::New(env);
  for (uint32_t i = 0; i < build.kernels.count; i++) {
    const kernel_entry& kernel = build.kernels.entries[i];
    napi_value function;
    napi_create_function(env, kernel.name, NAPI_AUTO_LENGTH, call, const_cast<kernel_entry*>(&kernel), &function);
    functions[i] = function;
    table[i] = describe(env, kernel);
  }
  exports["table"] = table;
  exports["functions"] = functions;
  exports["simd"] = build.name;
  exports["run"] = Napi::Function::New(env, run, "run");
  exports["onRefusal"] = Napi::Function::New(env, on_refusal, "onRefusal");
  exports["setThreads"] = Napi::Function::New(env, set_threads, "setThreads");
  exports["lineOffset"] = Napi::Function::New(env, line_offset, "lineOffset");
  exports["threads"] = Napi::Function::New(env, threads, "threads");
  return exports;
}

}  // namespace

NODE_API_MODULE(gibbsite, init)
