package dev.gatun.apps.launch;

import java.util.Locale;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Options from variables, as torchrun takes them: {@code PET_NNODES} stands for {@code --nnodes}. Kubeflow sets them. */
final class TorchrunVariables implements IDefaultValueProvider {
    @Override
    public String defaultValue(ArgSpec argument) {
        String value = argument instanceof OptionSpec option ? System.getenv(nameFor(option)) : null;
        // A switch is on for torchrun with any number but 0.
        return value != null && argument.arity().max() == 0 ? Boolean.toString(!value.equals("0")) : value;
    }

    private static String nameFor(OptionSpec option) {
        return "PET_"
                + option.longestName().replaceFirst("^--", "").replace('-', '_').toUpperCase(Locale.ROOT);
    }
}
