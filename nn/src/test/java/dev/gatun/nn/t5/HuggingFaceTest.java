package dev.gatun.nn.t5;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.nn.Golden;
import dev.gatun.nn.Init;
import dev.gatun.nn.PythonPeer;
import dev.gatun.nn.checkpoint.SafeTensorsFile;
import dev.gatun.nn.checkpoint.SafeTensorsWriter;
import dev.gatun.torch.DType;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders that transformers wrote and we read, and the other way round: the same numbers, and what is tied is tied. */
class HuggingFaceTest {
    private static final String THEIRS = """
            import json, sys, torch
            from safetensors.torch import load_file, save_file
            from transformers import T5Config, T5ForConditionalGeneration as T5, MT5Config, MT5ForConditionalGeneration as MT5
            root = sys.argv[1]
            torch.manual_seed(0)
            sizes = dict(vocab_size=40, d_model=32, d_kv=8, d_ff=64, num_layers=2, num_decoder_layers=3, num_heads=4,
                         decoder_start_token_id=0)
            ids = torch.randint(2, 40, (3, 7))
            mask = torch.ones_like(ids); mask[1, 4:] = 0
            targets = torch.randint(2, 40, (3, 5))

            def make(kind, config, head=False):
                model = kind(config).eval()
                for name, p in model.named_parameters():
                    if 'relative_attention_bias' in name: torch.nn.init.normal_(p)
                if head: model.lm_head.weight = torch.nn.Parameter(torch.randn(40, 32))
                return model

            def finish(folder, model):
                with torch.no_grad():
                    logits = model(input_ids=ids, attention_mask=mask, decoder_input_ids=targets).logits
                save_file(dict(ids=ids, mask=mask, targets=targets, logits=logits.float()), f'{folder}/io.safetensors')

            def save(name, model, **options):
                model.save_pretrained(f'{root}/{name}', **options)
                finish(f'{root}/{name}', model)

            def save_bin(name, model, shards, tie, **options):
                import os
                folder = f'{root}/{name}'
                os.makedirs(folder)
                state = model.state_dict()
                config = model.config.to_dict()
                config.pop('scale_decoder_outputs', None)
                config['tie_word_embeddings'] = tie
                json.dump(config, open(f'{folder}/config.json', 'w'))
                if shards == 1:
                    torch.save(state, f'{folder}/pytorch_model.bin', **options)
                else:
                    names = sorted(state)
                    where = {n: f'pytorch_model-{i % shards + 1:05d}-of-{shards:05d}.bin' for i, n in enumerate(names)}
                    for file in set(where.values()):
                        torch.save({n: state[n] for n in names if where[n] == file}, f'{folder}/{file}')
                    index = dict(metadata={}, weight_map=where)
                    json.dump(index, open(f'{folder}/pytorch_model.bin.index.json', 'w'))
                finish(folder, model)

            def train(name, config):
                torch.manual_seed(2)
                model = make(T5, config)
                model.save_pretrained(f'{root}/{name}')
                model.set_attn_implementation('eager')
                model.train()
                torch.manual_seed(5)
                loss = model(input_ids=ids, attention_mask=mask, labels=targets).loss
                loss.backward()
                grad = model.encoder.block[0].layer[0].SelfAttention.q.weight.grad
                io = dict(ids=ids, mask=mask, targets=targets, loss=loss.detach(), grad=grad)
                save_file(io, f'{root}/{name}/io.safetensors')

            train('dropout-v10', T5Config(**sizes, dropout_rate=0.3))
            train('dropout-v11', T5Config(**sizes, dropout_rate=0.3, feed_forward_proj='gated-gelu'))
            v10 = make(T5, T5Config(**sizes))
            v11 = make(T5, T5Config(**sizes, feed_forward_proj='gated-gelu', tie_word_embeddings=False), head=True)
            bare = make(T5, T5Config(**sizes, feed_forward_proj='gated-gelu', tie_word_embeddings=False))
            mt5 = make(MT5, MT5Config(**sizes), head=True)
            save('v10', v10)
            save('v11', v11)
            save('v11-without-head', bare)
            save('v11-sharded', v11, max_shard_size='20KB')
            save('mt5', mt5)
            save_bin('v10-bin', v10, 1, True)
            save_bin('v10-legacy', v10, 1, True, _use_new_zipfile_serialization=False)
            save_bin('v11-bin', v11, 3, False)
            save_bin('mt5-bin', mt5, 1, False)
            save('v11-bf16', v11.bfloat16())
            half = T5.from_pretrained(f'{root}/v11', dtype=torch.float16).eval()
            assert half.encoder.block[0].layer[1].DenseReluDense.wo.weight.dtype == torch.float32
            with torch.no_grad():
                logits = half(input_ids=ids, attention_mask=mask, decoder_input_ids=targets).logits
            assert logits.dtype == torch.float16
            save_file(dict(logits=logits.float()), f'{root}/half.safetensors')
            """;

