// Calls from C++ into Java. Java installs one function; what it holds for C++ (hooks, saved values, exceptions) it knows
// by number, and gives up when the last C++ object that carries the number dies.
#pragma once

#include <exception>
#include <memory>

#include "aten_support.h"

extern "C" {
GATUN_WEAK int32_t aoti_torch_new_tensor_handle(void *handle, void **copy);
}

namespace gatun {

// The same numbers are in Upcalls.java.
enum class Upcall : int64_t { release, tensor_hook, post_accumulate, pack, unpack, record, parent, failed };

// Java's answer: 0, or the number of the exception that it caught.
using JavaEntry = int64_t (*)(Upcall kind, int64_t number, int64_t *arguments);
extern JavaEntry java_entry;

// One number's owner.
class JavaObject {
 public:
  explicit JavaObject(int64_t number) : number(number) {}
  JavaObject(const JavaObject &) = delete;
  ~JavaObject() {
    if (number > 0) java_entry(Upcall::release, number, nullptr);
  }
  // Java has taken the object itself.
  int64_t hand_over() { return std::exchange(number, 0); }
  int64_t number;
};

// A Java exception on its way through libtorch to the Java caller, which rethrows the very object.
class JavaError : public std::exception {
 public:
  explicit JavaError(int64_t number) : throwable(new JavaObject(number)) {}
  const char *what() const noexcept override { return "an exception of Java code that libtorch called"; }
  std::shared_ptr<JavaObject> throwable;
};

inline void call_java(Upcall kind, int64_t number, int64_t *arguments) {
  const int64_t thrown = java_entry(kind, number, arguments);
  if (thrown != 0) throw JavaError(thrown);
}

// A new handle for Java of the tensor that a libtorch object holds; 0 for the undefined one.
inline int64_t new_handle(const void *holder) {
  if (*static_cast<void *const *>(holder) == static_cast<void *>(&gatun_undefined_tensor)) return 0;
  void *copy = nullptr;
  if (aoti_torch_new_tensor_handle(const_cast<void *>(holder), &copy) != 0) {
    throw std::runtime_error("cannot copy a tensor handle");
  }
  return reinterpret_cast<int64_t>(copy);
}

// The reference that a handle from Java owns; the handle is gone then.
inline void *reference_of(int64_t handle) {
  if (handle == 0) return &gatun_undefined_tensor;
  void *impl = impl_of(handle);
  ::operator delete(reinterpret_cast<void *>(handle));
  return impl;
}

}  // namespace gatun
