package dev.gatun.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The texts are what {@code print(tensor)} shows in Python: printing.txt. */
class TensorPrinterTest {
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    static Stream<String> names() {
        return golden().keySet().stream();
    }

    /** The texts of printing.txt: a name, lines that begin with |, an empty line. */
    private static Map<String, String> golden() {
        Map<String, String> texts = new LinkedHashMap<>();
        String name = null;
        for (String line : Golden.lines("printing.txt")) {
            if (line.startsWith("|")) {
                texts.merge(name, line.substring(1), (text, more) -> text + "\n" + more);
            } else if (!line.isEmpty()) {
                name = line;
            }
        }
        return texts;
    }

    @ParameterizedTest
    @MethodSource("names")
    void isThatOfPyTorch(String name) {
        assertThat(PrintedTensors.of(name)).hasToString(golden().get(name));
    }

    @Test
    void sparseLayoutsOtherThanCooAreDescribed() {
        assertThat(Torch.ones(2, 2).to_sparse_csr()).hasToString("tensor(..., size=(2, 2), layout=torch.sparse_csr)");
    }

    @Test
    void aHugeViewIsPrintedFromItsEdges() {
        assertThat(Torch.ones(1).expand(1L << 40)).hasToString("tensor([1., 1., 1.,  ..., 1., 1., 1.])");
    }

    @Test
    void printingRecordsAndKeepsNothing() {
        Tensor leaf = Torch.ones(2000).requiresGrad_(true);
        long live = Scope.unclosedTensors();
        leaf.toString();
        assertThat(Scope.unclosedTensors()).isEqualTo(live);
    }
}
