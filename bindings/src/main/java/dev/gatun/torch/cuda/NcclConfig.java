package dev.gatun.torch.cuda;

import dev.gatun.ffm.NcclRaw;
import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A communicator's configuration. */
final class NcclConfig {
    private NcclConfig() {}

    /** No call waits: NCCL 2.14's configuration, for which newer versions take their defaults where they have more. */
    static MemorySegment nonBlocking(Arena arena) {
        MemorySegment config = arena.allocate(NcclRaw.ncclConfig_t);
        config.set(ValueLayout.JAVA_LONG, offset("size"), config.byteSize());
        config.set(ValueLayout.JAVA_INT, offset("magic"), NcclRaw.NCCL_API_MAGIC);
        config.set(ValueLayout.JAVA_INT, offset("version"), NcclRaw.GATUN_NCCL_CONFIG_VERSION);
        config.set(ValueLayout.JAVA_INT, offset("blocking"), 0);
        config.set(ValueLayout.JAVA_INT, offset("unused"), NcclRaw.NCCL_CONFIG_UNDEF_INT);
        return config;
    }

    private static long offset(String field) {
        return NcclRaw.ncclConfig_t.byteOffset(PathElement.groupElement(field));
    }
}
