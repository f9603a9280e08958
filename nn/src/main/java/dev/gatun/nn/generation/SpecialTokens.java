package dev.gatun.nn.generation;

/**
 * The tokens that generation knows of.
 *
 * @param start what every row begins with
 * @param end what ends a row
 * @param pad what follows its end
 */
public record SpecialTokens(long start, long end, long pad) {}
