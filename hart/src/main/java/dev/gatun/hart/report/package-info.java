/** What a run shows of itself: TensorBoard events, a page to open in a browser, and the paper's tables beside its figures. */
package dev.gatun.hart.report;
