package dev.gatun.torch;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Calls that ask for what cannot be, each of which must end in an exception. The main method makes them all in a
 * process that a test started, and prints a line for each: {@code NAME: EXCEPTION: MESSAGE}. With an argument it makes
 * only the call of that name.
 */
final class HostileCalls {
    private static final long HUGE = 1L << 60;

    private HostileCalls() {}

    private static Map<String, Runnable> calls() {
        Map<String, Runnable> calls = new LinkedHashMap<>();
        sizes(calls);
        shapes(calls);
        indices(calls);
        types(calls);
        nulls(calls);
        lifetimes(calls);
        gradients(calls);
        kinds(calls);
        HostileElements.add(calls);
        process(calls);
        return calls;
    }

    static Tensor x() {
        return Torch.ones(2, 3);
    }

    private static void sizes(Map<String, Runnable> calls) {
        calls.put("empty huge", () -> Torch.empty(HUGE));
        calls.put("empty overflow", () -> Torch.empty(HUGE, HUGE));
        calls.put("empty negative", () -> Torch.empty(-1));
        calls.put("empty smallest", () -> Torch.empty(Long.MIN_VALUE));
        calls.put("zeros largest", () -> Torch.zeros(Long.MAX_VALUE));
        calls.put("arange endless", () -> Torch.arange(Scalar.of(0), Scalar.of(1e18)));
        calls.put("arange infinite", () -> Torch.arange(Scalar.of(0), Scalar.of(Double.POSITIVE_INFINITY)));
        calls.put("linspace negative", () -> Torch.linspace(0, 1, -5));
        calls.put("repeat huge", () -> x().repeat(HUGE, HUGE));
        calls.put("repeat negative", () -> x().repeat(-1, 1));
        calls.put("repeat_interleave negative", () -> x().repeat_interleave(-1L));
        calls.put("eye huge", () -> Torch.eye(1L << 40));
        calls.put("one_hot huge", () -> Torch.zeros(new long[] {2}, DType.INT64).one_hot(HUGE));
        calls.put("bincount negative", () -> Tensor.of(new long[] {-1, 2}).bincount());
        calls.put("tril_indices huge", () -> Torch.tril_indices(HUGE, HUGE));
    }

    private static void shapes(Map<String, Runnable> calls) {
        calls.put("mm", () -> x().mm(x()));
        calls.put("view", () -> x().view(4, 4));
        calls.put("view negative", () -> x().view(-2, 3));
        calls.put("expand", () -> x().expand(5, 5));
        calls.put("as_strided outside", () -> x().as_strided(new long[] {1000, 1000}, new long[] {1000, 1}));
        calls.put("as_strided before", () -> x().as_strided(new long[] {2}, new long[] {1}, -5L));
        calls.put("as_strided negative", () -> x().as_strided(new long[] {2}, new long[] {-1}));
        calls.put("permute twice", () -> x().permute(0, 0));
        calls.put("transpose far", () -> x().transpose(0, 7));
        calls.put("split zero", () -> x().split(0));
        calls.put("chunk zero", () -> x().chunk(0));
        calls.put("unfold zero", () -> x().unfold(0, 1, 0));
        calls.put("cat none", () -> Torch.cat());
        calls.put("cat shapes", () -> Torch.cat(x(), Torch.ones(4)));
        calls.put("stack shapes", () -> Torch.stack(x(), Torch.ones(4)));
        calls.put("conv stride zero", () -> Torch.conv1d(Torch.ones(1, 1, 5), Torch.ones(1, 1, 2), null, 0));
        calls.put(
                "conv groups zero",
                () -> Torch.conv1d(
                        Torch.ones(1, 1, 5),
                        Torch.ones(1, 1, 2),
                        null,
                        new long[] {1},
                        new long[] {0},
                        new long[] {1},
                        0));
        calls.put("max_pool zero", () -> Torch.ones(1, 1, 5).unsqueeze(0).max_pool2d(new long[] {0, 0}));
        calls.put("layer_norm", () -> Torch.layer_norm(x(), new long[] {7}));
        calls.put("einsum", () -> Torch.einsum("ij,jk->q", x(), x()));
        calls.put("einsum nonsense", () -> Torch.einsum("\u0000\uffff", x()));
        calls.put("bmm", () -> x().bmm(x()));
        calls.put("pad wrong", () -> x().pad(new long[] {1, 2, 3}));
        calls.put("movedim", () -> x().movedim(new long[] {0, 1}, new long[] {5, 6}));
    }

