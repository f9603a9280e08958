/** The command line: {@link dev.gatun.apps.Gatun} is the program, every other command is a class of its own. */
package dev.gatun.apps;
