package dev.gatun.nn.distributed;

import dev.gatun.libtorch.LibTorch;
import dev.gatun.libtorch.NativeLibrary;
import dev.gatun.torch.Torch;
import java.net.InetAddress;
import java.time.Duration;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.GlooDeviceVector;
import org.bytedeco.pytorch.PrefixStore;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.Store;
import org.bytedeco.pytorch.TCPStore;
import org.bytedeco.pytorch.TCPStoreOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.gloo.Device;

/** Makes c10d's own group of Gloo, through JavaCPP's classes: they fit only the libtorch that they come with. */
final class GlooBackend {
    private static final String ARTIFACT = "org.bytedeco:pytorch";

    private static int connecting;

    private GlooBackend() {}

    /** @throws DistributedException if libtorch is another one than JavaCPP's */
    static void requireLibtorch() {
        NativeLibrary cpu = LibTorch.load().libraries().stream()
                .filter(library -> library.name().equals("libtorch_cpu.so"))
                .findFirst()
                .orElseThrow();
        if (!cpu.origin().startsWith(ARTIFACT)) {
            throw new DistributedException("Gloo, by which CPU processes talk, works with the libtorch from Maven ("
                    + ARTIFACT + ") only, and this one is " + cpu.path() + " (from " + cpu.origin() + ", libtorch "
                    + LibTorch.load().version() + "): unset GATUN_LIBTORCH, or train on GPUs with NCCL");
        }
        load();
    }

    private static void load() {
        // JavaCPP otherwise counts all memory of the process as its own, and refuses to work when that is much.
        for (String limit : new String[] {"org.bytedeco.javacpp.maxBytes", "org.bytedeco.javacpp.maxPhysicalBytes"}) {
            if (System.getProperty(limit) == null) {
                System.setProperty(limit, "0");
            }
        }
        Torch.containGloo();
        try {
            Loader.load(torch.class);
            // What takes time is done before the ranks meet: from then on each counts on the others to be quick.
            try (Milliseconds limit = new Milliseconds(1);
                    TCPStoreOptions storeOptions = new TCPStoreOptions();
                    GlooDeviceVector devices = new GlooDeviceVector();
                    ProcessGroupGloo.Options options = ProcessGroupGloo.Options.create(limit)) {
                options.devices(devices).timeout(storeOptions.timeout());
            }
        } catch (LinkageError e) {
            throw new DistributedException(
                    "Gloo cannot be loaded (" + e.getMessage()
                            + "): it needs org.bytedeco:pytorch, :openblas and :javacpp with"
                            + " this platform's classifier on the class path",
                    e);
        }
    }

    /** Connects all ranks with each other; they exchange addresses in the store. */
    static ProcessGroupGloo open(Rendezvous meeting, Duration timeout) {
        RankInfo info = meeting.info();
        try (Milliseconds limit = new Milliseconds(timeout.toMillis());
                TCPStoreOptions storeOptions = new TCPStoreOptions()
                        .port((short) info.masterPort())
                        .isServer(false)
                        .waitWorkers(false)
                        .timeout(limit);
                TCPStore tcp = new TCPStore(info.masterAddr(), storeOptions);
                // What a constructor of JavaCPP's made dies with its Java object, whoever else still refers to it. A
                // clone is
                // counted by libtorch: only such ones are handed on.
                Store counted = tcp.clone();
                PrefixStore prefixed = new PrefixStore(meeting.prefix() + "/gloo", counted);
                Store store = prefixed.clone();
                Device device = device(meeting);
                GlooDeviceVector devices = new GlooDeviceVector(device);
                ProcessGroupGloo.Options options = ProcessGroupGloo.Options.create(limit)) {
            // One thread: operations are done in the order of the calls.
            options.devices(devices).threads(1);
            return connect(store, info, options);
        }
    }

    private static ProcessGroupGloo connect(Store store, RankInfo info, ProcessGroupGloo.Options options) {
        // Gloo would tell on the standard output how many ranks are connected.
        quiet(1);
        try {
            return new ProcessGroupGloo(store, info.rank(), info.worldSize(), options);
        } finally {
            quiet(-1);
        }
    }

    private static synchronized void quiet(int more) {
        connecting += more;
        Torch.setNativeOutput(connecting == 0);
    }

    private static Device device(Rendezvous meeting) {
        String name = System.getenv("GLOO_SOCKET_IFNAME");
        if (name != null && !name.isBlank()) {
            return ProcessGroupGloo.createDeviceForInterface(name.strip());
        }
        InetAddress address = LocalAddress.choose(meeting);
        return ProcessGroupGloo.createDeviceForHostname(address.getHostAddress());
    }
}