    private static void indices(Map<String, Runnable> calls) {
        Tensor far = Tensor.of(new long[] {0, HUGE});
        Tensor before = Tensor.of(new long[] {-HUGE});
        calls.put("embedding far", () -> Torch.embedding(x(), far));
        calls.put("embedding before", () -> Torch.embedding(x(), before));
        calls.put("index_select far", () -> x().index_select(0, far));
        calls.put("index_select before", () -> x().index_select(0, before));
        calls.put("gather far", () -> x().gather(1, far.view(1, 2)));
        calls.put("take far", () -> x().take(far));
        calls.put("index far", () -> x().index(far));
        calls.put("index_add far", () -> x().index_add(0, far, x()));
        calls.put("scatter far", () -> x().scatter(0, far.view(1, 2), 1.0));
        calls.put("nll_loss far", () -> x().nll_loss(far));
        calls.put("cross_entropy far", () -> x().cross_entropy_loss(far));
        calls.put("select far", () -> x().select(0, HUGE));
        calls.put("narrow far", () -> x().narrow(0, HUGE, HUGE));
        calls.put("narrow before", () -> x().narrow(0, 0, -1));
        calls.put("multinomial negative", () -> Tensor.of(new float[] {-1, -1}).multinomial(1));
        calls.put("multinomial many", () -> Tensor.of(new float[] {1, 1}).multinomial(HUGE));
        calls.put("topk far", () -> x().topk(HUGE));
        calls.put("embedding_bag far", () -> Torch.embedding_bag(x(), far, Tensor.of(new long[] {0})));
        calls.put("put far", () -> x().put(far, Tensor.of(new float[] {1, 2})));
        calls.put("masked_scatter few", () -> x().masked_scatter(x().gt(0), Torch.ones(1)));
    }

    private static void types(Map<String, Runnable> calls) {
        calls.put("mm types", () -> x().mm(x().t().to(DType.FLOAT64)));
        calls.put("float index", () -> Torch.embedding(x(), x()));
        calls.put("in place type", () -> Torch.ones(new long[] {2}, DType.INT64).add_(1.5));
        calls.put("zero division", () -> Tensor.of(new long[] {1}).floor_divide(Tensor.of(new long[] {0})));
        calls.put("zero remainder", () -> Tensor.of(new long[] {1}).remainder(0));
        calls.put("cholesky of ones", () -> Torch.ones(2, 2).linalg_cholesky());
        calls.put("no GPU", () -> Torch.ones(new long[] {1}, Device.cuda(0)));
        calls.put("quantized", () -> Torch.empty(new long[] {2}, DType.QINT8).dequantize());
        calls.put("item of many", () -> x().item());
        calls.put("floats of int64", () -> Tensor.of(new long[] {1}).toFloatArray());
        calls.put("meta to host", () -> Torch.ones(new long[] {2}, Device.META).toFloatArray());
        calls.put("complex item", () -> x().to(DType.COMPLEX64).sum().item());
        calls.put("write to sparse", () -> x().to_sparse().copyFrom(MemorySegment.ofArray(new float[6])));
        calls.put(
                "write to repeated",
                () -> x().select(0, 0).expand(4, 3).copyFrom(MemorySegment.ofArray(new float[12])));
        calls.put("string option", () -> Torch.ones(2, 2).div(Torch.ones(2, 2), "sideways"));
        calls.put("bool sub", () -> x().gt(0).sub(x().gt(0)));
    }

    private static void nulls(Map<String, Runnable> calls) {
        calls.put("null operand", () -> x().mm(null));
        calls.put("null list", () -> Torch.cat((Tensor[]) null));
        calls.put("null in list", () -> Torch.cat(x(), null));
        calls.put("null scalar", () -> x().add((Scalar) null));
        calls.put("null sizes", () -> x().view((long[]) null));
        calls.put("null string", () -> Torch.einsum(null, x()));
        calls.put("null dtype", () -> x().to((DType) null));
        calls.put("null data", () -> Tensor.of((float[]) null));
        calls.put("null segment", () -> Tensor.of(null, DType.INT64, 1));
        calls.put("null type", () -> Tensor.of(MemorySegment.ofArray(new long[1]), null, 1));
        calls.put("null shape", () -> Tensor.of(new float[1], (long[]) null));
        calls.put("null target", () -> x().copyTo(null));
        calls.put("null state", () -> Torch.setRngState(null));
        calls.put("all indices null", () -> x().index(null, null, null, null));
    }

