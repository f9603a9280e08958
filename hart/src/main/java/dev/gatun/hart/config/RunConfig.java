package dev.gatun.hart.config;

/**
 * Everything that decides a training run. A recipe is this record in YAML; every key has a value there, so a recipe is
 * also the list of its defaults. {@code --set section.key=value} overrides one key, and the result is saved with the
 * run. Keys that the method's specification names are the specification's.
 *
 * @param recipe the recipe's name
 * @param system which of the paper's systems; {@link SystemKind#ignores} tells which keys mean nothing to it
 * @param seed of parameters, dropout, and the task sampler
 * @param threads how many threads an op may use; 0 leaves it to libtorch
 * @param device where it computes: {@code cpu}, {@code cuda}, or {@code cuda:N}; of several ranks each takes the GPU that its local
 *     rank counts
 * @param precision what it computes in
 * @param recompute whether activations are computed again in the backward pass instead of being kept
 * @param graphs whether decoding and adapting on a GPU are recorded once and replayed (CUDA graphs)
 * @param data what is learnt
 * @param model the main model
 * @param hyper the hypernetwork
 * @param ar the hypernetwork's autoregressive decoding (specification 2.2)
 * @param cst the consistency loss (specification 5)
 * @param lora low-rank updates: the trained ones of system {@code lora}, and generated ones
 * @param prefix the trained prefixes of system {@code prefix}
 * @param hint the sizes of what system {@code hint} generates
 * @param pretrain the first stage: the main model learns the training tasks in context; 0 steps skip it
 * @param continual the stage between, on text, of the systems that have one (specification 7); 0 steps skip it
 * @param train the last stage: the system learns the training tasks
 * @param evaluation of the trained run
 * @param checkpoint how often and how many
 * @param distributed how several processes work together; one alone reads none of it
 */