    private static final String OURS = """
            import sys, torch
            from safetensors.torch import load_file
            from transformers import AutoConfig, AutoModelForSeq2SeqLM
            for folder in sys.argv[1:]:
                model, info = AutoModelForSeq2SeqLM.from_pretrained(folder, output_loading_info=True)
                io = load_file(f'{folder}/io.safetensors')
                with torch.no_grad():
                    logits = model.eval().float()(input_ids=io['ids'], attention_mask=io['mask'],
                                                  decoder_input_ids=io['targets']).logits
                error = (logits - io['logits']).abs().max() / io['logits'].abs().max()
                tied = model.lm_head.weight.data_ptr() == model.shared.weight.data_ptr()
                left = sorted(info['missing_keys']) + sorted(info['unexpected_keys'])
                print(error.item(), tied, type(model).__name__, len(left), sep=',')
            """;

    @TempDir
    Path root;

    @Test
    void readsWhatTransformersWrote() {
        PythonPeer.run(THEIRS, root);
        sameDropout("dropout-v10");
        sameDropout("dropout-v11");
        same("v10", true, "t5", 2e-6);
        same("v10-bin", true, "t5", 2e-6);
        same("v10-legacy", true, "t5", 2e-6);
        same("v11", false, "t5", 2e-6);
        same("v11-without-head", true, "t5", 2e-6);
        same("v11-sharded", false, "t5", 2e-6);
        same("v11-bin", false, "t5", 2e-6);
        same("mt5", false, "mt5", 2e-6);
        same("mt5-bin", false, "mt5", 2e-6);
        sameInHalfPrecision();
        // Weights of 8 bits, theirs computed in bfloat16 and ours in float32.
        same("v11-bf16", false, "t5", 3e-2);
    }

    /** With the same seed the same numbers are dropped, so every dropout is where transformers has it, and no other is. */
    private void sameDropout(String name) {
        Path folder = root.resolve(name);
        try (Scope _ = Scope.open();
                SafeTensorsFile io = new SafeTensorsFile(folder.resolve("io.safetensors"));
                T5 model = T5.fromPretrained(folder)) {
            Torch.manualSeed(5);
            Tensor loss = model.forward(T5Input.of(io.load("ids"), io.load("mask"), io.load("targets")))
                    .loss();
            assertThat(Golden.relativeError(loss, io.load("loss"))).as(name).isLessThan(2e-6);
            loss.backward();
            Tensor grad = model.namedParameters()
                    .get("encoder.block.0.layer.0.SelfAttention.q.weight")
                    .grad();
            assertThat(Golden.relativeError(grad, io.load("grad"))).as(name).isLessThan(1e-5);
        }
    }

