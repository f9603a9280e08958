package dev.gatun.nn;

import dev.gatun.nn.activation.*;
import dev.gatun.nn.conv.*;
import dev.gatun.nn.loss.*;
import dev.gatun.nn.norm.*;
import dev.gatun.nn.pooling.*;
import dev.gatun.nn.recurrent.*;
import dev.gatun.nn.transformer.*;
import dev.gatun.nn.vision.*;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** The same table as in {@code src/test/golden/layers.py}, in the same order: the number of a case is its seed. */
final class LayerCases {
    /** One layer and how to call it. */
    record Case(Function<TensorOptions, Module> make, Call call, boolean training) {}

    /** Runs a module on the inputs of a case. */
    interface Call {
        Tensor[] run(Module module, Tensor[] in);
    }

    private final Map<String, Case> cases = new LinkedHashMap<>();

    static Map<String, Case> all() {
        LayerCases table = new LayerCases();
        table.basics();
        table.convolutions();
        table.pooling();
        table.norms();
        table.recurrences();
        table.attention();
        table.activations();
        table.images();
        table.losses();
        return table.cases;
    }

    private void layer(String name, Function<TensorOptions, Layer> make) {
        layer(name, make, true);
    }

    private void layer(String name, Function<TensorOptions, Layer> make, boolean training) {
        cases.put(name, new Case(make::apply, (m, in) -> one(((Layer) m).forward(in[0])), training));
    }

    private <M extends Module> void module(String name, Function<TensorOptions, M> make, TypedCall<M> call) {
        cases.put(name, new Case(make::apply, (m, in) -> call.run(cast(m), in), true));
    }

    private interface TypedCall<M> {
        Tensor[] run(M module, Tensor[] in);
    }

    @SuppressWarnings("unchecked") // the module is the one that the same case made
    private static <M> M cast(Module module) {
        return (M) module;
    }

    private static Tensor[] one(Tensor tensor) {
        return new Tensor[] {tensor};
    }

    private static long[] n(long... numbers) {
        return numbers;
    }

    private void basics() {
        layer("Linear", o -> new Linear(5, 4, true, o));
        layer("LinearNoBias", o -> new Linear(5, 4, false, o));
        module("Bilinear", o -> new Bilinear(3, 4, 2, true, o), (m, in) -> one(m.forward(in[0], in[1])));
        layer("Embedding", o -> new Embedding(7, 4, EmbeddingOptions.DEFAULT.withPaddingIdx(2), o));
        EmbeddingOptions scaled = EmbeddingOptions.DEFAULT.withMaxNorm(1).withScaleGradByFreq(true);
        layer("EmbeddingScaled", o -> new Embedding(4, 5, scaled, o));
        for (EmbeddingBag.Mode mode : EmbeddingBag.Mode.values()) {
            module(
                    "EmbeddingBag_" + mode.name().toLowerCase(java.util.Locale.ROOT),
                    o -> new EmbeddingBag(7, 4, mode, EmbeddingOptions.DEFAULT, o),
                    (m, in) -> one(m.forward(in[0], in[1])));
        }
        EmbeddingOptions padded = EmbeddingOptions.DEFAULT.withPaddingIdx(1);
        module(
                "EmbeddingBagMatrix",
                o -> new EmbeddingBag(7, 4, EmbeddingBag.Mode.MEAN, padded, o),
                (m, in) -> one(m.forward(in[0])));
        module(
                "EmbeddingBagWeighted",
                o -> new EmbeddingBag(7, 4, EmbeddingBag.Mode.SUM, EmbeddingOptions.DEFAULT, o),
                (m, in) -> one(m.forward(in[0], null, in[1])));
        layer(
                "Sequential",
                o -> new Sequential(
                        new Linear(4, 6, true, o),
                        new ReLU(),
                        new Unflatten(1, 2, 3),
                        new Flatten(),
                        new Linear(6, 2, true, o)));
    }

