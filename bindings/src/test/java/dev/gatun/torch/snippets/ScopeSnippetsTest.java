package dev.gatun.torch.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.torch.Memory;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What the javadoc shows of scopes and memory, run as it stands there. */
class ScopeSnippetsTest {
    @Test
    void promote() {
        try (Scope outer = Scope.open()) {
            Tensor x = Torch.randn(2, 3);
            Tensor w = Torch.randn(3, 4);
            // @start region="promote"
            Tensor result;
            try (Scope scope = Scope.open()) {
                Tensor hidden = x.matmul(w).relu();
                result = scope.promote(hidden.softmax(-1));
            } // hidden and everything between is freed here; result belongs to the enclosing scope
            // @end
            assertThat(outer.size()).isEqualTo(3);
            assertThat(result.isClosed()).isFalse();
        }
    }

    @Test
    void adopt() throws Exception {
        BlockingQueue<Tensor> queue = new ArrayBlockingQueue<>(1);
        CompletableFuture<Void> producer = CompletableFuture.runAsync(() -> {
            try (Scope scope = Scope.open()) {
                Tensor batch = Torch.ones(2, 3);
                // @start region="send"
                queue.put(scope.promote(batch).unscoped()); // from now on any thread may use it
                // @end
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        try (Scope scope = Scope.open()) {
            // @start region="adopt"
            Tensor batch = scope.adopt(queue.take()); // dies with this scope, unless it is promoted
            // @end
            assertThat(batch.sum().item().longValue()).isEqualTo(6);
            assertThat(scope.size()).isEqualTo(2);
        }
        producer.join();
    }

    @Test
    void memory() {
        try (Scope _ = Scope.open()) {
            String report;
            try {
                // @start region="memory"
                Memory.recordSites(true);
                Tensor kept = Torch.zeros(1 << 20);
                long bytes = Memory.statistics().liveBytes(); // 4 MiB more than before
                report = Memory.report(); // names the line that made kept
                // @end
                assertThat(bytes).isGreaterThanOrEqualTo(4 * kept.numel());
            } finally {
                Memory.recordSites(false);
            }
            assertThat(report).contains("ScopeSnippetsTest.memory");
        }
    }
}
