package dev.gatun.apps.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.torch.Scope;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** That the benchmarks do what they say; how fast they are is no test's business. */
class InteropTest {
    @ParameterizedTest
    @EnumSource
    void everyPeerRunsEveryWorkloadAndKeepsNothing(Workload workload) throws Throwable {
        long before = Scope.unclosedTensors();
        GatunOps gatun = new GatunOps();
        gatun.workload = workload;
        gatun.open();
        gatun.gatun();
        gatun.close();
        CppLoop cpp = new CppLoop();
        cpp.workload = workload;
        cpp.open();
        cpp.cpp();
        cpp.close();
        DispatcherOps dispatcher = new DispatcherOps();
        dispatcher.workload = workload;
        dispatcher.open();
        dispatcher.dispatcher();
        dispatcher.close();
        JavaCppOps javacpp = new JavaCppOps();
        javacpp.workload = workload;
        javacpp.open();
        javacpp.javacpp();
        javacpp.close();
        assertThat(Scope.unclosedTensors()).isEqualTo(before);
    }

    @Test
    void transfersMoveTheData() {
        Transfers transfers = new Transfers();
        transfers.bytes = 4096;
        transfers.open();
        transfers.memcpy();
        transfers.fromMemorySegment();
        transfers.toMemorySegment();
        transfers.fromFloatArray();
        transfers.toFloatArray();
        transfers.newTensorOfArray();
        transfers.close();
    }

    @Test
    void partsOfACallRun() {
        CallCosts costs = new CallCosts();
        costs.open();
        costs.downcall();
        costs.upcall();
        assertThat(costs.scope().size()).isZero();
        costs.handle();
        assertThat(costs.shape()).containsExactly(2, 3);
        costs.close();
    }

    @Test
    void theReportHoldsEveryFigureItsRatioAndThePlots(@TempDir Path folder) throws Exception {
        Results results = new Results();
        for (Workload workload : Workload.values()) {
            results.add(Results.op("cpp", workload, 1), 1000);
            results.add(Results.op("gatun", workload, 1), 1300);
            results.add(Results.op("gatun", workload, 1), 1050);
        }
        for (Workload workload : List.of(Workload.MUL_1, Workload.MM_8)) {
            results.add(Results.onTheClock(Results.op("gatun", workload, 2)), 2500);
            results.add(Results.onTheClock(Results.op("cpp", workload, 2)), 2000);
        }
        for (String part : List.of("downcall", "upcall", "scope", "handle", "shape")) {
            results.add(part, 7);
        }
        for (String transfer : List.of(
                "memcpy",
                "fromMemorySegment",
                "toMemorySegment",
                "fromFloatArray",
                "toFloatArray",
                "newTensorOfArray")) {
            for (int bytes : List.of(4096, 1 << 20, 1 << 26)) {
                results.add(transfer + " " + bytes, transfer.equals("memcpy") ? bytes / 10.0 : bytes / 8.0);
            }
        }
        new Startup(true).measure(results);
        StringWriter said = new StringWriter();
        List<String> plots = Plots.draw(results, folder, new PrintWriter(said, true));
        String page = InteropReport.write(results, Map.of("rounds", "1"), plots, folder);
        assertThat(page).contains("| mul, 1 element | 1,050 (1.05) | 1,000 |", "| mm, 8 x 8 | 2,500 (1.25) | 2,000 |");
        assertThat(page).contains("- rounds: 1\n");
        assertThat(page).contains("| 4096 | 10.0 (1.00) | 8.0 (0.80) |", "JVM start to first op");
        assertThat(Files.readString(folder.resolve("interop.json"))).contains("\"best_ns\" : 1050.0", "processor");
        if (said.toString().isEmpty()) {
            assertThat(plots)
                    .allSatisfy(plot -> assertThat(folder.resolve(plot)).isNotEmptyFile());
        } else {
            assertThat(said.toString()).contains("apt-get install");
        }
    }
}
