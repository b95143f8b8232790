# Release binaries (npm run prebuilds) and `npx node-gyp rebuild` inside an installed package. Development builds and tests
# use CMakeLists.txt; the list of sources (native/sources.txt) and the flags are the same.
#
# gyp has no flags for single files, hence one static library for each build of the kernel library.
{
  "variables": {
    "each_sources": [ "<!@(node native/sources.cjs each)" ]
  },
  "target_defaults": {
    "include_dirs": [ "native" ],
    "cflags!": [ "-fno-omit-frame-pointer" ],
    "cflags_cc!": [ "-std=gnu++17", "-std=gnu++20" ],
    "cflags_cc": [ "-std=c++20", "-O3", "-ffp-contract=off", "-fno-exceptions", "-fno-rtti", "-fPIC", "-fvisibility=hidden", "-fvisibility-inlines-hidden", "-Wno-psabi" ],
    "xcode_settings": {
      "CLANG_CXX_LANGUAGE_STANDARD": "c++20",
      "GCC_SYMBOLS_PRIVATE_EXTERN": "YES",
      "GCC_ENABLE_CPP_EXCEPTIONS": "NO",
      "GCC_ENABLE_CPP_RTTI": "NO",
      "GCC_OPTIMIZATION_LEVEL": "3",
      "MACOSX_DEPLOYMENT_TARGET": "11.0",
      "OTHER_CPLUSPLUSFLAGS": [ "-ffp-contract=off" ]
    },
    # The vector types of core/simd.h are an extension of g++ and clang: on Windows clang stands in for the compiler.
    "msbuild_toolset": "ClangCL",
    "msvs_settings": { "VCCLCompilerTool": {
      "AdditionalOptions": [ "/std:c++20", "/clang:-O3", "/clang:-ffp-contract=off" ], "ExceptionHandling": 0, "RuntimeTypeInfo": "false"
    } }
  },
  "targets": [
    { "target_name": "kernels_baseline", "type": "static_library", "sources": [ "<@(each_sources)" ] },
    {
      "target_name": "gibbsite",
      "sources": [ "<!@(node native/sources.cjs once addon)" ],
      "dependencies": [ "kernels_baseline", "<!(node -p \"require('node-addon-api').targets\"):node_addon_api" ],
      "defines": [ "NAPI_VERSION=8", "NODE_ADDON_API_DISABLE_DEPRECATED", "NODE_API_NO_EXTERNAL_BUFFERS_ALLOWED" ],
      "conditions": [
        # The pool's threads outlive the environment that loaded the addon: never unmap their code.
        [ "OS=='linux'", { "ldflags": [ "-Wl,-z,nodelete" ], "libraries": [ "-lpthread" ] } ],
        [ "target_arch=='x64'", { "dependencies": [ "kernels_avx2", "kernels_avx512" ] } ]
      ]
    }
  ],
  "conditions": [
    [ "target_arch=='x64'", { "targets": [
      {
        "target_name": "kernels_avx2", "type": "static_library", "sources": [ "<@(each_sources)" ],
        "cflags_cc": [ "-mavx2", "-mfma" ],
        "xcode_settings": { "OTHER_CPLUSPLUSFLAGS": [ "-mavx2", "-mfma" ] },
        "msvs_settings": { "VCCLCompilerTool": { "AdditionalOptions": [ "/clang:-mavx2", "/clang:-mfma" ] } }
      },
      {
        "target_name": "kernels_avx512", "type": "static_library", "sources": [ "<@(each_sources)" ],
        "cflags_cc": [ "-mavx512f", "-mavx512bw", "-mavx512dq", "-mavx512vl", "-mfma", "-mprefer-vector-width=512", "-Wno-uninitialized" ],
        "xcode_settings": { "OTHER_CPLUSPLUSFLAGS": [ "-mavx512f", "-mavx512bw", "-mavx512dq", "-mavx512vl", "-mfma", "-mprefer-vector-width=512" ] },
        "msvs_settings": { "VCCLCompilerTool": { "AdditionalOptions": [ "/clang:-mavx512f", "/clang:-mavx512bw", "/clang:-mavx512dq", "/clang:-mavx512vl", "/clang:-mfma", "/clang:-mprefer-vector-width=512" ] } }
      }
    ] } ]
  ]
}
