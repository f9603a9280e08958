package dev.gatun.apps.fuzz;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/** Spoils one to three arguments of a call that was valid. */
final class Hostile {
    private static final String[] INTEGERS = {
        "0",
        "-1",
        "1",
        "2",
        "3",
        "7",
        "100",
        "-100",
        "2147483647",
        "-2147483648",
        "2147483648",
        "4294967296",
        "1099511627776",
        "1152921504606846976",
        "4611686018427387904",
        "9223372036854775807",
        "-9223372036854775808",
        "-4611686018427387904"
    };
    private static final String[] REALS = {
        "0.0", "-1.0", "NaN", "Infinity", "-Infinity", "1.0E308", "4.9E-324", "-0.0", "1.0E18", "-3.5"
    };
    private static final String[] SIZES = {
        "",
        "0",
        "0,3",
        "3,0",
        "2,0,4",
        "1",
        "1,1,1",
        "5",
        "7,3",
        "2,3,4",
        "1,2,4,4",
        "1,1,2,2,2",
        "2,2,2,2,2,2",
        "64,64",
        "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1",
        "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1",
        "0,0,0,0"
    };
    private static final String[] HUGE_SIZES = {"1099511627776:meta", "4611686018427387904,0", "100000", "70000,9"};
    private static final String[] DTYPES = {
        "float32",
        "float64",
        "float16",
        "bfloat16",
        "int64",
        "int32",
        "int16",
        "int8",
        "uint8",
        "bool",
        "complex64",
        "complex128",
        "complex32",
        "quint8",
        "qint8",
        "qint32",
        "uint16",
        "uint32",
        "uint64",
        "float8_e5m2",
        "float8_e4m3fn"
    };
    private static final String[] CHANGES = {
        ":t", ":t", ":expand", ":expand", ":step", ":coo", ":csr", ":csc", ":bsr", ":bsc", ":mkldnn", ":nested",
        ":meta", ":meta", ":grad", ":conj", ":neg", ":closed", ":pc"
    };
    private static final String[] FILLS = {
        ":v-1",
        ":v0",
        ":v100",
        ":v-100",
        ":v1e6",
        ":v1e12",
        ":v-1e12",
        ":v9.3e18",
        ":v-9.3e18",
        ":vNaN",
        ":vInfinity",
        ":v3",
        ":m5"
    };

    private final RandomGenerator random;

    private Hostile(RandomGenerator random) {
        this.random = random;
    }

    static List<String> spoil(FuzzOp op, List<String> valid, RandomGenerator random) {
        if (valid.isEmpty()) {
            return valid;
        }
        List<String> spoilt = new ArrayList<>(valid);
        Hostile hostile = new Hostile(random);
        int times = 1 + random.nextInt(10) / 5 + random.nextInt(10) / 7;
        for (int i = 0; i < times; i++) {
            int at = random.nextInt(valid.size());
            spoilt.set(at, hostile.argument(op, at, spoilt.get(at)));
        }
        return spoilt;
    }

    private String pick(String... choices) {
        return choices[random.nextInt(choices.length)];
    }

    private String argument(FuzzOp op, int at, String valid) {
        FuzzOp.Parameter p = op.parameters().get(at);
        return switch (p.type().getSimpleName()) {
            case "Tensor" -> at > 0 && random.nextInt(12) == 0 ? alias(op, at, valid) : tensor(valid);
            case "Tensor[]" -> tensors(valid);
            case "Scalar" -> pick(pick(INTEGERS), pick(REALS), "true", nullRarely(valid));
            case "Scalar[]" -> pick("[]", "[" + pick(INTEGERS) + "]", "[" + pick(REALS) + ",1]", nullRarely(valid));
            case "long" -> pick(INTEGERS);
            case "Long" -> pick(pick(INTEGERS), "None");
            case "long[]" -> integers(valid);
            case "double" -> pick(REALS);
            case "Double" -> pick(pick(REALS), "None");
            case "double[]" -> pick("[]", "[" + pick(REALS) + "]", "[" + pick(REALS) + ",1.0]", nullRarely(valid));
            case "boolean" -> valid.equals("true") ? "false" : "true";
            case "Boolean" -> pick("true", "false", "None");
            case "boolean[]" ->
                pick("[]", "[true]", valid.replace("true", "false"), valid.replace("false", "true"), nullRarely(valid));
            case "String" ->
                pick("''", "'nonsense'", "'\u0000'", "'ij,jk->zz'", "'" + "x".repeat(1000) + "'", nullRarely(valid));
            case "DType" -> pick(pick(DTYPES), nullRarely(valid));
            case "Layout" ->
                pick("STRIDED", "SPARSE_COO", "SPARSE_CSR", "MKLDNN", "SPARSE_BSC", "JAGGED", nullRarely(valid));
            case "MemoryFormat" ->
                pick("CONTIGUOUS", "PRESERVE", "CHANNELS_LAST", "CHANNELS_LAST_3D", nullRarely(valid));
            case "Device" -> pick("meta", "cuda:0", "cuda:99", "cpu", nullRarely(valid));
            case "TensorOptions" -> pick("None", pick(DTYPES) + "/" + pick("-", "cpu", "meta", "cuda:0"));
            default -> "None";
        };
    }

