package dev.gatun.hart.system;

import dev.gatun.hart.train.RunException;
import dev.gatun.nn.Module;
import dev.gatun.nn.checkpoint.SafeTensorsFile;
import dev.gatun.nn.checkpoint.SafeTensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** A trained part as one file of a run's folder. */
final class SavedPart {
    private SavedPart() {}

    static void write(Path folder, String name, Module part) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new RunException("cannot make the folder " + folder + ": " + e.getMessage(), e);
        }
        SafeTensorsWriter.write(folder.resolve(name), part.stateDict(), Map.of("format", "pt"));
    }

    static void read(Path folder, String name, Module part) {
        try (SafeTensorsFile weights = new SafeTensorsFile(folder.resolve(name))) {
            part.loadStateDict(weights, true);
        }
    }
}
