package dev.gatun.nn.distributed;

import dev.gatun.nn.Parameter;
import dev.gatun.nn.checkpoint.SafeTensorsFile;
import dev.gatun.nn.optim.Optimizer;
import dev.gatun.nn.optim.OptimizerState;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The state of an optimizer that is divided among ranks, in files: tensors under the numbers of whole parameters, and for each
 * which of its elements they are about.
 */
final class ShardedState {
    static final String WHOLE_FILE = "optimizer.safetensors";
    private static final String RANGE = "elements.";
    private static final Pattern STATE = Pattern.compile("state\\.(\\d{1,9})\\.(.+)");
    private static final Pattern RANK_FILE = Pattern.compile("optimizer-\\d{1,9}-of-(\\d{1,9})\\.safetensors");

    private ShardedState() {}

    static String file(int rank, int size) {
        return "optimizer-" + rank + "-of-" + size + ".safetensors";
    }

    /** The state of {@code own}, an optimizer of {@code shards} of the parameters of {@code whole}. */
    static OptimizerState named(Optimizer own, Optimizer whole, List<Shard> shards) {
        Map<Parameter, Integer> numbers = numbers(whole);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        Map<String, String> values = new LinkedHashMap<>(own.state().values());
        for (Shard shard : shards) {
            int number = numbers.get(shard.slot().parameter());
            own.stateOf(shard.part()).forEach((name, tensor) -> tensors.put("state." + number + "." + name, tensor));
            values.put(RANGE + number, shard.from() + "-" + shard.to());
        }
        return new OptimizerState(tensors, values);
    }

    private static Map<Parameter, Integer> numbers(Optimizer optimizer) {
        Map<Parameter, Integer> numbers = new IdentityHashMap<>();
        optimizer.parameters().forEach(parameter -> numbers.put(parameter, numbers.size()));
        return numbers;
    }

    /** Loads into {@code own} what it needs; {@code shards} is null if its parameters are whole. */
    static void load(Path folder, Optimizer whole, Optimizer own, List<Shard> shards) {
        List<SafeTensorsFile> files = new ArrayList<>();
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            for (Path path : paths(folder)) {
                files.add(Files.isWritable(path) ? SafeTensorsFile.mapped(path) : new SafeTensorsFile(path));
            }
            Map<Parameter, Integer> numbers = numbers(whole);
            Map<Integer, List<StatePieces.Piece>> pieces = pieces(files, whole.parameters());
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            List<Parameter> parts = own.parameters();
            Map<Parameter, Shard> byPart = new IdentityHashMap<>();
            if (shards != null) {
                shards.forEach(shard -> byPart.put(shard.part(), shard));
            }
            for (int i = 0; i < parts.size(); i++) {
                Parameter part = parts.get(i);
                Shard shard = byPart.get(part);
                int number = numbers.get(shard == null ? part : shard.slot().parameter());
                long from = shard == null ? 0 : shard.from();
                String prefix = "state." + i + ".";
                new StatePieces(number, pieces.getOrDefault(number, List.of()), whole.partUnit())
                        .range(from, part)
                        .forEach((name, tensor) -> tensors.put(prefix + name, tensor));
            }
            own.loadState(new OptimizerState(tensors, files.getFirst().metadata()));
        } finally {
            files.forEach(SafeTensorsFile::close);
        }
    }

    /** All that a folder has for each parameter number. */
    private static Map<Integer, List<StatePieces.Piece>> pieces(
            List<SafeTensorsFile> files, List<Parameter> parameters) {
        Map<Integer, List<StatePieces.Piece>> all = new HashMap<>();
        for (SafeTensorsFile file : files) {
            Map<Integer, Map<String, Tensor>> byNumber = new LinkedHashMap<>();
            for (String name : file.names()) {
                Matcher parts = STATE.matcher(name);
                int number = parts.matches() ? Integer.parseInt(parts.group(1)) : parameters.size();
                if (number >= parameters.size()) {
                    throw new IllegalArgumentException("the optimizer state has '" + name + "', but there are "
                            + parameters.size() + " parameters: it was saved for another model");
                }
                byNumber.computeIfAbsent(number, _ -> new LinkedHashMap<>()).put(parts.group(2), file.load(name));
            }
            byNumber.forEach((number, tensors) -> {
                long numel = parameters.get(number).numel();
                String[] range = file.metadata()
                        .getOrDefault(RANGE + number, "0-" + numel)
                        .split("-");
                all.computeIfAbsent(number, _ -> new ArrayList<>())
                        .add(new StatePieces.Piece(Long.parseLong(range[0]), Long.parseLong(range[1]), tensors));
            });
        }
        return all;
    }

    /** The files of all ranks, or the one file of undivided state. */
    private static List<Path> paths(Path folder) {
        Path whole = folder.resolve(WHOLE_FILE);
        if (Files.isRegularFile(whole)) {
            return List.of(whole);
        }
        int size = savedRanks(folder);
        List<Path> paths = new ArrayList<>();
        for (int rank = 0; rank < size; rank++) {
            Path path = folder.resolve(file(rank, size));
            if (!Files.isRegularFile(path)) {
                throw new IllegalArgumentException("the state of " + size + " ranks was saved in " + folder + ", but "
                        + path.getFileName() + " is missing: copy it there, or resume from another checkpoint");
            }
            paths.add(path);
        }
        return paths;
    }

    private static int savedRanks(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            List<Integer> sizes = entries.map(
                            path -> RANK_FILE.matcher(path.getFileName().toString()))
                    .filter(Matcher::matches)
                    .map(name -> Integer.valueOf(name.group(1)))
                    .distinct()
                    .toList();
            if (sizes.size() != 1) {
                throw new IllegalArgumentException(folder + " has "
                        + (sizes.isEmpty() ? "no optimizer state" : "the states of runs with " + sizes + " ranks")
                        + ": expected " + WHOLE_FILE + ", or " + file(0, 4) + " and so on");
            }
            return sizes.getFirst();
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot list " + folder + ": " + e.getMessage(), e);
        }
    }
}
