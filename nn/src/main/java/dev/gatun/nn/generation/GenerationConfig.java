package dev.gatun.nn.generation;

import dev.gatun.torch.Generator;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * How to generate ({@code transformers.GenerationConfig}). {@link #of} is greedy; each {@code with...} gives a changed copy.
 *
 * <p>Without {@link #withSampling} or {@link #withBeams} the most probable token is taken each time; with both, beams are
 * sampled. A config is immutable and may serve many calls, on several threads unless it carries a generator.
 */
public final class GenerationConfig {
    private int maxNewTokens;
    private int minNewTokens;
    private boolean stopAtEos = true;
    private boolean useCache = true;
    private boolean staticCache;
    private int numBeams = 1;
    private int numReturnSequences = 1;
    private EarlyStopping earlyStopping = EarlyStopping.HEURISTIC;
    private double lengthPenalty = 1;
    private boolean doSample;
    private Generator generator;
    private double temperature = 1;
    private int topK;
    private double topP = 1;
    private double repetitionPenalty = 1;
    private int noRepeatNgramSize;
    private List<LogitsProcessor> processors = List.of();
    private GenerationListener listener;

    private GenerationConfig(GenerationConfig from) {
        if (from != null) {
            maxNewTokens = from.maxNewTokens;
            minNewTokens = from.minNewTokens;
            stopAtEos = from.stopAtEos;
            useCache = from.useCache;
            staticCache = from.staticCache;
            numBeams = from.numBeams;
            numReturnSequences = from.numReturnSequences;
            earlyStopping = from.earlyStopping;
            lengthPenalty = from.lengthPenalty;
            doSample = from.doSample;
            generator = from.generator;
            temperature = from.temperature;
            topK = from.topK;
            topP = from.topP;
            repetitionPenalty = from.repetitionPenalty;
            noRepeatNgramSize = from.noRepeatNgramSize;
            processors = from.processors;
            listener = from.listener;
        }
    }

    private GenerationConfig with(Consumer<GenerationConfig> change) {
        GenerationConfig changed = new GenerationConfig(this);
        change.accept(changed);
        return changed;
    }

    private static void require(boolean holds, String rule, Object found) {
        if (!holds) {
            throw new IllegalArgumentException(rule + ", not " + found);
        }
    }

    /** Greedy, stopping at the end token, with a cache: at most {@code maxNewTokens} after the start token. */
    public static GenerationConfig of(int maxNewTokens) {
        require(maxNewTokens >= 1, "at least one token must be asked for", maxNewTokens);
        return new GenerationConfig((GenerationConfig) null).with(c -> c.maxNewTokens = maxNewTokens);
    }

    /** Not ending a row before it has {@code count} tokens, its end token not counted ({@code min_new_tokens}). */
    public GenerationConfig withMinNewTokens(int count) {
        require(count >= 0 && count <= maxNewTokens, "min_new_tokens lies in [0, " + maxNewTokens + "]", count);
        return with(c -> c.minNewTokens = count);
    }

    /** Not stopping at the end token: every row gets all its tokens, whatever they are. */
    public GenerationConfig withoutEos() {
        return with(c -> c.stopAtEos = false);
    }

    /** Computing every step from the start; the result is the same, only slower. */
    public GenerationConfig withoutCache() {
        return with(c -> c.useCache = false);
    }

    /**
     * Greedy steps that are all the same ops on the same tensors ({@code cache_implementation="static"}): on a GPU they are
     * recorded once and replayed, and the host waits for no token. Inputs of the same shapes share the recording.
     */
    public GenerationConfig withStaticCache() {
        return with(c -> c.staticCache = true);
    }

    /** Beam search, keeping the {@code numBeams} best hypotheses ({@code num_beams}); 1 for none. */
    public GenerationConfig withBeams(int count) {
        require(count >= 1, "num_beams is at least 1", count);
        return with(c -> c.numBeams = count);
    }

    /** So many sequences for each input: the best beams, or samples ({@code num_return_sequences}). */
    public GenerationConfig withReturnSequences(int count) {
        require(count >= 1, "num_return_sequences is at least 1", count);
        return with(c -> c.numReturnSequences = count);
    }

    /** When a beam search ends ({@code early_stopping}). */
    public GenerationConfig withEarlyStopping(EarlyStopping rule) {
        return with(c -> c.earlyStopping = rule);
    }

    /**
     * The power of the length that a beam's log-probability is divided by ({@code length_penalty}): above 0 favours long
     * sequences, below 0 short ones. 1 unless set.
     */
    public GenerationConfig withLengthPenalty(double power) {
        require(Double.isFinite(power), "length_penalty is a finite number", power);
        return with(c -> c.lengthPenalty = power);
    }

    /**
     * Drawing tokens at random ({@code do_sample}): the same generator state gives the same tokens, and a row's tokens do not
     * depend on when other rows end. Unlike Hugging Face, nothing is cut off unless {@link #withTopK} asks for it.
     *
     * @param source of the random numbers, on the CPU; null for the default generator
     */
    public GenerationConfig withSampling(Generator source) {
        return with(c -> {
            c.doSample = true;
            c.generator = source;
        });
    }

    /** What logits are divided by in sampling ({@code temperature}). */
    public GenerationConfig withTemperature(double value) {
        require(value > 0 && Double.isFinite(value), "a temperature is positive and finite", value);
        return with(c -> c.temperature = value);
    }

    /** Sampling among the {@code count} most probable tokens only ({@code top_k}); 0 for all. */
    public GenerationConfig withTopK(int count) {
        require(count >= 0, "top_k is not negative", count);
        return with(c -> c.topK = count);
    }

    /** Sampling among the most probable tokens that together have this probability ({@code top_p}); 1 for all. */
    public GenerationConfig withTopP(double probability) {
        require(probability >= 0 && probability <= 1, "top_p lies in [0, 1]", probability);
        return with(c -> c.topP = probability);
    }

    /** See {@link LogitsProcessors#repetitionPenalty} ({@code repetition_penalty}); 1 for none. */
    public GenerationConfig withRepetitionPenalty(double penalty) {
        require(penalty > 0 && Double.isFinite(penalty), "repetition_penalty is positive and finite", penalty);
        return with(c -> c.repetitionPenalty = penalty);
    }

    /** See {@link LogitsProcessors#noRepeatNgram} ({@code no_repeat_ngram_size}); 0 for none. */
    public GenerationConfig withNoRepeatNgramSize(int size) {
        require(size >= 0, "no_repeat_ngram_size is not negative", size);
        return with(c -> c.noRepeatNgramSize = size);
    }

    /** With one more processor, after those given so far and before temperature, top-k and top-p ({@code logits_processor}). */
    public GenerationConfig withProcessor(LogitsProcessor processor) {
        List<LogitsProcessor> more = new ArrayList<>(processors);
        more.add(processor);
        return with(c -> c.processors = List.copyOf(more));
    }

    /** Telling {@code listener} of every token ({@code streamer}); null for nobody. */
    public GenerationConfig withListener(GenerationListener hears) {
        return with(c -> c.listener = hears);
    }

    /** The most tokens to generate after the start token. */
    public int maxNewTokens() {
        return maxNewTokens;
    }

    /** Whether rows end at the end token. */
    public boolean stopAtEos() {
        return stopAtEos;
    }

    /** Whether keys and values are kept from step to step. */
    public boolean useCache() {
        return useCache;
    }

    /** Whether steps are replayed. */
    public boolean staticCache() {
        return staticCache;
    }

    /** Whether each token is the most probable one, whatever came before, and nobody hears of it. */
    public boolean isPlainGreedy() {
        return numBeams == 1
                && numReturnSequences == 1
                && !doSample
                && listener == null
                && minNewTokens == 0
                && repetitionPenalty == 1
                && noRepeatNgramSize == 0
                && processors.isEmpty();
    }

    int numBeams() {
        return numBeams;
    }

    int numReturnSequences() {
        return numReturnSequences;
    }

    EarlyStopping earlyStopping() {
        return earlyStopping;
    }

    double lengthPenalty() {
        return lengthPenalty;
    }

    boolean doSample() {
        return doSample;
    }

    Generator generator() {
        return generator;
    }

    GenerationListener listener() {
        return listener;
    }

    /** All processors in Hugging Face's order. */
    List<LogitsProcessor> allProcessors(SpecialTokens special) {
        List<LogitsProcessor> all = new ArrayList<>();
        if (repetitionPenalty != 1) {
            all.add(LogitsProcessors.repetitionPenalty(repetitionPenalty));
        }
        if (noRepeatNgramSize > 0) {
            all.add(LogitsProcessors.noRepeatNgram(noRepeatNgramSize));
        }
        if (minNewTokens > 0) {
            all.add(LogitsProcessors.minNewTokens(minNewTokens, special.end()));
        }
        all.addAll(processors);
        if (doSample) {
            // A beam needs a token besides the end token to go on with.
            int kept = numBeams > 1 ? 2 : 1;
            if (temperature != 1) {
                all.add(LogitsProcessors.temperature(temperature));
            }
            if (topK > 0) {
                all.add(LogitsProcessors.topK(Math.max(topK, kept)));
            }
            if (topP < 1) {
                all.add(LogitsProcessors.topP(topP, kept));
            }
        }
        return all;
    }
}
