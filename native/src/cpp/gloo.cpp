// Gloo's threads, kept from ending the process.
//
// When ranks disagree about a tensor's size, the thread that reads from their connection throws, and nobody can catch it: the
// C++ runtime would end the process. What it calls for that is replaced. The thread waits for ever instead, and the operation
// ends at its timeout, as if the other rank were silent.
#include <cxxabi.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <iostream>
#include <typeinfo>

#include "gatun_core.h"
#include "guard.h"

namespace {
std::terminate_handler before = nullptr;

const char *text_of(std::exception_ptr thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception &e) {
    return e.what();
  } catch (...) {
    return "";
  }
}

[[noreturn]] void contain() {
  const std::type_info *type = abi::__cxa_current_exception_type();
  if (type != nullptr && std::strstr(type->name(), "4gloo") != nullptr) {
    std::fprintf(stderr, "Gloo gave up a connection: %s\n", text_of(std::current_exception()));
    for (;;) pause();
  }
  if (before != nullptr) before();
  std::abort();
}
}  // namespace

extern "C" GATUN_EXPORT int gatun_contain_gloo(int64_t *) {
  if (std::get_terminate() != contain) before = std::set_terminate(contain);
  return 0;
}

extern "C" GATUN_EXPORT int gatun_native_output(int64_t *f) {
  if (f[0] != 0) {
    std::cout.clear();
  } else {
    std::cout.setstate(std::ios_base::failbit);
  }
  return 0;
}
