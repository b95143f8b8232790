#!/bin/sh
# Every symbol of a kernel object that a linker may merge with another's (weak, unique, common) or that others can refer to
# lies in the namespace of the object's own build. Otherwise the baseline could end up running AVX code.
#   symbols_test.sh OBJECT...      the build is the kernels_<build> folder in the object's path
set -eu

checked=0
failed=0
for object in "$@"; do
  build=$(printf '%s\n' "$object" | sed -n 's/.*kernels_\([a-z0-9]*\)\.dir.*/\1/p')
  [ -n "$build" ] || { echo "expected an object in a folder kernels_<build>.dir; got $object"; exit 1; }
  # nm: address, type, name; capital letters are global, W V u are weak and unique.
  strays=$(nm --defined-only --demangle "$object" | sed -E 's/^[0-9a-f]+ //' | grep -E '^[A-TV-ZuvwC] ' |
    grep -vE "^. (((guard variable|vtable|typeinfo|typeinfo name) for )?gibbsite::$build::|[^(]* gibbsite::$build::)" || true)
  if [ -n "$strays" ]; then
    echo "$object: symbols outside gibbsite::$build"
    echo "$strays"
    failed=1
  fi
  checked=$((checked + 1))
done
[ "$checked" -gt 0 ] || { echo "expected objects to check; got none"; exit 1; }
[ "$failed" -eq 0 ] && echo "$checked objects: every shared symbol lies in its build's namespace"
