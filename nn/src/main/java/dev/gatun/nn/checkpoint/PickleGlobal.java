package dev.gatun.nn.checkpoint;

import dev.gatun.torch.DType;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a pickle may name: the types of storages, and a few functions, which are not called but understood.
 *
 * @param name Python's name
 * @param storage the element type of a storage type, or null
 * @param function what a call of it makes, or null
 */
record PickleGlobal(String name, DType storage, Call function) {
    private static final Map<String, PickleGlobal> KNOWN = new HashMap<>();

    /** Makes a value of a call's arguments. */
    private interface Call {
        Object of(List<?> arguments);
    }

    static {
        storage("Float", DType.FLOAT32);
        storage("Double", DType.FLOAT64);
        storage("Half", DType.FLOAT16);
        storage("BFloat16", DType.BFLOAT16);
        storage("Long", DType.INT64);
        storage("Int", DType.INT32);
        storage("Short", DType.INT16);
        storage("Char", DType.INT8);
        storage("Byte", DType.UINT8);
        storage("Bool", DType.BOOL);
        function("collections.OrderedDict", PickleGlobal::orderedDict);
        function("torch._utils._rebuild_tensor", TorchTensor::of);
        function("torch._utils._rebuild_tensor_v2", TorchTensor::of);
        function("torch._utils._rebuild_parameter", PickleGlobal::parameter);
    }

    private static void storage(String type, DType dtype) {
        String name = "torch." + type + "Storage";
        KNOWN.put(name, new PickleGlobal(name, dtype, null));
    }

    private static void function(String name, Call call) {
        KNOWN.put(name, new PickleGlobal(name, null, call));
    }

    static PickleGlobal named(String module, String name) {
        PickleGlobal global = KNOWN.get(module + "." + name);
        if (global == null) {
            throw new PickleException("it names " + printable(module + "." + name)
                    + ", which no file of weights needs and which could do anything: refused");
        }
        return global;
    }

    private static String printable(String name) {
        String cut = name.length() > 100 ? name.substring(0, 100) + "…" : name;
        return cut.replaceAll("\\p{Cntrl}", "?");
    }

    Object apply(List<?> arguments) {
        if (function == null) {
            throw new PickleException(name + " is called, which is not a function");
        }
        return function.of(arguments);
    }

    private static Object orderedDict(List<?> arguments) {
        if (!arguments.isEmpty()) {
            throw new PickleException("collections.OrderedDict is called with arguments");
        }
        return new LinkedHashMap<>();
    }

    private static Object parameter(List<?> arguments) {
        if (arguments.isEmpty() || !(arguments.getFirst() instanceof TorchTensor tensor)) {
            throw new PickleException("a parameter has no tensor");
        }
        return tensor;
    }
}
