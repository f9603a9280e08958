package dev.gatun.hart.experiment;

import java.util.Map;

/**
 * What one hypernetwork of one seed gave.
 *
 * @param cell {@link Cell#id()}
 * @param losses L_pred of every step
 * @param consistency L_cst of every step, without its weight
 * @param gradNorms the gradient's norm of every step, before clipping
 * @param cpuSeconds processor seconds after every step
 * @param wallSeconds seconds on the clock, evaluation included
 * @param heldOut exact match of each held-out task, by what was demonstrated
 * @param training mean exact match on training tasks with the right demonstrations
 * @param betweenTasks variance of h between held-out tasks, mean over its elements
 * @param withinTasks variance of h between sets of demonstrations of the same task
 * @param attention between the states of layers, [L, L], mean over held-out tasks; null but for the parallel control
 */
record CellResult(
        String cell,
        long seed,
        double[] losses,
        double[] consistency,
        double[] gradNorms,
        double[] cpuSeconds,
        double wallSeconds,
        Map<Demonstrations, double[]> heldOut,
        double training,
        double betweenTasks,
        double withinTasks,
        double[][] attention) {}