    private String nullRarely(String otherwise) {
        return random.nextInt(4) == 0 ? "None" : otherwise;
    }

    private String alias(FuzzOp op, int at, String valid) {
        for (int i = 0; i < at; i++) {
            if (op.parameters().get(i).isTensor()) {
                return "=" + i;
            }
        }
        return valid;
    }

    private String tensor(String valid) {
        if (valid.equals("None") || valid.startsWith("=")) {
            return pick(DTYPES) + "[" + pick(SIZES) + "]";
        }
        int open = valid.indexOf('[');
        int close = valid.indexOf(']');
        String dtype = valid.substring(0, open);
        String sizes = valid.substring(open, close + 1);
        String rest = valid.substring(close + 1);
        return switch (random.nextInt(16)) {
            case 0, 1, 2 -> dtype + "[" + pick(SIZES) + "]" + rest;
            case 3 -> dtype + otherSizes(sizes) + rest;
            case 4, 5 -> pick(DTYPES) + sizes + rest;
            case 6, 7, 8 -> valid + pick(CHANGES);
            case 9, 10, 11 -> dtype + sizes + layoutOf(rest) + pick(FILLS);
            case 12 -> "None";
            case 13 -> huge(dtype);
            default -> pick(DTYPES) + "[" + pick(SIZES) + "]" + (random.nextInt(3) == 0 ? pick(CHANGES) : "");
        };
    }

    private String huge(String dtype) {
        String[] parts = pick(HUGE_SIZES).split(":");
        return dtype + "[" + parts[0] + "]" + (parts.length > 1 ? ":" + parts[1] : "");
    }

    /** One size changed, added or dropped. */
    private String otherSizes(String sizes) {
        String inner = sizes.substring(1, sizes.length() - 1);
        List<String> items = new ArrayList<>(inner.isEmpty() ? List.of() : Arrays.asList(inner.split(",")));
        int at = random.nextInt(items.size() + 1);
        if (at == items.size()) {
            items.add(pick("0", "1", "2", "5"));
        } else if (random.nextInt(3) == 0) {
            items.remove(at);
        } else {
            items.set(at, pick("0", "1", "2", "3", "5", "9"));
        }
        return "[" + String.join(",", items) + "]";
    }

    /** What is left of the colons' parts when the elements are given anew. */
    private static String layoutOf(String rest) {
        return rest.replaceAll(":[mdv][-+0-9.,eE]+", "");
    }

    private String tensors(String valid) {
        List<String> items = new ArrayList<>(
                valid.length() <= 2 || valid.equals("None")
                        ? List.of()
                        : Arrays.asList(valid.substring(1, valid.length() - 1).split("\\|")));
        switch (random.nextInt(8)) {
            case 0 -> items.clear();
            case 1 -> items.add(pick(DTYPES) + "[" + pick(SIZES) + "]");
            case 2 -> {
                if (!items.isEmpty()) {
                    items.removeLast();
                }
            }
            default -> {
                if (!items.isEmpty()) {
                    int at = random.nextInt(items.size());
                    items.set(at, tensor(items.get(at)));
                }
            }
        }
        return random.nextInt(20) == 0 ? "None" : "[" + String.join("|", items) + "]";
    }

    private String integers(String valid) {
        if (valid.equals("None") || random.nextInt(6) == 0) {
            return pick("[]", "[0]", "[-1]", "[0,0]", "[1,1,1,1,1,1]", "[" + pick(INTEGERS) + "]", nullRarely("[2,2]"));
        }
        String inner = valid.substring(1, valid.length() - 1);
        List<String> items = new ArrayList<>(inner.isEmpty() ? List.of() : Arrays.asList(inner.split(",")));
        switch (items.isEmpty() ? 0 : random.nextInt(6)) {
            case 0 -> items.add(pick(INTEGERS));
            case 1 -> items.removeLast();
            case 2 -> items.replaceAll(item -> pick(INTEGERS));
            default -> items.set(random.nextInt(items.size()), pick(INTEGERS));
        }
        return "[" + String.join(",", items) + "]";
    }
}
