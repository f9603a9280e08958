package dev.gatun.hart.evaluate;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.gatun.data.ChoiceScores;
import dev.gatun.data.RankExample;
import dev.gatun.data.RankScorer;
import dev.gatun.data.p3.P3Encoder;
import dev.gatun.data.p3.P3Row;
import dev.gatun.hart.model.Adaptation;
import dev.gatun.hart.system.TaskSystem;
import dev.gatun.hart.system.TokenRows;
import dev.gatun.hart.train.Progress;
import dev.gatun.hart.train.World;
import dev.gatun.nn.t5.EncoderStates;
import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Rank classification with a system (specification 8): one adaptation for each dataset and template, then the log-probability
 * of each choice, end of sequence included.
 */
public final class RankScoring implements RankScorer {
    private static final TypeReference<List<ChoiceScores>> SCORES = new TypeReference<>() {};

    private final TaskSystem system;
    private final P3Encoder encoder;
    private final Function<RankExample, List<P3Row>> demonstrations;
    private final int batch;
    private final Progress progress;
    private final Map<RankExample, ChoiceScores> scores = new LinkedHashMap<>();
    private long done;

    /**
     * Scores with {@code system}, which stays the caller's.
     *
     * @param encoder puts prompts and demonstrations together
     * @param demonstrations what an example's task is demonstrated with
     * @param batch examples that are scored together
     */
    public RankScoring(
            TaskSystem system,
            P3Encoder encoder,
            Function<RankExample, List<P3Row>> demonstrations,
            int batch,
            Progress progress) {
        this.system = system;
        this.encoder = encoder;
        this.demonstrations = demonstrations;
        this.batch = batch;
        this.progress = progress;
    }

    /** Scores all of {@code examples}, each dataset and template on one of the ranks; afterwards every rank knows the scores. */
    void scoreAll(List<RankExample> examples, World world) {
        Map<String, Map<String, List<RankExample>>> groups = new LinkedHashMap<>();
        for (RankExample example : examples) {
            groups.computeIfAbsent(example.dataset(), _ -> new LinkedHashMap<>())
                    .computeIfAbsent(example.template(), _ -> new ArrayList<>())
                    .add(example);
        }
        List<List<RankExample>> pieces = groups.values().stream()
                .flatMap(templates -> templates.values().stream())
                .toList();
        List<List<ChoiceScores>> results = SharedWork.of(
                world,
                "evaluating",
                pieces,
                SCORES,
                own -> own.stream().map(this::scoreGroup).toList());
        for (int i = 0; i < pieces.size(); i++) {
            for (int j = 0; j < pieces.get(i).size(); j++) {
                scores.put(pieces.get(i).get(j), results.get(i).get(j));
            }
        }
    }

    /** What {@link #scoreAll} found. */
    @Override
    public List<ChoiceScores> score(List<RankExample> examples) {
        return examples.stream().map(scores::get).toList();
    }

    private List<ChoiceScores> scoreGroup(List<RankExample> examples) {
        List<P3Row> shown = demonstrations.apply(examples.getFirst());
        List<ChoiceScores> all = new ArrayList<>();
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            Adaptation adaptation = system.adapt(List.of(encoder.hyper(shown)));
            for (int begin = 0; begin < examples.size(); begin += batch) {
                List<RankExample> some = examples.subList(begin, Math.min(examples.size(), begin + batch));
                all.addAll(score(some, shown, adaptation));
                done += some.size();
                progress.step(done, Double.NaN, Double.NaN);
            }
        }
        return all;
    }

    private List<ChoiceScores> score(List<RankExample> examples, List<P3Row> shown, Adaptation task) {
        Device device = system.main().device();
        try (Scope _ = Scope.open()) {
            List<long[]> inputs = examples.stream()
                    .map(example -> encoder.main(shown, example.input()))
                    .toList();
            List<List<long[]>> choices = examples.stream()
                    .map(example ->
                            example.choices().stream().map(encoder::target).toList())
                    .toList();
            Adaptation made = task == null
                    ? new Adaptation(null, null, null, null, null)
                    : task.rows(Torch.zeros(new long[] {examples.size()}, TensorOptions.of(DType.INT64, device)));
            EncoderStates encoded = system.main()
                    .encode(
                            TokenRows.ids(inputs, device),
                            TokenRows.mask(inputs, device),
                            made.encoderPrefix(),
                            made.updates());
            if (made.demonstrations() != null) {
                encoded = encoded.prepend(made.demonstrations());
            }
            double[][] sums = system.main().score(encoded, made.decoderPrefix(), made.updates(), choices, false);
            List<ChoiceScores> result = new ArrayList<>();
            for (int i = 0; i < sums.length; i++) {
                int[] tokens = choices.get(i).stream()
                        .mapToInt(choice -> choice.length)
                        .toArray();
                result.add(new ChoiceScores(sums[i], tokens));
            }
            return result;
        }
    }

    /** What was scored, in order. */
    public Map<RankExample, ChoiceScores> scores() {
        return scores;
    }
}
