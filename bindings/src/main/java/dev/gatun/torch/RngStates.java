package dev.gatun.torch;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where the default generators stand that work on some tensors may draw from: the CPU's, and those of the GPUs they are on.
 *
 * @param byGenerator the states
 */
record RngStates(Map<Generator, byte[]> byGenerator) {
    /** Those for work on {@code inputs}, of which some may be null. */
    static RngStates of(Tensor... inputs) {
        Map<Generator, byte[]> states = new LinkedHashMap<>();
        add(states, Device.CPU);
        for (Tensor input : inputs) {
            Device device = input == null ? Device.CPU : input.device();
            if (device.type() == Device.Type.CUDA) {
                add(states, device);
            }
        }
        return new RngStates(states);
    }

    private static void add(Map<Generator, byte[]> states, Device device) {
        states.computeIfAbsent(Generator.defaultGenerator(device), Generator::getState);
    }

    /** The same generators as they stand now. */
    RngStates now() {
        Map<Generator, byte[]> states = new LinkedHashMap<>();
        byGenerator.keySet().forEach(generator -> states.put(generator, generator.getState()));
        return new RngStates(states);
    }

    /** Puts them back. */
    void restore() {
        byGenerator.forEach(Generator::setState);
    }
}
