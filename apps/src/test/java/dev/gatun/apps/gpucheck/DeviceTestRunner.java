package dev.gatun.apps.gpucheck;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestTag;
import org.junit.platform.engine.discovery.ClassNameFilter;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * No test: the program that runs tests of GPUs without Maven, for {@code gatun gpu-check}. Arguments: {@code device} for the
 * golden tests, which run on the device that {@code gatun.test.device} names, or {@code gpu} for the tests that need a GPU; the
 * file for the results, as {@link TestResult}s in JSON; where the tests' classes are.
 */
final class DeviceTestRunner implements TestExecutionListener {
    private static final String GOLDEN = "device";
    private static final String GPU = ".*(Gpu\\w*|CudaSnippets)Test";

    private final List<TestResult> results = new ArrayList<>();
    private long begin;

    private DeviceTestRunner() {}

    public static void main(String[] args) throws IOException {
        boolean golden = args[0].equals(GOLDEN);
        Set<Path> roots = new TreeSet<>();
        Arrays.stream(args).skip(2).map(Path::of).forEach(roots::add);
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(DiscoverySelectors.selectClasspathRoots(roots))
                .filters(ClassNameFilter.includeClassNamePatterns(golden ? ".*Test" : GPU), (PostDiscoveryFilter)
                        test -> FilterResult.includedIf(!golden || isTagged(test)))
                .build();
        DeviceTestRunner listener = new DeviceTestRunner();
        LauncherFactory.create().execute(request, listener);
        new ObjectMapper().writeValue(Path.of(args[1]).toFile(), listener.results);
        // Libraries may have threads that wait for ever.
        System.exit(0);
    }

    private static boolean isTagged(TestDescriptor test) {
        return test.getTags().contains(TestTag.create(GOLDEN));
    }

    @Override
    public void executionStarted(TestIdentifier test) {
        begin = System.nanoTime();
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        add(test, TestResult.Status.SKIPPED, reason);
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        String message = result.getThrowable().map(Throwable::toString).orElse("");
        switch (result.getStatus()) {
            case SUCCESSFUL -> {
                if (test.isTest()) {
                    add(test, TestResult.Status.PASSED, "");
                }
            }
            case ABORTED -> add(test, TestResult.Status.SKIPPED, message);
            case FAILED -> add(test, TestResult.Status.FAILED, message);
        }
    }

    private void add(TestIdentifier test, TestResult.Status status, String message) {
        String name = test.getSource()
                .filter(MethodSource.class::isInstance)
                .map(MethodSource.class::cast)
                .map(method -> simple(method.getClassName()) + "." + method.getMethodName() + " ")
                .orElse("");
        double seconds = (System.nanoTime() - begin) / 1e9;
        results.add(new TestResult(name + test.getDisplayName(), status, seconds, message));
        System.out.println(status + " " + name + test.getDisplayName());
        if (status == TestResult.Status.FAILED) {
            System.out.println("  " + message);
        }
    }

    private static String simple(String className) {
        return className.substring(className.lastIndexOf('.') + 1);
    }
}
