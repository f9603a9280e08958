// Loading a library of custom ops runs its initialisers, which may throw (a namespace that is defined already), and an
// exception that leaves dlopen ends the process, or leaves the loader locked for all other threads. So the library is
// loaded in a forked copy of this process first, and here only when that went well.
#include <dlfcn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>

#include "aten_support.h"
#include "gatun_core.h"

namespace {
constexpr unsigned kSeconds = 60;

// dlopen is declared as never throwing; through this pointer the compiler must believe that it may.
void *(*volatile open_library)(const char *, int) = dlopen;

[[noreturn]] void rehearse(const char *path, int out) {
  for (int fatal : {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGALRM}) std::signal(fatal, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  alarm(kSeconds);
  std::string failure;
  try {
    if (open_library(path, RTLD_NOW) == nullptr) failure = dlerror();
  } catch (const std::exception &e) {
    failure = std::string(path) + ": an initialiser threw: " + e.what();
  } catch (...) {
    failure = std::string(path) + ": an initialiser threw an exception";
  }
  const ssize_t written = write(out, failure.data(), failure.size());
  _exit(written == static_cast<ssize_t>(failure.size()) && failure.empty() ? 0 : 1);
}

// What went wrong in the copy; empty when nothing did.
std::string rehearsal(const std::string &path) {
  int ends[2];
  if (pipe(ends) != 0) throw std::runtime_error("no pipe can be opened to try the library with");
  const pid_t child = fork();
  if (child == 0) rehearse(path.c_str(), ends[1]);
  close(ends[1]);
  std::string failure;
  char part[512];
  for (ssize_t n; (n = read(ends[0], part, sizeof part)) > 0;) failure.append(part, static_cast<size_t>(n));
  close(ends[0]);
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child) throw std::runtime_error("no process to try the library in");
  if (!failure.empty() || (WIFEXITED(status) && WEXITSTATUS(status) == 0)) return failure;
  return path + (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM ? ": its initialisers do not end"
                                                                    : ": its initialisers end the process");
}
}  // namespace

extern "C" GATUN_EXPORT int gatun_load_library(int64_t *f) {
  try {
    const std::string path(gatun::string(f));
    const std::string failure = rehearsal(path);
    if (!failure.empty()) throw std::runtime_error(failure);
    if (open_library(path.c_str(), RTLD_NOW) == nullptr) throw std::runtime_error(dlerror());
    return 0;
  } catch (...) {
    return gatun::failed();
  }
}
