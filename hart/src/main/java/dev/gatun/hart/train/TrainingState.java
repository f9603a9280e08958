package dev.gatun.hart.train;

import dev.gatun.hart.config.RunConfig;
import dev.gatun.hart.report.ReportException;
import dev.gatun.hart.report.RunReport;
import dev.gatun.torch.Torch;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** How the training of a stage comes from its checkpoints and goes into them, on all ranks together. */
final class TrainingState implements AutoCloseable {
    private final RunFolder folder;
    private final String stage;
    private final int threads;
    private final World world;
    private final Progress progress;
    private final Checkpoints checkpoints;
    private final CheckpointWriter writer;

    TrainingState(RunFolder folder, RunConfig config, String stage, int threads, World world, Progress progress) {
        this.folder = folder;
        this.stage = stage;
        this.threads = threads;
        this.world = world;
        this.progress = progress;
        // All ranks write into the same folder until a checkpoint is whole.
        String writing = world.fromFirst("" + ProcessHandle.current().pid());
        checkpoints = new Checkpoints(folder.resolve("checkpoints"), writing);
        writer = new CheckpointWriter(
                checkpoints,
                config.checkpoint().keep(),
                Duration.ofSeconds(config.distributed().timeout()),
                this::report);
    }

    /** Puts the newest whole checkpoint back, if there is one; returns the steps that are done. */
    long restore(Objective objective, Learner learner, long seed) {
        String name = world.inTurn("looking for a checkpoint", () -> {
            if (!world.isFirst()) {
                return "";
            }
            checkpoints.deletePartials();
            Path newest = checkpoints.newest(stage, progress::message);
            return newest == null ? "" : newest.getFileName().toString();
        });
        name = world.fromFirst(name);
        if (name.isEmpty()) {
            reseed(seed, 0);
            return 0;
        }
        Checkpoint.State state = Checkpoint.load(checkpoints.path(name), objective, learner);
        if (world.rank() < state.rng().size()) {
            RandomState.restore(state.rng().get(world.rank()), world.device());
        } else {
            reseed(seed, state.step());
        }
        warnOfOthers(state);
        return state.step();
    }

    /** Ranks draw different numbers; the first goes on as one process alone would. */
    private void reseed(long seed, long step) {
        if (!world.isFirst()) {
            Torch.manualSeed(seed + 1_000_000_007L * world.rank() + 31 * step);
        }
    }

    private void warnOfOthers(Checkpoint.State state) {
        if (state.threads() != threads
                || !state.libtorch().equals(Torch.version())
                || state.rng().size() != world.size()) {
            progress.message("warning: the checkpoint was made with libtorch " + state.libtorch() + ", "
                    + state.threads() + " threads and " + state.rng().size() + " ranks, this is " + Torch.version()
                    + " with " + threads + " and " + world.size() + ": results may differ in their last bits");
        }
    }

    /** Copies everything and returns; the copy is written meanwhile. */
    void save(long step, Objective objective, Learner learner) {
        writer.await(); // before the copy: there is memory for one
        List<byte[]> rng = world.gather(RandomState.now(world.device()));
        Checkpoint.State now = new Checkpoint.State(stage, step, threads, Torch.version(), rng);
        Snapshot snapshot = new Snapshot(now, objective, learner, world);
        if (!snapshot.isEmpty()) {
            writer.save(snapshot);
        }
    }

    /** Throws what went wrong with a checkpoint that was written meanwhile. */
    void check() {
        writer.check();
    }

    /** Returns when the last checkpoint is on the disk. */
    void await() {
        world.together("writing the last checkpoint", () -> {
            writer.await();
            return true;
        });
    }

    /** The page about the run so far. A run does not fail for it. */
    private void report() {
        try {
            RunReport.write(folder.path());
        } catch (ReportException e) {
            progress.message("warning: " + e.getMessage());
        }
    }

    @Override
    public void close() {
        writer.close();
    }
}
