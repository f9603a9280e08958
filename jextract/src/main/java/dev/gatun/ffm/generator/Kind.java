package dev.gatun.ffm.generator;

/**
 * How one kind of argument travels: its C++ parameter type, the 8-byte slots it takes in a frame, the C++ expression
 * that reads it ({@code $} is the slot), the Java type that a caller passes, and the method of {@code Frame} that
 * writes it. Lists are a pointer and a length; length -1 stands for an absent list.
 */
enum Kind {
    TENSOR("at::Tensor const&", 1, "gatun::tensor(f[$])", "Tensor", "tensor"),
    MUTABLE_TENSOR("at::Tensor&", 1, "gatun::tensor(f[$])", "Tensor", "tensor"),
    OPTIONAL_TENSOR("std::optional<at::Tensor> const&", 1, "gatun::OptionalTensor(f[$])", "Tensor", "optionalTensor"),
    TENSORS("c10::ArrayRef<at::Tensor>", 2, "gatun::Tensors(f + $)", "Tensor[]", "tensors"),
    TENSORS_EITHER("c10::IListRef<at::Tensor> const&", 2, "gatun::Tensors(f + $)", "Tensor[]", "tensors"),
    OPTIONAL_TENSORS(
            "c10::List<std::optional<at::Tensor> > const&",
            2,
            "gatun::OptionalTensors(f + $)",
            "Tensor[]",
            "optionalTensors"),
    SCALAR("c10::Scalar const&", 3, "gatun::ScalarArgument(f + $)", "Scalar", "scalar"),
    OPTIONAL_SCALAR("std::optional<c10::Scalar> const&", 3, "gatun::ScalarArgument(f + $)", "Scalar", "optionalScalar"),
    SCALARS("c10::ArrayRef<c10::Scalar>", 2, "gatun::Scalars(f + $)", "Scalar[]", "scalars"),
    INT("long", 1, "f[$]", "long", "integer"),
    SMALL_INT("signed char", 1, "(signed char)f[$]", "long", "integer"),
    SYM_INT("c10::SymInt", 1, "gatun::sym_int(f[$])", "long", "integer"),
    OPTIONAL_INT("std::optional<long>", 2, "gatun::optional_int(f + $)", "Long", "optionalInteger"),
    OPTIONAL_SYM_INT("std::optional<c10::SymInt>", 2, "gatun::optional_sym_int(f + $)", "Long", "optionalInteger"),
    INTS("c10::ArrayRef<long>", 2, "gatun::ints(f + $)", "long[]", "integers"),
    SYM_INTS("c10::ArrayRef<c10::SymInt>", 2, "gatun::sym_ints(f + $)", "long[]", "integers"),
    OPTIONAL_INTS("c10::OptionalArrayRef<long>", 2, "gatun::optional_ints(f + $)", "long[]", "optionalIntegers"),
    OPTIONAL_SYM_INTS(
            "c10::OptionalArrayRef<c10::SymInt>", 2, "gatun::optional_sym_ints(f + $)", "long[]", "optionalIntegers"),
    DOUBLE("double", 1, "gatun::real(f[$])", "double", "real"),
    OPTIONAL_DOUBLE("std::optional<double>", 2, "gatun::optional_real(f + $)", "Double", "optionalReal"),
    OPTIONAL_DOUBLES(
            "std::optional<c10::ArrayRef<double> >", 2, "gatun::optional_reals(f + $)", "double[]", "optionalReals"),
    BOOL("bool", 1, "(f[$] != 0)", "boolean", "bool"),
    OPTIONAL_BOOL("std::optional<bool>", 2, "gatun::optional_bool(f + $)", "Boolean", "optionalBool"),
    BOOLS_2("std::array<bool, 2ul>", 2, "gatun::bools<2>(f + $)", "boolean[]", "bools"),
    BOOLS_3("std::array<bool, 3ul>", 2, "gatun::bools<3>(f + $)", "boolean[]", "bools"),
    BOOLS_4("std::array<bool, 4ul>", 2, "gatun::bools<4>(f + $)", "boolean[]", "bools"),
    STRING("std::basic_string_view<char, std::char_traits<char> >", 2, "gatun::string(f + $)", "String", "string"),
    OPTIONAL_STRING(
            "std::optional<std::basic_string_view<char, std::char_traits<char> > >",
            2,
            "gatun::optional_string(f + $)",
            "String",
            "optionalString"),
    DTYPE("c10::ScalarType", 1, "(c10::ScalarType)f[$]", "DType", "dtype"),
    OPTIONAL_DTYPE(
            "std::optional<c10::ScalarType>",
            2,
            "gatun::optional_enum<c10::ScalarType>(f + $)",
            "DType",
            "optionalDtype"),
    LAYOUT("c10::Layout", 1, "(c10::Layout)f[$]", "Layout", "layout"),
    OPTIONAL_LAYOUT(
            "std::optional<c10::Layout>", 2, "gatun::optional_enum<c10::Layout>(f + $)", "Layout", "optionalLayout"),
    MEMORY_FORMAT("c10::MemoryFormat", 1, "(c10::MemoryFormat)f[$]", "MemoryFormat", "memoryFormat"),
    OPTIONAL_MEMORY_FORMAT(
            "std::optional<c10::MemoryFormat>",
            2,
            "gatun::optional_enum<c10::MemoryFormat>(f + $)",
            "MemoryFormat",
            "optionalMemoryFormat"),
    DEVICE("c10::Device", 1, "gatun::device(f[$])", "Device", "device"),
    OPTIONAL_DEVICE("std::optional<c10::Device>", 2, "gatun::optional_device(f + $)", "Device", "optionalDevice"),
    GENERATOR("std::optional<at::Generator>", 1, "gatun::generator(f[$])", "Generator", "generator");

    final String cpp;
    final int slots;
    final String read;
    final String java;
    final String write;

    Kind(String cpp, int slots, String read, String java, String write) {
        this.cpp = cpp;
        this.slots = slots;
        this.read = read;
        this.java = java;
        this.write = write;
    }

    /** The kind of a C++ parameter type, or null when no Java type stands for it (Dimname, Storage, Stream). */
    static Kind ofCpp(String type) {
        for (Kind kind : values()) {
            if (kind.cpp.equals(type)) {
                return kind;
            }
        }
        return null;
    }

    /** True where {@code Frame} takes the argument's name too: to say which one is null, or which operand is which. */
    boolean isNamed() {
        return !isNullable() && !java.matches("long|double|boolean") || this == OPTIONAL_TENSOR;
    }

    /** True where null stands for {@code None}. */
    boolean isNullable() {
        return name().startsWith("OPTIONAL_") && this != OPTIONAL_TENSORS || this == GENERATOR;
    }
}
