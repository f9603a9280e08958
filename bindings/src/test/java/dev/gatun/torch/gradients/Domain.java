package dev.gatun.torch.gradients;

import java.util.Random;

/** Where the inputs of an op are drawn from. */
enum Domain {
    /** From -2 to 2, but not nearer than 0.5 to 0, where some ops have a kink. */
    ANY,
    /** From 0.5 to 2. */
    POSITIVE,
    /** From 0.1 to 0.9. */
    FRACTION,
    /** From -0.9 to 0.9, but not nearer than 0.1 to 0. */
    UNIT,
    /** From 1.1 to 2.6. */
    ABOVE_ONE,
    /** All elements at least 0.1 apart, so that small changes do not change which is the greatest. */
    APART;

    double[] draw(Random random, int count) {
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            double u = random.nextDouble();
            double sign = random.nextBoolean() ? 1 : -1;
            values[i] = switch (this) {
                case ANY -> sign * (0.5 + 1.5 * u);
                case POSITIVE -> 0.5 + 1.5 * u;
                case FRACTION -> 0.1 + 0.8 * u;
                case UNIT -> sign * (0.1 + 0.8 * u);
                case ABOVE_ONE -> 1.1 + 1.5 * u;
                case APART -> 0.2 * i - count * 0.1 + 0.05 * u;
            };
        }
        if (this == APART) {
            shuffle(random, values);
        }
        return values;
    }

    private static void shuffle(Random random, double[] values) {
        for (int i = values.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            double swapped = values[i];
            values[i] = values[j];
            values[j] = swapped;
        }
    }
}
