// Adam and AdamW on all parameters of a group at once, spread over the threads: libtorch's own op goes from parameter to
// parameter, and its threads wait for each other after each.
#include "adam.h"

#include <algorithm>
#include <cmath>

#include "cpu_tensors.h"
#include "gatun_core.h"
#include "guard.h"

extern "C" {
GATUN_WEAK bool aoti_torch_grad_mode_is_enabled();
}

namespace {
constexpr int kHandles = 5;

struct Settings {
  double lr, beta1, beta2, weight_decay, eps;
  bool decoupled;
};

struct Task {
  float *param;
  const float *grad;
  float *exp_avg, *exp_avg_sq;
  int64_t elements, first;  // of all parameters' elements
  gatun::AdamStep step;
};

// In double precision up to here, as torch.optim reckons them.
gatun::AdamStep step_of(const Settings &s, double number) {
  const double correction1 = 1 - std::pow(s.beta1, number);
  const double correction2 = std::sqrt(1 - std::pow(s.beta2, number));
  return {static_cast<float>(1 - s.beta1),
          static_cast<float>(s.beta2),
          static_cast<float>(1 - s.beta2),
          static_cast<float>(-s.lr * correction2 / correction1),
          static_cast<float>(s.eps * correction2),
          static_cast<float>(s.decoupled ? 1 - s.lr * s.weight_decay : 1),
          static_cast<float>(s.decoupled ? 0 : s.weight_decay)};
}

// False if libtorch's op must make the step, or say what is wrong.
bool read(const int64_t *handles, const Settings &settings, int64_t first, Task &task) {
  gatun::CpuTensor all[kHandles];
  for (int i = 0; i < kHandles; i++) {
    if (gatun::read(handles[i], all[i]) != gatun::Readable::kYes || all[i].dtype != gatun::kFloat32 ||
        all[i].elements != (i < kHandles - 1 ? all[0].elements : 1) ||
        at::native::is_neg(*static_cast<at::Tensor *>(gatun::handle(handles[i])))) {
      return false;
    }
  }
  task = {static_cast<float *>(all[0].data),
          static_cast<const float *>(all[1].data),
          static_cast<float *>(all[2].data),
          static_cast<float *>(all[3].data),
          all[0].elements,
          first,
          step_of(settings, *static_cast<const float *>(all[4].data))};
  return true;
}

void run(const std::vector<Task> &tasks, int64_t total) {
  gatun::parallel(total, gatun::kElementsAtOnce, [&](int64_t from, int64_t to) {
    auto t = std::upper_bound(tasks.begin(), tasks.end(), from,
                              [](int64_t element, const Task &each) { return element < each.first; });
    --t;
    for (int64_t at = from; at < to; ++t) {
      const int64_t offset = at - t->first, n = std::min(to, t->first + t->elements) - at;
      if (n > 0) {
        gatun::adam(t->step, t->param + offset, t->grad + offset, t->exp_avg + offset, t->exp_avg_sq + offset, n);
        at += n;
      }
    }
  });
}
}  // namespace

extern "C" {
GATUN_EXPORT int gatun_adam_step(int64_t *f) {
  GATUN_GUARDED(aoti_torch_get_data_ptr, {
    const auto *handles = reinterpret_cast<const int64_t *>(f[0]);
    const auto *numbers = reinterpret_cast<const double *>(f[2]);
    const int64_t count = f[1] / kHandles;
    const Settings settings = {numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], f[4] != 0};
    bool fits = &at::native::is_neg != nullptr && torch::autograd::impl::bump_version != nullptr &&
                !aoti_torch_grad_mode_is_enabled();
    std::vector<Task> tasks(static_cast<size_t>(count));
    int64_t total = 0;
    for (int64_t i = 0; i < count && fits; i++) {
      Task &task = tasks[static_cast<size_t>(i)];
      fits = read(handles + i * kHandles, settings, total, task);
      total += task.elements;
    }
    if (fits) {
      for (int64_t i = 0; i < count * kHandles; i++) {
        const int64_t of = i % kHandles;
        if (of == 0 || of == 2 || of == 3) {
          torch::autograd::impl::bump_version(*static_cast<const at::Tensor *>(gatun::handle(handles[i])));
        }
      }
      run(tasks, total);
    }
    f[0] = fits ? 1 : 0;
  })
}
}