    private static void lifetimes(Map<String, Runnable> calls) {
        calls.put("closed", () -> {
            Tensor closed = x();
            closed.close();
            closed.add(1);
        });
        calls.put("closed operand", () -> {
            Tensor closed = x();
            closed.close();
            x().add(closed);
        });
        calls.put("closed in list", () -> {
            Tensor closed = x();
            closed.close();
            Torch.cat(x(), closed);
        });
        calls.put("outlived scope", () -> {
            Tensor lost;
            try (Scope _ = Scope.open()) {
                lost = x();
            }
            lost.shape();
        });
        calls.put("other thread", () -> {
            try (Scope _ = Scope.open()) {
                Tensor mine = x();
                RuntimeException[] thrown = new RuntimeException[1];
                Thread thread = Thread.ofPlatform().start(() -> {
                    try {
                        mine.add(1);
                    } catch (RuntimeException e) {
                        thrown[0] = e;
                    }
                });
                thread.join();
                throw thrown[0];
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
    }

    private static void gradients(Map<String, Runnable> calls) {
        calls.put("backward without graph", () -> x().sum().backward());
        calls.put("backward of many", () -> x().requiresGrad_(true).mul(2).backward());
        calls.put("backward twice", () -> {
            Tensor loss = x().requiresGrad_(true).exp().sum();
            loss.backward();
            loss.backward();
        });
        calls.put(
                "gradient of another shape",
                () -> x().requiresGrad_(true).mul(2).backward(Torch.ones(7), false, false));
        calls.put("gradient for integers", () -> Tensor.of(new long[] {1}).requiresGrad_(true));
        calls.put("write to a leaf", () -> x().requiresGrad_(true).add_(1));
        calls.put("write to what backward needs", () -> {
            Tensor y = x().requiresGrad_(true).exp();
            y.add_(1);
            y.sum().backward();
        });
        calls.put("unused input", () -> Autograd.grad(x().requiresGrad_(true).sum(), x().requiresGrad_(true)));
        calls.put("null input", () -> Autograd.grad(x().requiresGrad_(true).sum(), (Tensor) null));
        calls.put("setGrad of another shape", () -> x().requiresGrad_(true).setGrad(Torch.ones(7)));
        calls.put(
                "setGrad of another type",
                () -> x().requiresGrad_(true).setGrad(Torch.ones(new long[] {2, 3}, DType.INT64)));
    }

    /** One for each kind of error that libtorch tells apart. */
    private static void kinds(Map<String, Runnable> calls) {
        calls.put("kind INDEX", () -> x().select(0, 7));
        calls.put("kind OUT_OF_MEMORY", () -> Torch.empty(HUGE));
        calls.put("kind NOT_IMPLEMENTED", () -> x().gt(0).mm(x().t().gt(0)));
        calls.put("kind LINEAR_ALGEBRA", () -> Torch.zeros(2, 2).linalg_cholesky());
        calls.put("kind VALUE", () -> Torch.cat());
        calls.put("kind OTHER", () -> x().mm(x()));
    }

    private static void process(Map<String, Runnable> calls) {
        calls.put("short random state", () -> Torch.setRngState(new byte[3]));
        calls.put("nonsense random state", () -> {
            byte[] state = Torch.getRngState();
            Arrays.fill(state, (byte) 0x5a);
            Torch.setRngState(state);
            Torch.rand(10);
        });
        calls.put("no threads", () -> Torch.setNumThreads(0));
        calls.put("too many threads", () -> {
            Torch.setNumThreads(Integer.MAX_VALUE);
            Torch.ones(1000, 1000).exp().sum();
        });
    }

    public static void main(String[] args) {
        Map<String, Runnable> calls = calls();
        for (Map.Entry<String, Runnable> call : calls.entrySet()) {
            if (args.length > 0 && !call.getKey().equals(args[0])) {
                continue;
            }
            System.out.print(call.getKey() + ": ");
            System.out.flush();
            try {
                call.getValue().run();
                System.out.println("nothing thrown");
            } catch (TorchException e) {
                String message = e.getMessage().replace('\n', ' ');
                System.out.println("TorchException: " + message + " [" + e.kind() + ", " + e.cppType() + "]");
                e.cppText();
            } catch (Throwable e) {
                System.out.println(e.getClass().getSimpleName() + ": "
                        + String.valueOf(e.getMessage()).replace('\n', ' '));
            }
        }
        System.out.println("survived " + calls.size() + " calls");
    }
}
