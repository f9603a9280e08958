/** The fuzzer of the bindings: every op, called with valid and with hostile arguments in processes that may die. */
package dev.gatun.apps.fuzz;
