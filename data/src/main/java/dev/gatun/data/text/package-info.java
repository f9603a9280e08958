/**
 * Plain text for the stages before multi-task training: documents as ids ({@link dev.gatun.data.text.TextCorpus}) and the batches
 * that two methods of pre-training cut from them ({@link dev.gatun.data.text.CaclmBatches},
 * {@link dev.gatun.data.text.HintBatches}).
 */
package dev.gatun.data.text;
