package dev.gatun.hart.experiment;

import java.util.List;

/**
 * A table with its conclusions.
 *
 * @param title what was asked
 * @param note how to read the numbers
 * @param header the columns
 * @param rows as many cells each as the header
 * @param claims the conclusions
 */
public record Section(String title, String note, List<String> header, List<List<String>> rows, List<Claim> claims) {}
