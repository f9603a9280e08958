package dev.gatun.nn.optim;

import dev.gatun.nn.Parameter;
import java.util.List;

/** Parameters that share a learning rate and weight decay ({@code param_groups}). */
public final class ParameterGroup {
    private final List<Parameter> parameters;
    private final double weightDecay;
    private double lr;

    /** A group of {@code parameters}. */
    public ParameterGroup(List<Parameter> parameters, double lr, double weightDecay) {
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

    /** The share of the weights, times the learning rate, that each step takes off. */
    public double weightDecay() {
        return weightDecay;
    }
}
