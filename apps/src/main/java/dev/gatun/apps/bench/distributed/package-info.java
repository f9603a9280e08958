/** {@code gatun bench distributed}: what processes that train together cost, measured between two and modelled for more. */
package dev.gatun.apps.bench.distributed;
