/** Checks everything that needs a GPU, on a machine that has one, and writes one report. */
package dev.gatun.apps.gpucheck;
