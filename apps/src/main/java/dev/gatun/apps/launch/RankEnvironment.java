package dev.gatun.apps.launch;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The variables that tell a rank who it is: torchrun's. */
final class RankEnvironment {
    private final LaunchOptions options;
    private final Map<String, String> own;

    RankEnvironment(LaunchOptions options, Map<String, String> own) {
        this.options = options;
        this.own = own;
    }

    /** Those of one of the {@code localSize} ranks that a round starts on this machine. */
    Map<String, String> of(Round round, int localRank, int localSize, Path errorFile) {
        int rank = round.firstRank() + localRank;
        Map<String, String> all = new HashMap<>();
        all.put("RANK", Integer.toString(rank));
        all.put("LOCAL_RANK", Integer.toString(options.virtualLocalRank ? 0 : localRank));
        all.put("GROUP_RANK", Integer.toString(round.groupRank()));
        all.put("ROLE_RANK", Integer.toString(rank));
        all.put("ROLE_NAME", options.role);
        all.put("LOCAL_WORLD_SIZE", Integer.toString(localSize));
        all.put("WORLD_SIZE", Integer.toString(round.worldSize()));
        all.put("GROUP_WORLD_SIZE", Integer.toString(round.groupSize()));
        all.put("ROLE_WORLD_SIZE", Integer.toString(round.worldSize()));
        all.put("MASTER_ADDR", round.masterAddr());
        all.put("MASTER_PORT", Integer.toString(round.masterPort()));
        all.put("TORCHELASTIC_RESTART_COUNT", Integer.toString(round.number()));
        all.put("TORCHELASTIC_MAX_RESTARTS", Integer.toString(options.maxRestarts));
        all.put("TORCHELASTIC_RUN_ID", options.runId);
        all.put("TORCHELASTIC_USE_AGENT_STORE", round.agentStore() ? "True" : "False");
        all.put(ErrorFile.VARIABLE, errorFile.toString());
        all.put("TORCH_NCCL_ASYNC_ERROR_HANDLING", own.getOrDefault("TORCH_NCCL_ASYNC_ERROR_HANDLING", "1"));
        if (localSize > 1) {
            // Ranks that each took all cores would only be in each other's way.
            all.put("OMP_NUM_THREADS", own.getOrDefault("OMP_NUM_THREADS", "1"));
        }
        if (options.virtualLocalRank) {
            all.put("CUDA_VISIBLE_DEVICES", device(localRank));
        }
        return all;
    }

    private String device(int localRank) {
        String visible = own.get("CUDA_VISIBLE_DEVICES");
        if (visible == null || visible.isBlank()) {
            return Integer.toString(localRank);
        }
        String[] devices = visible.split(",");
        if (localRank >= devices.length) {
            throw new IllegalArgumentException("CUDA_VISIBLE_DEVICES=" + visible + " has no GPU for local rank "
                    + localRank + ": start fewer ranks with --nproc-per-node");
        }
        return devices[localRank].strip();
    }
}
