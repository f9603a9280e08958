package dev.gatun.libtorch;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.bytedeco.javacpp.Loader;

/** Where libtorch's files come from: the folder that {@code GATUN_LIBTORCH} names, or the Maven artifacts. */
sealed interface TorchSource {
    /** The environment variable, and system property, that names a libtorch folder. */
    String VARIABLE = "GATUN_LIBTORCH";

    /** The libraries in the order in which they must be loaded, so that each finds its needs by name. */
    List<NativeLibrary> libraries();

    /** Libraries that add a backend if they load, and otherwise only leave it out: CUDA. */
    default List<NativeLibrary> optionalLibraries() {
        return List.of();
    }

    /** {@code libtorch.so}, which only names the others as needed. */
    NativeLibrary umbrella();

    static TorchSource find(String platform) {
        String property = System.getProperty("gatun.libtorch");
        String folder = property != null ? property : System.getenv(VARIABLE);
        return folder == null || folder.isBlank() ? new Maven(platform) : new Folder(Path.of(folder));
    }

    /** A pip install's {@code torch/lib}, or an unzipped libtorch. */
    record Folder(Path given) implements TorchSource {
        @Override
        public List<NativeLibrary> libraries() {
            return List.of(library("libc10.so"), library("libtorch_cpu.so"));
        }

        @Override
        public List<NativeLibrary> optionalLibraries() {
            List<NativeLibrary> found = new ArrayList<>();
            for (String name : List.of("libc10_cuda.so", "libtorch_cuda.so")) {
                if (Files.exists(folder().resolve(name))) {
                    found.add(library(name));
                }
            }
            return found;
        }

        @Override
        public NativeLibrary umbrella() {
            return library("libtorch.so");
        }

        private Path folder() {
            Path nested = given.resolve("lib");
            return Files.exists(nested.resolve("libtorch_cpu.so")) ? nested : given;
        }

        private NativeLibrary library(String name) {
            Path path = folder().resolve(name).toAbsolutePath();
            if (!Files.exists(path)) {
                throw new NativeLoadException(VARIABLE + "=" + given + " holds no " + name
                        + ": set it to the folder with libtorch_cpu.so (a pip install's torch/lib, or an unzipped"
                        + " libtorch), or unset it to use the libtorch from Maven");
            }
            return new NativeLibrary(name, path, VARIABLE);
        }
    }

    /** bytedeco's jars. JavaCPP extracts each file once, under a lock, into its cache. */
    record Maven(String platform) implements TorchSource {
        /** Ends the classifier of the artifact with CUDA, which serves where it is there. */
        private static final String GPU = "-gpu";

        @Override
        public List<NativeLibrary> libraries() {
            List<NativeLibrary> found = new ArrayList<>();
            found.add(library("pytorch", "libgomp.so.1"));
            for (String name : List.of("libquadmath.so.0", "libgfortran.so.5", "libopenblas.so.0")) {
                found.add(library("openblas", name));
            }
            for (String name : List.of("libc10.so", "libtorch_cpu.so")) {
                found.add(library("pytorch", name));
            }
            return found;
        }

        @Override
        public List<NativeLibrary> optionalLibraries() {
            List<NativeLibrary> found = new ArrayList<>();
            // libtorch_cuda opens the last two itself, when it needs them: they only have to lie beside it.
            for (String name :
                    List.of("libc10_cuda.so", "libtorch_cuda.so", "libtorch_cuda_linalg.so", "libcaffe2_nvrtc.so")) {
                NativeLibrary library = extract("pytorch", platform + GPU, name);
                if (library != null && found.size() < 2) {
                    found.add(library);
                }
            }
            return found;
        }

        @Override
        public NativeLibrary umbrella() {
            return library("pytorch", "libtorch.so");
        }

        private NativeLibrary library(String artifact, String name) {
            NativeLibrary library = extract(artifact, platform + GPU, name);
            library = library != null ? library : extract(artifact, platform, name);
            if (library == null) {
                boolean modular = TorchSource.class.getModule().isNamed();
                throw new NativeLoadException("org.bytedeco:" + artifact + " with the classifier " + platform
                        + (modular ? " is no module that was resolved" : " is not on the class path") + ", and "
                        + VARIABLE + " is not set: "
                        + (modular ? "start java with --add-modules " + modules() : "add the artifact")
                        + ", or set the variable to a libtorch folder");
            }
            return library;
        }

        /** The library from the artifact with that classifier, or null where that is not there. */
        private static NativeLibrary extract(String artifact, String classifier, String name) {
            try {
                File file = Loader.cacheResource("/org/bytedeco/" + artifact + "/" + classifier + "/" + name);
                return file == null
                        ? null
                        : new NativeLibrary(name, file.toPath(), "org.bytedeco:" + artifact + ":" + version(artifact));
            } catch (IOException e) {
                throw new NativeLoadException(
                        "cannot extract " + name + " into " + cache() + " (" + e.getMessage()
                                + "): make room there, or set the system property org.bytedeco.javacpp.cachedir to a"
                                + " folder that can be written",
                        e);
            } catch (NoClassDefFoundError e) {
                throw new NativeLoadException(
                        "JavaCPP is not on the class path, and " + VARIABLE
                                + " is not set: set it to a libtorch folder, such as a pip install's torch/lib",
                        e);
            }
        }

        /** The modules with the native libraries, which nothing requires because their names depend on the platform. */
        private String modules() {
            String suffix = "." + platform.replace('-', '.');
            return "org.bytedeco.pytorch" + suffix + ",org.bytedeco.openblas" + suffix;
        }

        private static String cache() {
            try {
                return Loader.getCacheDir().toString();
            } catch (IOException e) {
                return "JavaCPP's cache";
            }
        }

        private static String version(String artifact) {
            // Through the loader, which also looks in other modules: the file lies in no package.
            String pom = "META-INF/maven/org.bytedeco/" + artifact + "/pom.properties";
            try (InputStream in = Loader.class.getClassLoader().getResourceAsStream(pom)) {
                Properties properties = new Properties();
                if (in != null) {
                    properties.load(in);
                }
                return properties.getProperty("version", "unknown");
            } catch (IOException e) {
                return "unknown";
            }
        }
    }
}
