package dev.gatun.apps.fuzz;

import dev.gatun.torch.TorchException;

/** How a call ended, as the journal notes it in a byte. */
enum Outcome {
    NOT_MADE,
    REJECTED,
    FAILED,
    SUCCEEDED,
    DIED,
    HUNG;

    static Outcome of(Throwable thrown) {
        return switch (thrown) {
            case null -> SUCCEEDED;
            case TorchException _ -> FAILED;
            case FuzzChild.Unmakeable _ -> NOT_MADE;
            default -> REJECTED;
        };
    }
}
