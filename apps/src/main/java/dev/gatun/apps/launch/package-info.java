/** {@code gatun launch}: starts the processes of a run on one machine or several, watches over them and stops them. */
package dev.gatun.apps.launch;
