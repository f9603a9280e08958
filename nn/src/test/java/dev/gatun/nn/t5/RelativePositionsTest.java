package dev.gatun.nn.t5;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.nn.Golden;
import dev.gatun.torch.Scope;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class RelativePositionsTest {
    private static final Pattern NAME = Pattern.compile("buckets_n(\\d+)_d(\\d+)_(bidirectional|causal)");

    @Test
    void bucketsEqualHuggingFaces() {
        try (Scope _ = Scope.open();
                Golden golden = new Golden("t5_common", "t5_common/relative_position_buckets.safetensors")) {
            int[] relative = golden.get("relative_position").toIntArray();
            List<String> cases = golden.names("buckets_");
            assertThat(cases).isNotEmpty();
            for (String name : cases) {
                Matcher parts = NAME.matcher(name);
                assertThat(parts.matches()).as(name).isTrue();
                int[] expected = golden.get(name).toIntArray();
                int[] actual = new int[expected.length];
                for (int i = 0; i < actual.length; i++) {
                    actual[i] = RelativePositions.bucket(
                            relative[i],
                            parts.group(3).equals("bidirectional"),
                            Integer.parseInt(parts.group(1)),
                            Integer.parseInt(parts.group(2)));
                }
                assertThat(actual).as(name).isEqualTo(expected);
            }
        }
    }

    @Test
    void aTableIsMadeOfSingleBuckets() {
        int queries = 5;
        int keys = 9;
        int offset = 4;
        int[] table = RelativePositions.buckets(queries, keys, offset, false, 8, 20);
        for (int query = 0; query < queries; query++) {
            for (int key = 0; key < keys; key++) {
                assertThat(table[query * keys + key])
                        .isEqualTo(RelativePositions.bucket(key - (query + offset), false, 8, 20));
            }
        }
    }
}
