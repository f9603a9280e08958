package dev.gatun.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The whole suite of this module once more on each other libtorch, in a JVM of its own. */
class OtherLibtorchTest {
    @TestFactory
    Stream<DynamicTest> theSuitePassesOn() {
        return OtherLibtorchs.each(OtherLibtorchTest::runSuite);
    }

    private static void runSuite(Path folder) throws InterruptedException {
        ChildJvm.Result result = ChildJvm.run(
                List.of("-Dgatun.libtorch=" + folder, "-Dgatun.root=" + System.getProperty("gatun.root")),
                SuiteMain.class);
        assertThat(result.exitCode()).as(result.output()).isZero();
        assertThat(result.output()).containsPattern("libtorch 2\\.1\\d\\.\\d+: [1-9]\\d+ passed, 0 failed");
    }
}
