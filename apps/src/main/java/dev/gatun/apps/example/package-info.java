/** A worked example of {@code dev.gatun.nn}: a text classifier of one's own, its data, and the loop that trains it. */
package dev.gatun.apps.example;
