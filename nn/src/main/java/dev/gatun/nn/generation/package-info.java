/**
 * Decoding strategies for any model that continues rows of tokens: greedy search, sampling, beam search, and what they do to
 * the logits. A model offers a {@link dev.gatun.nn.generation.TokenDecoder}; T5's is
 * {@link dev.gatun.nn.t5.DecoderSession}.
 */
package dev.gatun.nn.generation;
