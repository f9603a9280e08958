package dev.gatun.hart.experiment;

import dev.gatun.nn.t5.T5Config;

/**
 * How large the miniature is. A folder of results belongs to one scale.
 *
 * @param name what it is called
 * @param dModel model width; heads are 32 wide, feed-forward layers as wide as the model
 * @param layers layers of each of the main model's stacks
 * @param hyperLayers decoder layers of the hypernetwork
 * @param prefix rows of each prefix, p
 * @param demonstrations pairs a task is shown with, K
 * @param mainSteps steps of the main model's pre-training
 * @param mainBatch strings a step there
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
        double mainRate,
        int steps,
        int batch,
        int queries,
        double rate,
        int consistencySteps,
        int evaluationSets,
        int evaluationQueries) {
    private static final int HEAD = 32;

    /** Specification 11's sizes. */
    public static final Scale FULL = new Scale("full", 128, 4, 2, 8, 8, 350, 64, 2e-3, 450, 16, 4, 2e-3, 250, 2, 8);

    /** Half the width, depth and demonstrations, fewer steps: minutes. */
    public static final Scale QUICK = new Scale("quick", 64, 2, 2, 4, 4, 800, 64, 3e-3, 200, 16, 4, 3e-3, 100, 1, 4);

    /** The path in seconds, for tests. */
    static final Scale TINY = new Scale("tiny", 32, 2, 1, 2, 2, 20, 16, 3e-3, 6, 4, 2, 2e-3, 6, 1, 1);

    /** The same with stacks of so many layers in the main model. */
    public Scale withLayers(int count) {
        return new Scale(
                name,
                dModel,
                count,
                hyperLayers,
                prefix,
                demonstrations,
                mainSteps,
                mainBatch,
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
                .sizes(dModel, HEAD, dModel, dModel / HEAD)
                .layers(layers, layers)
                .dropout(0)
                .build();
    }
}
