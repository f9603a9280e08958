package dev.gatun.hart.experiment;

import dev.gatun.nn.t5.T5Config;

/**
 * How large the miniature is. A folder of results belongs to one scale.
 *
 * @param name what it is called
 * @param dModel model width, which four heads share; feed-forward layers are as wide
 * @param layers layers of each of the main model's stacks
 * @param hyperLayers decoder layers of the hypernetwork
 * @param prefix rows of each prefix, p
 * @param demonstrations pairs a task is shown with, K
 * @param mainSteps steps of the main model's pre-training
 * @param mainBatch strings a step there
 * @param mainPairs pairs a step there that it names the task of, in rows of 1, 2, 4 and so on up to K pairs
 * @param mainRate peak learning rate there
 * @param steps steps of a hypernetwork in arms (i) and (ii)
 * @param batch tasks a step there
 * @param queries queries of each task of a batch: they share its demonstrations, whose reading costs the most
 * @param rate peak learning rate of hypernetworks
 * @param consistencySteps steps of a hypernetwork in arm (iii)
 * @param evaluationSets sets of demonstrations each held-out task is evaluated with
 * @param evaluationQueries queries of each of them
 */
public record Scale(
        String name,
        int dModel,
        int layers,
        int hyperLayers,
        int prefix,
        int demonstrations,
        int mainSteps,
        int mainBatch,
        int mainPairs,
        double mainRate,
        int steps,
        int batch,
        int queries,
        double rate,
        int consistencySteps,
        int evaluationSets,
        int evaluationQueries) {
    private static final int HEADS = 4;

    /**
     * Specification 11's sizes at half its width, where a step takes little more than half the time: what that saves goes
     * into steps. In 300 steps prefixes alone took held-out tasks to 42 %; with 500 all arms fit into an hour on two cores.
     */
    public static final Scale FULL = new Scale("full", 64, 4, 2, 8, 8, 600, 32, 128, 2e-3, 500, 16, 4, 2e-3, 500, 2, 8);

    /** Half the depth and demonstrations, fewer steps: minutes. */
    public static final Scale QUICK =
            new Scale("quick", 64, 2, 2, 4, 4, 600, 32, 128, 2e-3, 150, 16, 4, 2e-3, 75, 1, 4);

    /** The path in seconds, for tests. */
    static final Scale TINY = new Scale("tiny", 32, 2, 1, 2, 2, 20, 16, 4, 3e-3, 6, 4, 2, 2e-3, 6, 1, 1);

    /** The same with a main model of this width and with stacks of so many layers. */
    public Scale withModel(int width, int depth) {
        return new Scale(
                name,
                width,
                depth,
                hyperLayers,
                prefix,
                demonstrations,
                mainSteps,
                mainBatch,
                mainPairs,
                mainRate,
                steps,
                batch,
                queries,
                rate,
                consistencySteps,
                evaluationSets,
                evaluationQueries);
    }

    T5Config mainConfig() {
        return T5Config.builder()
                .v11()
                .vocab(SymbolTask.VOCABULARY)
                .sizes(dModel, dModel / HEADS, dModel, HEADS)
                .layers(layers, layers)
                .dropout(0)
                .build();
    }
}
