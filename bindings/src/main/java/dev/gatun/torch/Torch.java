package dev.gatun.torch;

import dev.gatun.ffm.CoreRaw;
import dev.gatun.libtorch.LibTorch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Calls the functions of {@code torch}: ATen's, inherited from {@link TorchFunctions} under PyTorch's names, and the
 * process's state.
 *
 * {@snippet class="dev.gatun.torch.snippets.TensorSnippetsTest" region="torch"}
 *
 * <p>Functions that make a tensor of nothing take its dtype and device as {@link TensorOptions}; without, it is of the
 * default type ({@link #getDefaultDtype()}), on the CPU. What they return belongs to the current {@link Scope}; what
 * libtorch refuses is a {@link TorchException}.
 */
public final class Torch extends TorchFunctions {
    private Torch() {}

    // --- gradients -------------------------------------------------------------------------------------------------

    /** Switches recording for autograd off until closed ({@code with torch.no_grad():}); this thread only. */
    public static GradMode noGrad() {
        return new GradMode(false);
    }

    /** Switches recording on until closed ({@code with torch.enable_grad():}); this thread only. */
    public static GradMode enableGrad() {
        return new GradMode(true);
    }

    /** Whether ops are recorded on this thread ({@code torch.is_grad_enabled()}). */
    public static boolean isGradEnabled() {
        return GradMode.isEnabled();
    }

    /**
     * Switches inference mode on until closed ({@code with torch.inference_mode():}); this thread only. Nothing is recorded,
     * versions are not counted, and the tensors made there can never take part in a recorded op: cheaper than
     * {@link #noGrad()}.
     */
    public static InferenceMode inferenceMode() {
        return inferenceMode(true);
    }

    /** {@code with torch.inference_mode(enabled):}; false switches it off inside an outer stretch. */
    public static InferenceMode inferenceMode(boolean enabled) {
        return new InferenceMode(enabled);
    }

    /** Whether this thread is in inference mode ({@code torch.is_inference_mode_enabled()}). */
    public static boolean isInferenceModeEnabled() {
        return InferenceMode.isEnabled();
    }

    // --- random numbers --------------------------------------------------------------------------------------------

    /**
     * Starts the default generators, the CPU's and every GPU's, from {@code seed} ({@code torch.manual_seed}). Each serves all
     * threads.
     */
    public static void manualSeed(long seed) {
        Generator.defaultGenerator().manualSeed(seed);
        GpuSeeds.set(seed);
    }

    /** The default CPU generator's state ({@code torch.get_rng_state}). */
    public static byte[] getRngState() {
        return Generator.defaultGenerator().getState();
    }

    /**
     * Puts back what {@link #getRngState()} returned ({@code torch.set_rng_state}).
     *
     * @throws TorchException if it is no such state; nothing is changed then
     */
    public static void setRngState(byte[] state) {
        Generator.defaultGenerator().setState(state);
    }

    // --- ops by name -----------------------------------------------------------------------------------------------

    /**
     * Calls any op by its name ({@code torch.ops.NAMESPACE.OP.OVERLOAD}), for example
     * {@code Torch.call("aten::add.Tensor", x, y).tensor()}; {@link Operator} tells what may be passed and what comes back.
     */
    public static Results call(String op, Object... arguments) {
        return Operator.find(op).call(arguments);
    }

    /**
     * Loads a library of custom operators ({@code torch.ops.load_library}), whose ops {@link #call} then finds. It stays
     * loaded as long as the process lives.
     *
     * @throws TorchException if the file is no library, or needs something that is not there; the loader's reason follows
     */
    public static void loadLibrary(Path library) {
        LibTorch.load().loadUmbrella();
        Frame f = Frame.begin();
        f.string(0, NullArgument.refuse(library, "library").toAbsolutePath().toString(), "library");
        f.check(CoreRaw.load_library(f.address()), "Torch.loadLibrary");
    }

    // --- the process -----------------------------------------------------------------------------------------------

    /** How many threads one op may use ({@code torch.get_num_threads}). */
    public static int getNumThreads() {
        Frame f = Frame.begin();
        f.check(CoreRaw.get_num_threads(f.address()), "Torch.getNumThreads");
        return (int) f.readInteger(0);
    }

    /**
     * Sets how many threads one op may use ({@code torch.set_num_threads}), for the whole process; with another number,
     * sums may round differently.
     *
     * @throws IllegalArgumentException if it is not positive, or far more than there are processors
     */
    public static void setNumThreads(int threads) {
        // OpenMP ends the process when it cannot start a thread.
        int most = Math.max(256, 8 * Runtime.getRuntime().availableProcessors());
        if (threads < 1 || threads > most) {
            throw new IllegalArgumentException("the number of threads must be from 1 to " + most + ", not " + threads);
        }
        Frame f = Frame.begin();
        f.integer(0, threads);
        f.check(CoreRaw.set_num_threads(f.address()), "Torch.setNumThreads");
    }

    /**
     * Treats numbers too small for the normal range as zero on the calling thread ({@code torch.set_flush_denormal});
     * arithmetic on them is many times slower. Returns whether the processor can.
     */
    public static boolean setFlushDenormal(boolean on) {
        Frame f = Frame.begin();
        f.bool(0, on);
        f.check(CoreRaw.set_flush_denormal(f.address()), "Torch.setFlushDenormal");
        return f.readBool(0);
    }

    /** Makes ops that have no deterministic form fail ({@code torch.use_deterministic_algorithms}); for the whole process. */
    public static void useDeterministicAlgorithms(boolean on) {
        useDeterministicAlgorithms(on, false);
    }

    /** The same; with {@code warnOnly} such ops only print a warning. For the whole process. */
    public static void useDeterministicAlgorithms(boolean on, boolean warnOnly) {
        Frame f = Frame.begin();
        f.integer(0, !on ? 0 : warnOnly ? 2 : 1);
        f.check(CoreRaw.set_deterministic(f.address()), "Torch.useDeterministicAlgorithms");
    }

    /** Whether deterministic algorithms were asked for ({@code torch.are_deterministic_algorithms_enabled()}). */
    public static boolean areDeterministicAlgorithmsEnabled() {
        return deterministic() != 0;
    }

    /** Whether only with warnings ({@code torch.is_deterministic_algorithms_warn_only_enabled()}). */
    public static boolean isDeterministicAlgorithmsWarnOnlyEnabled() {
        return deterministic() == 2;
    }

    private static long deterministic() {
        Frame f = Frame.begin();
        f.check(CoreRaw.deterministic(f.address()), "Torch.areDeterministicAlgorithmsEnabled");
        return f.readInteger(0);
    }

    /** How many threads run whole tasks beside each other ({@code torch.get_num_interop_threads}). */
    public static int getNumInteropThreads() {
        Frame f = Frame.begin();
        f.check(CoreRaw.get_num_interop_threads(f.address()), "Torch.getNumInteropThreads");
        return (int) f.readInteger(0);
    }

    /**
     * Sets how many threads run whole tasks beside each other ({@code torch.set_num_interop_threads}).
     *
     * @throws IllegalArgumentException if it is not positive, or far more than there are processors
     * @throws TorchException the second time, or when libtorch has used them
     */
    public static void setNumInteropThreads(int threads) {
        int most = Math.max(256, 8 * Runtime.getRuntime().availableProcessors());
        if (threads < 1 || threads > most) {
            throw new IllegalArgumentException("the number of threads must be from 1 to " + most + ", not " + threads);
        }
        Frame f = Frame.begin();
        f.integer(0, threads);
        f.check(CoreRaw.set_num_interop_threads(f.address()), "Torch.setNumInteropThreads");
    }

    /** The type of new floating-point tensors when none is named ({@code torch.get_default_dtype}). */
    public static DType getDefaultDtype() {
        Frame f = Frame.begin();
        f.check(CoreRaw.default_dtype(f.address()), "Torch.getDefaultDtype");
        return f.readDtype(0);
    }

    /**
     * Sets that type ({@code torch.set_default_dtype}), for the whole process: {@code Torch.zeros(2)} then has it. Tensors
     * made of Java arrays keep the array's type.
     *
     * @throws IllegalArgumentException unless it is a floating-point type of 16 bits or more
     */
    public static void setDefaultDtype(DType dtype) {
        switch (dtype) {
            case FLOAT16, BFLOAT16, FLOAT32, FLOAT64 -> {
                Frame f = Frame.begin();
                f.dtype(0, dtype, "dtype");
                f.check(CoreRaw.set_default_dtype(f.address()), "Torch.setDefaultDtype");
            }
            default ->
                throw new IllegalArgumentException(
                        "the default dtype must be one of float16, bfloat16, float32 and float64, not " + dtype);
        }
    }

    /** Whether the calling thread treats numbers too small for the normal range as zero: {@link #setFlushDenormal}. */
    public static boolean getFlushDenormal() {
        Frame f = Frame.begin();
        f.check(CoreRaw.flush_denormal(f.address()), "Torch.getFlushDenormal");
        return f.readBool(0);
    }

    /**
     * Lets an exception that leaves one of Gloo's threads stop that thread instead of the process, from now on: Gloo throws there
     * when ranks send tensors of different sizes. Process groups call this.
     */
    public static void containGloo() {
        Frame f = Frame.begin();
        f.check(CoreRaw.contain_gloo(f.address()), "Torch.containGloo");
    }

    /** Switches off, or on again, what C++ code writes to {@code std::cout} in this process; Java's output is another. */
    public static void setNativeOutput(boolean enabled) {
        Frame f = Frame.begin();
        f.bool(0, enabled);
        f.check(CoreRaw.native_output(f.address()), "Torch.setNativeOutput");
    }

    /** The loaded libtorch's version, for example {@code 2.10.0}. */
    public static String version() {
        return LibTorch.load().version().toString();
    }

    /** How the loaded libtorch was built ({@code torch.__config__.show()}). */
    public static String buildConfiguration() {
        return config(0);
    }

    /** How the loaded libtorch uses threads ({@code torch.__config__.parallel_info()}). */
    public static String parallelInfo() {
        return config(1);
    }

    /** The vector instructions that libtorch uses here ({@code torch.backends.cpu.get_cpu_capability()}). */
    public static String cpuCapability() {
        return config(2);
    }

    private static String config(int which) {
        Frame f = Frame.begin();
        f.integer(0, which);
        f.check(CoreRaw.config(f.address()), "Torch.config");
        return f.takeString(0);
    }

    /** Every op that Gatun wraps, with whether the loaded libtorch has it. */
    public static List<OpEntry> ops() {
        List<OpEntry> ops = new ArrayList<>();
        while (true) {
            Frame f = Frame.begin();
            f.integer(0, ops.size());
            f.check(CoreRaw.op_entry(f.address()), "Torch.ops");
            if (f.readInteger(0) == 0) {
                return ops;
            }
            ops.add(new OpEntry(f.readString(0), f.readBool(2)));
        }
    }

    /**
     * An op that Gatun wraps.
     *
     * @param name for example {@code aten::add.Tensor}
     * @param present whether the loaded libtorch has it; calling one that it lacks is a {@link TorchException}
     */
    public record OpEntry(String name, boolean present) {}
}
