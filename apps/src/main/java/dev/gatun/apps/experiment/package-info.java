/** {@code gatun experiment}: small experiments that put the paper's claims to the test. */
package dev.gatun.apps.experiment;
