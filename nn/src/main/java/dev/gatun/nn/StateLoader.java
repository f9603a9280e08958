package dev.gatun.nn;

import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Fits a {@link StateSource} to a module: first every name, shape and type, then, if all is well, the numbers. */
final class StateLoader {
    private static final int LISTED = 8;

    private final Module module;
    private final StateSource source;
    private final Device home;
    private final Map<String, Parameter> parameters = new LinkedHashMap<>();
    private final List<String> missing = new ArrayList<>();
    private final List<String> wrong = new ArrayList<>();
    private final TreeSet<String> unexpected;

    /** {@code home} is where parts on the meta device are made. */
    StateLoader(Module module, StateSource source, Device home) {
        this.module = module;
        this.source = source;
        this.home = home;
        this.unexpected = new TreeSet<>(source.names());
    }

    LoadReport load(boolean strict) {
        fitParameters();
        Map<String, Tensor> buffers = module.savedBuffers();
        buffers.forEach((name, buffer) -> {
            if (fits(name, buffer)) {
                return;
            }
            missing.add(name);
        });
        LoadReport report = new LoadReport(List.copyOf(missing), List.copyOf(unexpected));
        if (!wrong.isEmpty() || strict && !report.isComplete()) {
            throw new StateDictException(message(report, strict), report, wrong);
        }
        parameters.forEach(this::fill);
        buffers.forEach((name, buffer) -> {
            if (source.names().contains(name)) {
                fill(name, buffer);
            }
        });
        return report;
    }

    /** A tied parameter is found under whichever of its names comes first in the source. */
    private void fitParameters() {
        Map<Parameter, List<String>> names = new IdentityHashMap<>();
        module.allNamedParameters()
                .forEach((name, p) ->
                        names.computeIfAbsent(p, _ -> new ArrayList<>()).add(name));
        module.namedParameters().forEach((first, parameter) -> {
            List<String> present = names.get(parameter).stream()
                    .filter(source.names()::contains)
                    .toList();
            present.forEach(name -> fits(name, parameter.get()));
            if (present.isEmpty()) {
                missing.add(first);
            } else {
                parameters.put(present.getFirst(), parameter);
            }
        });
    }

    private boolean fits(String name, Tensor target) {
        if (!source.names().contains(name)) {
            return false;
        }
        unexpected.remove(name);
        if (!Arrays.equals(target.shape(), source.shape(name))) {
            wrong.add(name + " (shape: expected " + Arrays.toString(target.shape()) + ", got "
                    + Arrays.toString(source.shape(name)) + ")");
        } else if (kind(target.dtype()) != kind(source.dtype(name))) {
            wrong.add(name + " (type: expected " + target.dtype() + ", got " + source.dtype(name) + ")");
        }
        return true;
    }

    private static int kind(DType dtype) {
        return dtype.isFloatingPoint() ? 0 : dtype.isComplex() ? 1 : dtype == DType.BOOL ? 2 : 3;
    }

    private void fill(String name, Parameter parameter) {
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            if (parameter.get().device().equals(Device.META)) {
                parameter.assign(owned(name, parameter.get().dtype()));
            } else {
                source.copyTo(name, parameter.get());
            }
        }
    }

    private void fill(String name, Tensor buffer) {
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            if (buffer.device().equals(Device.META)) {
                module.assignBuffer(name, owned(name, buffer.dtype()));
            } else {
                source.copyTo(name, buffer);
            }
        }
    }

    /** A tensor of {@code dtype} that shares nothing with the source. */
    private Tensor owned(String name, DType dtype) {
        if (source.fresh() && source.dtype(name) == dtype && home.equals(Device.CPU)) {
            return source.load(name);
        }
        Tensor tensor = Torch.empty(source.shape(name), TensorOptions.of(dtype, home));
        source.copyTo(name, tensor);
        return tensor;
    }

    private String message(LoadReport report, boolean strict) {
        StringBuilder text = new StringBuilder(source.describe())
                .append(" does not fit ")
                .append(module.getClass().getSimpleName());
        if (strict) {
            list(text, "missing", report.missing());
            list(text, "unexpected", report.unexpected());
        }
        list(text, "wrong", wrong);
        return text.append("; check that the configuration is the one the weights were saved with")
                .toString();
    }

    private static void list(StringBuilder text, String what, List<String> names) {
        if (!names.isEmpty()) {
            text.append("; ").append(what).append(": ");
            text.append(String.join(", ", names.subList(0, Math.min(LISTED, names.size()))));
            if (names.size() > LISTED) {
                text.append(" and ").append(names.size() - LISTED).append(" more");
            }
        }
    }
}
