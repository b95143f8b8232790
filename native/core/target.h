// Which build of the kernel library this translation unit belongs to.
//
// The same sources are compiled several times: for the baseline of the architecture, for AVX2 and for AVX-512 on
// x86-64, and for WebAssembly SIMD128. Everything in core/ and kernels/ lives in a namespace named after the build, so
// no inline function compiled with AVX2 can be merged by the linker into the baseline (native/test/symbols_test.sh
// checks the objects). For the same reason these headers use no standard-library template: its instances would be
// shared between builds.
#pragma once

#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512DQ__) && defined(__AVX512VL__)
#define GIBBSITE_TARGET avx512
#define GIBBSITE_AVX512 1
#define GIBBSITE_AVX2 1
#elif defined(__AVX2__)
#define GIBBSITE_TARGET avx2
#define GIBBSITE_AVX2 1
#elif defined(__wasm_simd128__)
#define GIBBSITE_TARGET wasm
#define GIBBSITE_WASM 1
#else
#define GIBBSITE_TARGET baseline
#endif

#define GIBBSITE_STRINGIFY_(x) #x
#define GIBBSITE_STRINGIFY(x) GIBBSITE_STRINGIFY_(x)
#define GIBBSITE_TARGET_NAME GIBBSITE_STRINGIFY(GIBBSITE_TARGET)
