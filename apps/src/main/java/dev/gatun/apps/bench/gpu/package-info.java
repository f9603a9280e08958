/** {@code gatun bench gpu}: what a GPU gives, against its limits and against transformers on the same work. */
package dev.gatun.apps.bench.gpu;