    private void convolutions() {
        for (int dims = 1; dims <= 3; dims++) {
            int d = dims;
            ConvOptions three = ConvOptions.kernel(3);
            layer("Conv" + d + "d", o -> conv(d, 2, 3, three, o));
            ConvOptions many = three.withStride(2)
                    .withPadding(1)
                    .withDilation(d == 1 ? 2 : 1)
                    .withGroups(2);
            layer("Conv" + d + "dOptions", o -> conv(d, 4, 2, many.withoutBias(), o));
            layer("Conv" + d + "dSame", o -> conv(d, 1, 2, ConvOptions.kernel(2).withSamePadding(), o));
            ConvOptions circular = three.withPadding(1).withPaddingMode("circular");
            layer("Conv" + d + "dCircular", o -> conv(d, 1, 2, circular, o));
            layer("ConvTranspose" + d + "d", o -> turned(d, 2, 3, ConvTransposeOptions.kernel(2), o));
            ConvTransposeOptions options = ConvTransposeOptions.kernel(3)
                    .withStride(2)
                    .withPadding(1)
                    .withOutputPadding(1)
                    .withGroups(2)
                    .withoutBias();
            layer("ConvTranspose" + d + "dOptions", o -> turned(d, 4, 2, options, o));
        }
        ConvOptions reflect = ConvOptions.kernel(3).withPadding(1, 2).withPaddingMode("reflect");
        layer("Conv2dReflect", o -> new Conv2d(1, 2, reflect, o));
        ConvOptions replicate = ConvOptions.kernel(4).withSamePadding().withPaddingMode("replicate");
        layer("Conv2dSameReplicate", o -> new Conv2d(1, 2, replicate, o));
        layer("Unfold", _ -> new Unfold(n(2, 3), n(1), n(1), n(1, 2)));
        layer("Fold", _ -> new Fold(n(4, 5), n(2), n(1), n(0), n(1)));
    }

    private static Layer conv(int dims, long in, long out, ConvOptions conv, TensorOptions o) {
        return switch (dims) {
            case 1 -> new Conv1d(in, out, conv, o);
            case 2 -> new Conv2d(in, out, conv, o);
            default -> new Conv3d(in, out, conv, o);
        };
    }

    private static Layer turned(int dims, long in, long out, ConvTransposeOptions conv, TensorOptions o) {
        return switch (dims) {
            case 1 -> new ConvTranspose1d(in, out, conv, o);
            case 2 -> new ConvTranspose2d(in, out, conv, o);
            default -> new ConvTranspose3d(in, out, conv, o);
        };
    }

    private void pooling() {
        MaxPoolOptions max =
                MaxPoolOptions.kernel(3).withStride(2).withPadding(1).withCeilMode(true);
        AvgPoolOptions avg =
                AvgPoolOptions.kernel(3).withStride(2).withPadding(1).withCountIncludePad(false);
        layer("MaxPool1d", _ -> new MaxPool1d(max));
        layer("AvgPool1d", _ -> new AvgPool1d(avg));
        layer("AdaptiveAvgPool1d", _ -> new AdaptiveAvgPool1d(2));
        layer("AdaptiveMaxPool1d", _ -> new AdaptiveMaxPool1d(2));
        layer("MaxPool2d", _ -> new MaxPool2d(max));
        layer("AvgPool2d", _ -> new AvgPool2d(avg));
        layer("AdaptiveAvgPool2d", _ -> new AdaptiveAvgPool2d(2));
        layer("AdaptiveMaxPool2d", _ -> new AdaptiveMaxPool2d(2));
        layer("MaxPool3d", _ -> new MaxPool3d(max));
        layer("AvgPool3d", _ -> new AvgPool3d(avg));
        layer("AdaptiveAvgPool3d", _ -> new AdaptiveAvgPool3d(2));
        layer("AdaptiveMaxPool3d", _ -> new AdaptiveMaxPool3d(2));
        layer("LPPool1d", _ -> new LPPool1d(2, n(3), n(2)));
        layer("LPPool3d", _ -> new LPPool3d(2, 2));
        layer("LPPool2d", _ -> new LPPool2d(3, 2, 3));
    }

