/**
 * P3, the prompted data sets of T0: from the hub's Parquet files or JSON lines to batches and to rank classification.
 *
 * <p>Reading order: {@link dev.gatun.data.p3.P3Task} and {@link dev.gatun.data.p3.P3Row}, {@link dev.gatun.data.p3.P3Source}
 * (where rows come from), {@link dev.gatun.data.p3.P3Catalog} (which tasks T0 trains on and is evaluated on),
 * {@link dev.gatun.data.p3.P3Tokens} and {@link dev.gatun.data.p3.P3LengthList} (the filter by length),
 * {@link dev.gatun.data.p3.P3Sampler}, {@link dev.gatun.data.p3.P3Encoder} and {@link dev.gatun.data.p3.P3Batches} (training),
 * {@link dev.gatun.data.p3.P3Evaluation} (evaluation); {@link dev.gatun.data.p3.P3Data} opens all that an experiment needs.
 */
package dev.gatun.data.p3;
