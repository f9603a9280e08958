package dev.gatun.apps.launch;

import java.util.Locale;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Options from variables, as torchrun takes them: {@code PET_NNODES} stands for {@code --nnodes}. Kubeflow sets them. */
final class TorchrunVariables implements IDefaultValueProvider {
    @Override
    public String defaultValue(ArgSpec argument) {
        return argument instanceof OptionSpec option ? System.getenv(nameFor(option)) : null;
    }

    private static String nameFor(OptionSpec option) {
        return "PET_"
                + option.longestName().replaceFirst("^--", "").replace('-', '_').toUpperCase(Locale.ROOT);
    }
}
