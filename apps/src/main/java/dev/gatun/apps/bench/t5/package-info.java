/** {@code gatun bench t5}: T5's training step, generation and optimizer step, against C++ and Hugging Face. */
package dev.gatun.apps.bench.t5;