    private void norms() {
        for (int dims = 1; dims <= 3; dims++) {
            int d = dims;
            layer("BatchNorm" + d + "d", o -> batchNorm(d, o));
            layer("BatchNorm" + d + "dEval", o -> batchNorm(d, o), false);
            layer("InstanceNorm" + d + "d", o -> instanceNorm(d, NormOptions.INSTANCE, o));
            NormOptions tracked = NormOptions.INSTANCE.withAffine(true).withTrackRunningStats(true);
            layer("InstanceNorm" + d + "dTracked", o -> instanceNorm(d, tracked, o));
        }
        module("BatchNorm1dCumulative", o -> new BatchNorm1d(3, NormOptions.BATCH.withMomentum(null), o), (m, in) ->
                new Tensor[] {m.forward(in[0]), m.forward(in[0].mul(2))});
        NormOptions plain = NormOptions.BATCH.withEps(1e-3).withAffine(false).withTrackRunningStats(false);
        layer("BatchNorm1dPlain", o -> new BatchNorm1d(3, plain, o), false);
        layer("LayerNorm", o -> new LayerNorm(6, LayerNorm.EPS, o));
        layer("LayerNorm2", o -> new LayerNorm(n(3, 4), LayerNorm.EPS, true, false, o));
        layer("GroupNorm", o -> new GroupNorm(2, 4, 1e-5, true, o));
        layer("RMSNorm", o -> new RMSNorm(n(3, 4), null, true, o));
        layer("LocalResponseNorm", _ -> new LocalResponseNorm(3, 0.1, 0.75, 1));
    }

    private static Layer batchNorm(int dims, TensorOptions o) {
        return switch (dims) {
            case 1 -> new BatchNorm1d(3, NormOptions.BATCH, o);
            case 2 -> new BatchNorm2d(3, NormOptions.BATCH, o);
            default -> new BatchNorm3d(3, NormOptions.BATCH, o);
        };
    }

    private static Layer instanceNorm(int dims, NormOptions norm, TensorOptions o) {
        return switch (dims) {
            case 1 -> new InstanceNorm1d(3, norm, o);
            case 2 -> new InstanceNorm2d(3, norm, o);
            default -> new InstanceNorm3d(3, norm, o);
        };
    }

    private static Tensor[] flat(RecurrentOutput out) {
        return new Tensor[] {out.output(), out.hidden()};
    }

    private static Tensor[] flat(LSTMOutput out) {
        return out.tensors().toArray(Tensor[]::new);
    }

    private static PackedSequence pack(Tensor padded) {
        return PackedSequence.pack(padded, new long[] {2, 5, 3}, true);
    }

    private static Tensor pad(PackedSequence packed) {
        return packed.pad(true, -1).sequences();
    }

    private void recurrences() {
        RecurrentOptions both =
                RecurrentOptions.DEFAULT.withNumLayers(2).withBatchFirst(true).withBidirectional(true);
        RecurrentOptions bare = RecurrentOptions.DEFAULT.withBidirectional(true).withoutBias();
        module("RNN", o -> new RNN(3, 4, RecurrentOptions.DEFAULT, "tanh", o), (m, in) -> flat(m.forward(in[0])));
        module("RNNOptions", o -> new RNN(3, 4, both, "relu", o), (m, in) -> flat(m.forward(in[0], in[1])));
        module("RNNPacked", o -> new RNN(3, 4, bare, "tanh", o), (m, in) -> {
            PackedRecurrentOutput out = m.forward(pack(in[0]), null);
            return new Tensor[] {pad(out.output()), out.hidden()};
        });
        module("RNNCell", o -> new RNNCell(3, 4, true, "tanh", o), (m, in) -> one(m.forward(in[0], in[1])));
        module("GRU", o -> new GRU(3, 4, RecurrentOptions.DEFAULT, o), (m, in) -> flat(m.forward(in[0])));
        module("GRUOptions", o -> new GRU(3, 4, both, o), (m, in) -> flat(m.forward(in[0], in[1])));
        module("GRUPacked", o -> new GRU(3, 4, bare, o), (m, in) -> {
            PackedRecurrentOutput out = m.forward(pack(in[0]), null);
            return new Tensor[] {pad(out.output()), out.hidden()};
        });
        module("GRUCell", o -> new GRUCell(3, 4, true, o), (m, in) -> one(m.forward(in[0], in[1])));
        module("LSTM", o -> new LSTM(3, 4, 0, RecurrentOptions.DEFAULT, o), (m, in) -> flat(m.forward(in[0])));
        module(
                "LSTMOptions",
                o -> new LSTM(3, 4, 2, both, o),
                (m, in) -> flat(m.forward(in[0], new LSTMState(in[1], in[2]))));
        module("LSTMPacked", o -> new LSTM(3, 4, 0, bare, o), (m, in) -> {
            PackedLSTMOutput out = m.forward(pack(in[0]), null);
            return new Tensor[] {
                pad(out.output()), out.state().hidden(), out.state().cell()
            };
        });
        module(
                "LSTMCell",
                o -> new LSTMCell(3, 4, true, o),
                (m, in) ->
                        m.forward(in[0], new LSTMState(in[1], in[2])).tensors().toArray(Tensor[]::new));
    }

