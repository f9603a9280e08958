package dev.gatun.torch;

import static org.junit.platform.engine.discovery.ClassNameFilter.excludeClassNamePatterns;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectPackage;

import java.io.PrintWriter;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** Runs this module's tests in this JVM, except those that start JVMs themselves, and prints what came of them. */
final class SuiteMain {
    private SuiteMain() {}

    public static void main(String[] args) {
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectPackage("dev.gatun.torch"))
                .filters(excludeClassNamePatterns(".*(Other|Hostile|Abi|TensorLifetime).*"))
                .build();
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherFactory.create().execute(request, listener);
        TestExecutionSummary summary = listener.getSummary();
        summary.printFailuresTo(new PrintWriter(System.out, true), 10);
        System.out.printf(
                "libtorch %s: %d passed, %d failed, %d ops missing%n",
                Torch.version(),
                summary.getTestsSucceededCount(),
                summary.getTestsFailedCount(),
                Torch.ops().stream().filter(op -> !op.present()).count());
        System.exit(summary.getTestsFailedCount() == 0 ? 0 : 1);
    }
}
