/**
 * Data for multi-task training: Super-NaturalInstructions, P3 and plain text, T5's tokenizer, samplers, a cache of tokenised
 * data, host-side batches and the official metrics. Nothing in here touches a native tensor: a batch is plain Java arrays.
 */
module dev.gatun.data {
    // The three of DJL are automatic modules, hence never `transitive`; none of their types appears in this module's
    // API.
    requires ai.djl.api;
    requires ai.djl.sentencepiece;
    requires ai.djl.tokenizers;
    requires com.fasterxml.jackson.databind;
    // Automatic too: reads Parquet files, through java.sql alone.
    requires duckdb.jdbc;
    requires java.sql;
    // Used by DJL, which as automatic modules cannot say so: without these lines they are left out on the module path.
    requires com.google.gson;
    requires org.slf4j;

    exports dev.gatun.data;
    exports dev.gatun.data.p3;
    exports dev.gatun.data.text;
}
