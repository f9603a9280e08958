package dev.gatun.hart.evaluate;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatun.hart.train.RunException;
import dev.gatun.hart.train.World;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Pieces of work that ranks share out, and whose results all of them need. */
final class SharedWork {
    private static final ObjectMapper JSON = new ObjectMapper();

    private SharedWork() {}

    /**
     * Does {@code pieces}: rank r of n those with the numbers r, r + n, r + 2n, and so on; one process alone does all of them.
     *
     * @param what it is, for messages
     * @param type of a result, as JSON carries it from rank to rank
     * @param work does some pieces, and returns a result for each
     * @return a result for each piece, in their order, on every rank
     * @throws RunException where another rank has failed, which it names
     */
    static <P, R> List<R> of(
            World world, String what, List<P> pieces, TypeReference<R> type, Function<List<P>, List<R>> work) {
        if (world.size() == 1) {
            return work.apply(pieces);
        }
        List<P> own = new ArrayList<>();
        for (int piece = world.rank(); piece < pieces.size(); piece += world.size()) {
            own.add(pieces.get(piece));
        }
        List<R> made = world.together(what, () -> work.apply(own));
        List<byte[]> all = world.gather(bytes(made));
        List<List<R>> results = all.stream().map(bytes -> results(bytes, type)).toList();
        List<R> ordered = new ArrayList<>();
        for (int piece = 0; piece < pieces.size(); piece++) {
            ordered.add(results.get(piece % world.size()).get(piece / world.size()));
        }
        return ordered;
    }

    private static byte[] bytes(Object value) {
        try {
            return JSON.writeValueAsBytes(value);
        } catch (IOException e) {
            throw new IllegalStateException("results are always writable", e);
        }
    }

    private static <R> List<R> results(byte[] bytes, TypeReference<R> type) {
        try {
            return JSON.readValue(
                    bytes,
                    JSON.getTypeFactory()
                            .constructCollectionType(
                                    List.class, JSON.getTypeFactory().constructType(type)));
        } catch (IOException e) {
            throw new RunException("what another rank sent cannot be read: do all run the same Gatun?", e);
        }
    }
}