    private void attention() {
        module(
                "MultiheadAttention",
                o -> new MultiheadAttention(6, 2, 0, true, 6, 6, false, o),
                (m, in) -> m.forwardWithWeights(in[0], in[1], in[2], AttentionMasks.NONE, true)
                        .tensors()
                        .toArray(Tensor[]::new));
        module(
                "MultiheadAttentionOptions",
                o -> new MultiheadAttention(6, 3, 0, false, 4, 5, true, o),
                (m, in) -> m.forwardWithWeights(in[0], in[1], in[2], new AttentionMasks(in[3], in[4]), true)
                        .tensors()
                        .toArray(Tensor[]::new));
        TransformerOptions eight =
                TransformerOptions.DEFAULT.withDimFeedforward(8).withDropout(0);
        for (boolean first : new boolean[] {false, true}) {
            String name = first ? "NormFirst" : "";
            TransformerOptions layer = eight.withBatchFirst(first).withNormFirst(first);
            TransformerOptions encoder = first ? layer.withActivation(TransformerOptions.Activation.GELU) : layer;
            module(
                    "TransformerEncoderLayer" + name,
                    o -> new TransformerEncoderLayer(6, 2, encoder, o),
                    (m, in) -> one(m.forward(in[0], new AttentionMasks(in[1], in[2]))));
            TransformerOptions decoder = first ? layer.withoutBias() : layer;
            module(
                    "TransformerDecoderLayer" + name,
                    o -> new TransformerDecoderLayer(6, 2, decoder, o),
                    (m, in) -> one(m.forward(
                            in[0], in[1], AttentionMasks.ofPairs(in[2]), AttentionMasks.ofKeyPadding(in[3]))));
        }
        module(
                "Transformer",
                o -> new Transformer(6, 2, 1, 2, eight, o),
                (m, in) -> one(m.forward(
                        in[0], in[1], AttentionMasks.NONE, AttentionMasks.ofPairs(in[2]), AttentionMasks.NONE)));
    }

    private void activations() {
        layer("ReLU", _ -> new ReLU());
        layer("ReLU6", _ -> new ReLU6());
        layer("Sigmoid", _ -> new Sigmoid());
        layer("Tanh", _ -> new Tanh());
        layer("SiLU", _ -> new SiLU());
        layer("Mish", _ -> new Mish());
        layer("SELU", _ -> new SELU());
        layer("LogSigmoid", _ -> new LogSigmoid());
        layer("Hardsigmoid", _ -> new Hardsigmoid());
        layer("Hardswish", _ -> new Hardswish());
        layer("Softsign", _ -> new Softsign());
        layer("Tanhshrink", _ -> new Tanhshrink());
        layer("LeakyReLU", _ -> new LeakyReLU());
        layer("ELU", _ -> new ELU(0.7));
        layer("CELU", _ -> new CELU(0.7));
        layer("Hardtanh", _ -> new Hardtanh());
        layer("Hardshrink", _ -> new Hardshrink());
        layer("Softshrink", _ -> new Softshrink());
        layer("Softplus", _ -> new Softplus(2, 1));
        layer("Threshold", _ -> new Threshold(0.1, -3));
        layer("Softmax", _ -> new Softmax(-1));
        layer("Softmin", _ -> new Softmin(0));
        layer("LogSoftmax", _ -> new LogSoftmax(1));
        layer("GLU", _ -> new GLU());
        layer("GELU", _ -> new GELU());
        layer("PReLU", o -> new PReLU(4, 0.25, o));
        layer("GELUTanh", _ -> new GELU("tanh"));
        layer("RReLU", _ -> new RReLU(), false);
        layer("Softmax2d", _ -> new Softmax2d());
    }

