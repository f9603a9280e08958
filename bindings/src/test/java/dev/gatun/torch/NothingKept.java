package dev.gatun.torch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A scope around each test, after which no tensor of it is alive and no Java object of it is known to C++. */
abstract class NothingKept {
    private static final long PATIENCE_NANOS = 10_000_000_000L;

    /** The scope of the test that runs. */
    protected Scope scope;

    private int liveObjects;
    private long liveTensors;

    @BeforeEach
    void open() {
        liveObjects = Upcalls.live();
        liveTensors = notFreedByHand();
        scope = Scope.open();
    }

    @AfterEach
    void close() throws InterruptedException {
        scope.close();
        // A thread of libtorch's may still hold the end of a graph for a moment after the pass has returned. Not waited
        // for
        // with the collector's help, which would take back what a test lost.
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (Upcalls.live() != liveObjects && System.nanoTime() < deadline) {
            Thread.sleep(1);
        }
        assertThat(Upcalls.live()).isEqualTo(liveObjects);
        assertThat(notFreedByHand()).isEqualTo(liveTensors);
    }

    /** Tensors alive, with those that the collector has taken back meanwhile, which other tests lost. */
    private static long notFreedByHand() {
        return Scope.unclosedTensors();
    }
}
