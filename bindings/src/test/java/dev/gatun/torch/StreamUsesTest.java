package dev.gatun.torch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.torch.internal.StreamUses;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which tensors a stream hears of while it is the current one of a thread. */
class StreamUsesTest {
    private final List<Long> noted = new ArrayList<>();
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void eachOperandIsNotedOnce() {
        Tensor before = Torch.ones(2);
        Tensor made;
        StreamUses uses = StreamUses.open(noted::add);
        try {
            made = before.add(before);
            before.mul(made);
            made.add_(1);
            Torch.cat(new Tensor[] {made, before, Torch.zeros(1)});
        } finally {
            uses.close();
        }
        before.sum();
        assertThat(noted)
                .hasSize(3)
                .startsWith(before.nativeHandle(), made.nativeHandle())
                .doesNotHaveDuplicates();
        assertThat(StreamUses.current()).isNull();
    }

    @Test
    void aTensorIsNotedForEveryStream() {
        Tensor x = Torch.ones(2);
        for (int i = 0; i < 2; i++) {
            StreamUses uses = StreamUses.open(noted::add);
            x.neg();
            uses.close();
        }
        assertThat(noted).containsExactly(x.nativeHandle(), x.nativeHandle());
    }

    @Test
    void aGraphsCaptureNeedNotHearAndOtherThreadsAreNotHeard() throws ExecutionException, InterruptedException {
        Tensor x = Torch.ones(2).unscoped();
        StreamUses outer = StreamUses.open(noted::add);
        try (x;
                ExecutorService other = Executors.newSingleThreadExecutor()) {
            StreamUses capture = StreamUses.open(null);
            x.neg();
            capture.close();
            other.submit(() -> x.neg().close()).get();
            assertThat(noted).isEmpty();
            x.neg();
            assertThat(noted).hasSize(1);
        } finally {
            outer.close();
        }
    }
}
