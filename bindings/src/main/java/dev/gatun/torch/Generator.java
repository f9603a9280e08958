package dev.gatun.torch;

import dev.gatun.ffm.CoreRaw;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Draws random numbers for ops on the CPU or on one GPU ({@code torch.Generator}): a generator of one's own, or the one that
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
    private final Device device;

    /** Those of GPUs, by their numbers. */
    private static final Map<Integer, Generator> OF_GPUS = new ConcurrentHashMap<>();

    private static final class Default {
        private static final Generator INSTANCE = new Generator(address(), null, Device.CPU);

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

    /** A generator for ops on the CPU that starts from {@code seed}. */
    public Generator(long seed) {
        this(seed, Device.CPU);
    }

    /**
     * A generator for ops on {@code device}, the CPU or a GPU by its number, that starts from {@code seed}
     * ({@code torch.Generator(device)}).
     *
     * @throws TorchException if there is no such GPU; the message says what is missing
     */
    public Generator(long seed, Device device) {
        this(made(seed, device), CLEANER, device);
    }

    private Generator(long address, Cleaner cleaner, Device device) {
        this.device = device;
        owned = new Owned(address);
        freeing = cleaner == null ? null : cleaner.register(this, owned);
    }

    private static long made(long seed, Device device) {
        boolean gpu = onGpu(device);
        Frame f = Frame.begin();
        f.integer(0, seed);
        f.integer(1, device.index());
        f.asksFor(device);
        f.check(gpu ? CoreRaw.cuda_new_generator(f.address()) : CoreRaw.new_generator(f.address()), "Generator");
        return f.readInteger(0);
    }

    /** Whether it is a GPU's, which libtorch has set up then, and not the CPU. */
    private static boolean onGpu(Device device) {
        switch (device.type()) {
            case CPU -> {
                return false;
            }
            case CUDA -> {
                if (device.index() < 0) {
                    throw new IllegalArgumentException(
                            "a generator is of one GPU: name it by its number, as in cuda:0");
                }
                try (Tensor _ = Torch.empty(new long[] {0}, device)) {
                    return true;
                }
            }
            default -> throw new IllegalArgumentException("there are no random numbers on " + device);
        }
    }

    /** The one generator of ops on the CPU that are given none ({@code torch.default_generator}). */
    public static Generator defaultGenerator() {
        return Default.INSTANCE;
    }

    /**
     * The one generator of ops on {@code device}, the CPU or a GPU by its number, that are given none
     * ({@code torch.cuda.default_generators}).
     *
     * @throws TorchException if there is no such GPU
     */
    public static Generator defaultGenerator(Device device) {
        return device.type() == Device.Type.CPU
                ? defaultGenerator()
                : OF_GPUS.computeIfAbsent(device.index(), _ -> new Generator(defaultOf(device), null, device));
    }

    private static long defaultOf(Device device) {
        onGpu(device);
        Frame f = Frame.begin();
        f.integer(0, device.index());
        f.check(CoreRaw.cuda_default_generator(f.address()), "Generator.defaultGenerator");
        return f.readInteger(0);
    }

    /** Where the ops are that it draws for ({@code Generator.device}). */
    public Device device() {
        return device;
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
        f.integer(2, device.type() == Device.Type.CUDA ? 1 : 0);
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
            f.tensor(1, tensor, "state");
            f.check(CoreRaw.generator_set_state(f.address()), "Generator.setState");
        }
        return this;
    }

    /** Another generator, in the same state ({@code Generator.clone_state}). */
    public synchronized Generator cloneState() {
        Frame f = frame();
        f.check(CoreRaw.clone_generator(f.address()), "Generator.cloneState");
        return new Generator(f.readInteger(0), CLEANER, device);
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
