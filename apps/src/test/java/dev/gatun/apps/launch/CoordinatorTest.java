package dev.gatun.apps.launch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.apps.launch.Message.Kind;
import dev.gatun.apps.launch.Rendezvous.Ending;
import dev.gatun.nn.distributed.TcpStore;
import dev.gatun.nn.distributed.TcpStoreServer;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is decided for machines whose launchers this test plays: each thing in the order in which it could go wrong. */
class CoordinatorTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final TcpStoreServer server = new TcpStoreServer(0);
    private Coordinator coordinator;

    private TcpStore connect() {
        return new TcpStore("127.0.0.1", server.port(), LIMIT, LIMIT);
    }

    private void decideFor(int min, int max, boolean isStatic) {
        MultiNode settings = new MultiNode(
                "run",
                min,
                max,
                isStatic,
                "127.0.0.1",
                server.port(),
                true,
                3,
                LIMIT,
                Duration.ofMillis(200),
                Duration.ofSeconds(20));
        coordinator =
                new Coordinator(connect(), settings, () -> 1, new PrintStream(PrintStream.nullOutputStream(), true));
        coordinator.start();
    }

    @AfterEach
    void close() {
        coordinator.close();
        server.close();
    }

    /** A machine with one rank. */
    private final class Machine {
        private final TcpStore store = connect();
        private final int number = Math.toIntExact(store.add(Link.NODES, 1));
        private final Mailbox inbox = new Mailbox(store, Link.inboxOf(number));
        private final Mailbox outbox = new Mailbox(store, Link.outboxOf(number));

        Machine join(int nodeRank, String before) {
            outbox.send(Message.join(new Message.Member("host" + number, 1, nodeRank, before)));
            return this;
        }

        Machine join() {
            return join(-1, "");
        }

        String name() {
            return new String(store.get(Coordinator.NAME), StandardCharsets.UTF_8) + "/" + number;
        }

        Machine ended(Ending ending) {
            outbox.send(Message.ended(null, ending, List.of()));
            return this;
        }

        Machine leave() {
            outbox.send(Message.leave());
            store.add(Link.beatOf(number), 1); // an answer: what was sent before is there
            return this;
        }

        Message next() throws InterruptedException {
            long deadline = System.nanoTime() + LIMIT.toNanos();
            while (true) {
                store.add(Link.beatOf(number), 1);
                Optional<Message> message = inbox.receive();
                if (message.isPresent()) {
                    return message.get();
                }
                assertThat(System.nanoTime()).as("waited too long").isLessThan(deadline);
                Thread.sleep(10);
            }
        }

        Message next(Kind kind) throws InterruptedException {
            Message message = next();
            assertThat(message.kind()).as(message.toString()).isEqualTo(kind);
            return message;
        }
    }

    @Test
    void ranksThatSaveBecauseAnotherMachineComesGoOnWithIt() throws Exception {
        decideFor(1, 2, false);
        Machine first = new Machine().join();
        first.next(Kind.START);
        Machine second = new Machine().join();
        first.next(Kind.STOP);
        first.ended(Ending.SAVED);
        assertThat(first.next(Kind.START).round().groupSize()).isEqualTo(2);
        assertThat(second.next(Kind.START).round().groupRank()).isEqualTo(1);
    }

    @Test
    void ranksThatSaveUnaskedEndTheRunForAll() throws Exception {
        decideFor(2, 2, false);
        Machine first = new Machine().join();
        Machine second = new Machine().join();
        first.next(Kind.START);
        second.next(Kind.START);
        second.ended(Ending.SAVED).leave();
        first.next(Kind.STOP);
        first.ended(Ending.STOPPED);
        assertThat(first.next(Kind.OVER).ending()).isEqualTo(Ending.SAVED);
    }

    @Test
    void aLauncherThatHasSavedAndDecidesTellsTheOthersSoWhenItEnds() throws Exception {
        decideFor(2, 2, false);
        Machine first = new Machine().join();
        Machine second = new Machine().join();
        first.next(Kind.START);
        second.next(Kind.START);
        first.ended(Ending.SAVED).leave();
        Thread closing = Thread.ofPlatform().start(coordinator::close);
        Message message = second.next();
        if (message.kind() == Kind.STOP) {
            message = second.next();
        }
        assertThat(message.ending()).isEqualTo(Ending.SAVED);
        second.leave();
        closing.join();
    }

    @Test
    void aMachineThatComesWhenAllIsDoneRepeatsNothing() throws Exception {
        decideFor(1, 2, false);
        Machine first = new Machine().join();
        first.next(Kind.START);
        Machine late = new Machine();
        first.ended(Ending.SUCCEEDED);
        late.join();
        assertThat(first.next(Kind.OVER).ending()).isEqualTo(Ending.SUCCEEDED);
        assertThat(late.next(Kind.OVER).ending()).isEqualTo(Ending.SUCCEEDED);
    }

    @Test
    void aMachineThatGoesAndTookNoPartStopsNobody() throws Exception {
        decideFor(1, 1, false);
        Machine first = new Machine().join();
        first.next(Kind.START);
        new Machine().join().leave();
        Machine third = new Machine().join(); // when it has been seen, so has the other's leave
        third.leave();
        first.ended(Ending.SUCCEEDED);
        assertThat(first.next(Kind.OVER).ending()).isEqualTo(Ending.SUCCEEDED);
    }

    @Test
    void aMachineThatWasCutOffTakesItsOwnPlaceAndNoOthers() throws Exception {
        decideFor(2, 2, false);
        Machine first = new Machine().join();
        Machine second = new Machine().join();
        first.next(Kind.START);
        second.next(Kind.START);
        Machine stranger = new Machine().join(-1, "a coordinator that was before/" + second.number);
        Machine again = new Machine().join(-1, first.name());
        second.next(Kind.STOP);
        second.ended(Ending.STOPPED);
        assertThat(second.next(Kind.START).round().groupRank()).isZero();
        assertThat(stranger.next(Kind.START).round().groupRank()).isEqualTo(1);
        assertThat(again.number).isGreaterThan(stranger.number);
    }

    @Test
    void ofTwoLaunchersWithOneNumberTheOlderIsToldToEnd() throws Exception {
        decideFor(2, 2, true);
        Machine first = new Machine().join(0, "");
        Machine second = new Machine().join(0, "");
        assertThat(first.next(Kind.LOST).reason()).contains("another launcher with --node-rank 0");
        Machine third = new Machine().join(1, "");
        assertThat(second.next(Kind.START).round().groupRank()).isZero();
        assertThat(third.next(Kind.START).round().groupRank()).isEqualTo(1);
    }
}