public record RunConfig(
        String recipe,
        SystemKind system,
        long seed,
        int threads,
        String device,
        Precision precision,
        Recompute recompute,
        boolean graphs,
        Data data,
        Model model,
        Hyper hyper,
        Ar ar,
        Cst cst,
        LoraPart lora,
        PrefixPart prefix,
        HintPart hint,
        Stage pretrain,
        Stage continual,
        Stage train,
        Evaluation evaluation,
        Checkpoint checkpoint,
        Distributed distributed) {
    /** What names of devices look like, as a regular expression. */
    public static final String DEVICES = "cpu|cuda(:\\d{1,3})?";

    /**
     * @param benchmark what is learnt and evaluated: S-NI's tasks, or P3's. The rest of these keys is for S-NI but for {@code
     *     p3}, {@code text}, {@code sampling}, {@code shots} and {@code test_cap}
     * @param p3 {@code bundled} (a sample), or a folder of P3's Parquet files or JSON lines
     * @param tasks {@code bundled}, or a folder of S-NI task files
     * @param trainSplit file with the training tasks' names; unused for {@code bundled}
     * @param testSplit file with the unseen tasks' names; unused for {@code bundled}
     * @param input what the main model reads of a task: for systems without a hypernetwork
     * @param text for the stage on text: {@code bundled} (the training tasks' own texts), or a file or folder of JSON lines or
     *     plain text
     * @param trainCap training instances a task at most
     * @param testCap instances of an unseen task that are evaluated: its first ones
     * @param heldOut last instances of each training task, kept for evaluation
     * @param sampling {@code proportional} to a task's capped size, or {@code uniform}
     * @param demonstrations {@code task_examples} (the task's own), or {@code training_instances} (drawn anew
     *     each time), or {@code mixed}
     * @param shots how many demonstrations
     * @param maxDefinition tokens a definition is shortened to; 0 keeps it whole
     * @param maxExample tokens a demonstration's input is shortened to; 0 keeps it whole
     * @param maxInput tokens a query is shortened to; 0 keeps it whole
     * @param curriculum share of the first stage over which texts grow from a few tokens to these lengths; 0 for none
     * @param symbols share of draws whose labels are replaced by arbitrary words where a demonstration shows the target
     *     (symbol tuning); 0 for none
     * @param cutVocabulary whether the vocabulary keeps only the pieces that occur in the tasks
     */
    public record Data(
            Benchmark benchmark,
            String p3,
            String tasks,
            String trainSplit,
            String testSplit,
            MainInput input,
            String text,
            int trainCap,
            int testCap,
            int heldOut,
            Sampling sampling,
            Demonstrations demonstrations,
            int shots,
            int maxDefinition,
            int maxExample,
            int maxInput,
            double curriculum,
            double symbols,
            boolean cutVocabulary) {}

    /** What weights are while they are computed with, and how they learn. */
    public enum Precision {
        /** Float32 throughout. */
        FP32,
        /** Bfloat16, with a float32 copy of each trained weight in the optimizer's state. */
        BF16,
        /** Bfloat16 without copies: what the optimizer makes of a weight is rounded at random. */
        BF16_STOCHASTIC
    }

    /** What is done about activations, which take more memory than anything else. */
    public enum Recompute {
        /** All are kept. */
        NONE,
        /** Of each block only the input is kept. */
        BLOCKS,
        /** As {@link #NONE} where that fits into the memory that is free, else as {@link #BLOCKS}. */
        AUTO
    }

    /** Where tasks come from. */
    public enum Benchmark {
        SNI,
        P3
    }

    /** What the main model reads. */
    public enum MainInput {
        /** The query alone. */
        QUERY,
        /** The task's definition before it. */
        DEFINITION,
        /** Definition and demonstrations before it. */
        DEMONSTRATIONS,
        /** The same with the demonstrations' explanations. */
        EXPLANATIONS,
        /** In training one of Tk-Instruct's five encodings, drawn for each example; otherwise as {@link #DEMONSTRATIONS}. */
        MIXTURE
    }

    /** How a slot's task is drawn. */
    public enum Sampling {
        PROPORTIONAL,
        UNIFORM
    }

    /** Where demonstrations come from while training. */
    public enum Demonstrations {
        TASK_EXAMPLES,
        TRAINING_INSTANCES,
        MIXED
    }

    /**
     * A T5 v1.1.
     *
     * @param pretrained a Hugging Face folder to start from, or empty: then the sizes below, from scratch
     * @param dropout in training; also of a pretrained model, whatever its folder says
     */
    public record Model(
            String pretrained,
            int dModel,
            int dKv,
            int dFf,
            int numLayers,
            int numDecoderLayers,
            int numHeads,
            double dropout) {}

    /**
     * @param decoderLayers how many of the main model's decoder layers it starts from
     * @param prefix rows of each generated prefix (p)
     * @param prefixScale what generated prefixes are multiplied with (specification 3)
     * @param fusion whether the main decoder reads the hypernetwork's encoder output too (specification 4); then a main model
     *     that is trained from scratch learns it in its first stage, whatever the system
     * @param queries how many states HyperTuning's generator makes in its one pass (specification 2.1)
     * @param outputs what is generated
     */
    public record Hyper(
            int decoderLayers, int prefix, double prefixScale, boolean fusion, int queries, Outputs outputs) {}

    /** What a hypernetwork generates. */
    public enum Outputs {
        PREFIXES,
        LORAS,
        BOTH
    }

    /**
     * @param rank r
     * @param alpha updates are multiplied with alpha / r
     * @param targets ends of the names of the linear layers that are updated, with commas between
     */
    public record LoraPart(int rank, double alpha, String targets) {}

    /**
     * @param length rows of each prefix (p)
     * @param reparameterised whether a network makes them while they are trained; they are folded afterwards
     * @param layout {@code paper} (specification 3), or {@code peft}: what PEFT can read
     */
    public record PrefixPart(int length, boolean reparameterised, Layout layout) {}

    /** Where trained prefixes go. */
    public enum Layout {
        /** Into the self-attention of every layer of both stacks, with position bias 0. */
        PAPER,
        /** As PEFT's prefix tuning does: into the decoder alone, at the positions before its first token. */
        PEFT
    }

    /**
     * @param prefix rows of each generated prefix, in all three attentions
     * @param bottleneck width of the generated adapters
     */
    public record HintPart(int prefix, int bottleneck) {}

    /** The autoregressive decoder's options. */
    public record Ar(Memory memory, Intra intra) {}

    /** What a step sees of the earlier ones: all of them, or only the state it starts from. */
    public enum Memory {
        CACHE,
        MARKOV
    }

    /** The mask inside a pair of states. */
    public enum Intra {
        BIDIRECTIONAL,
        CAUSAL
    }

    /**
     * @param alpha weight of the consistency loss
     * @param pairing which states it compares in a batch of mixed tasks (specification 5)
     */
    public record Cst(double alpha, Pairing pairing) {}

    /** What the consistency loss compares a state with. */
    public enum Pairing {
        /** The same slot's of the previous step. */
        SLOT,
        /** Batch means; for batches in one piece. */
        MEAN,
        /** The same task's last. */
        TASK,
        /** All of the previous step. */
        ALLPAIRS
    }

    /**
     * A stage of training with a linear schedule.
     *
     * @param steps optimizer steps; 0 skips the stage
     * @param batch examples an optimizer step
     * @param accumulate micro-batches that an optimizer step is made of; divides {@code batch}
     * @param optimizer {@code adamw}, or one with less state: {@code adamw8bit} (2 bytes a weight instead of 8) or
     *     {@code adafactor} (next to none), at the same learning rate
     * @param lr peak learning rate
     * @param warmup steps over which it rises from 0, before it falls linearly to 0
     * @param weightDecay the optimizer's, relative to the learning rate
     * @param beta2 the averaging of squared gradients: 0.999 usually, less for runs of a few hundred steps;
     *     {@code adafactor} has a rule of its own for it
     * @param clip largest norm of the gradient
     * @param lrScaling whether embeddings, position biases and the head have rates of their own, as models need that start
     *     from random weights; false for one rate
     * @param maxHyper longest demonstrations, in tokens (specification 6)
     * @param maxMain longest input of the main model
     * @param maxTarget longest target
     */
    public record Stage(
            int steps,
            int batch,
            int accumulate,
            OptimizerKind optimizer,
            double lr,
            int warmup,
            double weightDecay,
            double beta2,
            double clip,
            boolean lrScaling,
            int maxHyper,
            int maxMain,
            int maxTarget) {}

    /** What makes the steps. */
    public enum OptimizerKind {
        ADAMW,
        ADAMW8BIT,
        ADAFACTOR
    }

    /**
     * @param batch examples decoded together
     * @param maxNewTokens longest output
     * @param heldOutInstances held-out instances of each training task that are evaluated
     */
    public record Evaluation(int batch, int maxNewTokens, int heldOutInstances) {}

    /**
     * @param every optimizer steps between checkpoints
     * @param keep how many of the newest stay
     */
    public record Checkpoint(int every, int keep) {}

    /**
     * @param zero what is sharded over the ranks: 0 nothing, 1 the optimizer's state, 2 gradients too
     * @param compression what gradients travel as
     * @param timeout seconds after which ranks stop waiting for an absent one
     * @param straggler how many times as long as the median rank one takes that is reported
     */
    public record Distributed(int zero, Compression compression, int timeout, double straggler) {}

    /** What gradients travel as. */
    public enum Compression {
        /** Themselves. */
        NONE,
        /** Half of the bytes, and 8 of their digits. */
        BF16
    }
}
