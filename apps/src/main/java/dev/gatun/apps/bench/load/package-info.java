/** {@code gatun bench load}: what it takes to load a T5, against Hugging Face. */
package dev.gatun.apps.bench.load;
