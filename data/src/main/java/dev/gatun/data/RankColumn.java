package dev.gatun.data;

import java.util.List;

/** The eight columns of the paper's tables of P3, each the mean over its datasets. */
public enum RankColumn {
    /** ANLI: the mean of its three rounds. */
    ANLI("anli", List.of("anli_r1", "anli_r2", "anli_r3")),
    /** HellaSwag. */
    HSWAG("hswag", List.of("hellaswag")),
    /** CommitmentBank. */
    CB("cb", List.of("super_glue_cb")),
    /** COPA. */
    COPA("copa", List.of("super_glue_copa")),
    /** RTE. */
    RTE("rte", List.of("super_glue_rte")),
    /** WiC. */
    WIC("wic", List.of("super_glue_wic")),
    /** WSC, T0's {@code wsc.fixed}. */
    WSC("wsc", List.of("super_glue_wsc.fixed")),
    /** Winogrande XL. */
    WGD("wgd", List.of("winogrande_winogrande_xl"));

    /** The key of the average over all eight columns. */
    public static final String AVERAGE = "avg";

    private final String key;
    private final List<String> datasets;

    RankColumn(String key, List<String> datasets) {
        this.key = key;
        this.datasets = datasets;
    }

    /**
     * Returns the column's name in tables.
     *
     * @return such as {@code hswag}
     */
    public String key() {
        return key;
    }

    /**
     * Returns the datasets that the column is the mean of.
     *
     * @return names as in {@link RankExample#dataset()}
     */
    public List<String> datasets() {
        return datasets;
    }
}
