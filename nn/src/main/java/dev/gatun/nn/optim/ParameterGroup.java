package dev.gatun.nn.optim;

import dev.gatun.nn.Parameter;
import java.util.List;

/** Parameters that share a learning rate and weight decay ({@code param_groups}). */
public final class ParameterGroup {
    private final List<Parameter> parameters;
    private final double weightDecay;
    private double lr;

    /**
     * A group of {@code parameters}.
     *
     * @throws IllegalArgumentException if the learning rate or the weight decay is negative or not a number
     */
    public ParameterGroup(List<Parameter> parameters, double lr, double weightDecay) {
        if (!(lr >= 0 && weightDecay >= 0)) {
            throw new IllegalArgumentException(
                    "a learning rate and a weight decay are not negative, but they are " + lr + " and " + weightDecay);
        }
        this.parameters = List.copyOf(parameters);
        this.lr = lr;
        this.weightDecay = weightDecay;
    }

    /** The parameters. */
    public List<Parameter> parameters() {
        return parameters;
    }

    /** The learning rate of the next step. */
    public double lr() {
        return lr;
    }

    /** Changes the learning rate from the next step on. */
    public void setLr(double lr) {
        this.lr = lr;
    }

    /** The weight decay: how much of a weight, times the learning rate, each step takes off, or adds to its gradient. */
    public double weightDecay() {
        return weightDecay;
    }
}
