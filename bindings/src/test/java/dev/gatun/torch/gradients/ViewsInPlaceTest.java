package dev.gatun.torch.gradients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.torch.Autograd;
import dev.gatun.torch.Index;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/**
 * What an in-place op does to a view of a tensor, and to the gradients through that tensor, is what computing it anew
 * without views and without in-place ops gives.
 */
class ViewsInPlaceTest {
    private static Map<String, UnaryOperator<Tensor>> views(long n, long m, long k) {
        Map<String, UnaryOperator<Tensor>> views = new LinkedHashMap<>();
        views.put("view", x -> x.view(k, -1));
        views.put("view_as", x -> x.view_as(Torch.ones(n * m, k)));
        views.put("reshape", x -> x.reshape(m, -1));
        views.put("transpose", x -> x.transpose(0, 2));
        views.put("swapaxes", x -> x.swapaxes(1, 2));
        views.put("permute", x -> x.permute(1, 2, 0));
        views.put("movedim", x -> x.movedim(0, 2));
        views.put("mT", Tensor::mT);
        views.put("select", x -> x.select(1, m - 1));
        views.put("select and t", x -> x.select(0, 0).t());
        views.put("narrow", x -> x.narrow(1, 0, (m + 1) / 2));
        views.put("slice", x -> x.slice(0, 0L, n, 2));
        views.put("get by a position", x -> x.get(n - 1));
        views.put("get by slices", x -> x.get(Index.slice(0, n, 2), Index.from(m - 1)));
        views.put("expand", x -> x.expand(n, m, k));
        views.put("expand_as", x -> x.expand_as(Torch.ones(1, n, m, k)));
        views.put("diagonal", x -> x.diagonal(0, 0, 2));
        views.put("unfold", x -> x.unfold(0, 1, 2));
        views.put("unsqueeze", x -> x.unsqueeze(-1));
        views.put("unsqueeze and squeeze", x -> x.unsqueeze(1).squeeze(1));
        views.put("flatten", x -> x.flatten(1));
        views.put("unflatten", x -> x.unflatten(1, 1, m));
        views.put("as_strided", x -> x.as_strided(new long[] {n, m}, new long[] {m * k, k}, k - 1));
        views.put("chunk", x -> x.narrow(1, 0, m).chunk(2, 1)[0]);
        views.put("view_as_complex and real", x -> x.select(2, 0).real());
        return views;
    }

    /** Views that libtorch makes several of at once: their in-place ops are forbidden while gradients are recorded. */
    private static Map<String, UnaryOperator<Tensor>> parts(long n) {
        Map<String, UnaryOperator<Tensor>> parts = new LinkedHashMap<>();
        parts.put("split", x -> x.split(1, 0)[(int) n - 1]);
        parts.put("split_with_sizes", x -> x.split_with_sizes(new long[] {1, n - 1}, 0)[0]);
        parts.put("unbind", x -> x.unbind(2)[0]);
        parts.put("tensor_split", x -> x.tensor_split(2, 0)[0]);
        return parts;
    }

    @Property(tries = 20)
    void anOpOnAViewIsAnOpOnItsBase(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 4) int n,
            @ForAll @IntRange(min = 1, max = 4) int m,
            @ForAll @IntRange(min = 1, max = 3) int k) {
        views(n, m, k).forEach((name, view) -> check(name, view, new Random(seed), n, m, k));
    }
}