    private void images() {
        layer("PixelShuffle", _ -> new PixelShuffle(2));
        layer("PixelUnshuffle", _ -> new PixelUnshuffle(2));
        layer("ChannelShuffle", _ -> new ChannelShuffle(2));
        layer("UpsampleNearest", _ -> Upsample.byScale(Upsample.Mode.NEAREST, false, 2));
        layer("UpsampleBilinear", _ -> Upsample.toSize(Upsample.Mode.BILINEAR, true, 5, 7));
        layer("UpsampleBicubic", _ -> Upsample.byScale(Upsample.Mode.BICUBIC, false, 2, 1.5));
        layer("UpsampleTrilinear", _ -> Upsample.byScale(Upsample.Mode.TRILINEAR, false, 2, 2, 2));
        layer("ConstantPad2d", _ -> Pad.constant(0.5, 1, 2, 0, 1));
        layer("ZeroPad1d", _ -> Pad.zero(1, 2));
        layer("ReflectionPad2d", _ -> Pad.reflection(1, 2, 0, 1));
        layer("ReplicationPad3d", _ -> Pad.replication(1, 1, 1, 1, 1, 1));
        layer("CircularPad1d", _ -> Pad.circular(1, 2));
    }

    private void loss(String name, Function<TensorOptions, Loss> make) {
        module(name, make, (m, in) -> one(m.forward(in[0], in[1])));
    }

    private static Tensor upTo(int classes, TensorOptions o) {
        double[] numbers = new double[classes];
        for (int i = 0; i < classes; i++) {
            numbers[i] = i + 1;
        }
        return Tensor.of(numbers).to(o.dtype());
    }

    private void losses() {
        Map<String, Function<Reduction, Loss>> regressions = new LinkedHashMap<>();
        regressions.put("L1Loss", r -> new L1Loss(r));
        regressions.put("MSELoss", r -> new MSELoss(r));
        regressions.put("SmoothL1Loss", r -> new SmoothL1Loss(1, r));
        regressions.put("HuberLoss", r -> new HuberLoss(1, r));
        regressions.forEach((name, make) -> {
            loss(name + "_mean", _ -> make.apply(Reduction.MEAN));
            loss(name + "_sum", _ -> make.apply(Reduction.SUM));
            loss(name + "_none", _ -> make.apply(Reduction.NONE));
        });
        loss("CrossEntropyLoss", o -> new CrossEntropyLoss(upTo(4, o), 2, 0.1, Reduction.MEAN));
        loss("CrossEntropyLossSoft", _ -> new CrossEntropyLoss());
        loss("NLLLoss", o -> new NLLLoss(upTo(4, o), -100, Reduction.SUM));
        module(
                "BCELoss",
                o -> new BCELoss(upTo(2, o), Reduction.MEAN),
                (m, in) -> one(m.forward(in[0], in[1].to(in[0].dtype()))));
        loss("BCEWithLogitsLoss", o -> new BCEWithLogitsLoss(null, upTo(2, o), Reduction.MEAN));
        loss("PoissonNLLLoss", _ -> new PoissonNLLLoss(true, true, 1e-8, Reduction.MEAN));
        loss("HingeEmbeddingLoss", _ -> new HingeEmbeddingLoss(0.5, Reduction.MEAN));
        loss("MultiMarginLoss", o -> new MultiMarginLoss(upTo(4, o), 2, 0.7, Reduction.MEAN));
        loss("MultiLabelMarginLoss", _ -> new MultiLabelMarginLoss());
        loss("SoftMarginLoss", _ -> new SoftMarginLoss());
        loss("MultiLabelSoftMarginLoss", o -> new MultiLabelSoftMarginLoss(upTo(2, o), Reduction.MEAN));
        loss("KLDivLoss", _ -> new KLDivLoss(Reduction.MEAN, true));
        loss("KLDivLossBatchMean", _ -> KLDivLoss.batchMean(false));
        module(
                "MarginRankingLoss",
                _ -> new MarginRankingLoss(0.3, Reduction.MEAN),
                (m, in) -> one(m.forward(in[0], in[1], in[2])));
        module(
                "CosineEmbeddingLoss",
                _ -> new CosineEmbeddingLoss(0.1, Reduction.MEAN),
                (m, in) -> one(m.forward(in[0], in[1], in[2])));
        module(
                "TripletMarginLoss",
                _ -> new TripletMarginLoss(1, 2, 1e-6, true, Reduction.MEAN),
                (m, in) -> one(m.forward(in[0], in[1], in[2])));
        module(
                "GaussianNLLLoss",
                _ -> new GaussianNLLLoss(true, 0.3, Reduction.MEAN),
                (m, in) -> one(m.forward(in[0], in[1], in[2])));
        module("CTCLoss", _ -> new CTCLoss(), (m, in) -> one(m.forward(in[0], in[1], in[2], in[3])));
    }
}
