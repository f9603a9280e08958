package dev.gatun.libtorch;

import java.nio.file.Path;

/**
 * A native library that this process has loaded.
 *
 * @param name its file name, for example {@code libtorch_cpu.so}
 * @param path where it was loaded from
 * @param origin where the file comes from: a Maven artifact with its version, or the variable that named its folder
 */
public record NativeLibrary(String name, Path path, String origin) {}
