// Stands in for NCCL, the CUDA runtime and libtorch's streams on a machine without a GPU: the ranks of a group are threads of
// one process, tensors lie in host memory, and an operation happens when the last rank has called it. It keeps a log of what it
// was called with, and fails when told to.
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#define EXPORT extern "C" __attribute__((visibility("default")))

struct Id {
  char bytes[128];
};
struct Config {
  size_t size;
  unsigned magic, version;
  int blocking, unused;
};
struct Call {
  std::string kind;
  const char *from;
  char *to;
  size_t count;
  int type, op, root;
};
struct Operation {
  std::map<int, Call> calls;  // by rank
  bool over = false;          // done or aborted
};
struct Group {
  int size = 0, joined = 0;
  std::vector<std::shared_ptr<Operation>> operations;
};
struct Comm {
  std::shared_ptr<Group> group;
  int rank, device, polls;
  size_t next;
  std::vector<std::shared_ptr<Operation>> begun;
};
struct Stream {
  int device;
  std::shared_ptr<Operation> last;
};
using Event = Stream;

static std::mutex lock;
static std::string record, message;
static std::map<std::string, std::shared_ptr<Group>> groups;
static int fail_next, async_error, ids;
static thread_local int current_device;
static thread_local Stream current_stream;

static int noted(const std::string &what) {
  record += what + "\n";
  return 0;
}

// The same for NCCL's functions, which fail when told to.
static int called(const std::string &what) {
  noted(what);
  int status = fail_next;
  fail_next = 0;
  if (status != 0) message = "stub: told to fail in " + what.substr(0, what.find(' '));
  return status;
}

// --- for tests ---
EXPORT const char *stub_log() {
  std::lock_guard<std::mutex> hold(lock);
  static std::string lent;
  lent = record;
  record.clear();
  return lent.c_str();
}
EXPORT void stub_fail_next(int status) { fail_next = status; }
EXPORT void stub_async_error(int status) {
  message = status ? "stub: a peer went away" : "";
  async_error = status;
}

// --- CUDA runtime and streams ---
EXPORT int cudaGetDevice(int *device) {
  *device = current_device;
  return 0;
}
EXPORT int cudaSetDevice(int device) {
  if (device > 7) return 101;
  current_device = device;
  return 0;
}
EXPORT const char *cudaGetErrorString(int status) { return status == 101 ? "invalid device ordinal" : "no error"; }
EXPORT int cudaEventCreateWithFlags(Event **event, unsigned flags) {
  std::lock_guard<std::mutex> hold(lock);
  *event = new Event{current_device, nullptr};
  return noted("cudaEventCreateWithFlags flags=" + std::to_string(flags) + " device=" + std::to_string(current_device));
}
EXPORT int cudaEventRecord(Event *event, Stream *stream) {
  std::lock_guard<std::mutex> hold(lock);
  event->last = stream->last;
  return 0;
}
EXPORT int cudaEventQuery(Event *event) {
  std::lock_guard<std::mutex> hold(lock);
  return event->last == nullptr || event->last->over ? 0 : 600;
}
EXPORT int cudaEventDestroy(Event *event) {
  std::lock_guard<std::mutex> hold(lock);
  delete event;
  return noted("cudaEventDestroy");
}
EXPORT int cudaStreamWaitEvent(Stream *, Event *, unsigned flags) {
  std::lock_guard<std::mutex> hold(lock);
  return noted("cudaStreamWaitEvent flags=" + std::to_string(flags));
}
EXPORT int aoti_torch_get_current_cuda_stream(int32_t device, Stream **stream) {
  current_stream.device = device;
  *stream = &current_stream;
  return 0;
}
EXPORT int torch_get_cuda_stream_from_pool(bool high, int32_t device, Stream **stream) {
  std::lock_guard<std::mutex> hold(lock);
  *stream = new Stream{device, nullptr};
  return noted(std::string("torch_get_cuda_stream_from_pool high=") + (high ? "1" : "0") + " device=" +
                std::to_string(device));
}

