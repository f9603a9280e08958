// How the hand-written functions call libtorch: only if the symbol is there, and with every exception caught.
#pragma once

#include "aten_support.h"

// Runs BODY when SYMBOL was found in the loaded libtorch.
#define GATUN_GUARDED(SYMBOL, ...)                                        \
  if (reinterpret_cast<const void *>(SYMBOL) == nullptr) return gatun::missing(#SYMBOL); \
  try {                                                                   \
    __VA_ARGS__                                                           \
    return 0;                                                             \
  } catch (...) {                                                         \
    return gatun::failed();                                               \
  }
