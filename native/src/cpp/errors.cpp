// The last error of each thread. libtorch's exceptions are told by their dynamic type's name, and their message is
// read where c10::Error keeps it (its first member): what() would symbolise the C++ backtrace, which takes
// milliseconds. The exception itself is kept for whoever wants to read that.
#include <cxxabi.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <string>
#include <typeinfo>

#include "aten_support.h"
#include "gatun_core.h"
#include "upcall.h"

extern "C" GATUN_WEAK uint64_t aoti_torch_abi_version();

namespace {
struct LastError {
  std::string message;
  std::string type;
  std::exception_ptr exception;
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
  last_error.exception = std::current_exception();
  try {
    throw;
  } catch (const JavaError &e) {
    last_error.type = "gatun::JavaError";
    last_error.message = e.what();
    last_error.throwable = e.throwable;
    last_error.exception = nullptr;
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
  const size_t backtrace = last_error.message.find("\nException raised from ");
  if (backtrace != std::string::npos) last_error.message.resize(backtrace);
  return 1;
}

int missing(const char *op) {
  last_error.throwable = nullptr;
  last_error.exception = nullptr;
  char version[32] = "the loaded libtorch";
  if (aoti_torch_abi_version != nullptr) {
    const uint64_t v = aoti_torch_abi_version();
    std::snprintf(version, sizeof version, "libtorch %u.%u.%u", static_cast<unsigned>(v >> 56),
                  static_cast<unsigned>(v >> 48 & 0xff), static_cast<unsigned>(v >> 40 & 0xff));
  }
  last_error.type = "gatun::MissingOp";
  last_error.message = std::string(version) + " has no " + (*op == '&' ? op + 1 : op) +
                       ": call another op, or set GATUN_LIBTORCH to a libtorch that has it (2.10, of which Gatun's list"
                       " of ops was made, does; ./gatun doctor tells what the loaded one lacks)";
  return 1;
}
}  // namespace gatun

extern "C" {

GATUN_EXPORT int gatun_last_error(int64_t *f) {
  f[0] = reinterpret_cast<int64_t>(last_error.message.data());
  f[1] = static_cast<int64_t>(last_error.message.size());
  f[2] = reinterpret_cast<int64_t>(last_error.type.data());
  f[3] = static_cast<int64_t>(last_error.type.size());
  f[4] = 0;
  if (last_error.exception != nullptr) {
    f[4] = reinterpret_cast<int64_t>(new std::exception_ptr(std::move(last_error.exception)));
    last_error.exception = nullptr;
  }
  // Nothing may be left to release when the thread ends: Java cannot be called then.
  f[5] = last_error.throwable ? last_error.throwable->hand_over() : 0;
  last_error.throwable = nullptr;
  return 0;
}

GATUN_EXPORT int gatun_error_text(int64_t *f) {
  std::string text;
  try {
    std::rethrow_exception(*reinterpret_cast<std::exception_ptr *>(f[0]));
  } catch (const std::exception &e) {
    text = e.what();
  } catch (...) {
    text = "a C++ exception that is no std::exception";
  }
  auto *copy = static_cast<char *>(std::malloc(text.size() + 1));
  std::memcpy(copy, text.c_str(), text.size() + 1);
  f[0] = reinterpret_cast<int64_t>(copy);
  f[1] = static_cast<int64_t>(text.size());
  return 0;
}

GATUN_EXPORT int gatun_error_free(int64_t *f) {
  delete reinterpret_cast<std::exception_ptr *>(f[0]);
  return 0;
}
}
