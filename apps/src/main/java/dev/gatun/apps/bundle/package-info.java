/** Packs the program into one archive that runs on a machine with a pip torch and without a JDK. */
package dev.gatun.apps.bundle;
