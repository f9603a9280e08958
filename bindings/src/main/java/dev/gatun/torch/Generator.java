package dev.gatun.torch;

import dev.gatun.ffm.CoreRaw;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;

/**
 * Draws random numbers for ops on the CPU ({@code torch.Generator}): a generator of one's own, or the one that
 * serves all ops without ({@link #defaultGenerator()}).
 *
 * {@snippet class="dev.gatun.torch.snippets.OtherSnippetsTest" region="generator"}
 *
 * <p>It is freed by {@link #close()}, or when it becomes unreachable; a closed one throws
 * {@link IllegalStateException}. Ops that draw from one generator on several threads at once make the stream of numbers
 * depend on timing, so give each thread its own.
 */
public final class Generator implements AutoCloseable {
    private static final Cleaner CLEANER = Cleaner.create();

    private final Owned owned;
    private final Cleaner.Cleanable freeing;

    private static final class Default {
        private static final Generator INSTANCE = new Generator(address(), null);

        private static long address() {
            Frame f = Frame.begin();
            f.check(CoreRaw.default_generator(f.address()), "Generator.defaultGenerator");
            return f.readInteger(0);
        }
    }

    /** The native generator; 0 once it was freed. */
    private static final class Owned implements Runnable {
        private long address;

        Owned(long address) {
            this.address = address;
        }

        @Override
        public void run() {
            Frame f = Frame.begin();
            f.integer(0, address);
            f.check(CoreRaw.free_generator(f.address()), "Generator.close");
            address = 0;
        }
    }

    /** A generator that starts from {@code seed}. */
    public Generator(long seed) {
        this(made(seed), CLEANER);
    }

    private Generator(long address, Cleaner cleaner) {
        owned = new Owned(address);
        freeing = cleaner == null ? null : cleaner.register(this, owned);
    }

    private static long made(long seed) {
        Frame f = Frame.begin();
        f.integer(0, seed);
        f.check(CoreRaw.new_generator(f.address()), "Generator");
        return f.readInteger(0);
    }

    /** The one generator of ops that are given none ({@code torch.default_generator}). */
    public static Generator defaultGenerator() {
        return Default.INSTANCE;
    }

    long address() {
        if (owned.address == 0) {
            throw new IllegalStateException("this generator is closed");
        }
        return owned.address;
    }

    private Frame frame() {
        Frame f = Frame.begin();
        f.generator(0, this);
        return f;
    }

    /** Starts it again from {@code seed} ({@code Generator.manual_seed}); returns this. */
    public synchronized Generator manualSeed(long seed) {
        Frame f = frame();
        f.integer(1, seed);
        f.check(CoreRaw.seed_generator(f.address()), "Generator.manualSeed");
        return this;
    }

    /** Starts it again from a seed that the system draws, and returns that ({@code Generator.seed}). */
    public synchronized long seed() {
        Frame f = frame();
        f.check(CoreRaw.generator_seed(f.address()), "Generator.seed");
        return f.readInteger(0);
    }

    /** The seed that it started from last ({@code Generator.initial_seed}). */
    public synchronized long initialSeed() {
        Frame f = frame();
        f.check(CoreRaw.generator_initial_seed(f.address()), "Generator.initialSeed");
        return f.readInteger(0);
    }

    /** Where it stands in its stream of numbers ({@code Generator.get_state}). */
    public synchronized byte[] getState() {
        Frame f = frame();
        f.check(CoreRaw.generator_get_state(f.address()), "Generator.getState");
        try (Tensor state = f.newTensor(0)) {
            byte[] bytes = new byte[TensorData.arrayLength(state, DType.UINT8)];
            TensorData.copyTo(state, MemorySegment.ofArray(bytes)); // on the host: nobody waits, and nothing is counted
            return bytes;
        }
    }

    /**
     * Puts back what {@link #getState()} returned ({@code Generator.set_state}); returns this.
     *
     * @throws TorchException if it is no such state; nothing is changed then
     */
    public synchronized Generator setState(byte[] state) {
        try (Tensor tensor = Tensor.of(NullArgument.refuse(state, "state"))) {
            Frame f = frame();
            f.tensor(1, tensor);
            f.check(CoreRaw.generator_set_state(f.address()), "Generator.setState");
        }
        return this;
    }

    /** Another generator, in the same state ({@code Generator.clone_state}). */
    public synchronized Generator cloneState() {
        Frame f = frame();
        f.check(CoreRaw.clone_generator(f.address()), "Generator.cloneState");
        return new Generator(f.readInteger(0), CLEANER);
    }

    /**
     * Frees it; ops refuse it from then on. Closing twice does nothing, nor does closing the default one. Not while another
     * thread draws from it.
     */
    @Override
    public void close() {
        if (freeing != null) {
            freeing.clean();
        }
    }
}
