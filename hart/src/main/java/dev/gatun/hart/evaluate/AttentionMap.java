package dev.gatun.hart.evaluate;

import dev.gatun.hart.system.TaskSystem;
import dev.gatun.hart.train.RunFolder;
import dev.gatun.torch.DType;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The paper's Figure 1 of a run: how much the states of each layer look at those of each other one, as {@link
 * TaskSystem#attentionMap} says, the mean over tasks.
 *
 * @param system the run's
 * @param tasks how many tasks it is the mean of
 * @param rows [L][L]: the looking layer, the seen one; a row sums to 1/2, as it is a mean over the two states of each layer
 */
public record AttentionMap(String system, int tasks, double[][] rows) {
    /** Its place in a run's folder; {@code report.html} draws it. */
    public static final String FILE = "attention.json";

    /** Tasks that are looked at together. */
    private static final int AT_ONCE = 8;

    /**
     * The map of {@code system}, or null if its layers do not look at each other or there is no task.
     *
     * @param name what the system is called
     * @param demonstrations of each task, tokens
     */
    public static AttentionMap of(TaskSystem system, String name, List<long[]> demonstrations) {
        double[][] sums = null;
        for (int begin = 0; begin < demonstrations.size(); begin += AT_ONCE) {
            try (Scope _ = Scope.open();
                    GradMode _ = Torch.noGrad()) {
                Tensor map = system.attentionMap(
                        demonstrations.subList(begin, Math.min(demonstrations.size(), begin + AT_ONCE)));
                if (map == null) {
                    return null;
                }
                int layers = (int) map.size(1);
                double[] some = map.to(DType.FLOAT64).sum(0).toDoubleArray();
                sums = sums == null ? new double[layers][layers] : sums;
                for (int i = 0; i < some.length; i++) {
                    sums[i / layers][i % layers] += some[i] / demonstrations.size();
                }
            }
        }
        return sums == null ? null : new AttentionMap(name, demonstrations.size(), sums);
    }

    /** Writes it into a run's folder; throws {@link dev.gatun.hart.train.RunException} where that cannot be written. */
    public void save(RunFolder folder) {
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("system", system);
        page.put("tasks", tasks);
        page.put(
                "rows",
                "the layer that looks, at each layer: attention of the hypernetwork's last decoder layer, mean over"
                        + " heads, over the two states of both layers and over tasks");
        page.put("attention", rows);
        folder.write(FILE, ReportJson.page(page));
    }
}
