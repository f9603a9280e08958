package dev.gatun.apps.fuzz;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Draws arguments that an op might accept: tensors of a call share a few shapes and a dtype, numbers and lists follow
 * the arguments' names. Whatever libtorch accepts of this becomes a line of {@code valid-calls.txt}.
 */
final class Plausible {
    private static final String[] SHAPES = {
        "",
        "1",
        "2",
        "3",
        "4",
        "6",
        "2,2",
        "2,3",
        "3,2",
        "3,3",
        "4,4",
        "1,4",
        "2,2,2",
        "2,3,4",
        "2,4,4",
        "3,3,3",
        "1,2,4,4",
        "2,2,4,4",
        "2,2,2,2",
        "1,1,4,4",
        "1,2,4,4,4",
        "2,2,2,2,2",
        "8",
        "0",
        "16,16",
        "2,4"
    };
    private static final String[] DTYPES = {
        "float32",
        "float32",
        "float32",
        "float32",
        "float64",
        "int64",
        "int32",
        "bool",
        "complex64",
        "bfloat16",
        "quint8",
        "qint8",
        "uint8",
        "int8",
        "float16"
    };
    private static final String[] LAYOUTS = {
        "", "", "", "", "", "", "", "", "", "", "", "", "", "", ":coo", ":csr", ":csc", ":bsr", ":mkldnn", ":grad"
    };

    private static final Hints HINTS = new Hints();

    private final RandomGenerator random;
    private final Map<String, String[]> hints;
    private final List<String> shapes = new ArrayList<>();
    private final boolean isNested;
    private final String dtype;
    private final String layout;

    private Plausible(FuzzOp op, RandomGenerator random) {
        this.random = random;
        this.hints = HINTS.of(op.name());
        this.isNested = op.name().contains("nested") || op.name().contains("jagged");
        int kinds = 1 + random.nextInt(3);
        for (int i = 0; i < kinds; i++) {
            shapes.add(pick(SHAPES));
        }
        this.dtype = pick(DTYPES);
        this.layout = pick(LAYOUTS);
    }

    static List<String> arguments(FuzzOp op, RandomGenerator random) {
        Plausible call = new Plausible(op, random);
        return new ArrayList<>(op.parameters().stream().map(call::argument).toList());
    }

    private String pick(String... choices) {
        return choices[random.nextInt(choices.length)];
    }

    private boolean oneIn(int n) {
        return random.nextInt(n) == 0;
    }

    private String argument(FuzzOp.Parameter p) {
        String[] hinted = hints.get(p.name());
        if (hinted != null && !oneIn(8)) {
            String choice = pick(hinted);
            if (fits(choice, p)) {
                return choice;
            }
        }
        boolean optional = p.schema().endsWith("?");
        if (optional && oneIn(2)) {
            return "None";
        }
        return switch (p.type().getSimpleName()) {
            case "Tensor" -> tensor(p);
            case "Tensor[]" -> tensors(p);
            case "Scalar" -> pick("1", "2", "0.5", "0", "true");
            case "Scalar[]" -> list("1", "0.5");
            case "long", "Long" -> integer(p.name());
            case "long[]" -> integers(p);
            case "double", "Double" -> pick("0.5", "1.0", "0.0", "0.1", "2.0");
            case "double[]" -> pick("[1.0]", "[1.0,2.0]", "[0.0,1.0,0.0,1.0]");
            case "boolean", "Boolean" -> pick("false", "false", "true");
            case "boolean[]" -> booleans(p);
            case "String" -> string(p.name());
            case "DType" -> pick(dtype, "float32", "int64", "quint8", "float64");
            case "Layout" -> pick("STRIDED", "SPARSE_COO", "SPARSE_CSR", "SPARSE_CSC", "SPARSE_BSR", "JAGGED");
            case "MemoryFormat" -> pick("CONTIGUOUS", "PRESERVE", "CHANNELS_LAST");
            case "Device" -> pick("cpu", "cpu", "meta");
            case "Generator" -> pick("None", "generator");
            case "TensorOptions" -> pick("None", "-/-", dtype + "/cpu", "float32/cpu", "int64/cpu");
            default -> throw new IllegalArgumentException("no argument of type " + p.type());
        };
    }

    /** Arguments of one name have several types: what is meant for another is passed over. */
    private static boolean fits(String choice, FuzzOp.Parameter p) {
        return switch (p.type().getSimpleName()) {
            case "Tensor" -> choice.equals("None") ? p.schema().endsWith("?") : choice.matches("[a-z]+\\w*\\[.*");
            case "Tensor[]" -> choice.matches("\\[([a-zN].*)?]");
            case "Scalar" -> choice.matches("-?[\\d.]+");
            case "Long", "long" ->
                choice.matches("-?\\d+") || choice.equals("None") && p.schema().endsWith("?");
            case "long[]" ->
                choice.matches("\\[[-\\d,]*]")
                        || choice.equals("None") && p.schema().endsWith("?");
            case "Double", "double" ->
                choice.matches("-?[\\d.]+")
                        || choice.equals("None") && p.schema().endsWith("?");
            case "String" ->
                choice.startsWith("'") || choice.equals("None") && p.schema().endsWith("?");
            default -> true;
        };
    }

