// The last error of each thread. libtorch's exceptions are told by their dynamic type's name, and their message is
// read where c10::Error keeps it (its first member): what() would symbolise the C++ backtrace, which takes
// milliseconds, so the full text is made only for other exceptions, whose what() is cheap.
#include <cxxabi.h>

#include <cstdlib>
#include <cstring>
#include <exception>
#include <string>
#include <typeinfo>

#include "aten_support.h"
#include "gatun_core.h"
#include "upcall.h"

namespace {
struct LastError {
  std::string message;
  std::string type;
  std::string full;
  std::shared_ptr<gatun::JavaObject> throwable;  // when Java code threw it
};
thread_local LastError last_error;

// The layout of c10::Error and its kin: std::exception's vtable pointer, then the message without a backtrace.
struct C10Error {
  void *vtable;
  std::string message;
};

std::string type_name(const std::type_info &info) {
  int status = 0;
  char *text = abi::__cxa_demangle(info.name(), nullptr, nullptr, &status);
  std::string name = status == 0 ? text : info.name();
  std::free(text);
  return name;
}
}  // namespace

namespace gatun {
int failed() {
  last_error.throwable = nullptr;
  try {
    throw;
  } catch (const JavaError &e) {
    last_error.type = "gatun::JavaError";
    last_error.message = e.what();
    last_error.throwable = e.throwable;
  } catch (const std::exception &e) {
    last_error.type = type_name(typeid(e));
    if (last_error.type.rfind("c10::", 0) == 0) {
      last_error.message = reinterpret_cast<const C10Error *>(&e)->message;
    } else {
      last_error.message = e.what();
    }
  } catch (...) {
    const std::type_info *info = abi::__cxa_current_exception_type();
    last_error.type = info != nullptr ? type_name(*info) : "unknown";
    last_error.message = "a C++ exception that is no std::exception";
  }
  last_error.full = last_error.message;
  const size_t backtrace = last_error.message.find("\nException raised from ");
  if (backtrace != std::string::npos) last_error.message.resize(backtrace);
  return 1;
}

int missing(const char *op) {
  last_error.throwable = nullptr;
  last_error.type = "gatun::MissingOp";
  last_error.message = std::string("the loaded libtorch has no ") + op;
  last_error.full = last_error.message;
  return 1;
}
}  // namespace gatun

extern "C" GATUN_EXPORT int gatun_last_error(int64_t *f) {
  f[0] = reinterpret_cast<int64_t>(last_error.message.data());
  f[1] = static_cast<int64_t>(last_error.message.size());
  f[2] = reinterpret_cast<int64_t>(last_error.type.data());
  f[3] = static_cast<int64_t>(last_error.type.size());
  f[4] = reinterpret_cast<int64_t>(last_error.full.data());
  f[5] = static_cast<int64_t>(last_error.full.size());
  // Nothing may be left to release when the thread ends: Java cannot be called then.
  f[6] = last_error.throwable ? last_error.throwable->hand_over() : 0;
  last_error.throwable = nullptr;
  return 0;
}
