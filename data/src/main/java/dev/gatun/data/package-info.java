/**
 * Super-NaturalInstructions (S-NI) from task file to batch, and from predictions to scores.
 *
 * <p>Reading order: {@link dev.gatun.data.SniTask} (a task file), {@link dev.gatun.data.TaskEncoder} (its text as
 * Tk-Instruct writes it), {@link dev.gatun.data.TaskSampler} (which task and instance each slot of each step gets),
 * {@link dev.gatun.data.SymbolTuning} (labels replaced by symbols),
 * {@link dev.gatun.data.ExampleEncoder} and {@link dev.gatun.data.TrainingBatches} (token ids and padding),
 * {@link dev.gatun.data.CachedBatches} (the same from a {@link dev.gatun.data.TokenCache}), {@link dev.gatun.data.Prefetcher}
 * (ahead of time), {@link dev.gatun.data.Evaluation} (ROUGE and exact match), {@link dev.gatun.data.RankEvaluation} (rank
 * classification), {@link dev.gatun.data.PredictionFile}. P3 and plain text have packages of their own.
 *
 * <p>Shape legend used in this package: B rows of a batch, H tokens of the hypernetwork's input (demonstrations), S tokens
 * of the main model's source, T tokens of the target.
 */
package dev.gatun.data;
