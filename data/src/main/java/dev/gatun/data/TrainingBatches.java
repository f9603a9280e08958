package dev.gatun.data;

import dev.gatun.data.TaskSampler.Draw;
import dev.gatun.data.internal.CounterRandom;
import java.util.List;

/**
 * The S-NI training batches of a run, addressable by step and slots. Their task indices refer to {@link TaskSampler#tasks()}.
 *
 * @param sampler decides what each slot works on
 * @param encoders turn it into ids; of several, each slot draws one with equal probability by (seed, step, slot), as
 *     Tk-Instruct does with {@link EncodingOptions#TK_INSTRUCT_MIXTURE}. All have the same lengths; at least one
 */
public record TrainingBatches(TaskSampler sampler, List<ExampleEncoder> encoders) implements ExampleSource {
    /** Keeps the choice of the encoding apart from the sampler's stream of the same slot. */
    private static final long ENCODING_STREAM = 0x656E636F64696E67L;

    /** Copies the list. */
    public TrainingBatches {
        encoders = List.copyOf(encoders);
        if (encoders.isEmpty()) {
            throw new IllegalArgumentException("training batches need an encoder, got none");
        }
    }

    /**
     * Makes batches of one encoding.
     *
     * @param sampler decides what each slot works on
     * @param encoder turns it into ids
     */
    public TrainingBatches(TaskSampler sampler, ExampleEncoder encoder) {
        this(sampler, List.of(encoder));
    }

    /**
     * Makes batches of several encodings.
     *
     * @param sampler decides what each slot works on
     * @param tokenizer the main model's tokenizer
     * @param options mode and lengths; its encoding is replaced
     * @param encodings the encodings to draw from, such as {@link EncodingOptions#TK_INSTRUCT_MIXTURE}
     * @return the batches
     */
    public static TrainingBatches mixture(
            TaskSampler sampler, Tokenizer tokenizer, BatchOptions options, List<EncodingOptions> encodings) {
        return new TrainingBatches(
                sampler,
                encodings.stream()
                        .map(encoding -> new ExampleEncoder(tokenizer, options.withEncoding(encoding)))
                        .toList());
    }

    @Override
    public EncodedExample example(long step, int slot) {
        return encode(sampler.draw(step, slot), encoderOf(step, slot));
    }

    @Override
    public int padToMultipleOf() {
        return encoders.getFirst().options().padToMultipleOf();
    }

    /** The row of a draw with one of the encoders. */
    EncodedExample encode(Draw draw, int encoder) {
        SniTask task = sampler.tasks().get(draw.task());
        return encoders.get(encoder)
                .encode(
                        draw.task(),
                        task,
                        draw.demonstrations(),
                        draw.instance().input(),
                        draw.reference());
    }

    /** Which encoder a slot draws. */
    int encoderOf(long step, int slot) {
        return encoders.size() == 1
                ? 0
                : new CounterRandom(sampler.seed() ^ ENCODING_STREAM, step, slot).nextInt(encoders.size());
    }
}
