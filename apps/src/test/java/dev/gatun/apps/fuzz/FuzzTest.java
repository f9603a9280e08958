package dev.gatun.apps.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A slice of {@code gatun fuzz}: the known valid calls of every op and a few hostile ones. */
class FuzzTest {
    private static final int CALLS_AN_OP = 4;

    @TempDir
    private Path folder;

    private FuzzReport run(int calls, List<String> ops, int only) throws InterruptedException {
        FuzzRun.Options options = new FuzzRun.Options(3, calls, 1, 3072, 10, ops, only, 0);
        return new FuzzRun(options, folder).run(new PrintWriter(System.err));
    }

    @Test
    void noCallEndsTheProcessAndEveryOpIsReached() throws InterruptedException {
        int ops = FuzzOp.all().size();
        FuzzReport report = run(ops * CALLS_AN_OP, List.of(), -1);
        assertThat(report.findings()).isEmpty();
        assertThat(report.calls()).isGreaterThan(ops * CALLS_AN_OP * 9L / 10);
        assertThat(report.total(Outcome.FAILED) + report.total(Outcome.SUCCEEDED))
                .as("calls that reach libtorch")
                .isGreaterThan(report.calls() / 2);
        assertThat(report.surprises()).isEmpty();
    }

    @Test
    void argumentsFollowFromSeedOpAndNumberAlone() {
        List<FuzzOp> ops = FuzzOp.all();
        Calls calls = new Calls(7);
        Calls again = new Calls(7);
        Calls other = new Calls(8);
        for (FuzzOp op : ops.subList(0, 200)) {
            for (int number = 0; number < 20; number++) {
                assertThat(again.arguments(op, number)).isEqualTo(calls.arguments(op, number));
            }
        }
        assertThat(ops).anySatisfy(op -> assertThat(other.arguments(op, 9)).isNotEqualTo(calls.arguments(op, 9)));
    }

    @Test
    void oneCallCanBeMadeAgain() throws InterruptedException {
        FuzzReport report = run(200_000, List.of("aten::mm"), 0);
        assertThat(report.calls()).isEqualTo(1);
        assertThat(report.total(Outcome.SUCCEEDED)).isEqualTo(1);
    }
}
