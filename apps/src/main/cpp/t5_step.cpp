// A training step of T5 v1.1 in C++, by the same ops on the same libtorch as Gatun's, without any Java: the limit that
// `gatun bench t5` compares with. Dropout is active, so attention is not fused. The optimizer is AdamW.
#include "ops.h"

namespace {
using namespace bench;

constexpr double kEps = 1e-6;
constexpr double kLowest = -3.4028234663852886e38;
constexpr c10::ScalarType kFloat{6};

// What Java hands over, in this order.
struct Shape {
  int64_t batch, source, target, model, heads, head_dim, encoder_layers, decoder_layers;
  double dropout;
};

// The handles of parameters and constants, taken one after the other.
struct Handles {
  const int64_t *next;
  Const take() { return gatun::as_tensor(*next++); }
};

struct Attention {
  Const norm, q, k, v, o;
  explicit Attention(Handles &h) : norm(h.take()), q(h.take()), k(h.take()), v(h.take()), o(h.take()) {}
};
struct FeedForward {
  Const norm, wi_0, wi_1, wo;
  explicit FeedForward(Handles &h) : norm(h.take()), wi_0(h.take()), wi_1(h.take()), wo(h.take()) {}
};

class Step {
 public:
  Step(const Shape &shape, const int64_t *handles) : s_(shape), h_{handles} {}

  Tensor loss() {
    Const ids = h_.take(), mask = h_.take(), decoder_ids = h_.take(), labels = h_.take();
    Const encoder_buckets = h_.take(), decoder_buckets = h_.take(), causal = h_.take();
    Const shared = h_.take(), head = h_.take();
    Const encoder_table = h_.take(), decoder_table = h_.take(), encoder_norm = h_.take(), decoder_norm = h_.take();

    Tensor open = additive(unsqueeze(unsqueeze(mask, 1), 1));
    Tensor encoded = encoder(ids, shared, encoder_table, encoder_buckets, open, encoder_norm);
    Const memory = encoded;
    Tensor cross = full(additive(unsqueeze(unsqueeze(mask, 1), 1)), s_.target, s_.source);
    Tensor causal_bias = additive(unsqueeze(causal, 1));
    Tensor hidden = drop(embedding(shared, decoder_ids));
    Tensor bias = full(add(position(decoder_table, decoder_buckets), causal_bias), s_.target, s_.target);
    for (int64_t i = 0; i < s_.decoder_layers; i++) {
      hidden = attend(hidden, nullptr, bias, Attention(h_), s_.target, s_.target);
      hidden = attend(hidden, &memory, cross, Attention(h_), s_.target, s_.source);
      hidden = feed_forward(hidden, FeedForward(h_));
    }
    Tensor logits = linear(drop(norm(hidden, decoder_norm)), head);
    Tensor flat = reshape(logits, {size(s_.batch * s_.target), size(-1)});
    Tensor targets = reshape(labels, {size(-1)});
    return Tensor([&] { return op::cross_entropy_loss::call(flat, targets, none(), 1, size(-100), 0.0); });
  }

 private:
  Tensor encoder(Const ids, Const shared, Const table, Const buckets, Const open, Const final_norm) {
    Tensor hidden = drop(embedding(shared, ids));
    Tensor bias = full(add(position(table, buckets), open), s_.source, s_.source);
    for (int64_t i = 0; i < s_.encoder_layers; i++) {
      hidden = attend(hidden, nullptr, bias, Attention(h_), s_.source, s_.source);
      hidden = feed_forward(hidden, FeedForward(h_));
    }
    return drop(norm(hidden, final_norm));
  }

  Tensor attend(Const hidden, const at::Tensor *memory, Const bias, const Attention &a, int64_t queries, int64_t keys) {
    const int64_t rows = s_.batch * s_.heads;
    Tensor normed = norm(hidden, a.norm);
    Const from = memory == nullptr ? static_cast<Const>(normed) : *memory;
    Tensor key = split(linear(from, a.k), keys), value = split(linear(from, a.v), keys);
    Tensor query = split(linear(normed, a.q), queries);
    Tensor flat_query = reshape(query, {size(rows), size(queries), size(s_.head_dim)});
    Tensor flat_key = transpose(reshape(key, {size(rows), size(keys), size(s_.head_dim)}), 1, 2);
    Tensor logits = baddbmm(bias, flat_query, flat_key);
    Tensor probabilities = softmax(logits);
    logits.free();
    Tensor flat_value = reshape(value, {size(rows), size(keys), size(s_.head_dim)});
    Tensor context = view(bmm(drop(std::move(probabilities)), flat_value),
                          {size(s_.batch), size(s_.heads), size(queries), size(s_.head_dim)});
    Tensor joined = reshape(transpose(context, 1, 2),
                            {size(s_.batch), size(queries), size(s_.heads * s_.head_dim)});
    return residual(linear(joined, a.o), hidden);
  }

