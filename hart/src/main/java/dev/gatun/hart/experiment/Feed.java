package dev.gatun.hart.experiment;

/** Which of a hypernetwork's two ways into the main model are open. */
enum Feed {
    /** Generated prefixes only. */
    PREFIX,
    /** Fusion-in-decoder only: the main decoder reads the encoded demonstrations. */
    FUSION,
    /** Both, as in the paper. */
    BOTH
}
