// Adam and AdamW as torch.optim has them, on float32.
#pragma once

#include <cstdint>

namespace gatun {
// One parameter's step: both bias corrections are in step_size and eps.
struct AdamStep {
  float one_minus_beta1;
  float beta2, one_minus_beta2;
  float step_size;  // -lr * correction2 / correction1
  float eps;        // times correction2
  float decay;      // AdamW: 1 - lr * weight decay, Adam: 1
  float l2;         // Adam: weight decay, AdamW: 0
};

void adam(const AdamStep &, float *param, const float *grad, float *exp_avg, float *exp_avg_sq, int64_t n);
}  // namespace gatun
