// What libtorch asks its autograd engine for through virtual functions, answered from Java: metadata of nodes in anomaly
// mode (where the node was made), and hooks for the tensors that nodes save. PyTorch overrides these functions in
// Python's engine; here the one engine gets a copy of its own table of virtual functions with two entries changed.
#include <algorithm>
#include <atomic>

#include "gatun_core.h"
#include "guard.h"
#include "upcall.h"

namespace torch::autograd {
struct Engine {
  GATUN_WEAK static Engine &get_default_engine();
};
GATUN_WEAK int get_current_graph_task_id();
GATUN_WEAK bool get_current_graph_task_keep_graph();
}  // namespace torch::autograd

extern "C" {
extern GATUN_WEAK bool gatun_anomaly_enabled __asm__("_ZN5torch8autograd11AnomalyMode8_enabledE");
extern GATUN_WEAK bool gatun_anomaly_check_nan __asm__("_ZN5torch8autograd11AnomalyMode10_check_nanE");
GATUN_WEAK void *gatun_node_metadata(void *node) __asm__("_ZN5torch8autograd4Node8metadataEv");
GATUN_WEAK void gatun_engine_execute() __asm__(
    "_ZN5torch8autograd6Engine7executeERKSt6vectorINS0_4EdgeESaIS3_EERKS2_IN2at6TensorESaIS9_EEbbbS7_");
GATUN_WEAK void gatun_engine_thread_main() __asm__(
    "_ZN5torch8autograd6Engine11thread_mainERKSt10shared_ptrINS0_9GraphTaskEE");
}

namespace {
using gatun::JavaObject;
using gatun::Upcall;

// Stands for torch::autograd::AnomalyMetadata: the order of the virtual functions is what libtorch relies on.
struct Metadata {
  virtual ~Metadata() = default;
  virtual void store_stack() = 0;
  virtual void print_stack(const std::string &node) = 0;
  virtual void assign_parent(void *const *parent) = 0;  // a counted pointer, of a class that changed with 2.13
};

struct JavaTrace final : Metadata {
  std::unique_ptr<JavaObject> trace;
  void store_stack() override {
    int64_t arguments[] = {0};
    if (gatun::java_entry(Upcall::record, 0, arguments) == 0) trace = std::make_unique<JavaObject>(arguments[0]);
  }
  void print_stack(const std::string &node) override {
    int64_t arguments[] = {reinterpret_cast<int64_t>(node.data()), static_cast<int64_t>(node.size())};
    gatun::java_entry(Upcall::failed, trace ? trace->number : 0, arguments);
  }
  void assign_parent(void *const *parent) override {
    if (*parent == nullptr || !trace) return;
    const auto *other = static_cast<JavaTrace *>(gatun_node_metadata(*parent));
    if (*reinterpret_cast<void *const *>(other) != *reinterpret_cast<void **>(this) || !other->trace) return;
    int64_t arguments[] = {other->trace->number};
    gatun::java_entry(Upcall::parent, trace->number, arguments);
  }
};

// Stands for torch::autograd::SavedVariableHooks.
struct SavedHooks {
  virtual void call_pack_hook(const at::Tensor &tensor) = 0;
  virtual at::Tensor call_unpack_hook() = 0;
  virtual ~SavedHooks() = default;
  virtual void retrieve_unpack_hook_data() const { throw std::runtime_error("no compiled autograd for hooks in Java"); }
};

thread_local int64_t saved_hooks = 0;

struct JavaSaved final : SavedHooks {
  const int64_t hooks;
  std::unique_ptr<JavaObject> packed;
  explicit JavaSaved(int64_t hooks) : hooks(hooks) {}
  void call_pack_hook(const at::Tensor &tensor) override {
    int64_t arguments[] = {gatun::new_handle(&tensor)};
    gatun::call_java(Upcall::pack, hooks, arguments);
    packed = std::make_unique<JavaObject>(arguments[0]);
  }
  at::Tensor call_unpack_hook() override {
    int64_t arguments[] = {0};
    gatun::call_java(Upcall::unpack, packed->number, arguments);
    return at::Tensor(gatun::reference_of(arguments[0]));
  }
};

std::unique_ptr<Metadata> make_metadata(void *) { return std::make_unique<JavaTrace>(); }

std::unique_ptr<SavedHooks> make_saved_hooks(void *) {
  return saved_hooks == 0 ? nullptr : std::make_unique<JavaSaved>(saved_hooks);
}

constexpr int kBefore = 2;      // offset to top, type information
// Of Engine. The last one is thread_main: the ninth in 2.10 to 2.13, the tenth in 2.14, which has another after kSavedHooks.
constexpr int kExecute = 2, kMetadata = 4, kSavedHooks = 5, kLeastLast = 8, kMostLast = 9;
void *own_table[kBefore + kMostLast + 1];

template <class Function>
void *address(Function *function) {
  return reinterpret_cast<void *>(function);
}

void take_over() {
  static const bool done = [] {
    auto *engine = reinterpret_cast<std::atomic<void **> *>(&torch::autograd::Engine::get_default_engine());
    void **table = engine->load();
    int last = kLeastLast;
    while (last <= kMostLast && table[last] != address(gatun_engine_thread_main)) last++;
    if (table[kExecute] != address(gatun_engine_execute) || last > kMostLast) {
      throw std::runtime_error("the autograd engine of the loaded libtorch is laid out in a way that this Gatun does not "
                               "know: anomaly mode, saved-tensor hooks and checkpointing need libtorch 2.10 to 2.14");
    }
    std::copy(table - kBefore, table + last + 1, own_table);
    own_table[kBefore + kMetadata] = address(make_metadata);
    own_table[kBefore + kSavedHooks] = address(make_saved_hooks);
    engine->store(own_table + kBefore);
    return true;
  }();
  static_cast<void>(done);
}
}  // namespace

extern "C" {

GATUN_EXPORT int gatun_set_anomaly_mode(int64_t *f) {
  GATUN_GUARDED(&gatun_anomaly_enabled, {
    take_over();
    const bool enabled = f[0] != 0, check_nan = f[1] != 0;
    f[0] = gatun_anomaly_enabled;
    f[1] = gatun_anomaly_check_nan;
    gatun_anomaly_enabled = enabled;
    gatun_anomaly_check_nan = check_nan;
  })
}

GATUN_EXPORT int gatun_set_saved_tensors_hooks(int64_t *f) {
  GATUN_GUARDED(&torch::autograd::Engine::get_default_engine, {
    take_over();
    std::swap(saved_hooks, f[0]);
  })
}

GATUN_EXPORT int gatun_current_pass(int64_t *f) {
  GATUN_GUARDED(&torch::autograd::get_current_graph_task_id, {
    f[0] = torch::autograd::get_current_graph_task_id();
    f[1] = f[0] >= 0 && torch::autograd::get_current_graph_task_keep_graph();
  })
}
}