    private String tensor(FuzzOp.Parameter p) {
        String name = p.name();
        String shape = "[" + shapes.get(random.nextInt(shapes.size())) + "]";
        if (p.written() && name.startsWith("out")) {
            return pick(dtype, dtype, "float32", "int64", "bool") + pick("[0]", "[0]", shape);
        }
        if (name.matches(".*(indice|index|target|offset|lengths|batch_sizes|zero_point|size|ids|bag|pivot|hook).*")
                && !oneIn(4)) {
            return pick("int64", "int64", "int64", "int32") + shape + pick("", "", ":m1", ":m3", ":d0,2,4,6");
        }
        if (isNested && oneIn(2)) {
            return dtype + shape + ":nested";
        }
        if (name.contains("mask") && !oneIn(4)) {
            return "bool" + shape;
        }
        return (oneIn(8) ? pick(DTYPES) : dtype) + shape + (oneIn(6) ? pick(LAYOUTS) : layout);
    }

    private String tensors(FuzzOp.Parameter p) {
        if (p.schema().startsWith("Tensor?")) {
            return pick("[int64[2]]", "[None|int64[2]]", "[bool[2,3]]", "[int64[2]|int64[2]]");
        }
        int count = pick("1", "2", "2", "3", "4").charAt(0) - '0';
        String same = tensor(p);
        StringBuilder out = new StringBuilder("[");
        for (int i = 0; i < count; i++) {
            out.append(i == 0 ? "" : "|").append(oneIn(5) ? tensor(p) : same);
        }
        return out.append("]").toString();
    }

    private String list(String... choices) {
        int count = 1 + random.nextInt(4);
        StringBuilder out = new StringBuilder("[");
        for (int i = 0; i < count; i++) {
            out.append(i == 0 ? "" : ",").append(pick(choices));
        }
        return out.append("]").toString();
    }

    private String integer(String name) {
        if (name.matches("(groups|stride|dilation|n|num_.*|scale|step|.*sections|chunks)")) {
            return pick("1", "1", "2", "3");
        }
        return pick("0", "0", "1", "1", "2", "3", "-1", "4");
    }

    private String integers(FuzzOp.Parameter p) {
        String name = p.name();
        String value = name.matches("(kernel_size|stride|dilation|block.*|output_size|upscale.*|scale.*)")
                ? pick("1", "2")
                : name.matches("(padding|output_padding|dim|dims|storage_offset)")
                        ? pick("0", "1")
                        : pick("0", "1", "2", "4");
        if (name.matches("(size|sizes|.*_size|.*_sizes|shape|normalized_shape|.*_shape)") && !oneIn(4)) {
            return "[" + shapes.get(random.nextInt(shapes.size())) + "]";
        }
        if (name.matches("dims?") && !oneIn(3)) {
            return pick("[0]", "[1]", "[0,1]", "[-1]", "[1,0]", "[0,1,2]", "[]");
        }
        int count = 1 + random.nextInt(4);
        if (p.schema().matches("[A-Za-z]+\\[\\d\\].*") && !oneIn(4)) {
            count = p.schema().charAt(p.schema().indexOf('[') + 1) - '0';
        }
        StringBuilder out = new StringBuilder("[");
        for (int i = 0; i < count; i++) {
            out.append(i == 0 ? "" : ",").append(oneIn(6) ? pick("0", "1", "2", "3") : value);
        }
        return out.append("]").toString();
    }

    private String booleans(FuzzOp.Parameter p) {
        int count = p.schema().charAt(p.schema().indexOf('[') + 1) - '0';
        StringBuilder out = new StringBuilder("[");
        for (int i = 0; i < count; i++) {
            out.append(i == 0 ? "" : ",").append(pick("true", "true", "false"));
        }
        return out.append("]").toString();
    }

    private String string(String name) {
        return switch (name) {
            case "equation" -> pick("'ij,jk->ik'", "'ij,ij->i'", "'ii'", "'i->i'");
            case "reduce" -> pick("'sum'", "'mean'", "'amax'", "'max'");
            case "rounding_mode" -> pick("'trunc'", "'floor'");
            case "approximate" -> pick("'none'", "'tanh'");
            case "UPLO" -> pick("'L'", "'U'");
            case "indexing" -> pick("'ij'", "'xy'");
            case "mode" -> pick("'constant'", "'reflect'", "'reduced'", "'complete'");
            case "side" -> pick("'left'", "'right'");
            case "ord", "p" -> pick("'fro'", "'nuc'");
            default -> pick("''", "'mean'", "'sum'", "'gelu'", "'relu'", "'none'");
        };
    }
}
