package dev.gatun.apps;

import dev.gatun.hart.config.RunConfig;
import dev.gatun.hart.train.ComputeDevice;
import dev.gatun.hart.train.RunFolder;
import dev.gatun.torch.Device;
import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The option of commands that use what was trained: where to compute. */
final class DeviceOption {
    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            converter = Name.class,
            description = "cpu, cuda or cuda:N. Default: what the run was trained on.")
    private String name;

    /** Refuses what is no device's name. */
    private static final class Name implements ITypeConverter<String> {
        @Override
        public String convert(String value) {
            if (!value.matches(RunConfig.DEVICES)) {
                throw new TypeConversionException("'" + value + "' is no device: give cpu, cuda or cuda:N");
            }
            return value;
        }
    }

    /** The name that was given, or {@code otherwise}. */
    String name(String otherwise) {
        return name == null ? otherwise : name;
    }

    /** The device for this process alone; where none was given, that of the run in {@code folder}. */
    Device of(Path folder) {
        return ComputeDevice.of(name != null ? name : RunFolder.config(folder).device());
    }
}
