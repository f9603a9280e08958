// Stands in for NVRTC and the CUDA driver on a machine without a GPU. Its compiler is the machine's C++ compiler with
// cuda_emulation.h, its machine code a shared library, and a launch runs the kernel at once on host memory. It keeps a log of
// what it was called with. Only a row of blocks and of threads can be launched.
#include <dlfcn.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <mutex>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#define EXPORT extern "C" __attribute__((visibility("default")))

struct EmulatedKernel {
  size_t count;
  const size_t *sizes;
  void (*call)(void **arguments);
};
struct Program {
  std::string code, name, log, made;
  std::vector<std::string> headers, header_names;
};
struct Module {
  void *library;
};
struct Function {
  const EmulatedKernel *kernel;
  bool (*launch)(const EmulatedKernel *, unsigned, unsigned, void **);
  std::string name;
};

static std::mutex lock;
static std::string record, folder, include;
static int compilations, contexts;

static void noted(const std::string &what) {
  std::lock_guard<std::mutex> hold(lock);
  record += what + "\n";
}

// --- for tests ---
EXPORT const char *stub_log() {
  static std::string lent;
  lent = record;
  record.clear();
  return lent.c_str();
}
// Where to work, and where cuda_emulation.h is.
EXPORT void stub_folders(const char *work, const char *headers) {
  folder = work;
  include = headers;
}
// How many contexts were entered and not left.
EXPORT int stub_contexts() { return contexts; }