  Tensor feed_forward(Const hidden, const FeedForward &f) {
    Tensor normed = norm(hidden, f.norm);
    Tensor wide = mul(gelu(linear(normed, f.wi_0)), linear(normed, f.wi_1));
    return residual(linear(drop(std::move(wide)), f.wo), hidden);
  }

  Tensor residual(Tensor update, Const hidden) {
    Tensor sum = drop(std::move(update));
    op::add__Tensor::call(sum, hidden, whole(1));
    return sum;
  }

  Tensor drop(Tensor a) { return s_.dropout > 0 ? dropout(a, s_.dropout) : std::move(a); }

  Tensor norm(Const a, Const weight) {
    const gatun::OptionalTensor given(reinterpret_cast<int64_t>(&weight));
    return Tensor([&] { return op::rms_norm::call(a, sizes({size(s_.model)}), given, kEps); });
  }

  Tensor split(Tensor flat, int64_t length) {
    return transpose(view(flat, {size(s_.batch), size(length), size(s_.heads), size(s_.head_dim)}), 1, 2);
  }

  Tensor position(Const table, Const buckets) {
    const long order[] = {2, 0, 1};
    Tensor looked_up = embedding(table, buckets);
    Tensor heads_first([&] { return op::permute::call(looked_up, {order, 3}); });
    return unsqueeze(heads_first, 0);
  }

  Tensor full(Tensor bias, int64_t queries, int64_t keys) {
    return reshape(expand(bias, {size(s_.batch), size(s_.heads), size(queries), size(keys)}),
                   {size(s_.batch * s_.heads), size(queries), size(keys)});
  }

  static Tensor additive(Tensor mask) {
    Tensor closed([&] { return op::eq_Scalar::call(mask, whole(0)); });
    Tensor bias([&] { return op::to_dtype::call(closed, kFloat, false, false, std::nullopt); });
    op::masked_fill__Scalar::call(bias, closed, scalar(kLowest));
    return bias;
  }

  const Shape s_;
  Handles h_;
};

// Borrowed tensors as a list.
struct List {
  std::vector<void *> impls;
  void add(int64_t handle) { impls.push_back(gatun::impl_of(handle)); }
  operator op::TensorList() const { return {reinterpret_cast<const at::Tensor *>(impls.data()), impls.size()}; }
};

void **grad_of(int64_t handle) {
  return static_cast<void **>(static_cast<c10::TensorImpl *>(gatun::impl_of(handle))->mutable_grad());
}

void adamw(const int64_t *handles, int64_t count, double lr, double decay) {
  List values, grads, averages, squares, steps;
  for (int64_t i = 0; i < count; i++) {
    void **grad = grad_of(handles[i]);
    if (*grad == &gatun_undefined_tensor) continue;
    values.add(handles[i]);
    grads.impls.push_back(*grad);
    averages.add(handles[count + i]);
    squares.add(handles[2 * count + i]);
    steps.add(handles[3 * count + i]);
  }
  const bool enabled = c10::GradMode::is_enabled();
  c10::GradMode::set_enabled(false);
  op::_foreach_add__Scalar::call(steps, whole(1));
  op::_fused_adamw_::call(values, grads, averages, squares, {nullptr, 0}, steps, lr, 0.9, 0.999, decay, 1e-8, false,
                          false, none(), none());
  c10::GradMode::set_enabled(enabled);
}

void zero_grad(const int64_t *handles, int64_t count) {
  for (int64_t i = 0; i < count; i++) {
    void **grad = grad_of(handles[i]);
    if (*grad == &gatun_undefined_tensor) continue;
    int64_t handle = gatun::take(grad);
    *grad = &gatun_undefined_tensor;
    aoti_torch_delete_tensor_object(reinterpret_cast<void *>(handle));
  }
}
}  // namespace

extern "C" {
/* [0..7] batch, source, target, model, heads, head size, encoder layers, decoder layers; [8] dropout (double);
   [9] handles of inputs and parameters, in the order of Step::loss; [10] handles of the parameters to train, then of
   their averages, squares and steps; [11] how many; [12] learning rate, [13] weight decay (doubles) -> [0] loss (double) */
GATUN_EXPORT int gatun_bench_t5_step(int64_t *f) {
  GATUN_GUARDED(&at::_ops::rms_norm::call, {
    const Shape shape{f[0], f[1], f[2], f[3], f[4], f[5], f[6], f[7], gatun::real(f[8])};
    const auto *trained = reinterpret_cast<const int64_t *>(f[10]);
    zero_grad(trained, f[11]);
    Tensor loss = Step(shape, reinterpret_cast<const int64_t *>(f[9])).loss();
    op::_backward::call(loss, {nullptr, 0}, none(), false, false);
    adamw(trained, f[11], gatun::real(f[12]), gatun::real(f[13]));
    void *data = nullptr;
    if (aoti_torch_get_data_ptr(loss.handle(), &data) != 0) throw std::runtime_error("no loss");
    f[0] = 0;
    float value;
    std::memcpy(&value, data, sizeof value);
    const double wide = value;
    std::memcpy(f, &wide, sizeof wide);
  })
}
}