    private void same(String name, boolean tied, String type, double tolerance) {
        Path folder = root.resolve(name);
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad();
                SafeTensorsFile io = new SafeTensorsFile(folder.resolve("io.safetensors"));
                T5 model = T5.fromPretrained(folder);
                T5 mapped = T5.mapPretrained(folder)) {
            assertThat(model.config().tieWordEmbeddings()).as(name).isEqualTo(tied);
            assertThat(model.config().modelType()).isEqualTo(type);
            Tensor logits = logits(model, io.load("ids"), io.load("mask"), io.load("targets"));
            assertThat(Golden.relativeError(logits, io.load("logits"))).as(name).isLessThan(tolerance);
            mapped.to(DType.FLOAT32);
            assertThat(logits(mapped, io.load("ids"), io.load("mask"), io.load("targets"))
                            .equal(logits))
                    .isTrue();
        }
    }

    private void sameInHalfPrecision() {
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad();
                SafeTensorsFile io = new SafeTensorsFile(root.resolve("v11/io.safetensors"));
                SafeTensorsFile half = new SafeTensorsFile(root.resolve("half.safetensors"));
                T5 model = T5.fromPretrained(root.resolve("v11"), DType.FLOAT16)) {
            Tensor logits = logits(model, io.load("ids"), io.load("mask"), io.load("targets"));
            assertThat(Golden.relativeError(logits, half.load("logits"))).isLessThan(4e-3);
        }
    }

    private static Tensor logits(T5 model, Tensor ids, Tensor mask, Tensor targets) {
        model.eval();
        return model.forward(T5Input.of(ids, mask, null).withDecoderInput(targets, null))
                .logits();
    }

    @Test
    void transformersReadsWhatWeWrite() {
        T5Config v11 = TestModels.config();
        T5Config v10 = v11.toBuilder()
                .feedForwardProj("relu")
                .tieWordEmbeddings(true)
                .scaleDecoderOutputs(true)
                .build();
        List<Path> folders = new ArrayList<>();
        folders.add(write("v10", v10, DType.FLOAT32, Long.MAX_VALUE));
        folders.add(write("v11", v11, DType.FLOAT32, Long.MAX_VALUE));
        folders.add(write("v11-sharded", v11, DType.FLOAT32, 20_000));
        folders.add(write("v10-bf16", v10, DType.BFLOAT16, Long.MAX_VALUE));
        folders.add(write("mt5", v11.toBuilder().modelType(T5Config.MT5).build(), DType.FLOAT32, Long.MAX_VALUE));
        folders.add(write("tied", v11.toBuilder().tieWordEmbeddings(true).build(), DType.FLOAT32, Long.MAX_VALUE));
        folders.add(write("scaled", v11.toBuilder().scaleDecoderOutputs(true).build(), DType.FLOAT32, Long.MAX_VALUE));
        List<String> answers = PythonPeer.run(OURS, folders.toArray()).lines().toList();
        List<String> expected = List.of(
                "True,T5ForConditionalGeneration,0",
                "False,T5ForConditionalGeneration,0",
                "False,T5ForConditionalGeneration,0",
                "True,T5ForConditionalGeneration,0",
                "False,MT5ForConditionalGeneration,0",
                "True,T5ForConditionalGeneration,0",
                "False,T5ForConditionalGeneration,0");
        assertThat(answers).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            String[] answer = answers.get(i).split(",", 2);
            assertThat(answer[1]).as(folders.get(i).toString()).isEqualTo(expected.get(i));
            assertThat(Double.parseDouble(answer[0]))
                    .as(folders.get(i).toString())
                    .isLessThan(2e-6);
        }
    }

    /** A model saved with what it computes of a batch, in float32 with the weights as they were saved. */
    private Path write(String name, T5Config config, DType dtype, long maxShardBytes) {
        Path folder = root.resolve(name);
        Torch.manualSeed(4);
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad();
                T5 model = new T5(config)) {
            model.namedParameters().forEach((key, parameter) -> {
                if (key.endsWith("relative_attention_bias.weight")) {
                    Init.normal_(parameter, 1);
                }
            });
            model.to(dtype);
            model.savePretrained(folder, maxShardBytes);
            model.to(DType.FLOAT32);
            Tensor ids = TestModels.ids(3, 7);
            Tensor mask = TestModels.mask(7, 7, 4, 7);
            Tensor targets = TestModels.ids(3, 5);
            Tensor logits = logits(model, ids, mask, targets);
            SafeTensorsWriter.write(
                    folder.resolve("io.safetensors"),
                    Map.of("ids", ids, "mask", mask, "targets", targets, "logits", logits),
                    Map.of());
        }
        return folder;
    }
}