static std::string read(const std::string &path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
static void write(const std::string &path, const std::string &text) { std::ofstream(path, std::ios::binary) << text; }

// --- NVRTC ---
EXPORT const char *nvrtcGetErrorString(int status) { return status == 6 ? "NVRTC_ERROR_COMPILATION" : "NVRTC_ERROR"; }
EXPORT int nvrtcVersion(int *major, int *minor) {
  *major = 13;
  *minor = 7;
  return 0;
}
EXPORT int nvrtcGetNumSupportedArchs(int *count) {
  *count = 3;
  return 0;
}
EXPORT int nvrtcGetSupportedArchs(int *all) {
  all[0] = 75;
  all[1] = 80;
  all[2] = 86;
  return 0;
}
EXPORT int nvrtcCreateProgram(Program **program, const char *code, const char *name, int headers, const char *const *texts,
                              const char *const *names) {
  *program = new Program{code, name, "", "", {texts, texts + headers}, {names, names + headers}};
  return 0;
}
EXPORT int nvrtcDestroyProgram(Program **program) {
  delete *program;
  *program = nullptr;
  noted("nvrtcDestroyProgram");
  return 0;
}
EXPORT int nvrtcCompileProgram(Program *program, int count, const char *const *options) {
  const std::string base = folder + "/" + std::to_string(getpid()) + "_" + std::to_string(compilations++);
  std::string command = "c++ -std=c++17 -O1 -ffp-contract=off -Wall -Wno-unknown-pragmas -Wno-sign-compare -Werror -fno-gnu-unique -shared -fPIC -I" + include +
                        " -I" + folder;
  std::string said = "nvrtcCompileProgram " + program->name;
  for (int i = 0; i < count; i++) {
    said += std::string(" ") + options[i];
    if (std::strncmp(options[i], "-D", 2) == 0) command += std::string(" '") + options[i] + "'";
  }
  noted(said);
  for (size_t i = 0; i < program->headers.size(); i++) write(folder + "/" + program->header_names[i], program->headers[i]);
  std::string code = "#include \"cuda_emulation.h\"\n#line 1 \"" + program->name + "\"\n" + program->code + "\n";
  const std::regex kernel("__global__\\s+void\\s+(?:__launch_bounds__\\([^)]*\\)\\s*)?(\\w+)\\(");
  for (std::sregex_iterator it(program->code.begin(), program->code.end(), kernel), end; it != end; ++it) {
    code += "EMULATED(" + (*it)[1].str() + ")\n";
  }
  write(base + ".cpp", code);
  const bool made = std::system((command + " " + base + ".cpp -o " + base + ".so 2> " + base + ".log").c_str()) == 0;
  program->log = read(base + ".log");
  program->made = made ? read(base + ".so") : "";
  return made ? 0 : 6;
}
EXPORT int nvrtcGetCUBINSize(Program *program, size_t *size) {
  *size = program->made.size();
  return 0;
}
EXPORT int nvrtcGetCUBIN(Program *program, char *code) {
  std::memcpy(code, program->made.data(), program->made.size());
  return 0;
}
EXPORT int nvrtcGetProgramLogSize(Program *program, size_t *size) {
  *size = program->log.size() + 1;
  return 0;
}
EXPORT int nvrtcGetProgramLog(Program *program, char *log) {
  std::memcpy(log, program->log.c_str(), program->log.size() + 1);
  return 0;
}

// --- the driver ---
EXPORT int cuGetErrorString(int status, const char **text) {
  *text = status == 500 ? "named symbol not found" : status == 200 ? "device kernel image is invalid" : "stub error";
  return 0;
}
EXPORT int cuGetErrorName(int status, const char **text) {
  *text = status == 500 ? "CUDA_ERROR_NOT_FOUND" : status == 200 ? "CUDA_ERROR_INVALID_IMAGE" : "CUDA_ERROR";
  return 0;
}
EXPORT int cuInit(unsigned) { return 0; }
EXPORT int cuDeviceGet(int *device, int ordinal) {
  *device = ordinal + 40;
  return 0;
}
EXPORT int cuDeviceGetAttribute(int *value, int which, int device) {
  if (device < 40) return 101;
  *value = which == 75 ? 8 : which == 76 ? 9 : which == 16 ? 2 : -1;
  return 0;
}
EXPORT int cuDevicePrimaryCtxRetain(void **context, int device) {
  *context = reinterpret_cast<void *>(static_cast<size_t>(device));
  return 0;
}
EXPORT int cuCtxPushCurrent_v2(void *) {
  contexts++;
  return 0;
}
EXPORT int cuCtxPopCurrent_v2(void **context) {
  *context = nullptr;
  contexts--;
  return 0;
}
EXPORT int cuModuleLoadData(Module **module, const char *image) {
  static int loaded;
  noted("cuModuleLoadData");
  if (std::memcmp(image, "\x7f" "ELF", 4) != 0) return 200;
  // The image does not say how long it is, but where its last table is: after everything else.
  size_t table;
  unsigned short entry, entries;
  std::memcpy(&table, image + 0x28, sizeof table);
  std::memcpy(&entry, image + 0x3a, sizeof entry);
  std::memcpy(&entries, image + 0x3c, sizeof entries);
  const std::string path = folder + "/" + std::to_string(getpid()) + "_loaded" + std::to_string(loaded++) + ".so";
  write(path, {image, table + static_cast<size_t>(entry) * entries});
  void *library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return 200;
  *module = new Module{library};
  return 0;
}
EXPORT int cuModuleUnload(Module *module) {
  dlclose(module->library);
  delete module;
  noted("cuModuleUnload");
  return 0;
}
EXPORT int cuModuleGetFunction(Function **function, Module *module, const char *name) {
  auto *describe = reinterpret_cast<const EmulatedKernel *(*)()>(dlsym(module->library, (std::string("emulated_") + name).c_str()));
  if (describe == nullptr) return 500;
  auto *launch = reinterpret_cast<decltype(Function::launch)>(dlsym(module->library, "emulated_launch"));
  *function = new Function{describe(), launch, name};
  return 0;
}
EXPORT int cuFuncGetAttribute(int *value, int which, Function *) {
  *value = which == 4 ? 24 : 0;
  return 0;
}
EXPORT int cuFuncSetAttribute(Function *function, int which, int value) {
  noted("cuFuncSetAttribute " + function->name + " " + std::to_string(which) + "=" + std::to_string(value));
  return 0;
}
EXPORT int cuFuncGetParamInfo(Function *function, size_t index, size_t *, size_t *size) {
  if (index >= function->kernel->count) return 1;
  *size = function->kernel->sizes[index];
  return 0;
}
EXPORT int cuOccupancyMaxActiveBlocksPerMultiprocessor(int *blocks, Function *, int threads, size_t) {
  *blocks = 512 / threads;
  return 0;
}
EXPORT int cuLaunchKernel(Function *function, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned block_x,
                          unsigned block_y, unsigned block_z, unsigned shared, void *stream, void **arguments, void **extra) {
  std::ostringstream said;
  said << "cuLaunchKernel " << function->name << " grid=" << grid_x << "," << grid_y << "," << grid_z << " block=" << block_x
       << "," << block_y << "," << block_z << " shared=" << shared << " stream=" << reinterpret_cast<size_t>(stream)
       << " extra=" << (extra == nullptr ? 0 : 1) << " contexts=" << contexts;
  noted(said.str());
  return function->launch(function->kernel, grid_x, block_x, arguments) ? 0 : 719;
}
