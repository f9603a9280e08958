package dev.gatun.nn.t5;

import dev.gatun.nn.ModuleUpdates;
import dev.gatun.torch.Tensor;

/**
 * The arguments of one call of a stack; {@link #ofIds} or {@link #ofEmbeds}, then {@code with...} for the rest. Legend:
 * B batch, T positions, S positions with those in the cache, D model, H heads.
 *
 * @param inputIds int64 [B, T], or null
 * @param inputsEmbeds [B, T, D] instead, or null
 * @param attentionMask [B, S] real or padding, to which a decoder adds causality; or [B or 1, T, S] or [B or 1, H or 1, T,
 *     S], used as it is (see {@link AttentionMask}); null for all real
 * @param encoder what a decoder's cross-attention reads; null for an encoder
 * @param prefix keys and values before the real ones, or null
 * @param cache a decoder's memory of earlier calls, or null
 * @param updates of modules for this call, or null
 * @param outputHiddenStates whether the hidden state after each block is returned
 * @param outputAttentions whether self-attention weights are returned
 */
public record StackInput(
        Tensor inputIds,
        Tensor inputsEmbeds,
        Tensor attentionMask,
        EncoderStates encoder,
        T5Prefix prefix,
        T5Cache cache,
        ModuleUpdates updates,
        boolean outputHiddenStates,
        boolean outputAttentions) {

    /** Checks that there is one kind of input. */
    public StackInput {
        if ((inputIds == null) == (inputsEmbeds == null)) {
            throw new IllegalArgumentException("a stack takes either token ids or embeddings");
        }
    }

    /** What a hook of the stack sees: the ids or embeddings, and the encoder's states or null. */
    Tensor[] tensors() {
        return new Tensor[] {inputIds == null ? inputsEmbeds : inputIds, encoder == null ? null : encoder.states()};
    }

    /** The same with other tensors, in the order of {@link #tensors()}. */
    StackInput with(Tensor[] tensors) {
        return new StackInput(
                inputIds == null ? null : tensors[0],
                inputIds == null ? tensors[0] : null,
                attentionMask,
                encoder == null ? null : new EncoderStates(tensors[1], encoder.mask()),
                prefix,
                cache,
                updates,
                outputHiddenStates,
                outputAttentions);
    }

    /** Token numbers [B, T]. */
    public static StackInput ofIds(Tensor ids) {
        return new StackInput(ids, null, null, null, null, null, null, false, false);
    }

    /** Vectors [B, T, D] in the place of embedded tokens. */
    public static StackInput ofEmbeds(Tensor embeds) {
        return new StackInput(null, embeds, null, null, null, null, null, false, false);
    }

    /** With this mask. */
    public StackInput withMask(Tensor mask) {
        return new StackInput(
                inputIds, inputsEmbeds, mask, encoder, prefix, cache, updates, outputHiddenStates, outputAttentions);
    }

    /** With these states for cross-attention. */
    public StackInput withEncoder(EncoderStates states) {
        return new StackInput(
                inputIds,
                inputsEmbeds,
                attentionMask,
                states,
                prefix,
                cache,
                updates,
                outputHiddenStates,
                outputAttentions);
    }

    /** With this prefix. */
    public StackInput withPrefix(T5Prefix pairs) {
        return new StackInput(
                inputIds,
                inputsEmbeds,
                attentionMask,
                encoder,
                pairs,
                cache,
                updates,
                outputHiddenStates,
                outputAttentions);
    }

    /** With this cache. */
    public StackInput withCache(T5Cache memory) {
        return new StackInput(
                inputIds,
                inputsEmbeds,
                attentionMask,
                encoder,
                prefix,
                memory,
                updates,
                outputHiddenStates,
                outputAttentions);
    }

    /** With these updates of modules, those of the whole model; null for none. */
    public StackInput withUpdates(ModuleUpdates ofModules) {
        return new StackInput(
                inputIds,
                inputsEmbeds,
                attentionMask,
                encoder,
                prefix,
                cache,
                ofModules,
                outputHiddenStates,
                outputAttentions);
    }

    /** Returning all hidden states. */
    public StackInput withHiddenStates() {
        return new StackInput(
                inputIds, inputsEmbeds, attentionMask, encoder, prefix, cache, updates, true, outputAttentions);
    }

    /** Returning self-attention weights. */
    public StackInput withAttentions() {
        return new StackInput(
                inputIds, inputsEmbeds, attentionMask, encoder, prefix, cache, updates, outputHiddenStates, true);
    }
}