// --- NCCL ---
EXPORT int ncclGetVersion(int *version) {
  *version = 21906;
  return 0;
}
EXPORT const char *ncclGetErrorString(int status) { return status == 6 ? "remote process exited" : "stub error"; }
EXPORT const char *ncclGetLastError(Comm *) { return message.c_str(); }
EXPORT int ncclGetUniqueId(Id *id) {
  std::lock_guard<std::mutex> hold(lock);
  for (int i = 0; i < 128; i++) id->bytes[i] = static_cast<char>(i * 7 + ids);
  ids++;
  return called("ncclGetUniqueId");
}
EXPORT int ncclCommInitRankConfig(Comm **comm, int size, Id id, int rank, Config *config) {
  std::lock_guard<std::mutex> hold(lock);
  char text[200];
  std::snprintf(text, sizeof text, "ncclCommInitRankConfig size=%d rank=%d id=%d..%d config=%zu,%x,%u,%d,%d device=%d", size,
                rank, id.bytes[0], id.bytes[127], config->size, config->magic, config->version, config->blocking,
                config->unused, current_device);
  if (int status = called(text)) return status;
  auto &group = groups[std::string(id.bytes, sizeof id.bytes)];
  if (group == nullptr) group = std::make_shared<Group>();
  group->size = size;
  group->joined++;
  *comm = new Comm{group, rank, current_device, 0, 0, {}};
  return 7;
}
EXPORT int ncclCommGetAsyncError(Comm *comm, int *state) {
  std::lock_guard<std::mutex> hold(lock);
  bool busy = comm->group->joined < comm->group->size || comm->polls > 0;
  if (comm->polls > 0) comm->polls--;
  *state = async_error ? async_error : busy ? 7 : 0;
  return 0;
}
EXPORT int ncclCommAbort(Comm *comm) {
  std::lock_guard<std::mutex> hold(lock);
  for (auto &operation : comm->begun) operation->over = true;
  delete comm;
  return called("ncclCommAbort");
}
EXPORT int ncclCommCount(Comm *comm, int *count) {
  *count = comm->group->size;
  return 0;
}
EXPORT int ncclCommUserRank(Comm *comm, int *rank) {
  *rank = comm->rank;
  return 0;
}

static size_t bytes(int type) {
  static const size_t sizes[] = {1, 1, 4, 4, 8, 8, 2, 4, 8, 2};
  return sizes[type];
}

// Float32 only: what else is passed is in the log.
static float reduced(const Operation &operation, int size, size_t at) {
  float result = 0;
  for (int rank = 0; rank < size; rank++) {
    const Call &call = operation.calls.at(rank);
    float value = reinterpret_cast<const float *>(call.from)[at];
    if (rank == 0)
      result = value;
    else if (call.op == 2)
      result = value > result ? value : result;
    else if (call.op == 3)
      result = value < result ? value : result;
    else
      result += value;
  }
  return operation.calls.at(0).op == 4 ? result / static_cast<float>(size) : result;
}

static void happen(Operation &operation, int size) {
  const Call &first = operation.calls.at(0);
  std::map<int, std::vector<char>> results;
  for (int rank = 0; rank < size; rank++) {
    const Call &call = operation.calls.at(rank);
    auto &result = results[rank];
    if (call.kind == "ncclBroadcast") {
      const Call &root = operation.calls.at(call.root);
      result.assign(root.from, root.from + root.count * bytes(root.type));
    } else if (call.kind == "ncclAllGather") {
      for (int other = 0; other < size; other++) {
        const Call &part = operation.calls.at(other);
        result.insert(result.end(), part.from, part.from + part.count * bytes(part.type));
      }
    } else if (first.type == 7) {
      size_t begin = call.kind == "ncclReduceScatter" ? static_cast<size_t>(rank) * call.count : 0;
      for (size_t i = 0; i < call.count; i++) {
        float value = reduced(operation, size, begin + i);
        const char *raw = reinterpret_cast<const char *>(&value);
        result.insert(result.end(), raw, raw + sizeof value);
      }
    }
  }
  for (auto &[rank, result] : results) std::memcpy(operation.calls.at(rank).to, result.data(), result.size());
  operation.over = true;
}

static int collective(Comm *comm, Stream *stream, Call call) {
  std::lock_guard<std::mutex> hold(lock);
  char text[200];
  std::snprintf(text, sizeof text, "%s count=%zu type=%d op=%d root=%d place=%s device=%d stream=%d", call.kind.c_str(),
                call.count, call.type, call.op, call.root, call.from == call.to ? "in" : "out", current_device,
                stream->device);
  if (int status = called(text)) return status;
  auto &operations = comm->group->operations;
  if (operations.size() <= comm->next) operations.push_back(std::make_shared<Operation>());
  auto operation = operations[comm->next++];
  operation->calls[comm->rank] = call;
  comm->begun.push_back(operation);
  comm->polls = 2;
  stream->last = operation;
  if (static_cast<int>(operation->calls.size()) == comm->group->size) happen(*operation, comm->group->size);
  return 7;
}

EXPORT int ncclAllReduce(const void *from, void *to, size_t count, int type, int op, Comm *comm, Stream *stream) {
  return collective(comm, stream, {"ncclAllReduce", (const char *)from, (char *)to, count, type, op, -1});
}
EXPORT int ncclBroadcast(const void *from, void *to, size_t count, int type, int root, Comm *comm, Stream *stream) {
  return collective(comm, stream, {"ncclBroadcast", (const char *)from, (char *)to, count, type, -1, root});
}
EXPORT int ncclAllGather(const void *from, void *to, size_t count, int type, Comm *comm, Stream *stream) {
  return collective(comm, stream, {"ncclAllGather", (const char *)from, (char *)to, count, type, -1, -1});
}
EXPORT int ncclReduceScatter(const void *from, void *to, size_t count, int type, int op, Comm *comm, Stream *stream) {
  return collective(comm, stream, {"ncclReduceScatter", (const char *)from, (char *)to, count, type, op, -1});
}
