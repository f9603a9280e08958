/** {@code gatun faults}: does to real trainings on several ranks what clusters do, and looks at what becomes of them. */
package dev.gatun.apps.faults;
