package dev.gatun.torch.cuda;

import dev.gatun.ffm.NcclRaw;
import dev.gatun.torch.internal.CText;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * NVIDIA's library of collective operations between GPUs ({@code torch.cuda.nccl}), 2.14 or newer. May be used by several
 * threads.
 */
public final class Nccl {
    /** How many bytes an id has that makes processes one group. */
    public static final int UNIQUE_ID_BYTES = NcclRaw.NCCL_UNIQUE_ID_BYTES;

    private static final int MAJOR = 10_000;
    private static final int MINOR = 100;

    final NcclRaw raw;
    final CudaRuntime cuda;

    private static Nccl loaded;

    Nccl(NcclRaw raw, CudaRuntime cuda) {
        this.raw = raw;
        this.cuda = cuda;
    }

    /**
     * The one of this process: the file that {@code GATUN_NCCL} (or the system property {@code gatun.nccl}) names, else the one
     * that libtorch itself uses, else the one in {@code nvidia/nccl/lib} beside a pip install's torch, else the system's.
     *
     * @throws CudaException if there is none, or it is older than 2.14; the message says where it was looked for
     * @throws dev.gatun.torch.TorchException if the loaded libtorch was built without CUDA
     */
    public static synchronized Nccl load() {
        if (loaded == null) {
            CudaRuntime cuda = CudaRuntime.load();
            loaded = new Nccl(new NcclRaw(NcclLibrary.find()), cuda).requireVersion();
        }
        return loaded;
    }

    private Nccl requireVersion() {
        if (versionCode() < NcclRaw.GATUN_NCCL_CONFIG_VERSION) {
            throw new CudaException("NCCL 2.14 or newer is needed, and this is " + version()
                    + ": install a newer one, or name its libnccl.so.2 by GATUN_NCCL");
        }
        return this;
    }

    /** Its version, for example {@code 2.30.7}. */
    public String version() {
        int code = versionCode();
        return code / MAJOR + "." + code % MAJOR / MINOR + "." + code % MINOR;
    }

    private int versionCode() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment version = arena.allocate(ValueLayout.JAVA_INT);
            check(raw.ncclGetVersion(version.address()), "ncclGetVersion", 0);
            return version.get(ValueLayout.JAVA_INT, 0);
        }
    }

    /** A new id, for one process to hand to the others of a group ({@code ncclGetUniqueId}). */
    public byte[] uniqueId() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment id = arena.allocate(NcclRaw.ncclUniqueId);
            check(raw.ncclGetUniqueId(id.address()), "ncclGetUniqueId", 0);
            return id.toArray(ValueLayout.JAVA_BYTE);
        }
    }

    /**
     * Begins to make {@code rank} of {@code size} the member of a group, on this GPU ({@code ncclCommInitRankConfig}). Returns at
     * once: the group may be used when {@link NcclCommunicator#isReady()}, which takes all the ranks.
     *
     * @param id what one of them got from {@link #uniqueId()}
     * @throws CudaException if NCCL refuses
     */
    public NcclCommunicator communicator(byte[] id, int rank, int size, int device) {
        if (id.length != UNIQUE_ID_BYTES) {
            throw new IllegalArgumentException(
                    "an id of NCCL's has " + UNIQUE_ID_BYTES + " bytes, and this one has " + id.length);
        }
        try (CudaRuntime.DeviceGuard _ = cuda.on(device);
                Arena arena = Arena.ofConfined()) {
            MemorySegment comm = arena.allocate(ValueLayout.JAVA_LONG);
            MemorySegment value = arena.allocate(NcclRaw.ncclUniqueId);
            MemorySegment.copy(id, 0, value, ValueLayout.JAVA_BYTE, 0, id.length);
            int status = raw.ncclCommInitRankConfig(
                    comm.address(),
                    size,
                    value,
                    rank,
                    NcclConfig.nonBlocking(arena).address());
            if (status != NcclRaw.ncclInProgress) {
                check(status, "ncclCommInitRankConfig", 0);
            }
            return new NcclCommunicator(this, comm.get(ValueLayout.JAVA_LONG, 0), device);
        }
    }

    /** @throws CudaException for anything but success, with both of NCCL's texts about it */
    void check(int status, String function, long comm) {
        if (status == NcclRaw.ncclSuccess) {
            return;
        }
        String last = CText.at(raw.ncclGetLastError(comm)).strip();
        throw new CudaException(function + ": " + CText.at(raw.ncclGetErrorString(status)) + " (NCCL error " + status
                + ")" + (last.isEmpty() ? "" : "; " + last));
    }
}
