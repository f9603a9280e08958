/**
 * What calling libtorch from Java costs: JMH benchmarks of Gatun and its peers on the same ops, and the command that runs
 * them all and writes a table, JSON and plots.
 */
package dev.gatun.apps.bench;
