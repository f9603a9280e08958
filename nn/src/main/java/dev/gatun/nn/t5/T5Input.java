package dev.gatun.nn.t5;

import dev.gatun.nn.ModuleUpdates;
import dev.gatun.torch.Tensor;

/**
 * The arguments of {@link T5#forward}: {@link #of} or {@link #ofEncoded}, then {@code with...} for the rest. Legend:
 * B batch, S source, T target.
 *
 * @param inputIds int64 [B, S], or null if {@code encoded} is given
 * @param attentionMask [B, S], nonzero = real; null for all
 * @param encoded the encoder's states, computed earlier, or null
 * @param fused states set before the encoder's (fusion-in-decoder), or null
 * @param encoderPrefix or null
 * @param decoderPrefix or null
 * @param updates of modules for this call, or null
 * @param labels int64 [B, T], -100 where no loss is taken; null if {@code decoderInputIds} is given and no loss is wanted
 * @param decoderInputIds int64 [B, T]; null for the labels shifted right
 * @param decoderAttentionMask [B, T], to which causality is added, or a full mask; null, the rule, for causality alone
 * @param outputHiddenStates whether all hidden states are returned
 */
public record T5Input(
        Tensor inputIds,
        Tensor attentionMask,
        EncoderStates encoded,
        EncoderStates fused,
        T5Prefix encoderPrefix,
        T5Prefix decoderPrefix,
        ModuleUpdates updates,
        Tensor labels,
        Tensor decoderInputIds,
        Tensor decoderAttentionMask,
        boolean outputHiddenStates) {

    /** Checks that there is one source and a target. */
    public T5Input {
        if ((inputIds == null) == (encoded == null)) {
            throw new IllegalArgumentException("T5 takes either token ids or encoder states");
        }
        if (encoded != null && (encoderPrefix != null || attentionMask != null)) {
            throw new IllegalArgumentException("encoder states come with their mask and prefix already applied");
        }
    }

    /** What a hook of the model sees: the source's ids or states, the decoder's ids or null, the labels or null. */
    Tensor[] tensors() {
        return new Tensor[] {encoded == null ? inputIds : encoded.states(), decoderInputIds, labels};
    }

    /** The same with other tensors, in the order of {@link #tensors()}. */
    T5Input with(Tensor[] tensors) {
        return new T5Input(
                encoded == null ? tensors[0] : null,
                attentionMask,
                encoded == null ? null : new EncoderStates(tensors[0], encoded.mask()),
                fused,
                encoderPrefix,
                decoderPrefix,
                updates,
                tensors[2],
                tensors[1],
                decoderAttentionMask,
                outputHiddenStates);
    }

    /** A source of token ids and its mask, and labels; either of the last two may be null. */
    public static T5Input of(Tensor inputIds, Tensor attentionMask, Tensor labels) {
        return new T5Input(inputIds, attentionMask, null, null, null, null, null, labels, null, null, false);
    }

    /** A source that was encoded earlier, and labels, which may be null. */
    public static T5Input ofEncoded(EncoderStates encoded, Tensor labels) {
        return new T5Input(null, null, encoded, null, null, null, null, labels, null, null, false);
    }

    /** With states set before the encoder's in cross-attention. */
    public T5Input withFused(EncoderStates states) {
        return new T5Input(
                inputIds,
                attentionMask,
                encoded,
                states,
                encoderPrefix,
                decoderPrefix,
                updates,
                labels,
                decoderInputIds,
                decoderAttentionMask,
                outputHiddenStates);
    }

    /** With prefixes for the encoder and the decoder, either of which may be null. */
    public T5Input withPrefixes(T5Prefix ofEncoder, T5Prefix ofDecoder) {
        return new T5Input(
                inputIds,
                attentionMask,
                encoded,
                fused,
                ofEncoder,
                ofDecoder,
                updates,
                labels,
                decoderInputIds,
                decoderAttentionMask,
                outputHiddenStates);
    }

    /** With these updates of modules in both stacks; null for none. */
    public T5Input withUpdates(ModuleUpdates ofModules) {
        return new T5Input(
                inputIds,
                attentionMask,
                encoded,
                fused,
                encoderPrefix,
                decoderPrefix,
                ofModules,
                labels,
                decoderInputIds,
                decoderAttentionMask,
                outputHiddenStates);
    }

    /** With the decoder's input given, and its mask or null. */
    public T5Input withDecoderInput(Tensor ids, Tensor mask) {
        return new T5Input(
                inputIds,
                attentionMask,
                encoded,
                fused,
                encoderPrefix,
                decoderPrefix,
                updates,
                labels,
                ids,
                mask,
                outputHiddenStates);
    }

    /** Returning all hidden states. */
    public T5Input withHiddenStates() {
        return new T5Input(
                inputIds,
                attentionMask,
                encoded,
                fused,
                encoderPrefix,
                decoderPrefix,
                updates,
                labels,
                decoderInputIds,
                decoderAttentionMask,
                true);
    }
}
